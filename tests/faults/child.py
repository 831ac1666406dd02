"""The process that is killed: the real engine with a dispatcher that keeps one row per update.

Every handled text has one effect (a row), one dialogue state, one queued note to the next person (now and then to a
group), and one answer. The process can be told to kill itself at a named point; all else is the product's own code.
"""

import asyncio
import os
import signal
import threading
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Any, NamedTuple

from aiogram import Dispatcher
from aiogram.fsm.context import FSMContext
from aiogram.types import Message
from pydantic import SecretStr
from sqlalchemy import event

from bot import delivery, engine
from bot.delivery import Delivery
from bot.engine import Engine
from bot.finishing import Finisher
from bot.handling import Handling
from bot.limits import Limiter
from bot.logs import set_up
from bot.poller import Poller
from bot.storage import DatabaseStorage
from bot.telegram import session_of, telegram_bot
from domain import outbox
from domain.actor import SYSTEM
from domain.db import Clock, Database
from domain.outbox import INTERACTIVE
from domain.settings import Settings
from domain.texts import texts
from tests.bot.engine_kit import Directory, TestAddress, keep_effect, say_words
from tests.faults.mutants import MUTANTS

PEOPLE = range(2001, 2009)
GROUP = -4_000_000_001  # the first group of a sandbox
GROUP_EVERY = 16  # one note of so many goes to the group, which takes twenty a minute

texts("ru")  # read once by the parent of all children


class Orders(NamedTuple):
    """How one life of the child is to go."""

    url: str
    token: str
    folder: str
    point: str = ""  # where to die; empty: nowhere by itself
    after: int = 1  # at which time of passing the point
    ahead: float = 0.0  # seconds that its clock is ahead
    mutant: str = ""  # a mistake to make, which the checker must find
    patience: float = 30.0  # seconds that a request may take
    pages: int = 0  # of the database at most: a small disk


class Death:
    """Counts down at one point."""

    def __init__(self, orders: Orders) -> None:
        self.point, self.left = orders.point, orders.after

    def at(self, point: str) -> None:
        """Die here, if it is time."""
        if self._is_time(point):
            os.kill(os.getpid(), signal.SIGKILL)

    def during(self, point: str) -> None:
        """Die by another thread while this one goes on into what it is about to do."""
        if self._is_time(point):
            threading.Thread(target=self._die_soon, daemon=True).start()

    def _is_time(self, point: str) -> bool:
        if not point or point != self.point:
            return False
        self.left -= 1
        return self.left <= 0

    @staticmethod
    def _die_soon() -> None:
        time.sleep(0.0005)
        os.kill(os.getpid(), signal.SIGKILL)


Counts = Callable[..., bool]


def around(
    owner: type, name: str, death: Death, before: str, after: str, counts: Counts = lambda *args: True
) -> None:
    """Pass the points before and after a method of the product, where this call `counts`."""
    original: Callable[..., Awaitable[Any]] = getattr(owner, name)

    async def passing(self: Any, *args: Any, **kwargs: Any) -> Any:
        is_meant = counts(*args)
        death.at(before if is_meant else "")
        result = await original(self, *args, **kwargs)
        death.at(after if is_meant else "")
        return result

    setattr(owner, name, passing)


POINTS = (
    "before_accept",
    "after_accept",
    "in_effect",
    "in_commit",
    "after_effect",
    "before_answer",
    "after_answer",
    "before_finish",
    "after_finish",
    "after_claim",
    "after_sending",
    "after_response",
    "after_mark",
)


def plant(death: Death) -> None:
    """The fault points of RELIABILITY.md §7."""
    around(Poller, "_keep", death, "before_accept", "after_accept")
    around(Finisher, "flush", death, "before_finish", "after_finish")
    # Not the word after a restart, which goes first: the message that a behaviour of Telegram is planted for.
    around(Delivery, "deliver", death, "after_claim", "", lambda lease, due: due.lane > INTERACTIVE)
    around(
        Delivery,
        "_exchange",
        death,
        "after_sending",
        "after_response",
        lambda ready, *rest: ready.message.lane > INTERACTIVE,
    )
    around(
        Delivery,
        "_conclude",
        death,
        "",
        "after_mark",
        lambda lease, ready, *rest: ready.message.lane > INTERACTIVE,
    )
    original = Handling.committed

    def committed(self: Handling) -> None:
        death.at("after_effect")
        original(self)

    Handling.committed = committed  # type: ignore[method-assign]


