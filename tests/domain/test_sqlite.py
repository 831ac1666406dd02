"""One step to SQLite's thread and back for a statement; answers, errors and broken-off statements as before."""

import asyncio
from typing import Any

import aiosqlite
import pytest
from sqlalchemy import insert, select, text, update
from sqlalchemy.exc import IntegrityError

from domain.actor import SYSTEM
from domain.db import Database
from domain.schools import Region
from tests.world import MovableClock

Empty = tuple[Database, MovableClock]
LONG = (
    "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 3000000) SELECT count(*) FROM n"
)


@pytest.fixture
def db(empty: Empty) -> Database:
    """A SQLite file."""
    if not empty[0].is_sqlite:
        pytest.skip("of SQLite only")
    return empty[0]


async def fill(db: Database, names: list[str]) -> None:
    async with db.write(SYSTEM) as tx:
        await tx.session.execute(
            insert(Region), [{"name": name, "timezone": "Europe/Moscow"} for name in names]
        )


async def test_a_statement_is_one_step(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    await fill(db, ["А", "Б"])
    steps: list[str] = []
    take = aiosqlite.Connection._execute

    async def counted(self: Any, fn: Any, *args: Any, **kw: Any) -> Any:
        steps.append(getattr(fn, "__name__", "statement"))
        return await take(self, fn, *args, **kw)

    async with db.read(SYSTEM) as tx:
        await tx.session.execute(text("SELECT 1"))  # it has begun, on a connection that is open
        monkeypatch.setattr(aiosqlite.Connection, "_execute", counted)
        assert (await tx.session.scalars(select(Region.name).order_by(Region.id))).all() == ["А", "Б"]
        assert (await tx.session.execute(select(Region.id).where(Region.name == "нет"))).all() == []
    assert steps == ["statement", "statement", "commit", "rollback"]


async def test_rows_keys_and_counts_are_told(db: Database) -> None:
    async with db.write(SYSTEM) as tx:
        made = Region(name="А", timezone="Europe/Moscow")
        tx.session.add(made)
        await tx.session.flush()
        changed: Any = await tx.session.execute(update(Region).values(timezone="Asia/Chita"))
        kept = await tx.session.execute(update(Region).values(code="75").returning(Region.id, Region.code))
        assert (made.id, changed.rowcount, kept.all()) == (1, 1, [(1, "75")])
        row = (await tx.session.execute(select(Region.name, Region.timezone))).mappings().one()
        assert dict(row) == {"name": "А", "timezone": "Asia/Chita"}


async def test_what_is_refused_is_rolled_back_and_the_next_goes_on(db: Database) -> None:
    await fill(db, ["А"])
    with pytest.raises(IntegrityError):
        await fill(db, ["Б", "А"])
    await fill(db, ["В"])
    async with db.read(SYSTEM) as tx:
        assert (await tx.session.scalars(select(Region.name).order_by(Region.id))).all() == ["А", "В"]


async def test_a_long_answer_comes_piece_by_piece(db: Database) -> None:
    names = [f"Область {number}" for number in range(3000)]
    await fill(db, names)
    async with db.read(SYSTEM) as tx:
        found = await tx.session.stream(select(Region.name).order_by(Region.id))
        assert [row[0] async for row in found] == names


async def test_a_statement_that_is_broken_off_leaves_nothing_behind(db: Database) -> None:
    await fill(db, ["А"])

    async def slow() -> None:
        async with db.write(SYSTEM) as tx:
            await tx.session.execute(update(Region).values(name="Б"))
            await tx.session.execute(text(LONG))

    task = asyncio.create_task(slow())
    while not task.done():
        await asyncio.sleep(0.05)
        task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await fill(db, ["В"])
    async with db.read(SYSTEM) as tx:
        assert (await tx.session.scalars(select(Region.name).order_by(Region.id))).all() == ["А", "В"]
