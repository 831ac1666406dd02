"""The sandbox as one object: a Telegram to start, people to play, a log to read."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from aiohttp import web

from .acting import PATIENCE, Acting
from .api import BotApi
from .control import Control
from .faults import Fault
from .limits import Limits
from .log import DeliveryLog
from .page import ChatPage
from .views import ChatView, SentMessage, view_chat, view_message
from .webhook import FIRST_PAUSE, WebhookSender
from .world import World

DEFAULT_TOKEN = "1234567890:AAsandbox-token-of-no-value-anywhere00"  # noqa: S105 - opens nothing but the sandbox
T = TypeVar("T")


@dataclass(frozen=True)
class Extra:
    """A button in the page's top bar. ``callback`` gets the person of the left pane and returns a line to show."""

    label: str
    callback: Callable[[int | None], Awaitable[str]]


class Sandbox(Acting):
    """A small strict Telegram: the Bot API and a chat page over HTTP, people played by code or in the browser.

    ``tokens`` names the bots (one with a default token if None); people act towards the first. With ``data_dir``
    people, chats, files and unconfirmed updates survive a restart. ``clock`` returns an aware datetime; message dates,
    flood limits and the age of updates follow it. ``webhook_pause`` is the first pause in seconds after a failed
    delivery; it doubles each time.
    """

    def __init__(
        self,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        tokens: Iterable[str] | None = None,
        data_dir: Path | None = None,
        enforce_limits: bool = False,
        clock: Callable[[], datetime] | None = None,
        extras: Sequence[Extra] = (),
        bot_username: str = "sandbox_bot",
        bot_name: str = "Бот",
        webhook_pause: float = FIRST_PAUSE,
    ) -> None:
        self._host, self._port = host, port
        self.world = World(data_dir=data_dir, clock=clock, enforce_limits=enforce_limits)
        self.tokens = list(tokens) if tokens is not None else [DEFAULT_TOKEN]
        for index, token in enumerate(self.tokens):
            username = bot_username if not index else f"{bot_username.removesuffix('bot')}{index + 1}_bot"
            self.world.add_bot(token, username, bot_name)
        self.world.load()
        super().__init__(self.world, self.world.bots[self.tokens[0]])
        self.extras = tuple(extras)
        self._webhook_pause = webhook_pause
        self._runner: web.AppRunner | None = None
        self._site: web.TCPSite | None = None
        self.base_url = ""

    @property
    def token(self) -> str:
        """The token of the first bot."""
        return self.tokens[0]

    @property
    def username(self) -> str:
        """The user name of the first bot, as in t.me links."""
        return self.bot.username

    @property
    def log(self) -> DeliveryLog:
        """Every call of the bot but getUpdates, with what came of it."""
        return self.world.log

    @property
    def polling(self) -> bool:
        """Whether the bot waits in getUpdates now: all that came before has been taken."""
        return self.bot.queue.polling

    @property
    def limits(self) -> Limits:
        """The flood limits; ``limits.enforce`` switches them."""
        return self.world.limits

    # --- life -------------------------------------------------------------------------------------------------

    async def start(self) -> None:
        """Listen. Raises OSError where the port is taken."""
        app = web.Application(client_max_size=2**26)
        api = BotApi(self.world)
        api.add_to(app)
        Control(self, self.extras).add_to(app)
        ChatPage(self.world).add_to(app)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
        await self._runner.setup()
        self._site = web.TCPSite(self._runner, self._host, self._port)
        try:
            await self._site.start()
        except OSError:
            await self._runner.cleanup()
            self._runner = None
            raise
        self._port = self._runner.addresses[0][1]
        self.base_url = f"http://{self._host}:{self._port}"
        for bot in self.world.bots.values():
            sender = WebhookSender(self.world, api, bot, self._webhook_pause)
            self.world.spawn(asyncio.get_running_loop().create_task(sender.run()))

    async def stop(self) -> None:
        """End at once: waiting polls and open pages are let go, everything is kept."""
        self.world.stopping.set()
        for bot in self.world.bots.values():
            bot.queue.arrived.fire()
        self.world.changed.fire()
        for task in list(self.world.tasks):
            task.cancel()
        await asyncio.gather(*self.world.tasks, return_exceptions=True)
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None
        self.world.store.close()

    async def go_offline(self) -> None:
        """Telegram is out of reach: connections break, new ones are refused. People can still act."""
        if self._runner is None or self._site is None:
            return
        await self._site.stop()
        self._site = None
        for connection in list(self._runner.server.connections if self._runner.server else ()):
            if connection.transport is not None:
                connection.transport.abort()

    async def go_online(self) -> None:
        """Telegram is back, at the same address."""
        if self._runner is not None and self._site is None:
            self._site = web.TCPSite(self._runner, self._host, self._port)
            await self._site.start()

    async def __aenter__(self) -> Sandbox:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    # --- looking and waiting ----------------------------------------------------------------------------------

    def chat(self, chat_id: int) -> ChatView:
        """What stands in the chat with this person, or in this group."""
        found = self.bot.chats.get(chat_id) or self.world.private_chat(self.bot, chat_id)
        return view_chat(self.world, self.bot, found)

    async def wait_for(self, predicate: Callable[[], T], timeout: float = PATIENCE) -> T:  # noqa: ASYNC109
        """Ask the predicate at every change until its answer is true; returns the answer.

        Raises TimeoutError after ``timeout`` seconds, with the last words of every chat, for the reader of a failed
        test.
        """
        loop = asyncio.get_running_loop()
        until = loop.time() + timeout
        while not (found := predicate()):
            left = until - loop.time()
            if left <= 0 or not await self.world.changed.wait(left):
                if found := predicate():
                    break
                raise TimeoutError(f"nothing came in {timeout} s; {self._last_words()}")
        return found

    async def next_message(
        self,
        user_id: int,
        after: int | SentMessage = 0,
        timeout: float = PATIENCE,  # noqa: ASYNC109
        *,
        containing: str = "",
    ) -> SentMessage:
        """The first message of the bot below ``after`` in the chat, waited for; ``containing`` these words."""
        number = after.message_id if isinstance(after, SentMessage) else after

        def find() -> SentMessage | None:
            for message in self.bot.messages.get(user_id, {}).values():
                if (
                    message.by_bot
                    and message.id > number
                    and not message.deleted
                    and containing in message.words
                ):
                    return view_message(self.world, self.bot, message)
            return None

        found = await self.wait_for(find, timeout)
        assert found is not None  # noqa: S101 - wait_for returns only what is true
        return found

    async def next_edit(self, message: SentMessage, timeout: float = PATIENCE) -> SentMessage:  # noqa: ASYNC109
        """The same message once it was changed after the given snapshot."""

        def find() -> SentMessage | None:
            now = self.bot.messages[message.chat_id][message.message_id]
            return view_message(self.world, self.bot, now) if now.rev > message.rev else None

        found = await self.wait_for(find, timeout)
        assert found is not None  # noqa: S101 - wait_for returns only what is true
        return found

    async def next_change(self, user_id: int, after: int, timeout: float = PATIENCE) -> ChatView:  # noqa: ASYNC109
        """The chat once the bot wrote or edited something after change number ``after`` (``ChatView.rev``)."""

        def find() -> bool:
            messages = self.bot.messages.get(user_id, {}).values()
            return any(message.by_bot and message.rev > after for message in messages)

        await self.wait_for(find, timeout)
        return self.chat(user_id)

    def _last_words(self) -> str:
        lines = []
        for chat_id, messages in self.bot.messages.items():
            shown = [f"{'bot' if m.by_bot else 'person'}: {m.words!r}" for m in list(messages.values())[-3:]]
            lines.append(f"chat {chat_id}: " + "; ".join(shown))
        refused = [f"{e.method} {e.code} {e.description}" for e in self.log[-20:] if e.outcome == "refused"]
        return " | ".join(lines + refused)

    # --- faults -----------------------------------------------------------------------------------------------

    def fault(
        self,
        method: str,
        kind: str,
        *,
        count: int = 1,
        code: int | None = None,
        retry_after: int | None = None,
        description: str = "",
        delay: float = 0.0,
        migrate_to: int | None = None,
        chat_id: int | None = None,
        skip: int = 0,
        containing: str = "",
    ) -> None:
        """Misbehave at the next ``count`` calls of the method («*» any, «download» file downloads); see Fault."""
        self.world.faults.plant(
            Fault(
                method,
                kind,
                count,
                code,
                retry_after,
                description,
                delay,
                migrate_to,
                chat_id,
                skip,
                containing,
            )
        )

    def clear_faults(self) -> None:
        """Behave again."""
        self.world.faults.clear()
