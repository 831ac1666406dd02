"""Updates through inbox, lanes, dispatcher and a real hand-in, against bare aiogram with one SELECT and one commit.

Both sides use the same SQLite settings and a session that answers at once, so that only our own work is compared.
"""

import asyncio
import itertools
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from aiogram import Bot, Dispatcher
from aiogram.methods import TelegramMethod
from aiogram.types import CallbackQuery, Chat, Message, Update
from pydantic import SecretStr
from sqlalchemy import Integer, select
from sqlalchemy.orm import Mapped, mapped_column

from bot.app import build_dispatcher
from bot.finishing import Finisher
from bot.lanes import Lanes
from bot.presses import Send, Work
from bot.storage import DatabaseStorage
from bot.telegram import TelegramSession
from bot.updates import Updates
from domain import inbox
from domain.actor import SYSTEM
from domain.db import Base, Database
from domain.files import FileStore
from domain.people import Person
from domain.progress import Assignment, Submission
from domain.schools import School
from domain.settings import Settings
from tests.bench.region import FIRST_HEAD, SCHOOLS, build

ROUNDS = 8  # hand-ins of each school; three updates each
TOKEN = "123456:BENCH"


class Effect(Base):
    """What the bare ceiling writes."""

    __tablename__ = "bench_effect"
    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    chat_id: Mapped[int]
    text: Mapped[str]


class Silent(TelegramSession):
    """Answers like Telegram, without a network."""

    numbers = itertools.count(1_000_000)

    async def make_request(self, bot: Bot, method: TelegramMethod[Any], timeout: int | None = None) -> Any:
        """A message for what returns one, else True."""
        if method.__api_method__.startswith(("send", "edit")):
            chat = Chat(id=int(getattr(method, "chat_id", 0) or 0), type="private")
            number = getattr(method, "message_id", None) or next(self.numbers)
            return Message(message_id=number, date=datetime.fromtimestamp(0, UTC), chat=chat, text="…").as_(
                bot
            )
        return True


def _from(user: int) -> dict[str, Any]:
    return {"id": user, "is_bot": False, "first_name": "Д"}


class Updates3:
    """Raw updates of one hand-in: open, write, send."""

    def __init__(self) -> None:
        self._ids = itertools.count(1)

    def message(self, user: int, text: str) -> dict[str, Any]:
        """A text from a person."""
        chat = {"id": user, "type": "private", "first_name": "Д"}
        number = next(self._ids)
        return {
            "update_id": number,
            "message": {
                "message_id": number,
                "date": 1650000000,
                "chat": chat,
                "from": _from(user),
                "text": text,
            },
        }

    def press(self, user: int, data: str) -> dict[str, Any]:
        """A press of a button under the bot's message."""
        chat = {"id": user, "type": "private", "first_name": "Д"}
        number = next(self._ids)
        below = {"message_id": number, "date": 1650000000, "chat": chat, "text": "…"}
        query = {"id": str(number), "from": _from(user), "chat_instance": "1", "data": data, "message": below}
        return {"update_id": number, "callback_query": query}


async def ours(
    db: Database, folder: Path, updates: list[dict[str, Any]], session: Silent | None = None
) -> float:
    """Seconds for these updates through everything that is ours."""
    bot = Bot(TOKEN, session=session or Silent())
    settings = Settings(bot_token=SecretStr(TOKEN), data_dir=folder)
    dispatcher = build_dispatcher(db, settings, FileStore(folder / "files"), bot_name="bench")
    finisher = Finisher(db)
    storage = dispatcher.storage
    assert isinstance(storage, DatabaseStorage)
    handler = Updates(db, bot, dispatcher, finisher, remember=storage.remember)
    lanes = Lanes(db, bot.id, handler.handle)
    finisher.on_finished = lanes.finished
    flusher = asyncio.create_task(finisher.run())
    start = time.perf_counter()
    for first in range(0, len(updates), 100):
        await lanes.room()
        async with db.write(SYSTEM, closes=False) as tx:
            rows = await inbox.accept(tx, bot.id, updates[first : first + 100])
        lanes.offer(rows)
    while lanes._tasks:
        await asyncio.gather(*lanes._tasks)
    await finisher.flush()
    seconds = time.perf_counter() - start
    flusher.cancel()
    await asyncio.gather(flusher, return_exceptions=True)
    assert handler.counters["updates_dead"] == 0
    return seconds


async def bare(db: Database, updates: list[dict[str, Any]]) -> float:
    """Seconds for as many updates through aiogram alone, with one SELECT and one commit each."""
    bot = Bot(TOKEN, session=Silent())
    dispatcher = Dispatcher()

    async def handle(event: Message | CallbackQuery) -> None:
        user = event.from_user.id if event.from_user else 0
        async with db.read(SYSTEM) as tx:
            await tx.session.scalar(select(Person).where(Person.telegram_id == user))
        async with db.write(SYSTEM) as tx:
            tx.session.add(Effect(chat_id=user, text=getattr(event, "text", None) or "press"))
        await bot.send_message(user, "ok")

    dispatcher.message.register(handle)
    dispatcher.callback_query.register(handle)
    gate = asyncio.Semaphore(16)

    async def feed(raw: dict[str, Any]) -> None:
        async with gate:
            await dispatcher.feed_update(bot, Update.model_validate(raw, context={"bot": bot}))

    start = time.perf_counter()
    await asyncio.gather(*map(feed, updates))
    return time.perf_counter() - start


async def _measure() -> list[str]:
    with TemporaryDirectory() as name:
        folder = Path(name)
        db, _, _, _ = await build(folder)
        async with db.read(SYSTEM) as tx:
            rows = (
                await tx.session.execute(
                    select(Assignment.id, School.id).join(School, School.id == Assignment.school_id)
                )
            ).all()
            first = min(school for _, school in rows)
        by_school: dict[int, list[int]] = {}
        for work_id, school_id in rows:
            by_school.setdefault(school_id, []).append(work_id)
        make = Updates3()
        hand_ins: list[dict[str, Any]] = []
        for n in range(ROUNDS):
            for school_id, work in by_school.items():
                user = FIRST_HEAD + school_id - first
                hand_ins += [
                    make.press(user, Work(id=work[n]).pack()),
                    make.message(user, "Программа утверждена приказом № 41 от 12.04"),
                    make.press(user, Send(id=work[n]).pack()),
                ]
        taken = await ours(db, folder, hand_ins)
        async with db.read(SYSTEM) as tx:
            sent = len((await tx.session.scalars(select(Submission.id))).all())
        assert sent == ROUNDS * SCHOOLS, sent
        ceiling = await bare(db, hand_ins)
        await db.close()
    mine, top = len(hand_ins) / taken, len(hand_ins) / ceiling
    return [
        f"hand-in of three updates: {mine:.0f} updates/s, bare aiogram with one SELECT and one commit {top:.0f}/s, "
        f"share {mine / top:.2f}"
    ]


def run() -> Iterator[str]:
    """Lines of the report."""
    yield from asyncio.run(_measure())
