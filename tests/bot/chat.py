"""Conversations over HTTP: the real dispatcher, poller and sender against the sandbox, spoken like a play.

    tamara = play.chat("Тамара")
    await tamara.say("/menu")
    await tamara.press("🔴 1.2")
    assert tamara.text.startswith("1.2 Перечень")

After every act everything is waited for that the bot does because of it, in this chat and in others.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from aiogram import Bot
from pydantic import SecretStr
from sqlalchemy import func, select, update

from bot.app import build_dispatcher
from bot.engine import Engine
from bot.limits import Limiter
from bot.notices import RENDERERS
from bot.telegram import telegram_bot
from domain import people, reminders
from domain.actor import SYSTEM
from domain.db import Database, WriteTx
from domain.errors import DomainError
from domain.files import FileStore
from domain.inbox import InboxState, InboxUpdate
from domain.outbox import OutboxMessage, OutboxState
from domain.settings import Settings
from domain.texts import texts
from sandbox import CallbackAnswer, Item, Sandbox, SentMessage
from tests.world import World

PNG = (Path(__file__).parents[1] / "data" / "pixel.png").read_bytes()
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
WAIT = 180.0  # seconds; a busy machine is no failure


def told(error: DomainError) -> str:
    """What the bot says of a named error of the domain, as plain words."""
    return texts("ru", escape=False).error(error)


@dataclass
class Chat:
    """One person's phone."""

    play: "Play"
    user_id: int
    answer: CallbackAnswer | None = None  # what the last press showed over the screen

    @property
    def messages(self) -> list[SentMessage]:
        """What the bot wrote here and what is still there."""
        return self.play.telegram.chat(self.user_id).from_bot

    @property
    def last(self) -> SentMessage:
        """The bot's newest message."""
        return self.messages[-1]

    @property
    def text(self) -> str:
        """Its words."""
        return self.last.text

    @property
    def labels(self) -> list[str]:
        """Its buttons."""
        return self.last.labels

    @property
    def alert(self) -> str:
        """What the last press showed over the screen."""
        return self.answer.text if self.answer else ""

    def files(self) -> list[str]:
        """Kinds and names of the files that the bot has sent."""
        return [
            message.document.name if message.document else message.kind
            for message in self.messages
            if message.document or message.photo
        ]

    async def say(self, text: str) -> str:
        """Write; the bot's newest words come back."""
        await self.play.telegram.send_text(self.user_id, text)
        await self.play.settled()
        return self.text

    async def document(
        self, name: str, body: bytes = PDF, *, size: int | None = None, caption: str = ""
    ) -> str:
        """Send a file."""
        await self.play.telegram.send_document(
            self.user_id, body, name, declared_size=size, caption=caption or None
        )
        await self.play.settled()
        return self.text

    async def photo(self, body: bytes = PNG, caption: str = "") -> str:
        """Send a photo."""
        await self.play.telegram.send_photo(self.user_id, body, caption=caption or None)
        await self.play.settled()
        return self.text

    async def album(self, items: Sequence[Item]) -> str:
        """Send several files at once."""
        await self.play.telegram.send_album(self.user_id, items)
        await self.play.settled()
        return self.text

    async def press(self, label: str, *, on: SentMessage | None = None) -> str:
        """Press a button of the newest message that has one so called, or of an older message."""
        found = [m for m in self.messages if any(text.startswith(label) for text in m.labels)]
        assert on or found, f"no button {label} on {self.labels}"
        message = on or found[-1]
        data = message.button(label).data
        assert data is not None, f"{label} opens an address"
        await self.press_data(message, data)
        return self.text

    async def press_data(self, message: SentMessage, data: str) -> None:
        """Press whatever: a button of an older picture, or one that no screen ever had."""
        found = self.play.telegram.world.find_message(
            self.play.telegram.bot, self.user_id, message.message_id
        )
        assert found is not None
        self.answer = await self.play.telegram.press_data(self.user_id, found, data)
        await self.play.settled()