def dispatcher_of(db: Database, death: Death) -> Dispatcher:
    """One effect, one state, one note, one answer."""
    dispatcher = Dispatcher(storage=DatabaseStorage(db))

    @dispatcher.message()
    async def keep(message: Message, state: FSMContext) -> None:
        word, chat_id = message.text or "", message.chat.id
        if not word.startswith("w"):
            return  # what the sandbox says of its group
        await state.set_data({"last": word})
        is_for_group = int(word[1:]) % GROUP_EVERY == 0
        async with db.write(SYSTEM) as tx:
            await keep_effect(tx, chat_id, word)
            await outbox.put(
                tx,
                "broadcast" if word.endswith("3") else "words",
                person_id=None if is_for_group else PEOPLE[(chat_id - PEOPLE[0] + 1) % len(PEOPLE)],
                chat_id=GROUP if is_for_group else None,
                subject="note",
                dedupe_key=f"note:{word}",
                params={"words": f"note {word}"},
            )
            death.at("in_effect")
            death.during("in_commit")
        death.at("before_answer")
        await message.answer(f"ok {word}")
        death.at("after_answer")

    return dispatcher


def shrink(db: Database, pages: int) -> Callable[[], Awaitable[None]]:
    """A disk so small that the database may have no more pages; the result makes it large again."""
    connections: list[Any] = []

    def limit(connection: Any, _record: Any) -> None:
        connections.append(connection)
        connection.cursor().execute(f"PRAGMA max_page_count={pages}")

    event.listen(db._writer.sync_engine, "connect", limit)

    async def grow() -> None:
        for connection in connections:
            await connection.driver_connection.execute("PRAGMA max_page_count=1000000")

    return grow


async def live(orders: Orders, ready: Event) -> None:
    """Run until killed, or until SIGTERM, which ends cleanly."""
    death = Death(orders)
    if orders.mutant:
        setattr(*MUTANTS[orders.mutant])
    plant(death)
    folder = Path(orders.folder)
    settings = Settings(
        _env_file=None,
        bot_token=SecretStr(orders.token),
        telegram_api_url=orders.url,
        data_dir=folder,
        timezone="Europe/Moscow",
    )
    ahead = timedelta(seconds=orders.ahead)
    db = Database(f"sqlite+aiosqlite:///{folder / 'test.db'}", Clock(lambda: datetime.now(UTC) + ahead))
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, stop.set)
    if orders.pages:
        grow = shrink(db, orders.pages)
        loop.add_signal_handler(signal.SIGUSR1, lambda: asyncio.ensure_future(grow()))
    bot = telegram_bot(settings, Limiter(rate=500, chat_spacing=0.0))
    session_of(bot).timeout = orders.patience
    delivery.REQUEST = orders.patience
    engine.GRACE = 60.0  # what is in flight comes to its end, however busy the machine
    directory = Directory({person: TestAddress(person) for person in PEOPLE})
    running = Engine(
        db,
        bot,
        dispatcher_of(db, death),
        {"words": say_words, "broadcast": say_words},
        settings,
        find_address=directory.find,
        mark_unreachable=directory.mark,
        strict=True,
    )
    running._poller.longest_pause = 0.3
    await running.start()
    ready.set()
    await stop.wait()
    await running.stop()
    await bot.session.close()
    await db.close()


def main(orders: Orders, ready: Event) -> None:
    """The entry of the process."""
    set_up("CRITICAL", secrets=[orders.token])  # errors are the plan here; only what nobody expects is shown
    asyncio.run(live(orders, ready))
