"""The whole timetable on one screen.

The scheduler only ticks: what is due stands in the database, so a late, missed or doubled tick is harmless
(DESIGN.md, sentence 9). Its default of one second of grace would drop ticks after a stall.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from contextvars import Context
from datetime import UTC, datetime
from functools import partial

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

from bot.chores import CHORES, sweep_files
from domain import outbox, overview, retention
from domain.actor import SYSTEM
from domain.db import Database
from domain.files import FileStore

log = structlog.get_logger()

Job = Callable[[], Awaitable[object]]

ALWAYS = {"coalesce": True, "max_instances": 1, "misfire_grace_time": 3600}


class Timetable:
    """The jobs of an installation; `start` it inside the running loop."""

    def __init__(
        self,
        db: Database,
        plan_digests: Job | None = None,
        files: FileStore | None = None,
        is_clock_right: Callable[[], bool] = lambda: True,
        ages: retention.Ages = retention.USUAL,
    ) -> None:
        self._is_clock_right = is_clock_right
        self._scheduler = AsyncIOScheduler(timezone="UTC", job_defaults=ALWAYS)
        self._running: set[asyncio.Task[None]] = set()
        every, daily = self._every, self._daily

        #     what                 does                          when
        every("sweep_outbox", self._by_the_clock(lambda: sweep_outbox(db)), seconds=10, at_start=True)
        if plan_digests is not None:
            every("plan_digests", self._by_the_clock(plan_digests), seconds=60)
        every("keep_boards", self._by_the_clock(lambda: overview.keep_boards(db)), seconds=900, at_start=True)
        dynamics = self._by_the_clock(lambda: overview.keep_dynamics(db))
        every("keep_dynamics", dynamics, seconds=900, at_start=True)
        db.listen("results", partial(self._now, "keep_dynamics"))  # brought in: before anybody looks at them
        if files is not None:
            for topic, chore in CHORES.items():
                every(topic, partial(chore, db, files), seconds=30, at_start=True)
                db.listen(topic, partial(self._now, topic))  # and at once where this process has caused it
        if files is not None:
            daily("sweep_files", partial(sweep_files, db, files), hour=1)
        daily(
            "forget_old", self._by_the_clock(lambda: retention.forget_old(db, ages)), hour=0
        )  # 03:00 in Moscow

    def start(self) -> None:
        """Begin to tick."""
        self._scheduler.start()

    def begin_anew(self) -> None:
        """The clock has jumped: whatever was planned by it ticks now, and from now on."""
        if not self._scheduler.running:
            return
        for job in self._scheduler.get_jobs():
            if isinstance(job.trigger, IntervalTrigger):
                job.reschedule(IntervalTrigger(seconds=job.trigger.interval.total_seconds()))
            else:
                job.reschedule(job.trigger)

    async def stop(self, grace: float) -> None:
        """Tick no more; a running job gets `grace` seconds to end."""
        if not self._scheduler.running:
            return
        self._scheduler.pause()
        if self._running:
            _, late = await asyncio.wait(set(self._running), timeout=grace)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        self._scheduler.shutdown(wait=False)

    def _by_the_clock(self, job: Job) -> Job:
        """The job, while the clock says what time it is: a wrong one would plan, repeat and forget wrongly."""

        async def run() -> object:
            return await job() if self._is_clock_right() else None

        return run

    def _every(self, name: str, job: Job, *, seconds: int, at_start: bool = False) -> None:
        first = {"next_run_time": datetime.now(UTC)} if at_start else {}
        self._scheduler.add_job(self._tracked(name, job), IntervalTrigger(seconds=seconds), id=name, **first)

    def _now(self, name: str) -> None:
        if self._scheduler.running:
            # In a context of its own: the scheduler's timer keeps the context in which it was set, so that the
            # update which caused this would be taken for the author of every later job.
            Context().run(self._scheduler.modify_job, name, next_run_time=datetime.now(UTC))

    def _daily(self, name: str, job: Job, *, hour: int) -> None:
        self._scheduler.add_job(self._tracked(name, job), CronTrigger(hour=hour), id=name)

    def _tracked(self, name: str, job: Job) -> Callable[[], Awaitable[None]]:
        async def run() -> None:
            task = asyncio.ensure_future(_logged(name, job))
            self._running.add(task)
            task.add_done_callback(self._running.discard)
            with contextlib.suppress(asyncio.CancelledError):  # of a stop, no failure to be logged
                await asyncio.wait({task})

        return run


async def sweep_outbox(db: Database) -> dict[str, int]:
    """Expired leases, the one repeat of doubtful messages, messages that are too late."""
    async with db.write(SYSTEM) as tx:
        return await outbox.sweep(tx)


async def _logged(name: str, job: Job) -> None:
    try:
        result = await job()
    except Exception:
        log.exception("job_failed", job=name)
    else:
        if result:
            log.info("job_done", job=name, result=result)
