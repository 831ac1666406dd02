"""A small installation for the engine alone: a real database file, the sandbox over HTTP, a tiny dispatcher."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiogram import Bot, Dispatcher
from aiogram.fsm.context import FSMContext
from aiogram.types import Message
from pydantic import SecretStr
from sqlalchemy import text

from bot.engine import Engine
from bot.notice import Notice, Renderers
from bot.storage import DatabaseStorage
from bot.telegram import telegram_bot
from domain import outbox
from domain.actor import SYSTEM
from domain.db import Clock, Database, Tx, WriteTx
from domain.outbox import OutboxMessage
from domain.settings import Settings
from domain.texts import Texts
from sandbox import Sandbox
from tests.stores import SERVER, url_in

ANNA, BORIS, VERA = 1001, 1002, 1003
NUMBER = "SERIAL" if SERVER else "INTEGER"
EFFECTS = f"CREATE TABLE effect (id {NUMBER} PRIMARY KEY, chat_id BIGINT NOT NULL, words TEXT NOT NULL)"


@dataclass(frozen=True)
class TestAddress:
    """What `people.find_address` gives."""

    __test__ = False
    chat_id: int
    language: str = "ru"
    timezone: str = "Europe/Moscow"
    reachable: bool = True


@dataclass
class Directory:
    """Persons by number; person 1 is Anna, 2 Boris, 3 Vera unless told otherwise."""

    addresses: dict[int, TestAddress] = field(
        default_factory=lambda: {1: TestAddress(ANNA), 2: TestAddress(BORIS), 3: TestAddress(VERA)}
    )
    unreachable: dict[int, str] = field(default_factory=dict)

    async def find(self, tx: Tx, person_id: int) -> TestAddress | None:
        """Where to write."""
        return self.addresses.get(person_id)

    async def mark(self, tx: WriteTx, person_id: int, reason: str) -> None:
        """Remember the refusal."""
        self.unreachable[person_id] = reason


async def say_words(tx: Tx, message: OutboxMessage, say: Texts) -> Notice | None:
    """Renders `params["words"]`; no words, no message."""
    words = message.params.get("words")
    return Notice(words) if words else None


def recording(db: Database) -> Dispatcher:
    """Keeps every text in the table `effect`, and answers «ok <text>» after the commit."""
    dispatcher = Dispatcher(storage=DatabaseStorage(db))

    @dispatcher.message()
    async def keep(message: Message, state: FSMContext) -> None:
        await state.set_state("kept")
        async with db.write(SYSTEM) as tx:
            await keep_effect(tx, message.chat.id, message.text or "")
        await message.answer(f"ok {message.text}")

    return dispatcher


async def keep_effect(tx: WriteTx, chat_id: int, words: str) -> None:
    """One row per effect."""
    await tx.session.execute(
        text("INSERT INTO effect (chat_id, words) VALUES (:chat_id, :words)"),
        {"chat_id": chat_id, "words": words},
    )


async def rows(db: Database, query: str) -> list[tuple[Any, ...]]:
    """Whatever a fresh transaction reads."""
    async with db.read(SYSTEM) as tx:
        return [tuple(row) for row in await tx.session.execute(text(query))]


async def effects(db: Database) -> list[str]:
    """The words of all effects, in order."""
    return [words for (words,) in await rows(db, "SELECT words FROM effect ORDER BY id")]


def settings_for(telegram: Sandbox, folder: Path, **values: Any) -> Settings:
    """Settings that name the sandbox."""
    return Settings(
        _env_file=None,
        bot_token=SecretStr(telegram.token),
        telegram_api_url=telegram.base_url,
        data_dir=folder,
        **values,
    )


@dataclass
class Stage:
    """Everything at hand in a test."""

    telegram: Sandbox
    db: Database
    bot: Bot
    directory: Directory
    settings: Settings
    engine: Engine
    make_engine: Callable[[], Engine]

    async def put(self, person_id: int, words: str, *, kind: str = "words", **fields: Any) -> None:
        """Queue a message."""
        async with self.db.write(SYSTEM) as tx:
            fields.setdefault("dedupe_key", f"{person_id}:{words}")
            await outbox.put(tx, kind, person_id=person_id, subject="test", params={"words": words}, **fields)

    async def restart(self) -> None:
        """Stop cleanly, start a fresh engine on the same database."""
        await self.engine.stop()
        self.engine = self.make_engine()
        await self.engine.start()

    async def states(self) -> list[tuple[Any, ...]]:
        """State and attempts of every queued message."""
        return await rows(self.db, "SELECT state, attempts FROM outbox_message ORDER BY id")

    def texts(self, chat_id: int) -> list[str]:
        """What a person has received."""
        return [message.text for message in self.telegram.chat(chat_id).from_bot]


@asynccontextmanager
async def stage(
    folder: Path,
    *,
    dispatch: Callable[[Database], Dispatcher] = recording,
    renderers: Renderers | None = None,
    clock: Clock | None = None,
    started: bool = True,
    parts: tuple[str, ...] = ("bot", "worker"),
    enforce_limits: bool = False,
    **values: Any,
) -> AsyncIterator[Stage]:
    """The installation, running."""
    async with Sandbox(enforce_limits=enforce_limits) as telegram:
        for number, name in ((ANNA, "Анна"), (BORIS, "Борис"), (VERA, "Вера")):
            telegram.add_person(number, name)
            await telegram.send_text(number, "/start")
        telegram.bot.queue.clear()  # everyone has opened the chat, and nobody has said anything yet
        settings = settings_for(telegram, folder, **values)
        db = Database(url_in(folder), clock)
        await make_tables(db)
        bot, directory = telegram_bot(settings), Directory()

        def make_engine() -> Engine:
            return Engine(
                db,
                bot,
                dispatch(db),
                renderers or {"words": say_words, "broadcast": say_words, "moved": say_words},
                settings,
                find_address=directory.find,
                mark_unreachable=directory.mark,
                parts=parts,
                strict=True,
            )

        now = Stage(telegram, db, bot, directory, settings, make_engine(), make_engine)
        if started:
            await now.engine.start()
        try:
            yield now
        finally:
            await now.engine.stop()
            await bot.session.close()
            await db.close()


async def make_tables(db: Database) -> None:
    """The tables of the engine, and the one for effects."""
    from domain.models import metadata

    async with db.write(SYSTEM) as tx:
        await (await tx.session.connection()).run_sync(metadata.create_all)
        await tx.session.execute(text(EFFECTS))


async def eventually(now: Stage, is_so: Callable[[], Awaitable[bool]]) -> None:
    """Wait until a question about the database is answered with yes. Raises TimeoutError after a minute."""
    async with asyncio.timeout(60):
        while not await is_so():
            await asyncio.sleep(0.02)
