"""Runs migrations; the address of the database is given by the caller, else it is that of the settings."""

import asyncio
from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import Connection, Enum
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from domain import changes
from domain.db import UtcDateTime
from domain.models import metadata
from domain.settings import Settings


def render_item(kind: str, item: Any, _context: AutogenContext) -> str | Literal[False]:
    """Write our own column types as what the database knows, so that an old step never needs present code."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, Enum):
        return f"sa.String(length={item.length})"
    return False


def run(connection: Connection) -> None:
    """Apply the steps inside one transaction, so that a kill half-way leaves the old shape."""
    context.configure(
        connection=connection, target_metadata=metadata, render_as_batch=True, render_item=render_item
    )
    with context.begin_transaction():
        changes.remove(connection)  # a table that is built anew loses its triggers, so all are made anew
        context.run_migrations()
        changes.install(connection)


async def run_async(url: str) -> None:
    """Connect and run. SQLite's driver would commit before each change of a table, so we begin by ourselves."""
    engine = create_async_engine(url, poolclass=NullPool)
    is_sqlite = make_url(url).get_backend_name() == "sqlite"
    try:
        async with engine.connect() as connection:
            if is_sqlite:
                raw = (await connection.get_raw_connection()).driver_connection
                raw.isolation_level = None  # type: ignore[union-attr]
                await connection.exec_driver_sql("BEGIN IMMEDIATE")
            await connection.run_sync(run)
            await connection.commit()
    finally:
        await engine.dispose()


asyncio.run(run_async(context.config.attributes.get("url") or Settings().database))
