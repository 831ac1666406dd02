"""The whole timetable on one screen.

The scheduler only ticks: what is due stands in the database, so a late, missed or doubled tick is harmless
(DESIGN.md, sentence 9). Its default of one second of grace would drop ticks after a stall.
"""

from collections.abc import Awaitable, Callable

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

from domain import inbox, outbox
from domain.actor import SYSTEM
from domain.db import Database

log = structlog.get_logger()

Job = Callable[[], Awaitable[object]]

ALWAYS = {"coalesce": True, "max_instances": 1, "misfire_grace_time": 3600}


def timetable(db: Database, plan_digests: Job | None = None) -> AsyncIOScheduler:
    """The jobs of an installation; `start()` it inside the running loop."""
    scheduler = AsyncIOScheduler(timezone="UTC", job_defaults=ALWAYS)

    def every(name: str, job: Job, *, seconds: int) -> None:
        scheduler.add_job(_logged(name, job), IntervalTrigger(seconds=seconds), id=name, name=name)

    def daily(name: str, job: Job, *, hour: int) -> None:
        scheduler.add_job(_logged(name, job), CronTrigger(hour=hour), id=name, name=name)

    #     what                 does                          when
    every("sweep_outbox", lambda: sweep_outbox(db), seconds=10)
    if plan_digests is not None:
        every("plan_digests", plan_digests, seconds=60)
    daily("forget_old", lambda: forget_old(db), hour=0)  # 03:00 in Moscow
    return scheduler


async def sweep_outbox(db: Database) -> dict[str, int]:
    """Expired leases, the one repeat of doubtful messages, messages that are too late."""
    async with db.write(SYSTEM) as tx:
        return await outbox.sweep(tx)


async def forget_old(db: Database) -> dict[str, int]:
    """What was handled and delivered long ago leaves the database."""
    async with db.write(SYSTEM) as tx:
        return {"inbox": await inbox.forget_old(tx), "outbox": await outbox.forget_old(tx)}


def _logged(name: str, job: Job) -> Callable[[], Awaitable[None]]:
    async def run() -> None:
        try:
            result = await job()
        except Exception:
            log.exception("job_failed", job=name)
        else:
            if result:
                log.info("job_done", job=name, result=result)

    return run
