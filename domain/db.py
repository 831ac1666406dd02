"""Transactions: who acts, when, and in which session. The only place that opens or commits one.

SQLite needs two engines (RELIABILITY.md §1): writers take turns through a pool of one and begin with
`BEGIN IMMEDIATE`, or two read-then-write transactions fail with «database is locked»; readers never write.
"""

import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import wraps
from pathlib import Path
from typing import Any, ClassVar, Concatenate, ParamSpec, Protocol, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import JSON, DateTime, Dialect, Enum, MetaData, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeDecorator

from domain.actor import Actor
from domain.looks import looking

NAMING = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


def enum_column(kind: type[StrEnum]) -> Enum:
    """A column of named values, kept as their text without a database type or check."""
    return Enum(
        kind,
        native_enum=False,
        create_constraint=False,
        length=30,
        values_callable=lambda k: [m.value for m in k],
    )


class UtcDateTime(TypeDecorator[datetime]):
    """An instant: stored in UTC, read back aware (SQLite forgets the zone)."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive times, convert the others to UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive time has no meaning here")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give the zone back."""
        return value.replace(tzinfo=UTC) if value is not None and value.tzinfo is None else value


class Base(DeclarativeBase):
    """The one catalogue of tables."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: UtcDateTime,
        dict[str, Any]: JSON,
        list[Any]: JSON,
        list[str]: JSON,
        list[int]: JSON,
    }


class _Moment:
    """The instant of a transaction. An answer that depends on it is another at every instant, so nobody keeps it:
    what only depends on the day, or on whether a moment has passed, asks for that (see `Tx.day`)."""

    def __get__(self, tx: "Tx | None", _kind: type) -> datetime:
        if tx is None:
            raise AttributeError  # a field without a default
        found = looking.get()
        if found is not None:
            found.spoil()
        return tx._moment

    def __set__(self, tx: "Tx", value: datetime) -> None:
        vars(tx)["now"] = value


@dataclass
class Tx:
    """A transaction: in which session, by whom, when (one reading of the clock)."""

    session: AsyncSession
    actor: Actor
    now: _Moment = _Moment()

    @property
    def _moment(self) -> datetime:
        found: datetime = vars(self)["now"]
        return found

    def day(self, timezone: str) -> date:
        """Today at a place; an answer made from it holds until midnight there."""
        zone = ZoneInfo(timezone)
        today = self._moment.astimezone(zone).date()
        found = looking.get()
        if found is not None:
            found.turns(datetime.combine(today + timedelta(days=1), time(), zone).astimezone(UTC))
        return today

    def midnight(self, timezone: str) -> datetime:
        """When today began at a place."""
        return datetime.combine(self.day(timezone), time(), ZoneInfo(timezone)).astimezone(UTC)

    def written_at(self, timezone: str) -> datetime:
        """The local time that a document bears; a page that is to be kept shows no more of it than the day."""
        self.day(timezone)
        return self._moment.astimezone(ZoneInfo(timezone))

    def has_passed(self, moment: datetime) -> bool:
        """Whether a moment is over; an answer made from a «not yet» holds until then."""
        found = looking.get()
        if found is not None and moment > self._moment:
            found.turns(moment)
        return moment <= self._moment


class WriteTx(Tx):
    """A transaction that may write; actions ask for it in their signature."""

    def announce(self, topic: str) -> None:
        """Wake those who `Database.listen` to the topic, once this is committed."""
        self.session.info.setdefault("topics", set()).add(topic)


Asked = ParamSpec("Asked")
Found = TypeVar("Found")
Value = TypeVar("Value")


def chunks(values: Sequence[Value], most: int) -> Iterator[Sequence[Value]]:
    """Values for one question after the other: a database takes only so many at once."""
    return (values[start : start + most] for start in range(0, len(values), most))


def once(
    query: Callable[Concatenate[Tx, Asked], Awaitable[Found]],
) -> Callable[Concatenate[Tx, Asked], Awaitable[Found]]:
    """Ask the same thing once in a reading transaction, which shows one picture to its end; writers ask anew.

    For what many parts of a page need. Whoever gets the answer does not change it.
    """

    @wraps(query)
    async def asked(tx: Tx, /, *args: Asked.args, **kwargs: Asked.kwargs) -> Found:
        if isinstance(tx, WriteTx):
            return await query(tx, *args, **kwargs)
        known: dict[Any, Any] = tx.session.info.setdefault("asked", {})
        key = query, tx.actor, args, tuple(kwargs.items())
        if key not in known:
            known[key] = await query(tx, *args, **kwargs)
        found: Found = known[key]
        return found

    return asked


class Closing(Protocol):
    """What the task at hand wants committed together with its effect."""

    async def before_commit(self, tx: WriteTx) -> None:
        """Add to the transaction; an exception rolls everything back."""

    def committed(self) -> None:
        """It is durable now."""


# Set by the bot around the handling of one update: «this update took effect» and the dialogue state go into the
# first writing transaction of its handler, so that a kill leaves both or neither (RELIABILITY.md §1).
closing: ContextVar[Closing | None] = ContextVar("closing", default=None)


class Clock:
    """The process's clock; the demonstration moves it forward, nothing else does."""

    def __init__(self, read: Callable[[], datetime] | None = None) -> None:
        self._read = read or (lambda: datetime.now(UTC))
        self.is_real = read is None  # of the machine, which can be wrong; others are moved on purpose

    def now(self) -> datetime:
        """The present instant, in UTC."""
        return self._read()


