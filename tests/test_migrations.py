"""Migrations lead up and down, and end at the very tables of the code."""

import sqlite3
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Column, MetaData, Table, create_engine, func, select, text

from domain.models import metadata
from vekha import schema


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite+aiosqlite:///{tmp_path / 'data' / 'vekha.db'}"


def tables(url: str) -> set[str]:
    path = schema.sqlite_path(url)
    assert path is not None
    with sqlite3.connect(path) as connection:
        found = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    connection.close()
    return found - {"sqlite_sequence"}


def test_up_gives_the_tables_of_the_code(url: str) -> None:
    schema.upgrade(url)
    engine = create_engine(url.replace("+aiosqlite", ""))
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
    engine.dispose()
    assert tables(url) == {*metadata.tables, "alembic_version"}


def test_down_takes_everything_away_and_up_brings_it_back(url: str) -> None:
    schema.upgrade(url)
    schema.downgrade(url, "base")
    assert tables(url) == {"alembic_version"}
    schema.upgrade(url)
    assert tables(url) == {*metadata.tables, "alembic_version"}


def a_value(column: Column[Any], number: int) -> Any:
    """Something that fits a column, other for each row where it has to be."""
    kind = column.type.python_type
    if kind is datetime:
        return datetime(2026, 1, number)
    if kind is date:
        return date(2026, 1, number)
    return {int: number, float: 1.5, bool: True, str: f"t{number}", bytes: b"x"}.get(kind, [])


def test_a_filled_database_of_the_first_release_keeps_its_rows(url: str) -> None:
    schema.upgrade(url, "0001")
    engine = create_engine(url.replace("+aiosqlite", ""))
    first = MetaData()
    first.reflect(engine)
    filled = [table for table in first.sorted_tables if table.name != "alembic_version"]
    with engine.begin() as connection:
        for table in filled:
            rows = [{c.name: a_value(c, number) for c in table.columns} for number in (1, 2)]
            connection.execute(table.insert(), rows)
    engine.dispose()
    schema.upgrade(url)
    with engine.connect() as connection:
        counts = {
            table.name: connection.scalar(select(func.count()).select_from(text(f'"{table.name}"')))
            for table in filled
        }
    engine.dispose()
    assert counts == {table.name: 2 for table in filled}


def test_going_back_forgets_the_work_of_offices_and_keeps_that_of_schools(url: str) -> None:
    schema.upgrade(url)
    engine = create_engine(url.replace("+aiosqlite", ""))
    work = Table("assignment", MetaData(), autoload_with=engine)
    with engine.begin() as connection:
        rows = [{c.name: a_value(c, number) for c in work.columns} for number in (1, 2)]
        connection.execute(work.insert(), [{**rows[0], "school_id": None}, rows[1]])
    schema.downgrade(url, "0001")
    with engine.connect() as connection:
        assert connection.scalars(text("SELECT id FROM assignment")).all() == [2]
    engine.dispose()


async def test_the_shape_of_a_database_is_known(url: str) -> None:
    import asyncio

    assert await schema.shape(url) is schema.Shape.ABSENT
    await asyncio.to_thread(schema.upgrade, url)
    assert await schema.shape(url) is schema.Shape.CURRENT
    assert await schema.revision_of(url) == schema.head()
    path = schema.sqlite_path(url)
    assert path is not None
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE alembic_version SET version_num = 'of tomorrow'")
    connection.close()
    assert await schema.shape(url) is schema.Shape.FOREIGN


def test_packs_that_wait_move_into_the_one_queue_and_back(url: str) -> None:
    schema.upgrade(url, "0002")
    path = schema.sqlite_path(url)
    assert path is not None
    moment = "2026-01-02 00:00:00.000000"
    with sqlite3.connect(path) as connection:
        connection.execute(
            "INSERT INTO person (id, name, position, language, timezone, created_at) "
            f"VALUES (1, 'Римма', '', 'ru', 'Europe/Moscow', '{moment}')"
        )
        for state in ("waiting", "writing", "ready", "empty", "failed", "gone"):
            connection.execute(
                "INSERT INTO pack_order (person_id, rights, scope, state, asked_at, touched_at, attempts, done, total)"
                f" VALUES (1, 'x', '{{\"stage\": 2}}', '{state}', '{moment}', '{moment}', 1, 3, 7)"
            )
    connection.close()
    schema.upgrade(url)
    with sqlite3.connect(path) as connection:
        found = connection.execute(
            "SELECT what, filters, state, attempts, total FROM takeaway ORDER BY id"
        ).fetchall()
    connection.close()
    states = ["waiting", "waiting", "gone", "failed", "failed", "gone"]
    assert found == [("pack", '{"stage": 2}', state, 0, 7) for state in states]
    schema.downgrade(url, "0002")
    with sqlite3.connect(path) as connection:
        orders = connection.execute("SELECT person_id, scope, state FROM pack_order").fetchall()
        left = connection.execute("SELECT count(*) FROM takeaway").fetchall()
    connection.close()
    assert (orders, left) == ([(1, '{"stage": 2}', "failed")] * 6, [(0,)])
