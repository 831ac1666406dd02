"""A clock that jumps: nothing leaves early, nothing twice, nothing expires, and a person is told."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from bot.clockwatch import ClockWatch
from bot.engine import Engine
from domain import alarms
from domain.actor import SYSTEM
from domain.alarms import Trouble
from domain.db import Clock
from tests.bot.engine_kit import Stage, eventually, rows, stage

NOON = datetime(2026, 3, 16, 9, 0, tzinfo=UTC)


class Clocks(Clock):
    """The clock of the machine, and one that nobody can set."""

    def __init__(self) -> None:
        super().__init__(lambda: NOON + timedelta(seconds=self.seconds) + self.wrong)
        self.is_real = True
        self.seconds, self.wrong = 0.0, timedelta()

    def steady(self) -> float:
        """Seconds since noon, truly."""
        return self.seconds

    @property
    def told(self) -> str:
        """What Telegram says in its answers."""
        return format_datetime(NOON + timedelta(seconds=self.seconds), usegmt=True)


@pytest.fixture
def clocks() -> Clocks:
    return Clocks()


@pytest.mark.parametrize("jump", [timedelta(minutes=-5), timedelta(hours=48)])
def test_a_jump_is_seen_at_once_and_until_the_clock_is_put_right(clocks: Clocks, jump: timedelta) -> None:
    watch = ClockWatch(clocks, clocks.steady)
    clocks.seconds += 3600
    assert watch.look()
    clocks.wrong = jump
    assert not watch.look()
    clocks.seconds += 3600
    assert (watch.look(), watch.seconds_off, watch.jumps) == (False, jump.total_seconds(), 1)
    clocks.wrong = timedelta()
    assert (watch.look(), watch.jumps) == (True, 2)


def test_telegram_decides_which_clock_is_right(clocks: Clocks) -> None:
    clocks.wrong = timedelta(hours=-2)  # from the beginning, as after a dead battery
    watch = ClockWatch(clocks, clocks.steady)
    assert watch.look()  # nobody has said anything yet
    watch.hear(clocks.told)
    assert (watch.look(), watch.seconds_off) == (False, -7200)
    clocks.wrong = timedelta()
    assert watch.look()
    watch.hear(clocks.told)
    assert (watch.look(), watch.seconds_off) == (True, 0)


def test_small_corrections_and_nonsense_change_nothing(clocks: Clocks) -> None:
    watch = ClockWatch(clocks, clocks.steady)
    clocks.wrong = timedelta(seconds=20)
    watch.hear(None)
    watch.hear("yesterday")
    assert (watch.look(), watch.jumps) == (True, 0)


def test_a_clock_that_is_moved_on_purpose_is_right() -> None:
    moment = [NOON]
    watch = ClockWatch(Clock(lambda: moment[0]), lambda: 0.0)
    moment[0] += timedelta(days=3)
    watch.hear(format_datetime(NOON, usegmt=True))
    assert watch.look()


async def ringing(now: Stage) -> list[tuple[Trouble, dict[str, int]]]:
    """The alarms as a person would see them."""
    async with now.db.read(SYSTEM) as tx:
        return [(alarm.trouble, alarm.details) for alarm in await alarms.ringing(tx)]


def watched(now: Stage, clocks: Clocks) -> Engine:
    """An engine whose watch knows the paper clock, and does not hear the real one."""
    watch = ClockWatch(clocks, clocks.steady)
    now.engine.watch = watch
    now.engine.sender._is_clock_right = watch.look
    now.engine._timetable._is_clock_right = watch.look
    return now.engine


async def test_nothing_leaves_early_or_expires_while_the_clock_is_wrong(
    tmp_path: Path, clocks: Clocks
) -> None:
    planned: list[datetime] = []

    async def plan() -> None:
        planned.append(clocks.now())

    async with stage(tmp_path, clock=clocks, started=False) as now:
        engine = watched(now, clocks)
        job = engine._timetable._by_the_clock(plan)
        await now.put(1, "завтра", not_before=NOON + timedelta(days=1), dedupe_key="early")
        await now.put(2, "до вечера", expires_at=NOON + timedelta(hours=3), dedupe_key="late")
        clocks.wrong = timedelta(hours=48)
        await engine.start()
        await engine.note_troubles()
        await job()
        sweep = engine._timetable._scheduler.get_job("sweep_outbox")
        await sweep.func()
        assert await ringing(now) == [(Trouble.CLOCK, {"ahead": 48 * 3600})]
        assert await now.states() == [("pending", 0), ("pending", 0)]
        assert planned == []
        clocks.wrong = timedelta()
        await engine.note_troubles()
        await job()
        assert await ringing(now) == []
        assert planned == [NOON]

        async def has_left() -> bool:
            return await now.states() == [("pending", 0), ("sent", 1)]

        await eventually(now, has_left)
        assert (now.texts(1001), now.texts(1002)) == ([], ["до вечера"])


async def test_ticks_do_not_wait_for_a_time_that_will_come_back_in_two_days(tmp_path: Path) -> None:
    async with stage(tmp_path) as now:
        job = now.engine._timetable._scheduler.get_job("sweep_outbox")
        job.modify(next_run_time=datetime.now(UTC) + timedelta(days=2))
        now.engine._timetable.begin_anew()
        left = now.engine._timetable._scheduler.get_job("sweep_outbox").next_run_time - datetime.now(UTC)
        assert left <= timedelta(seconds=10)


@pytest.mark.parametrize(
    ("method", "code", "trouble"),
    [
        ("getUpdates", 409, Trouble.RIVAL),
        ("getUpdates", 401, Trouble.TOKEN),
    ],
)
async def test_other_troubles_are_noted_and_end(
    tmp_path: Path, method: str, code: int, trouble: Trouble
) -> None:
    async with stage(tmp_path) as now:
        now.engine._poller.longest_pause = 0.05
        now.telegram.fault(method, "error", code=code, count=-1)

        def is_met() -> bool:
            return now.engine._poller.trouble is not None

        await _until(now, is_met)
        await now.engine.note_troubles()
        assert await ringing(now) == [(trouble, {})]
        since = await rows(now.db, "SELECT since_at FROM alarm")
        await now.engine.note_troubles()
        assert await rows(now.db, "SELECT since_at FROM alarm") == since
        now.telegram.clear_faults()
        await now.telegram.send_text(1001, "снова здесь")  # else the long poll would last
        await _until(now, lambda: not is_met())
        await now.engine.note_troubles()
        assert await ringing(now) == []


async def _until(now: Stage, is_so: Callable[[], bool]) -> None:
    async def asked() -> bool:
        return is_so()

    await eventually(now, asked)
