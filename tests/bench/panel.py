"""Pages of a region (81 schools × 20 measures) against the bare SQL of what they show.

`anew`: everything that was kept is out of date, as after a change of every table. `again`: nothing has changed since
the page was last made. Both are whole requests, from the client to the last byte.
"""

import asyncio
import sqlite3
import statistics
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import httpx2
from sqlalchemy import event

from domain.db import Database
from tests.bench.pages import PAGES, PageOf
from tests.bench.region import assess, build, client_of

ROUNDS = 9
OUT_OF_DATE = "UPDATE table_change SET number = number + 1"


async def _measure() -> list[str]:
    with TemporaryDirectory() as name:
        folder = Path(name)
        db, _, actor, work = await build(folder)
        await assess(db, actor)
        bare = sqlite3.connect(folder / "test.db")
        assert len(bare.execute(PAGES[0].sql[0]).fetchall()) == len(work)
        async with await client_of(db, actor, folder) as client:
            lines = [await _line(client, db, bare, page) for page in PAGES]
        bare.close()
        await db.close()
    return lines


async def _line(client: httpx2.AsyncClient, db: Database, bare: sqlite3.Connection, page: PageOf) -> str:
    """Taken in turn, so that a slow or drifting machine does not matter."""
    size = await _ask(client, page.path)
    times: list[tuple[float, float, float]] = []
    for _ in range(ROUNDS):
        bare.execute(OUT_OF_DATE)
        bare.commit()
        begun = perf_counter()
        await _ask(client, page.path)
        anew = perf_counter() - begun
        begun = perf_counter()
        for sql in page.sql:
            bare.execute(sql).fetchall()
        ceiling = perf_counter() - begun
        begun = perf_counter()
        await _ask(client, page.path)
        times.append((anew, ceiling, perf_counter() - begun))
    anew, ceiling, again = (statistics.median(column) * 1000 for column in zip(*times, strict=True))
    of_anew = statistics.median(a / c for a, c, _ in times)
    of_again = statistics.median(w / c for _, c, w in times)
    bare.execute(OUT_OF_DATE)
    bare.commit()
    statements = await _statements(client, db, page.path), await _statements(client, db, page.path)
    return (
        f"{page.path}, {size // 1024} KB: bare sqlite3 {ceiling:.2f} ms; anew {anew:.1f} ms, ratio {of_anew:.1f}, "
        f"{statements[0]} statements; again {again:.2f} ms, ratio {of_again:.1f}, {statements[1]} statements"
    )


async def _ask(client: httpx2.AsyncClient, path: str) -> int:
    answer = await client.get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    return len(answer.content)


async def _statements(client: httpx2.AsyncClient, db: Database, path: str) -> int:
    """How many statements one request sends, without those that only begin a transaction."""
    sent: list[str] = []

    def seen(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        sent.append(statement)

    engine = db._reader.sync_engine
    event.listen(engine, "before_cursor_execute", seen)
    try:
        await _ask(client, path)
    finally:
        event.remove(engine, "before_cursor_execute", seen)
    # SQLite is asked for the stamps directly, which no event tells.
    return sum(statement != "BEGIN" for statement in sent) + 1


def run() -> Iterator[str]:
    """Lines of the report."""
    yield from asyncio.run(_measure())