@dataclass
class Play:
    """Everything at hand in a test."""

    telegram: Sandbox
    world: World
    db: Database
    bot: Bot
    files: FileStore
    settings: Settings
    engine: Engine = field(init=False)
    given_up: list[str | None] = field(default_factory=list)  # updates that a test meant to fail for good
    answers_lost: int = 0  # answers that a test meant to fail

    def chat(self, name: str) -> Chat:
        """The phone of somebody everyone knows."""
        return Chat(self, self.world.telegram[name])

    def newcomer(self, number: int, name: str) -> Chat:
        """The phone of somebody whom nobody here knows yet."""
        self.telegram.add_person(number, name)
        return Chat(self, number)

    async def start(self) -> None:
        """A fresh engine and dispatcher, as a new process would have them."""
        self.engine = Engine(
            self.db,
            self.bot,
            build_dispatcher(self.db, self.settings, self.files, bot_name=self.telegram.username),
            RENDERERS,
            self.settings,
            find_address=people.find_address,
            mark_unreachable=people.mark_unreachable,
            strict=True,
        )
        await self.engine.start()

    async def restart(self) -> None:
        """Stop, and start again on the same data."""
        await self.engine.stop()
        await self.start()

    async def morning(self) -> int:
        """The planner's tick; what it queued is sent."""
        planned = await self.morning_planned()
        await self.settled()
        return planned

    async def morning_planned(self) -> int:
        """The planner's tick alone."""
        return await reminders.plan(self.db)

    async def settled(self) -> None:
        """Wait until everything that came in is handled and everything due has left."""
        until = time.monotonic() + WAIT
        while not await self._is_settled():
            if time.monotonic() > until:
                raise TimeoutError("the bot does not come to rest")
            await asyncio.sleep(0.02)

    async def _is_settled(self) -> bool:
        if self.telegram.bot.queue.items:
            return False
        open_in = (InboxState.NEW, InboxState.COMMITTED)
        open_out = (OutboxState.PENDING, OutboxState.CLAIMED, OutboxState.SENDING)
        async with self.db.read(SYSTEM) as tx:
            coming = select(func.count()).where(InboxUpdate.state.in_(open_in))
            going = select(func.count()).where(
                OutboxMessage.state.in_(open_out), OutboxMessage.not_before <= tx.now
            )
            return not await tx.session.scalar(coming) and not await tx.session.scalar(going)

    async def replay(self, tx: WriteTx) -> None:
        """Let everything that was handled be handled once more, as after a crash before the mark."""
        await tx.session.execute(update(InboxUpdate).values(state=InboxState.NEW, attempts=0))

    async def dead(self) -> list[str | None]:
        """Errors of updates that were given up: every test wants none."""
        async with self.db.read(SYSTEM) as tx:
            query = select(InboxUpdate.error).where(InboxUpdate.state == InboxState.DEAD)
            return list((await tx.session.scalars(query)).all())


@asynccontextmanager
async def playing(world: World, folder: Path) -> AsyncIterator[Play]:
    """The installation, running; at the end nothing may have been given up and no answer may have failed."""
    async with Sandbox(bot_username="vekha_bot", clock=world.clock.now) as telegram:
        for name, number in world.telegram.items():
            telegram.add_person(number, name)
            # They pressed «Start» long ago: a bot may not write to somebody who never did.
            telegram.world.private_chat(telegram.bot, number).started = True
        settings = Settings(
            _env_file=None,
            bot_token=SecretStr(telegram.token),
            telegram_api_url=telegram.base_url,
            data_dir=folder,
            panel_host="127.0.0.1",
            panel_port=8080,
        )
        # Telegram's pace of one message a second in a chat, a hundred thousand times as fast.
        bot = telegram_bot(settings, Limiter(clock=lambda: time.monotonic() * 100_000))
        play = Play(telegram, world, world.db, bot, FileStore(folder / "files"), settings)
        await play.start()
        try:
            yield play
            assert await play.dead() == play.given_up
            assert play.engine.counters["answers_failed"] == play.answers_lost
        finally:
            await play.engine.stop()
            await bot.session.close()
