"""Pages of a country of 40,000 schools with kept numbers; the memory of a sheet of 40,000 rows."""

import asyncio
import sqlite3
import statistics
import tracemalloc
from collections.abc import Awaitable, Iterator
from datetime import date
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, process_time
from typing import Any

import httpx2
from sqlalchemy import insert

from domain import accounts, handouts, outcomes, overview, people, progress, roadmaps, schools
from domain.actor import SYSTEM, Actor, Place, Role
from domain.db import Database, WriteTx
from domain.outcomes import Cluster
from domain.tables import written
from domain.texts import texts
from tests.bench.panel import OUT_OF_DATE
from tests.bench.region import client_of, open_wave
from tests.world import create_tables, open_database

SCHOOLS, MUNICIPALITIES = 40_000, 400
TRACKS, MEASURES = 4, 10  # of the plan, and of each track; every school works by two of them
OUTCOMES = "/monitoring/outcomes"
OTHERS = (
    "/schools",
    "/monitoring",
    "/monitoring/municipalities/1",
    OUTCOMES,
    f"{OUTCOMES}?by=municipality",
    f"{OUTCOMES}?by=track",
    f"{OUTCOMES}?by=cluster",
    f"{OUTCOMES}?municipality=1",
    f"{OUTCOMES}?settlement=village",
    f"{OUTCOMES}?track=1&settlement=village",
    f"{OUTCOMES}?track=1&by=municipality",
    f"{OUTCOMES}?cluster=basic&municipality=1",
    f"{OUTCOMES}/schools?group=all&procedure=oge_math",
    f"{OUTCOMES}/schools?track=1&settlement=village&group=all&procedure=oge_math",
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
        rows: list[dict[str, Any]] = [
            {
                "region_id": region.id,
                "municipality_id": places[n % MUNICIPALITIES].id,
                "full_name": f"МОУ СОШ № {n}",
                "name": f"СОШ № {n}",
                "search_name": f"сош №{n}",
                "settlement": schools.Settlement.TOWN if n % 3 else schools.Settlement.VILLAGE,
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
        marks = [
            {
                "region_id": region.id,
                "municipality_id": places[n % MUNICIPALITIES].id,
                "school_id": n + 1,
                "year": year,
                "cluster": list(Cluster)[(n + year) % len(Cluster)],
                "entered_at": clock.now(),
            }
            for n in range(SCHOOLS)
            for year in (2021, 2022)
        ]
        await tx.session.execute(insert(outcomes.ClusterMark), marks)
        await _plan(tx, region.id, [place.id for place in places])
        invited = await people.invite(tx, Role.REGIONAL_COORDINATOR, Place(region.id), name="Региональный")
        chief = await people.join(tx, invited.payload, telegram_id=30_000, name="")
    async with db.read(SYSTEM) as tx:
        return db, await people.actor_by_id(tx, chief.id)


async def _plan(tx: WriteTx, region_id: int, places: list[int]) -> None:
    """What every school owes by its tracks: 800,000 assignments."""
    plan = roadmaps.Roadmap(
        title="План",
        level=roadmaps.Level.REGIONAL,
        region_id=region_id,
        reference_year=2022,
        starts_on=date(2022, 1, 1),
        ends_on=date(2022, 12, 31),
        state=roadmaps.RoadmapState.APPROVED,
        created_at=tx.now,
    )
    tx.session.add(plan)
    await tx.session.flush()
    for number in range(TRACKS):
        track = roadmaps.Track(roadmap_id=plan.id, position=number, title=f"Трек {number + 1}")
        tx.session.add(track)
        await tx.session.flush()
        measures = [
            roadmaps.Measure(
                roadmap_id=plan.id,
                track_id=track.id,
                position=n,
                title=f"Мероприятие {n}",
                deadline_kind="day",
            )
            for n in range(MEASURES)
        ]
        tx.session.add_all(measures)
        await tx.session.flush()
        owed = [
            {
                "measure_id": measure.id,
                "roadmap_id": plan.id,
                "region_id": region_id,
                "municipality_id": places[n % MUNICIPALITIES],
                "school_id": n + 1,
                "due_on": date(2022, 5, 1),
                "status": progress.Status.CONFIRMED if n % 3 else progress.Status.NOT_DONE,
                "status_at": tx.now,
            }
            for measure in measures
            for n in range(SCHOOLS)
            if (n + number) % TRACKS in (0, 1)
        ]
        await tx.session.execute(insert(progress.Assignment), owed)


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
            lines.append(f"boards are kept in {await _busy(overview.keep_boards(db))}")
            lines.append(
                f"movements of results, tracks and shares in {await _busy(overview.keep_dynamics(db))}"
            )
            again = await _busy(overview.keep_dynamics(db))
            lines.append(f"once more, after nothing has changed: {again}")
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


async def _busy(work: Awaitable[object]) -> str:
    begun, busy = perf_counter(), process_time()
    await work
    return f"{perf_counter() - begun:.1f} s, {process_time() - busy:.1f} of the processor"


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
