"""Which stored files are named by a row."""

from collections.abc import Sequence

from sqlalchemy import ColumnClause, Connection, column, inspect, select, table

from domain.db import Tx, chunks

_AT_ONCE = 500  # hashes in one question


async def holders(tx: Tx) -> list[tuple[str, str]]:
    """Table and column of everything that names bytes of the store: columns called `…sha256`, of whatever slice.

    The database itself is asked, so that no slice that this process has not loaded is forgotten.
    """
    connection = await tx.session.connection()
    return await connection.run_sync(_named_so)


def _named_so(connection: Connection) -> list[tuple[str, str]]:
    database = inspect(connection)
    return [
        (name, found["name"])
        for name in sorted(database.get_table_names())
        for found in database.get_columns(name)
        if found["name"].endswith("sha256")
        and found["name"] != "raw_sha256"  # that one is of a message's text
    ]


async def held(tx: Tx, hashes: Sequence[str]) -> set[str]:
    """Those of the hashes that some row names."""
    found: set[str] = set()
    for of_table, name in await holders(tx) if hashes else []:
        named: ColumnClause[str] = column(name)
        for some in chunks(hashes, _AT_ONCE):
            query = select(named).select_from(table(of_table, named)).where(named.in_(some))
            found.update((await tx.session.scalars(query)).all())
    return found
