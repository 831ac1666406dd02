"""SQLite with one step to its thread and back for a statement.

The driver's cursor makes four: it is made, asked, emptied and closed, each time in the connection's thread. The
steps cost several times what SQLite does: a page of twenty statements spent half its time on them.
"""

from collections import deque
from functools import partial
from typing import Any

from sqlalchemy.connectors.asyncio import AsyncIODBAPICursor
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.sqlite.aiosqlite import (
    AsyncAdapt_aiosqlite_connection,
    AsyncAdapt_aiosqlite_cursor,
    AsyncAdapt_aiosqlite_dbapi,
    SQLiteDialect_aiosqlite,
)

NAME = "sqlite+onestep"


class _Cursor(AsyncAdapt_aiosqlite_cursor):
    """Asks and reads in one step. It is used up by then, and needs no closing: nothing of it holds a lock any more.

    Long answers that are to come piece by piece have the driver's own cursor.
    """

    __slots__ = ()
    _awaitable_cursor_close = False

    def _aenter_cursor(self, cursor: AsyncIODBAPICursor) -> Any:
        return self._connection._conn.cursor()  # of sqlite3 itself; making one touches nothing

    def _make_new_cursor(self, connection: Any) -> Any:
        return None

    async def _execute_async(self, operation: Any, parameters: Any) -> Any:
        async with self._adapt_connection._execute_mutex:
            step = partial(_ask, self._cursor, operation, parameters or ())
            self._rows = deque(await self._connection._execute(step))

    async def _executemany_async(self, operation: Any, seq_of_parameters: Any) -> Any:
        async with self._adapt_connection._execute_mutex:
            await self._connection._execute(self._cursor.executemany, operation, seq_of_parameters)

    def close(self) -> None:
        self._rows.clear()


def _ask(cursor: Any, operation: str, parameters: Any) -> Any:
    cursor.execute(operation, parameters)
    return cursor.fetchall() if cursor.description else ()


class _Connection(AsyncAdapt_aiosqlite_connection):
    __slots__ = ()
    _cursor_cls = _Cursor


class _Driver(AsyncAdapt_aiosqlite_dbapi):
    def connect(self, *arg: Any, **kw: Any) -> AsyncAdapt_aiosqlite_connection:
        made = super().connect(*arg, **kw)
        return _Connection(self, made._connection)


class Dialect(SQLiteDialect_aiosqlite):
    """The engine's side of it."""

    driver = "onestep"
    supports_statement_cache = True

    @classmethod
    def import_dbapi(cls) -> AsyncAdapt_aiosqlite_dbapi:
        """The driver with our cursor."""
        own = super().import_dbapi()
        return _Driver(own.aiosqlite, own.sqlite)


registry.register("sqlite.onestep", __name__, "Dialect")
