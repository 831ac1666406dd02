"""The process that is killed: the real engine with a dispatcher that keeps one row per update.

Every handled text has one effect (a row), one dialogue state, one queued note to the next person, and one answer. The
process can be told to kill itself at a named point; all else is the product's own code.
"""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Any, NamedTuple

from aiogram import Dispatcher
from aiogram.fsm.context import FSMContext
from aiogram.types import Message
from pydantic import SecretStr

from bot.delivery import Delivery
from bot.engine import Engine
from bot.finishing import Finisher
from bot.handling import Handling
from bot.limits import Limiter
from bot.logs import set_up
from bot.poller import Poller
from bot.storage import DatabaseStorage
from bot.telegram import telegram_bot
from domain import inbox, outbox
from domain.actor import SYSTEM
from domain.db import Clock, Database, WriteTx
from domain.settings import Settings
from tests.bot.engine_kit import Directory, TestAddress, keep_effect, say_words

PEOPLE = range(2001, 2009)


class Orders(NamedTuple):
    """How one life of the child is to go."""

    url: str
    token: str
    folder: str
    point: str = ""  # where to die; empty: nowhere by itself
    after: int = 1  # at which time of passing the point
    ahead: float = 0.0  # seconds that its clock is ahead
    mutant: str = ""  # a mistake to make, which the checker must find


class Death:
    """Counts down at one point."""

    def __init__(self, orders: Orders) -> None:
        self.point, self.left = orders.point, orders.after

    def at(self, point: str) -> None:
        """Die here, if it is time."""
        if point and point == self.point:
            self.left -= 1
            if self.left <= 0:
                os.kill(os.getpid(), signal.SIGKILL)


def around(owner: type, name: str, death: Death, before: str, after: str) -> None:
    """Pass the points before and after a method of the product."""
    original: Callable[..., Awaitable[Any]] = getattr(owner, name)

    async def passing(self: Any, *args: Any, **kwargs: Any) -> Any:
        death.at(before)
        result = await original(self, *args, **kwargs)
        death.at(after)
        return result

    setattr(owner, name, passing)


POINTS = (
    "before_accept",
    "after_accept",
    "in_effect",
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
    around(Delivery, "deliver", death, "after_claim", "")
    around(Delivery, "_exchange", death, "after_sending", "after_response")
    around(Delivery, "_conclude", death, "", "after_mark")
    original = Handling.committed

    def committed(self: Handling) -> None:
        death.at("after_effect")
        original(self)

    Handling.committed = committed  # type: ignore[method-assign]


_later: list[asyncio.Task[None]] = []


async def _confirm_first(self: Poller, updates: list[Any]) -> None:
    """Mutant: what aiogram's polling does, the next request confirms what is not kept yet."""

    async def keep() -> None:
        await asyncio.sleep(0.3)
        async with self._db.write(SYSTEM) as tx:
            self._offer(await inbox.accept(tx, self._bot.id, updates))

    if updates:
        self._offset = max(update["update_id"] for update in updates) + 1
        _later.append(asyncio.create_task(keep()))


async def _mark_nothing(self: Handling, tx: WriteTx) -> None:
    """Mutant: the effect is committed without its mark."""


async def _send_unmarked(tx: WriteTx, lease: outbox.Lease, message_id: int) -> bool:
    """Mutant: bytes leave before `sending` is committed."""
    return True


MUTANTS: dict[str, tuple[Any, str, Any]] = {
    "confirms_first": (Poller, "_keep", _confirm_first),
    "effect_without_mark": (Handling, "before_commit", _mark_nothing),
    "sends_unmarked": (outbox, "begin_sending", _send_unmarked),
}


def dispatcher_of(db: Database, death: Death) -> Dispatcher:
    """One effect, one state, one note, one answer."""
    dispatcher = Dispatcher(storage=DatabaseStorage(db))

    @dispatcher.message()
    async def keep(message: Message, state: FSMContext) -> None:
        word, chat_id = message.text or "", message.chat.id
        await state.set_data({"last": word})
        async with db.write(SYSTEM) as tx:
            await keep_effect(tx, chat_id, word)
            await outbox.put(
                tx,
                "broadcast" if word.endswith("3") else "words",
                person_id=PEOPLE[(chat_id - PEOPLE[0] + 1) % len(PEOPLE)],
                subject="note",
                dedupe_key=f"note:{word}",
                params={"words": f"note {word}"},
            )
            death.at("in_effect")
        death.at("before_answer")
        await message.answer(f"ok {word}")
        death.at("after_answer")

    return dispatcher


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
    bot = telegram_bot(settings, Limiter(rate=500, chat_spacing=0.0))
    directory = Directory({person: TestAddress(person) for person in PEOPLE})
    engine = Engine(
        db,
        bot,
        dispatcher_of(db, death),
        {"words": say_words, "broadcast": say_words},
        settings,
        find_address=directory.find,
        mark_unreachable=directory.mark,
        strict=True,
    )
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    await engine.start()
    ready.set()
    await stop.wait()
    await engine.stop()
    await bot.session.close()
    await db.close()


def main(orders: Orders, ready: Event) -> None:
    """The entry of the process."""
    set_up("CRITICAL", secrets=[orders.token])  # errors are the plan here; only what nobody expects is shown
    asyncio.run(live(orders, ready))
