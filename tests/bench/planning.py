"""Planning the digests of a country, 40,000 schools × 20 measures, against the bare SQL that reads the assignments.

    python -m tests.bench planning            # everything
    SCHOOLS=4000 python -m tests.bench planning

The planner runs in a process of its own, so that its peak memory is its own.
"""

import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.world import create_tables, open_database

SCHOOLS, MEASURES, PER_MUNICIPALITY = int(os.environ.get("SCHOOLS", "40000")), 20, 25
MORNING = datetime(2026, 3, 16, 7, 0, tzinfo=UTC)
BARE = "SELECT id, school_id, region_id, municipality_id, status, due_on, status_at, reminds FROM assignment"

PLAN = """
import asyncio, json, sys, time
from datetime import datetime
from domain import reminders
from domain.db import Clock, Database

def peak():
    # Of this program alone: what the process was before it counts in getrusage.
    lines = open("/proc/self/status").read().splitlines()
    return next(int(line.split()[1]) // 1024 for line in lines if line.startswith("VmHWM"))

async def main():
    moment = datetime.fromisoformat(sys.argv[2])
    db = Database(f"sqlite+aiosqlite:///{sys.argv[1]}", Clock(lambda: moment))
    before = peak()
    found = []
    for _ in range(2):
        start = time.perf_counter()
        count = await reminders.plan(db)
        found.append((count, time.perf_counter() - start))
    await db.close()
    print(json.dumps([found, before, peak()]))

asyncio.run(main())
"""


async def _tables(folder: Path) -> None:
    db, _ = open_database(folder)
    await create_tables(db)
    await db.close()


def _fill(connection: sqlite3.Connection) -> None:
    """A year of work: three quarters done, the rest open, returned or in review, due around today."""
    now = (MORNING - timedelta(days=40)).strftime("%Y-%m-%d %H:%M:%S.000000")
    run = connection.executemany
    connection.execute("PRAGMA foreign_keys=OFF")
    connection.execute("INSERT INTO region (id, name, timezone) VALUES (1, 'Страна', 'Europe/Moscow')")
    towns = SCHOOLS // PER_MUNICIPALITY + 1
    run(
        "INSERT INTO municipality (id, region_id, name, timezone, details) VALUES (?, 1, ?, 'Europe/Moscow', '{}')",
        [(n, f"Округ {n}") for n in range(1, towns + 1)],
    )
    people: list[tuple[object, ...]] = []
    grants: list[tuple[object, ...]] = []
    schools, work = [], []
    for school in range(1, SCHOOLS + 1):
        town = school % towns + 1
        schools.append((school, town, f"СОШ {school}", f"СОШ {school}", f"сош {school}"))
        people.append((school, f"Директор {school}", school, now, now))
        grants.append((school, "school_head", town, school, now))
        for measure in range(1, MEASURES + 1):
            number = school * 7919 + measure * 104729
            status = ("confirmed", "confirmed", "confirmed", "not_done", "not_done", "in_review", "returned")[
                number % 7
            ]
            due = (MORNING.date() + timedelta(days=number % 300 - 120)).isoformat()
            work.append((measure, town, school, due, status, now))
    for town in range(1, towns + 1):
        person = SCHOOLS + town
        people.append((person, f"Координатор {town}", person, now, now))
        grants.append((person, "municipal_coordinator", town, None, now))
    run(
        "INSERT INTO school (id, region_id, municipality_id, full_name, name, search_name, details) "
        "VALUES (?, 1, ?, ?, ?, ?, '{}')",
        schools,
    )
    run(
        "INSERT INTO person (id, name, position, telegram_id, language, timezone, consent_at, created_at) "
        "VALUES (?, ?, '', ?, 'ru', 'Europe/Moscow', ?, ?)",
        people,
    )
    run(
        "INSERT INTO role_grant (person_id, role, region_id, municipality_id, school_id, granted_at) "
        "VALUES (?, ?, 1, ?, ?, ?)",
        grants,
    )
    run(
        "INSERT INTO assignment (measure_id, roadmap_id, region_id, municipality_id, school_id, occurrence, due_on, "
        "reminds, status, status_at, version) VALUES (?, 1, 1, ?, ?, 0, ?, 1, ?, ?, 1)",
        work,
    )
    looked = (MORNING - timedelta(days=3)).strftime("%Y-%m-%d %H:%M:%S.000000")
    run("INSERT INTO digest_mark (person_id, looked_at) VALUES (?, ?)", [(p[0], looked) for p in people])
    connection.commit()
    connection.execute("ANALYZE")


def _bare(path: Path) -> float:
    connection = sqlite3.connect(path)
    start = time.perf_counter()
    assert len(connection.execute(BARE).fetchall()) == SCHOOLS * MEASURES
    seconds = time.perf_counter() - start
    connection.close()
    return seconds


def run() -> Iterator[str]:
    """Lines of the report."""
    import asyncio
    import json

    with TemporaryDirectory() as name:
        folder = Path(name)
        asyncio.run(_tables(folder))
        path = folder / "test.db"
        connection = sqlite3.connect(path)
        _fill(connection)
        connection.close()
        bare = sorted(_bare(path) for _ in range(3))[1]
        done = subprocess.run(
            [sys.executable, "-c", PLAN, str(path), MORNING.isoformat()],
            capture_output=True,
            text=True,
            check=True,
        )
        ((count, seconds), (again, seconds_again)), before, peak = json.loads(done.stdout)
    yield (
        f"{SCHOOLS} schools × {MEASURES} measures: {count} digests in {seconds:.2f} s, bare SQL {bare:.2f} s, "
        f"ratio {seconds / bare:.2f} (aim ≤ 2); peak memory {peak} MB, {before} MB before planning (aim < 300)"
    )
    yield f"the same planner again: {again} new digests in {seconds_again:.2f} s"
