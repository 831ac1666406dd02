"""Pages of a country of 40,000 schools with kept numbers; the memory of a sheet of 40,000 rows."""

import asyncio
import sqlite3
import statistics
import tracemalloc
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, process_time

import httpx2
from sqlalchemy import insert

from domain import accounts, handouts, outcomes, overview, people, schools
from domain.actor import SYSTEM, Actor, Place, Role
from domain.db import Database
from domain.tables import written
from domain.texts import texts
from tests.bench.panel import OUT_OF_DATE
from tests.bench.region import client_of, open_wave
from tests.world import create_tables, open_database

SCHOOLS, MUNICIPALITIES = 40_000, 400
OUTCOMES = "/monitoring/outcomes"
OTHERS = (
    "/schools",
    "/monitoring",
    "/monitoring/municipalities/1",
    OUTCOMES,
    f"{OUTCOMES}?by=municipality",
    f"{OUTCOMES}?municipality=1",
    f"{OUTCOMES}/schools?group=all&procedure=oge_math",
    "/schools/1",
)
SAY = texts("ru", escape=False)


async def _country(folder: Path) -> tuple[Database, Actor]:
    """One region of 40,000 schools with results of two years by every procedure: 720,000."""
    db, clock = open_database(folder)
    await create_tables(db)
    async with db.write(SYSTEM) as tx:
        region = await schools.add_region(tx, "Страна", timezone="Europe/Moscow")
        places = [await schools.add_municipality(tx, region, f"Округ {n}") for n in range(MUNICIPALITIES)]
        rows = [
            {
                "region_id": region.id,
                "municipality_id": places[n % MUNICIPALITIES].id,
                "full_name": f"МОУ СОШ № {n}",
                "name": f"СОШ № {n}",
                "search_name": f"сош №{n}",
                "details": {},
            }
            for n in range(SCHOOLS)
        ]
        await tx.session.execute(insert(schools.School), rows)
        results = [
            {
                "region_id": region.id,
                "municipality_id": places[n % MUNICIPALITIES].id,
                "school_id": n + 1,
                "procedure": procedure,
                "year": year,
                "participants": 20,
                "below": (n * year + at) % 7,
                "source": "",
                "entered_at": clock.now(),
            }
            for n in range(SCHOOLS)
            for at, procedure in enumerate(outcomes.procedures())
            for year in (2021, 2022)
        ]
        await tx.session.execute(insert(outcomes.Outcome), results)
        invited = await people.invite(tx, Role.REGIONAL_COORDINATOR, Place(region.id), name="Региональный")
        chief = await people.join(tx, invited.payload, telegram_id=30_000, name="")
    async with db.read(SYSTEM) as tx:
        return db, await people.actor_by_id(tx, chief.id)


async def _large() -> list[str]:
    lines = []
    with TemporaryDirectory() as name:
        folder = Path(name)
        db, actor = await _country(folder)
        bare = sqlite3.connect(folder / "test.db")
        async with await client_of(db, actor, folder) as client:
            for report in ("dynamics", "register", "results", "engagement", "board"):
                path = f"/reports/{report}"
                first = await _timed(client, path)  # the numbers are counted beside it
                await handouts.count_wanted(db)
                lines.append(
                    f"{path}, {SCHOOLS} schools: counted in {first:.1f} s beside the answers, "
                    + await _again(client, bare, path)
                )
            await open_wave(db, actor)
            counted = await _again(client, bare, OUTCOMES)
            lines.append(f"{OUTCOMES}, {SCHOOLS} schools, nothing kept: {counted}")
            begun = perf_counter()
            await overview.keep_boards(db)
            lines.append(f"boards and tables of dynamics are kept in {perf_counter() - begun:.1f} s")
            begun = perf_counter()
            await overview.keep_boards(db)
            lines.append(f"once more, after nothing has changed: {perf_counter() - begun:.1f} s")
            lines += [f"{path}, {SCHOOLS} schools: {await _again(client, bare, path)}" for path in OTHERS]
        bare.close()
        lines.append(await _sheet(db, actor, folder / "large.xlsx"))
        await db.close()
    return lines


async def _again(client: httpx2.AsyncClient, bare: sqlite3.Connection, path: str) -> str:
    """A page after every table has changed, and one while nothing does. The processor's time says what it is without the
    others at work on the machine."""
    anew, again, busy = [], [], []
    for _ in range(7):
        bare.execute(OUT_OF_DATE)
        bare.commit()
        begun = process_time()
        anew.append(await _timed(client, path))
        busy.append(process_time() - begun)
        again.append(await _timed(client, path))
    anew_, busy_, again_ = (statistics.median(times) * 1000 for times in (anew, busy, again))
    return f"a page anew {anew_:.0f} ms, {busy_:.0f} of the processor, again {again_:.1f} ms"


async def _timed(client: httpx2.AsyncClient, path: str) -> float:
    begun = perf_counter()
    answer = await client.get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    return perf_counter() - begun


async def _sheet(db: Database, actor: Actor, target: Path) -> str:
    tracemalloc.start()
    begun = perf_counter()
    async with db.read(actor) as tx:
        book = await handouts.report("register").build(tx, accounts.Filters(), SAY)
        write = partial(handouts.write, kind=handouts.Format.XLSX, target=target, say=SAY)
        rows = await written(book, write)
    took = perf_counter() - begun
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    size = target.stat().st_size / 1024 / 1024
    return f"XLSX of {rows} rows, {size:.1f} MB: peak of Python's memory {peak / 1024 / 1024:.1f} MB, {took:.0f} s while traced"


def run() -> Iterator[str]:
    """Lines of the report."""
    yield from asyncio.run(_large())
