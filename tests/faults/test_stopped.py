"""Other ends than a kill: stopped for a while with the lease taken by another, a full disk, a clean end, a planner killed."""

import asyncio
import os
import signal
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from domain.db import Database
from tests.bot.engine_kit import rows
from tests.faults.checker import check
from tests.faults.child import PEOPLE
from tests.faults.trial import FORKS, Trial, conclude, trial
from tests.patience import PATIENCE
from tests.world import World


def stopped(run: Trial, pid: int) -> bool:
    """Stop it where it holds no lock of the database, which would stop everybody (one process, or PostgreSQL)."""
    os.kill(pid, signal.SIGSTOP)
    with closing(sqlite3.connect(run.folder / "test.db", timeout=0.2, isolation_level=None)) as connection:
        try:
            connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            os.kill(pid, signal.SIGCONT)
            return False
        connection.execute("ROLLBACK")
    return True


async def stopped_and_succeeded(run: Trial) -> None:
    """Stop a process in the midst of its work, let another one take over, let the first go on."""
    run.telegram.fault("sendMessage", "delay", delay=0.1, count=60)
    for _ in range(3):
        await run.say(*PEOPLE)
    first = run.start()
    await run.is_ready()
    await run.let_work("note", 4)
    assert first.pid is not None
    while not stopped(run, first.pid):
        await asyncio.sleep(0.02)
    run.ahead += 40  # for the other one the lease of half a minute has run out
    second = run.start()
    await run.is_ready()
    await run.let_work("note", 4)
    os.kill(first.pid, signal.SIGCONT)
    await run.say(*PEOPLE)
    await run.let_work("note", 8)
    await run.wait_for_death(first, 0)
    await run.wait_for_death(second, 0)


async def test_a_stopped_process_does_not_send_what_another_has_taken_over(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with trial(tmp_path) as run:
        await stopped_and_succeeded(run)
        await conclude(run, capsys, "stopped for a while, with the lease taken")


async def test_a_full_disk_loses_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    async with trial(tmp_path) as run:
        for is_freed in (False, True):
            with closing(sqlite3.connect(run.folder / "test.db")) as connection:
                run.pages = connection.execute("PRAGMA page_count").fetchone()[0] + 2
            process = run.start()
            await run.is_ready()
            for _ in range(6):
                await run.say(*PEOPLE)
            await asyncio.sleep(1.5)
            assert run.telegram.bot.queue.items  # what cannot be kept is not confirmed
            if is_freed:
                assert process.pid is not None
                os.kill(process.pid, signal.SIGUSR1)
                async with asyncio.timeout(60):
                    while run.telegram.bot.queue.items:
                        await asyncio.sleep(0.05)
            await run.wait_for_death(process, 0)
        await conclude(run, capsys, "a full disk, freed while running and by a restart")


async def test_a_clean_end_leaves_nothing_in_doubt(tmp_path: Path) -> None:
    async with trial(tmp_path) as run:
        for _ in range(4):
            process = run.start()
            await run.say(*PEOPLE)
            await run.is_ready()
            await run.let_work("note", 3)
            await run.end(process)
            assert (
                await rows(run.db, "SELECT id FROM outbox_message WHERE state IN ('claimed', 'sending')")
                == []
            )
        await run.calm_down()
        found = await check(run.telegram, run.db, run.sent)
        assert (found.wrong, found.counts["notes_doubled"]) == ([], 0)


def plan_and_die(url: str, moment: str, point: str, after: int) -> None:
    """The planner in a process that kills itself before or after a commit."""
    from datetime import datetime

    from domain import reminders
    from domain.db import Clock
    from domain.reminders import actions as planning

    planning.CHUNK = 1
    left = [after]
    original = planning._mark

    async def mark(tx: object, *rest: object) -> None:
        left[0] -= 1
        if left[0] == 0 and point == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        await original(tx, *rest)  # type: ignore[arg-type]

    async def main() -> None:
        db = Database(url, Clock(lambda: datetime.fromisoformat(moment)))
        listen = db.listen
        listen("outbox", lambda: os.kill(os.getpid(), signal.SIGKILL) if left[0] <= 0 else None)
        await reminders.plan(db)

    planning._mark = mark  # type: ignore[assignment]
    asyncio.run(main())


async def test_a_planner_that_is_killed_plans_everybody_once(world: World) -> None:
    from domain import reminders

    world.clock.forward(days=10)
    moment = world.clock.moment.isoformat()
    for point, after in (("before", 1), ("after", 1), ("before", 2), ("after", 2)):
        process = FORKS.Process(target=plan_and_die, args=(str(world.db.url), moment, point, after))
        process.start()
        await asyncio.to_thread(process.join, PATIENCE)
        assert process.exitcode == -signal.SIGKILL
    await reminders.plan(world.db)
    found = await rows(
        world.db, "SELECT person_id, count(*) FROM outbox_message WHERE kind = 'digest' GROUP BY 1"
    )
    assert len(found) > 2
    assert {count for _, count in found} == {1}
    assert await reminders.plan(world.db) == 0
    world.clock.forward(minutes=10)
    assert await reminders.plan(world.db) == 0
