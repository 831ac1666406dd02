"""Webhook delivery: in order within a chat, chats side by side, again after a failure."""

from __future__ import annotations

import asyncio
import json
from typing import Any
from urllib.parse import parse_qsl

import aiohttp

from .api import BotApi, Dropped
from .bots import Bot
from .call import Call
from .methods import NAMES
from .model import PendingUpdate, WebhookSettings
from .updates import as_json
from .world import World

FIRST_PAUSE = 1.0
LONGEST_PAUSE = 60.0
_IDLE = 3600.0
_TIMEOUT = aiohttp.ClientTimeout(total=60)


class WebhookSender:
    """Delivers the updates of one bot while it has a webhook."""

    def __init__(self, world: World, api: BotApi, bot: Bot, first_pause: float) -> None:
        self._world = world
        self._api = api
        self._bot = bot
        self._first_pause = first_pause
        self._busy: dict[int, asyncio.Task[None]] = {}
        self._pauses: dict[int, float] = {}

    async def run(self) -> None:
        """Until cancelled: give every chat's oldest update to a delivery of its own."""
        try:
            async with aiohttp.ClientSession(timeout=_TIMEOUT) as session:
                while not self._world.stopping.is_set():
                    self._start_ready(session)
                    await self._bot.queue.arrived.wait(_IDLE)
        finally:
            for task in self._busy.values():
                task.cancel()

    def _start_ready(self, session: aiohttp.ClientSession) -> None:
        hook = self._bot.webhook
        if hook is None:
            return
        self._bot.queue.expire()
        seen = set(self._busy)
        for update in list(self._bot.queue.items):
            if len(self._busy) >= hook.max_connections:
                return
            if update.lane not in seen and self._bot.queue.wants(update.kind):
                seen.add(update.lane)
                task = asyncio.get_running_loop().create_task(self._deliver(session, hook, update))
                self._busy[update.lane] = task

    async def _deliver(
        self, session: aiohttp.ClientSession, hook: WebhookSettings, update: PendingUpdate
    ) -> None:
        try:
            reply = await self._post(session, hook, update)
            self._pauses.pop(update.lane, None)
            self._bot.queue.drop_where(lambda item: item is update)
            self._world.store.flush()
            if reply:
                await self._perform(reply)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            self._failed(hook, error)
            pause = self._pauses.get(update.lane, self._first_pause)
            self._pauses[update.lane] = min(pause * 2, LONGEST_PAUSE)
            await asyncio.sleep(pause)
        finally:
            self._busy.pop(update.lane, None)
            self._bot.queue.arrived.fire()

    async def _post(
        self, session: aiohttp.ClientSession, hook: WebhookSettings, update: PendingUpdate
    ) -> dict[str, Any]:
        """The reply of the webhook: parameters of a method to perform, or nothing."""
        headers = {"Content-Type": "application/json"}
        if hook.secret:
            headers["X-Telegram-Bot-Api-Secret-Token"] = hook.secret
        body = json.dumps(as_json(update), ensure_ascii=False).encode()
        async with session.post(hook.url, data=body, headers=headers, allow_redirects=False) as response:
            if not 200 <= response.status < 300:
                raise aiohttp.ClientError(
                    f"Wrong response from the webhook: {response.status} {response.reason}"
                )
            kind = response.content_type
            if kind == "application/json":
                try:
                    found = json.loads(await response.read())
                except ValueError:
                    return {}
                return found if isinstance(found, dict) else {}
            if kind == "application/x-www-form-urlencoded":
                return dict(parse_qsl(await response.text()))
        return {}

    def _failed(self, hook: WebhookSettings, error: Exception) -> None:
        hook.last_error_date = int(self._world.timestamp())
        if isinstance(error, aiohttp.ClientConnectorError):
            hook.last_error_message = "Connection refused"
        elif isinstance(error, TimeoutError):
            hook.last_error_message = "Read timeout expired"
        else:
            hook.last_error_message = str(error) or type(error).__name__
        self._world.touch_bot(self._bot)

    async def _perform(self, reply: dict[str, Any]) -> None:
        """A method in the answer to an update; the bot never hears its result."""
        name = str(reply.pop("method", ""))
        if not name:
            return
        call = Call(self._world, self._bot, NAMES.get(name.lower(), name), reply)
        try:
            await self._api.run(call)
        except Dropped:
            return
