"""The timetable: what ticks, and that a tick does its work."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.chores import CHORES
from bot.handling import Handling, handling
from bot.jobs import Timetable, sweep_outbox
from domain import documents, inbox, marksheets, outbox, retention, schools
from domain.actor import SYSTEM
from domain.db import Database
from domain.files import FileStore
from tests.world import MovableClock

Empty = tuple[Database, MovableClock]
SHEET = "Школа;ОГЭ математика участников 2021;ОГЭ математика ниже порога 2021\nСОШ № 1;10;3\n"


async def nothing() -> None:
    """Plans nothing."""


async def test_the_whole_timetable(empty: Empty) -> None:
    db, _ = empty
    jobs = Timetable(db, nothing)._scheduler.get_jobs()
    assert {job.id: str(job.trigger) for job in jobs} == {
        "sweep_outbox": "interval[0:00:10]",
        "plan_digests": "interval[0:01:00]",
        "keep_boards": "interval[0:15:00]",
        "keep_dynamics": "interval[0:15:00]",
        "forget_old": "cron[hour='0']",
    }


async def test_files_are_looked_after_at_once_and_on_a_tick(empty: Empty, tmp_path: Path) -> None:
    db, _ = empty
    timetable = Timetable(db, files=FileStore(tmp_path))
    jobs = {job.id: str(job.trigger) for job in timetable._scheduler.get_jobs()}
    assert {name: jobs[name] for name in CHORES} == {
        "photos": "interval[0:00:30]",
        "wiped": "interval[0:00:30]",
        "takeaways": "interval[0:00:30]",
        "looks": "interval[0:00:30]",
    }
    timetable.start()
    try:
        for name in CHORES:
            job = timetable._scheduler.get_job(name)
            job.modify(next_run_time=datetime.now(UTC) + timedelta(hours=1))
            async with db.write(SYSTEM) as tx:
                tx.announce(name)
            assert timetable._scheduler.get_job(name).next_run_time < datetime.now(UTC) + timedelta(minutes=1)
    finally:
        await timetable.stop(1)


async def test_results_that_were_brought_in_are_counted_at_once(empty: Empty) -> None:
    db, _ = empty
    timetable = Timetable(db)
    timetable.start()
    try:
        later = datetime.now(UTC) + timedelta(hours=1)
        job = timetable._scheduler.get_job("keep_dynamics")
        job.modify(next_run_time=later)
        async with db.write(SYSTEM) as tx:
            await schools.add_region(tx, "Ярославская область", timezone="Europe/Moscow")
        assert timetable._scheduler.get_job("keep_dynamics").next_run_time == later
        async with db.write(SYSTEM) as tx:
            region = (await schools.regions(tx))[0]
            place = await schools.add_municipality(tx, region, "Угличский МР")
            await schools.add_school(tx, place, "СОШ № 1")
            table = marksheets.read(documents.read_table(SHEET.encode(), "2021.csv"))
            assert (await marksheets.bring_in(tx, table)).changed == 1
        assert timetable._scheduler.get_job("keep_dynamics").next_run_time < later
    finally:
        await timetable.stop(1)


async def test_a_job_that_an_update_causes_is_no_part_of_that_update(empty: Empty) -> None:
    db, _ = empty
    seen: list[Handling | None] = []
    ran = asyncio.Event()

    async def look() -> None:
        seen.append(handling.get())
        ran.set()

    timetable = Timetable(db, nothing)
    timetable._every("look", look, seconds=3600)
    timetable.start()
    try:
        for number in (None, 37):  # once before any update, so that the scheduler's own beginning is over
            token = handling.set(Handling(number) if number else None)
            ran.clear()
            timetable._now("look")
            await asyncio.wait_for(ran.wait(), timeout=30)
            handling.reset(token)
        assert seen == [None, None]
    finally:
        await timetable.stop(1)


async def test_a_stall_drops_no_tick(empty: Empty) -> None:
    db, _ = empty
    timetable = Timetable(db, nothing)
    timetable.start()
    try:
        found = [(j.coalesce, j.max_instances, j.misfire_grace_time) for j in timetable._scheduler.get_jobs()]
        assert found == [(True, 1, 3600)] * 5
    finally:
        await timetable.stop(1)


async def test_a_failing_job_ends_nothing(empty: Empty) -> None:
    db, _ = empty
    ran: list[int] = []

    async def fail() -> None:
        ran.append(1)
        raise ValueError("broken")

    timetable = Timetable(db, fail)
    job = timetable._scheduler.get_job("plan_digests") or timetable._scheduler.get_jobs()[1]
    await job.func()
    await job.func()
    assert ran == [1, 1]


async def test_old_rows_leave(empty: Empty) -> None:
    db, clock = empty
    async with db.write(SYSTEM) as tx:
        await inbox.accept(tx, 42, [{"update_id": 1}])
        await inbox.finish(tx, [1])
        await outbox.put(tx, "decided", person_id=1, subject="s", dedupe_key="k", expires_at=clock.moment)
    assert await sweep_outbox(db) == {"expired": 1}
    assert await retention.forget_old(db) == {}
    clock.forward(days=181)
    assert await retention.forget_old(db) == {"updates": 1, "messages": 1}
