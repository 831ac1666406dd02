"""The outbox loop: claim → whose turn → still true? → render → send → mark.

One sender per token, by a lease. A message is `sending` from before the first byte until its fate is known, at most
`IN_FLIGHT` at a time: these and no others are doubtful after a crash.
"""

import asyncio
import contextlib
import os
import secrets
import socket
import time
from collections import Counter
from collections.abc import Callable
from hashlib import sha256

import structlog
from aiogram import Bot
from aiogram.methods import GetMe

from bot.answers import Outcome, classify
from bot.delivery import Delivery
from bot.notice import FindAddress, MarkUnreachable, Renderers
from bot.telegram import session_of
from domain import outbox
from domain.actor import SYSTEM
from domain.alarms import Trouble
from domain.db import Database
from domain.files import FileStore
from domain.outbox import BULK, INTERACTIVE, TRANSACTIONAL, Due, Lease

log = structlog.get_logger()

IN_FLIGHT = 4
CLAIMED = 12  # messages of each sort that wait for their turn
REFILL = CLAIMED // 2  # of a broadcast, below which more are claimed
LOOK_AGAIN = 1.0  # seconds
RENEW = 10.0  # seconds between renewals of the lease
PROBES = (0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0)  # seconds between questions whether Telegram is there again


_living: set[str] = set()  # senders of this process


def new_owner() -> str:
    """A name for this sender that tells a later one on the same machine whether we still live."""
    owner = f"{_host()}:{os.getpid()}:{secrets.token_hex(4)}"
    _living.add(owner)
    return owner


def _host() -> str:
    return sha256(socket.gethostname().encode()).hexdigest()[:8]


def is_dead(owner: str) -> bool:
    """Whether a sender of this machine has surely ended; one of another machine is never sure."""
    host, _, rest = owner.partition(":")
    pid = rest.partition(":")[0]
    if host != _host() or not pid.isdigit():
        return False
    if int(pid) == os.getpid():
        return owner not in _living  # an earlier process had our number
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False


