"""Where a test's database lies: a SQLite file, or with `TEST_PG_URL` a database of that PostgreSQL server.

`TEST_PG_URL=postgresql+asyncpg://… .venv/bin/pytest tests/domain tests/admin` runs the same tests there. Beside
the place of the SQLite file lies a note with the name of the server's database, so that a copy finds its original.
"""

import asyncio
import os
import secrets
import shutil
from pathlib import Path
from threading import Thread

from sqlalchemy import text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

SERVER = os.environ.get("TEST_PG_URL", "")
FILE = "test.db"


def url_in(folder: Path) -> str:
    """The address of the folder's database; made empty where there is none yet."""
    if not SERVER:
        return f"sqlite+aiosqlite:///{folder / FILE}"
    if not (folder / FILE).exists():
        _create(folder, "template0")
    return _url((folder / FILE).read_text()).render_as_string(hide_password=False)


def copy_database(source: Path, target: Path) -> None:
    """Give a folder a copy of another folder's database, which nobody has open."""
    if SERVER:
        _create(target, (source / FILE).read_text())
    else:
        shutil.copy(source / FILE, target / FILE)


def drop_database(folder: Path) -> None:
    """Free the server's place; files go with their folder."""
    if SERVER:
        _tell(f'DROP DATABASE "{(folder / FILE).read_text()}" WITH (FORCE)')


def _create(folder: Path, template: str) -> None:
    name = f"vekha_test_{secrets.token_hex(6)}"
    _tell(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    (folder / FILE).write_text(name)


def _url(name: str) -> URL:
    return make_url(SERVER).set(database=name)


def _tell(statement: str) -> None:
    """One statement outside of transactions, from a loop of its own: fixtures have theirs."""

    async def tell() -> None:
        engine = create_async_engine(make_url(SERVER), poolclass=NullPool, isolation_level="AUTOCOMMIT")
        async with engine.connect() as connection:
            await connection.execute(text(statement))
        await engine.dispose()

    thread = Thread(target=lambda: asyncio.run(tell()))
    thread.start()
    thread.join()
