"""Every change of every table is counted by the database itself, whoever makes it and however."""

import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import select, text

from domain import changes, roadmaps
from domain.actor import SYSTEM
from domain.models import metadata
from tests.stores import SERVER
from tests.test_migrations import a_value
from tests.world import World, create_tables, open_database
from vekha import schema

COUNTED = sorted(set(metadata.tables) - {changes.TableChange.__tablename__})
on_sqlite = pytest.mark.skipif(bool(SERVER), reason="looks into the file of SQLite")


def numbers(connection: sqlite3.Connection) -> dict[str, int]:
    return dict(connection.execute("SELECT name, number FROM table_change").fetchall())


def growth(before: dict[str, int], after: dict[str, int]) -> dict[str, int]:
    return {name: after[name] - before[name] for name in after if after[name] != before[name]}


@on_sqlite
async def test_rows_that_come_change_and_go_are_counted_in_each_table(tmp_path: Path) -> None:
    db, _ = open_database(tmp_path)
    await create_tables(db)
    await db.close()
    connection = sqlite3.connect(tmp_path / "test.db")  # a stranger to our code, which does not look at keys
    assert sorted(numbers(connection)) == COUNTED
    for name in COUNTED:
        table = metadata.tables[name]
        row = {c.name: a_value(c, 1) for c in table.columns}
        start = numbers(connection)
        names, places = ", ".join(f'"{k}"' for k in row), ", ".join("?" for _ in row)
        values = [str(v) if isinstance(v, list) else v for v in row.values()]
        connection.execute(f'INSERT INTO "{name}" ({names}) VALUES ({places})', values)
        come = numbers(connection)
        first = next(iter(row))
        connection.execute(f'UPDATE "{name}" SET "{first}" = "{first}"')
        changed = numbers(connection)
        connection.execute(f'DELETE FROM "{name}"')
        gone = numbers(connection)
        steps = [growth(start, come), growth(come, changed), growth(changed, gone)]
        assert steps == [{name: 1}, {name: 1}, {name: 1}]
    connection.close()


async def test_what_goes_with_another_row_is_counted_too(world: World) -> None:
    at = world.schools["Тороповская"]
    async with world.db.write(SYSTEM) as tx:
        first = (await tx.session.scalars(select(roadmaps.Measure))).first()
        columns = [c.key for c in roadmaps.Measure.__table__.columns if c.key != "id"]
        copy = roadmaps.Measure(**{key: getattr(first, key) for key in columns})
        tx.session.add(copy)
        await tx.session.flush()
        words = roadmaps.SchoolWording(measure_id=copy.id, changed_at=tx.now, **at._asdict())
        tx.session.add(words)
        await tx.session.flush()
        before = await changes.stamps(tx)
        await tx.session.execute(text("DELETE FROM measure WHERE id = :id"), {"id": copy.id})
        after = await changes.stamps(tx)
    assert growth(before, after) == {"measure": 1, "school_wording": 1}


@on_sqlite
def test_a_migrated_database_counts_every_table_and_goes_on_after_a_step_back(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path / 'data' / 'vekha.db'}"
    path = schema.sqlite_path(url)
    assert path is not None
    found = []
    schema.upgrade(url)
    for step in ("head", "0002", "head"):
        (schema.downgrade if step == "0002" else schema.upgrade)(url, step)
        connection = sqlite3.connect(path)
        triggers = connection.execute("SELECT tbl_name FROM sqlite_master WHERE type = 'trigger'").fetchall()
        found.append(sorted(name for (name,) in triggers))
        connection.close()
    all_of_them = sorted(COUNTED * len(changes.KINDS))
    assert found == [all_of_them, [], all_of_them]


@on_sqlite
def test_what_a_migration_changes_uncounted_moves_every_number_on(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path / 'vekha.db'}"
    schema.upgrade(url)
    connection = sqlite3.connect(tmp_path / "vekha.db")
    before = numbers(connection)
    schema.upgrade(url)
    assert growth(before, numbers(connection)) == dict.fromkeys(COUNTED, 1)
    connection.close()


def test_a_statement_names_its_tables() -> None:
    read = (
        'SELECT s.id FROM school AS s JOIN "role_grant" g ON g.school_id = s.id WHERE s.name = :measure_name'
    )
    assert changes.tables_of([read]) == {"school", "role_grant"}
    assert changes.tables_of([read, "WITH x AS (SELECT 1 FROM poll_seat) SELECT * FROM x"]) == {
        "school",
        "role_grant",
        "poll_seat",
    }
    assert changes.tables_of(["BEGIN", "SELECT 1"]) == frozenset()
