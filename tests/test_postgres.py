"""The same product on PostgreSQL: tables, the story of a report, one writer at a time, one sender.

`TEST_PG_URL` names a server; without it the package `pgserver` starts one for these tests.
`TEST_PG_URL=… .venv/bin/pytest tests/domain tests/admin` runs the other tests there too (see tests/stores.py).
"""

import asyncio
import warnings
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, func, insert, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine

from domain import changes, outbox, progress, reminders, reports
from domain.actor import SYSTEM
from domain.db import Database
from domain.models import metadata
from domain.progress import Decision, Standing
from domain.schools import Region, School
from tests import stores
from tests.world import World, build_world, create_tables, open_database
from vekha import schema


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a PostgreSQL server where databases may be made."""
    if stores.SERVER:
        yield stores.SERVER
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pgserver = pytest.importorskip("pgserver", reason="set TEST_PG_URL, or install pgserver")
        started = pgserver.get_server(tmp_path_factory.mktemp("pg"))
    yield started.get_uri().replace("postgresql://", "postgresql+asyncpg://", 1)
    started.cleanup()


@pytest.fixture
def url(server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """An empty database of that server."""
    monkeypatch.setattr(stores, "SERVER", server)
    yield stores.url_in(tmp_path)
    stores.drop_database(tmp_path)


@pytest.fixture
async def there(url: str, tmp_path: Path) -> AsyncIterator[World]:
    """Everybody, on PostgreSQL."""
    db, clock = open_database(tmp_path)
    await create_tables(db)
    yield await build_world(db, clock, tmp_path)
    await db.close()


async def test_migrations_end_at_the_tables_of_the_code_and_go_back(url: str) -> None:
    def difference(connection: Connection) -> object:
        return compare_metadata(MigrationContext.configure(connection), metadata)

    await asyncio.to_thread(schema.upgrade, url)
    engine = create_async_engine(url)
    async with engine.connect() as connection:
        assert await connection.run_sync(difference) == []
    await engine.dispose()
    assert await schema.shape(url) is schema.Shape.CURRENT
    await asyncio.to_thread(schema.downgrade, url, "base")
    assert await schema.shape(url) is schema.Shape.ABSENT


async def test_a_report_is_confirmed_once_however_often_it_is_pressed(there: World) -> None:
    assignment = await there.assignment_id("Климатинская", "2.1")
    async with there.db.write(await there.actor("Клим")) as tx:
        await progress.add_text(tx, assignment, "Совещание проведено.")
        number = (await progress.submit(tx, assignment)).id

    async def press() -> None:
        async with there.db.write(await there.actor("Ульяна")) as tx:
            await progress.decide(tx, number, Decision.CONFIRM, "Хорошо.")

    await asyncio.gather(*(press() for _ in range(10)))
    async with there.db.read(await there.actor("Римма")) as seen:
        rows = (await reports.matrix(seen)).rows
        decisions = await seen.session.scalar(select(func.count()).select_from(progress.Review))
    assert decisions == 1
    done = {row.school: [c.standing for c in row.cells.values()].count(Standing.CONFIRMED) for row in rows}
    assert done == {"Тороповская ОШ": 0, "Климатинская СОШ": 1, "Василёвская СОШ": 0}


async def test_writers_wait_for_each_other_and_readers_may_not_write(there: World) -> None:
    async def longer() -> None:
        async with there.db.write(SYSTEM) as tx:
            query = select(Region.name).where(Region.code == "76")
            name = await tx.session.scalar(query)
            await tx.session.execute(update(Region).where(Region.code == "76").values(name=f"{name}!"))

    await asyncio.gather(*(longer() for _ in range(20)))
    async with there.db.read(SYSTEM) as tx:
        assert await tx.session.scalar(select(Region.name).where(Region.code == "76")) == (
            "Ярославская область" + "!" * 20
        )
        with pytest.raises(DBAPIError):
            await tx.session.execute(insert(Region).values(name="Никакая"))


async def test_digests_are_planned_once_and_claimed_by_one_sender(there: World) -> None:
    there.clock.forward(days=10)  # Thursday, 28 April: two days before the deadline of 2.1
    planned = await reminders.plan(there.db)
    assert planned > 0
    assert await reminders.plan(there.db) == 0
    async with there.db.write(SYSTEM) as tx:
        first = await outbox.take_lease(tx, 42, "first")
        assert await outbox.take_lease(tx, 42, "second") is None
    assert first is not None
    async with there.db.write(SYSTEM) as tx:
        waiting = [one.id for one in await outbox.due(tx)]
        assert sorted(await outbox.claim(tx, first, waiting)) == sorted(waiting)
        assert await outbox.claim(tx, first, waiting) == []


async def _broken_off(db: Database) -> None:
    async with db.write(SYSTEM) as tx:
        await tx.session.execute(update(School).values(name="Забытая"))
        raise RuntimeError("broken off")


async def test_changes_are_counted_inside_their_transaction_and_seen_by_another_process(there: World) -> None:
    other = Database(there.db.url.render_as_string(hide_password=False), there.clock)
    async with there.db.read(SYSTEM) as tx:
        before = await changes.stamps(tx)
        async with other.write(SYSTEM) as writing:
            await writing.session.execute(update(Region).values(timezone="Europe/Samara"))
            meanwhile = await changes.stamps(tx)
    with pytest.raises(RuntimeError, match="broken off"):
        await _broken_off(other)
    await other.close()
    async with there.db.read(SYSTEM) as tx:
        after = await changes.stamps(tx)
    assert meanwhile == before
    assert after == {**before, "region": before["region"] + 1}
    assert set(after) == set(metadata.tables) - {"table_change"}
