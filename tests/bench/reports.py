"""Pages of reports: a region of 81 schools against the bare SQL of the same rows; a country of 40,000 schools with kept
numbers; the memory of a sheet of 40,000 rows."""

import asyncio
import sqlite3
import tracemalloc
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import httpx2
from pydantic import SecretStr
from sqlalchemy import insert

from admin.app import build_panel
from admin.auth import COOKIE
from domain import access, accounts, handouts, outcomes, people, schools
from domain.actor import SYSTEM, Actor, Place, Role
from domain.db import Database
from domain.files import FileStore
from domain.settings import Settings
from domain.tables import written
from domain.texts import texts
from tests.bench.measure import pair_async
from tests.bench.region import build
from tests.world import create_tables, open_database

SCHOOLS, MUNICIPALITIES = 40_000, 400
SAY = texts("ru", escape=False)
BARE = {
    "register": """SELECT m.name, s.name, s.full_name, s.federal_login, s.status, s.settlement, s.social_index
        FROM school s JOIN municipality m ON m.id = s.municipality_id WHERE s.region_id = 1 ORDER BY m.name, s.name""",
    "engagement": """SELECT m.name, s.name, count(*), sum(a.status IN ('confirmed', 'waived')), sum(a.status = 'in_review')
        FROM assignment a JOIN school s ON s.id = a.school_id JOIN municipality m ON m.id = a.municipality_id
        WHERE a.region_id = 1 GROUP BY a.school_id ORDER BY m.name, s.name""",
    "missing": """SELECT m.name, s.name, a.measure_id, a.status, a.due_on
        FROM assignment a JOIN school s ON s.id = a.school_id JOIN municipality m ON m.id = a.municipality_id
        WHERE a.region_id = 1 AND a.roadmap_id = 1 ORDER BY m.name, s.name""",
}


async def _client(db: Database, actor: Actor, folder: Path) -> httpx2.AsyncClient:
    async with db.write(actor) as tx:
        session = await access.sign_in(tx, await access.issue_code(tx), source="")
    settings = Settings(bot_token=SecretStr(""), data_dir=folder)
    panel = build_panel(db, settings, FileStore(folder / "files"))
    client = httpx2.AsyncClient(transport=httpx2.ASGITransport(panel), base_url="http://panel.test")
    client.cookies.set(COOKIE, session.token)
    return client


async def _region() -> list[str]:
    """Server time of the pages of a region beside the bare SQL of their rows."""
    lines = []
    with TemporaryDirectory() as name:
        folder = Path(name)
        db, _, actor, _ = await build(folder)
        bare = sqlite3.connect(folder / "test.db")
        async with await _client(db, actor, folder) as client:
            for report, sql in BARE.items():
                lines.append(await _pair(client, bare, report, sql))
        await db.close()
    return lines


async def _pair(client: httpx2.AsyncClient, bare: sqlite3.Connection, report: str, sql: str) -> str:
    async def page() -> None:
        answer = await client.get(f"/reports/{report}")
        assert answer.status_code == 200, answer.text

    async def rows() -> None:
        assert bare.execute(sql).fetchall()

    found = await pair_async(page, rows)
    return (
        f"/reports/{report}, 81 schools: {found.ours * 1000:.0f} ms, bare sqlite3 {found.ceiling * 1000:.1f} ms, "
        f"ratio {found.ratio:.1f}"
    )


async def _country(folder: Path) -> tuple[Database, Actor]:
    """One region of 40,000 schools with results of two years."""
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
                "procedure": "oge_math",
                "year": year,
                "participants": 20,
                "below": (n * year) % 7,
                "source": "",
                "entered_at": clock.now(),
            }
            for n in range(SCHOOLS)
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
        async with await _client(db, actor, folder) as client:
            for report in ("dynamics", "register", "results", "engagement", "board"):
                first = await _timed(client, report)  # the numbers are counted beside it
                await handouts.count_wanted(db)
                times = sorted([await _timed(client, report) for _ in range(7)])
                lines.append(
                    f"/reports/{report}, {SCHOOLS} schools: counted in {first:.1f} s beside the answers, a page {times[3] * 1000:.0f} ms"
                )
        lines.append(await _sheet(db, actor, folder / "large.xlsx"))
        await db.close()
    return lines


async def _timed(client: httpx2.AsyncClient, report: str) -> float:
    begun = perf_counter()
    answer = await client.get(f"/reports/{report}")
    assert answer.status_code == 200, answer.text
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
    yield from asyncio.run(_region())
    yield from asyncio.run(_large())