ONE_WRITER = text("SELECT pg_advisory_xact_lock(7625)")  # held until the end of the transaction


class Database:
    """The two doors to the data: `read` and `write`."""

    def __init__(self, url: str, clock: Clock | None = None) -> None:
        self.url = make_url(url)
        self.clock = clock or Clock()
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        if self.is_sqlite:
            if self.url.database:
                Path(self.url.database).parent.mkdir(parents=True, exist_ok=True)
            self._writer = _sqlite_engine(self.url, pool_size=1, begin="BEGIN IMMEDIATE", query_only=False)
            self._reader = _sqlite_engine(self.url, pool_size=4, begin="BEGIN", query_only=True)
        else:
            self._writer = create_async_engine(self.url, pool_pre_ping=True)
            self._reader = self._writer.execution_options(
                isolation_level="REPEATABLE READ", postgresql_readonly=True
            )
        for engine in {self._writer.sync_engine, self._reader.sync_engine}:
            event.listen(engine, "before_cursor_execute", _note)
        self._listeners: dict[str, list[Callable[[], None]]] = {}
        self._direct: sqlite3.Connection | None = None

    @asynccontextmanager
    async def write(self, actor: Actor, *, closes: bool = True) -> AsyncIterator[WriteTx]:
        """Open a writing transaction; committed at the end of the block, rolled back by an exception.

        `closes=False`: not the effect of the update at hand (a name noticed in passing), see `closing`.
        """
        found = looking.get()
        if found is not None:
            found.spoil()
        close = closing.get() if closes else None
        async with AsyncSession(self._writer, expire_on_commit=False) as session:
            async with session.begin():
                if not self.is_sqlite:  # one writer at a time, as SQLite's BEGIN IMMEDIATE has it
                    await session.execute(ONE_WRITER)
                tx = WriteTx(session, actor, self.clock.now())
                yield tx
                if close is not None:
                    await close.before_commit(tx)
            if close is not None:
                close.committed()
        for topic in session.info.get("topics", ()):
            for wake in self._listeners.get(topic, ()):
                wake()

    def listen(self, topic: str, wake: Callable[[], None]) -> None:
        """Call `wake` after each commit of this process that announced the topic."""
        self._listeners.setdefault(topic, []).append(wake)

    @asynccontextmanager
    async def read(self, actor: Actor) -> AsyncIterator[Tx]:
        """Open a reading transaction: one consistent picture."""
        async with AsyncSession(self._reader, expire_on_commit=False) as session, session.begin():
            yield Tx(session, actor, self.clock.now())

    def at_once(self, query: str) -> list[Any] | None:
        """Rows of a query that takes microseconds, asked on the loop itself: the steps to another thread and back would
        take ten times as long. None where that cannot be, and `read` has to be used: a server, a file that is busy.
        """
        if not self.is_sqlite or self.url.database in (None, "", ":memory:"):
            return None
        try:
            if self._direct is None:
                path = Path(str(self.url.database)).resolve().as_uri()
                self._direct = sqlite3.connect(
                    f"{path}?mode=ro", uri=True, timeout=0, isolation_level=None, check_same_thread=False
                )
            return self._direct.execute(query).fetchall()
        except sqlite3.OperationalError:
            return None

    async def close(self) -> None:
        """Close all connections."""
        if self._direct is not None:
            self._direct.close()
            self._direct = None
        if self.is_sqlite:
            await self._reader.dispose()
        await self._writer.dispose()


def _note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
    found = looking.get()
    if found is not None:
        found.statements.add(statement)


def _sqlite_engine(url: Any, *, pool_size: int, begin: str, query_only: bool) -> AsyncEngine:
    engine = create_async_engine(
        url, pool_size=pool_size, max_overflow=0, pool_timeout=60, connect_args={"timeout": 30}
    )

    def configure(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # transactions begin where we say, see `started`
        cursor = connection.cursor()
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=30000"):
            cursor.execute(f"PRAGMA {pragma}")
        if query_only:
            cursor.execute("PRAGMA query_only=ON")
        cursor.close()

    def started(connection: Any) -> None:
        connection.exec_driver_sql(begin)

    event.listen(engine.sync_engine, "connect", configure)
    event.listen(engine.sync_engine, "begin", started)
    return engine
