"""A number for each table that grows with every change of its rows, in the transaction of the change.

Triggers of the database count, not our code: a change by hand, by a second process or by a cascade counts as well.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import BigInteger, Connection, String, event, inspect, text
from sqlalchemy.orm import Mapped, mapped_column

from domain.actor import STRANGER
from domain.db import Base, Database, Tx


class TableChange(Base):
    """How often the rows of a table have changed; a table without a line here is not counted."""

    __tablename__ = "table_change"

    name: Mapped[str] = mapped_column(String(63), primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger)


NUMBERS = "SELECT name, number FROM table_change"
OWN = TableChange.__tablename__
ALEMBIC = "alembic_version"
KINDS = ("insert", "update", "delete")
FUNCTION = """
CREATE OR REPLACE FUNCTION note_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN UPDATE table_change SET number = number + 1 WHERE name = TG_TABLE_NAME; RETURN NULL; END $$
"""


async def stamps(tx: Tx) -> dict[str, int]:
    """The number of each table, as of this transaction."""
    found: Any = await tx.session.execute(text(NUMBERS))
    return dict(found.all())


async def present_stamps(db: Database) -> dict[str, int]:
    """The number of each table, as of now."""
    found = db.at_once(NUMBERS)
    if found is not None:
        return dict(found)
    async with db.read(STRANGER) as tx:
        return await stamps(tx)


async def uncounted(tx: Tx) -> list[str]:
    """Tables whose changes nobody counts, since their triggers are gone: somebody has rebuilt them by hand."""
    is_sqlite = tx.session.get_bind().dialect.name == "sqlite"
    query = (
        "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        if is_sqlite
        else "SELECT tgname FROM pg_trigger WHERE tgenabled <> 'D'"
    )
    there = set((await tx.session.scalars(text(query))).all())
    return sorted(
        name
        for name in set(Base.metadata.tables) - {OWN}
        if not {_trigger(name, kind) for kind in (KINDS if is_sqlite else ("",))} <= there
    )


def _trigger(table: str, kind: str = "") -> str:
    return f"changed_{table}_{kind}" if kind else f"changed_{table}"


def tables_of(statements: Iterable[str]) -> frozenset[str]:
    """Tables that statements speak of; rather one too many than one too few."""
    return frozenset[str]().union(*map(_named_in, statements))


@lru_cache(maxsize=4096)
def _named_in(statement: str) -> frozenset[str]:
    return frozenset(_pattern().findall(statement))


@cache
def _pattern() -> re.Pattern[str]:
    # Asked only once something has been read, so every slice has said its tables.
    return re.compile(rf"\b({'|'.join(sorted(Base.metadata.tables, key=len, reverse=True))})\b")


def same(now: Mapping[str, int], then: Mapping[str, int]) -> bool:
    """Whether nothing has changed in the tables of `then`."""
    return all(now.get(name) == number for name, number in then.items())


def install(connection: Connection) -> None:
    """Count the changes of every table that there is; harmless where they are counted already."""
    there = set(inspect(connection).get_table_names())
    if OWN not in there:
        return
    is_sqlite = connection.dialect.name == "sqlite"
    if not is_sqlite:
        connection.execute(text(FUNCTION))
    for name in sorted(there & set(Base.metadata.tables) - {OWN}):
        line = text("INSERT INTO table_change (name, number) VALUES (:name, 0) ON CONFLICT (name) DO NOTHING")
        (_count_in_sqlite if is_sqlite else _count_in_postgresql)(connection, name)
        connection.execute(line, {"name": name})


def remove(connection: Connection) -> None:
    """Stop counting, so that tables may be rebuilt. What changes until `install` nobody sees: every number moves on, so
    that nothing which is kept by them is taken for true afterwards."""
    there = set(inspect(connection).get_table_names())
    if OWN in there:
        connection.execute(text("UPDATE table_change SET number = number + 1"))
    drop = _dropper(connection)
    for name in sorted(there & set(Base.metadata.tables)):
        drop(name)
    if connection.dialect.name != "sqlite":
        connection.execute(text("DROP FUNCTION IF EXISTS note_change()"))


def _dropper(connection: Connection) -> Callable[[str], None]:
    def in_sqlite(name: str) -> None:
        for kind in KINDS:
            connection.execute(text(f"DROP TRIGGER IF EXISTS {_trigger(name, kind)}"))

    def in_postgresql(name: str) -> None:
        connection.execute(text(f'DROP TRIGGER IF EXISTS {_trigger(name)} ON "{name}"'))

    return in_sqlite if connection.dialect.name == "sqlite" else in_postgresql


def _count_in_sqlite(connection: Connection, name: str) -> None:
    for kind in KINDS:
        # Names of our own tables: nothing that anybody has typed.
        then = f"UPDATE table_change SET number = number + 1 WHERE name = '{name}'"  # noqa: S608
        trigger = f'TRIGGER IF NOT EXISTS {_trigger(name, kind)} AFTER {kind} ON "{name}"'
        connection.execute(text(f"CREATE {trigger} BEGIN {then}; END"))


def _count_in_postgresql(connection: Connection, name: str) -> None:
    connection.execute(
        text(
            f'CREATE OR REPLACE TRIGGER {_trigger(name)} AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON "{name}" '
            "FOR EACH STATEMENT EXECUTE FUNCTION note_change()"
        )
    )


def _after_create(_target: Any, connection: Connection, **_kw: Any) -> None:
    install(connection)


event.listen(Base.metadata, "after_create", _after_create)
