"""Pages of a region (81 schools × 20 measures) against the bare SQL of what they show.

`anew`: everything that was kept is out of date, as after a change of every table; beside it the processor's time,
which does not wait for others at work on the machine. `again`: nothing has changed since
the page was last made. Both are whole requests, with the work of the client (some 0.4 ms); beside it stands the second
one as the application alone does it.
"""

import asyncio
import sqlite3
import statistics
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, process_time
from typing import Any

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
    times: list[tuple[float, ...]] = []
    for _ in range(ROUNDS):
        bare.execute(OUT_OF_DATE)
        bare.commit()
        begun, busy = perf_counter(), process_time()
        await _ask(client, page.path)
        anew, busy = perf_counter() - begun, process_time() - busy
        begun = perf_counter()
        for sql in page.sql:
            bare.execute(sql).fetchall()
        ceiling = perf_counter() - begun
        begun = perf_counter()
        await _ask(client, page.path)
        again = perf_counter() - begun
        times.append((anew, ceiling, again, await _alone(client, page.path), busy))
    anew, ceiling, again, alone, busy = (
        statistics.median(column) * 1000 for column in zip(*times, strict=True)
    )
    of = [statistics.median(row[n] / row[1] for row in times) for n in range(4)]
    bare.execute(OUT_OF_DATE)
    bare.commit()
    statements = await _statements(client, db, page.path), await _statements(client, db, page.path)
    return (
        f"{page.path}, {size // 1024} KB: bare sqlite3 {ceiling:.2f} ms; anew {anew:.1f} ms, {busy:.1f} of the processor, ratio {of[0]:.1f}, "
        f"{statements[0]} statements; again {again:.2f} ms, ratio {of[2]:.1f}, {statements[1]} statement, "
        f"without the client {alone:.2f} ms, ratio {of[3]:.1f}"
    )


async def _ask(client: httpx2.AsyncClient, path: str) -> int:
    answer = await client.get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    return len(answer.content)


async def _alone(client: httpx2.AsyncClient, path: str) -> float:
    """Seconds from the request at the door of the application to its last byte."""
    cookie = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [(b"host", b"panel.test"), (b"cookie", cookie.encode())],
        "client": ("127.0.0.1", 1),
        "server": ("panel.test", 80),
    }
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    transport: Any = client._transport
    begun = perf_counter()
    await transport.app(scope, receive, send)
    took = perf_counter() - begun
    assert sent[0]["status"] == 200
    return took


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
