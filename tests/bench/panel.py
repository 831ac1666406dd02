"""The panel's home page for a region (81 schools × 20 measures) against the bare SQL of the same cells."""

import asyncio
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx2
from pydantic import SecretStr

from admin.app import build_panel
from admin.auth import COOKIE
from domain import access
from domain.db import Database
from domain.files import FileStore
from domain.settings import Settings
from tests.bench.measure import pair_async
from tests.bench.region import build

CELLS = """
SELECT a.id, a.measure_id, a.school_id, a.status, a.due_on, s.name, m.name
FROM assignment a JOIN school s ON s.id = a.school_id JOIN municipality m ON m.id = a.municipality_id
WHERE a.region_id = 1 AND a.roadmap_id = 1 ORDER BY m.name, s.name
"""


async def _measure() -> list[str]:
    with TemporaryDirectory() as name:
        folder = Path(name)
        db, _, actor, work = await build(folder)
        async with db.write(actor) as tx:
            session = await access.sign_in(tx, await access.issue_code(tx), source="")
        settings = Settings(bot_token=SecretStr(""), data_dir=folder)
        transport = httpx2.ASGITransport(build_panel(db, settings, FileStore(folder / "files")))
        async with httpx2.AsyncClient(transport=transport, base_url="http://panel.test") as client:
            client.cookies.set(COOKIE, session.token)
            line = await _home(client, folder, db, len(work))
        await db.close()
    return [line]


async def _home(client: httpx2.AsyncClient, folder: Path, db: Database, cells: int) -> str:
    bare = sqlite3.connect(folder / "test.db")

    async def page() -> None:
        answer = await client.get("/")
        assert answer.status_code == 200, answer.status_code

    async def sql() -> None:
        assert len(bare.execute(CELLS).fetchall()) == cells

    found = await pair_async(page, sql)
    return (
        f"home of a region, {cells} cells: {found.ours * 1000:.0f} ms, bare sqlite3 {found.ceiling * 1000:.1f} ms, "
        f"ratio {found.ratio:.1f}"
    )


def run() -> Iterator[str]:
    """Lines of the report."""
    yield from asyncio.run(_measure())