class Sender:
    """Sends what is due, for as long as it holds the lease of the token."""

    def __init__(
        self,
        db: Database,
        bot: Bot,
        renderers: Renderers,
        find_address: FindAddress,
        mark_unreachable: MarkUnreachable,
        *,
        timezone: str,
        counters: Counter[str] | None = None,
        is_clock_right: Callable[[], bool] = lambda: True,
        files: FileStore | None = None,
    ) -> None:
        self._db, self._bot = db, bot
        self._limiter = session_of(bot).limiter
        self.counters = counters if counters is not None else Counter()
        self.owner = new_owner()
        self.online = asyncio.Event()
        self.online.set()
        self._probe: asyncio.Task[None] | None = None
        self._delivery = Delivery(
            db,
            bot,
            renderers,
            find_address,
            mark_unreachable,
            gate=self,
            places=asyncio.Semaphore(IN_FLIGHT),
            counters=self.counters,
            timezone=timezone,
            files=files,
        )
        self._is_clock_right = is_clock_right
        self.trouble: Trouble | None = None  # why nothing leaves, where a person has to do something
        self._work = asyncio.Event()
        self._tasks: dict[asyncio.Task[None], Due] = {}
        self._lease: Lease | None = None
        self._renewed = 0.0
        self._is_stopping = False
        self._has_ended = asyncio.Event()  # the loop below is over: nothing more is claimed
        self._has_ended.set()
        db.listen("outbox", self._work.set)

    async def run(self) -> None:
        """Send until `stop`."""
        self._has_ended.clear()
        try:
            while not self._is_stopping:
                await self._turn()
        finally:
            self._has_ended.set()

    async def _turn(self) -> None:
        try:
            if self._lease is None and not await self._take_lease():
                await self._pause()
                return
            await self._renew_in_time()
            await self.online.wait()
            if not self._is_stopping and not await self._begin_some():
                await self._pause()
        except Exception:
            log.exception("sender_failed")
            await asyncio.sleep(LOOK_AGAIN)

    async def stop(self, grace: float) -> None:
        """Begin nothing new; messages on their way get `grace` seconds to be answered, the rest goes back."""
        self._is_stopping = True
        self._work.set()
        self.online.set()
        if self._probe is not None:
            self._probe.cancel()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._has_ended.wait(), max(grace, LOOK_AGAIN))
        self._delivery.dismiss_waiting()
        if self._tasks:
            _, late = await asyncio.wait(set(self._tasks), timeout=grace)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        if self._lease is not None:
            async with self._db.write(SYSTEM) as tx:
                await outbox.drop_lease(tx, self._lease)
        _living.discard(self.owner)

    def suspend(self) -> None:
        """Telegram cannot be reached, or answers nonsense: send nothing until it answers a harmless question."""
        self.online.clear()
        if self._probe is None or self._probe.done():
            self._probe = asyncio.create_task(self._ask_until_answered())

    @property
    def rate(self) -> float:
        """Messages a second that may leave now: for the metrics."""
        return self._limiter.rate

    def may_send(self) -> bool:
        """Whether the clock can be relied upon: else messages would leave too early, or expire."""
        return self._is_clock_right()

    async def _ask_until_answered(self) -> None:
        for attempt in range(1_000_000):
            with contextlib.suppress(Exception):  # whatever it is: it is not the answer
                status, body = await session_of(self._bot).post(self._bot, GetMe(), 10)
                answer = classify(status, body)
                self.trouble = Trouble.TOKEN if answer.outcome == Outcome.STOPPED else None
                if status == 200 and answer.outcome == Outcome.SENT:
                    break
            self.counters["probes_failed"] += 1
            pause = PROBES[min(attempt, len(PROBES) - 1)]
            log.warning("telegram_unreachable", next_try_in=pause)
            await asyncio.sleep(pause)
        self.online.set()

    async def _pause(self) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._work.wait(), LOOK_AGAIN)
        self._work.clear()

    async def _take_lease(self) -> bool:
        async with self._db.write(SYSTEM) as tx:
            self._lease = await outbox.take_lease(tx, self._bot.id, self.owner, is_dead)
            state = await outbox.find_sender(tx, self._bot.id)
        if self._lease is None:
            log.info("another_sender_is_active")
            return False
        self._renewed = time.monotonic()
        if state is not None:
            left = [
                (moment - tx.now).total_seconds() if moment else 0.0
                for moment in (state.paused_until, state.slow_until)
            ]
            self._limiter.restore(max(0.0, left[0]), max(0.0, left[1]))
        return True

    async def _renew_in_time(self, *, now: bool = False) -> None:
        if self._lease is None or (not now and time.monotonic() - self._renewed < RENEW):
            return
        async with self._db.write(SYSTEM) as tx:
            is_ours = await outbox.renew_lease(tx, self._lease)
        self._renewed = time.monotonic()
        if not is_ours:
            log.error("lease_lost")
            self._lease = None

    async def _begin_some(self) -> bool:
        lease = self._lease
        if lease is None:
            return True
        if self._limiter.is_paused or not self.may_send():
            return False
        found = self._first_of_each(await self._due())
        if not found:
            return False
        async with self._db.write(SYSTEM) as tx:
            got = set(await outbox.claim(tx, lease, list(found)))
        if not got:  # paused, or the clock was moved and the lease seems to have run out
            await self._renew_in_time(now=True)
            return False
        for message_id in found:
            if message_id in got:
                task = asyncio.create_task(self._delivery.deliver(lease, found[message_id]))
                self._tasks[task] = found[message_id]
                task.add_done_callback(self._ended)
        return True

    async def _due(self) -> list[Due]:
        waiting = Counter(due.lane == BULK for due in self._tasks.values())
        lanes = [INTERACTIVE, TRANSACTIONAL] if waiting[False] < CLAIMED else []
        lanes += [BULK] if waiting[True] <= REFILL else []
        if not lanes:
            return []
        people = {due.person_id for due in self._tasks.values() if due.person_id is not None}
        chats = {due.chat_id for due in self._tasks.values() if due.chat_id is not None}
        async with self._db.read(SYSTEM) as tx:
            return await outbox.due(tx, lanes=lanes, busy_people=people, busy_chats=chats, limit=CLAIMED)

    @staticmethod
    def _first_of_each(due: list[Due]) -> dict[int, Due]:
        """One message per recipient at a time: they arrive in order, and one recipient delays no other."""
        first: dict[tuple[int | None, int | None], Due] = {}
        for one in due:
            first.setdefault((one.person_id, one.chat_id), one)
        return {one.id: one for one in first.values()}

    def _ended(self, task: asyncio.Task[None]) -> None:
        due = self._tasks.pop(task)
        # Claimed several at a time: the way to the database is what costs, not the messages.
        if due.lane != BULK or sum(other.lane == BULK for other in self._tasks.values()) <= REFILL:
            self._work.set()
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("delivery_failed", exc_info=error)
