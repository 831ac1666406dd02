"""Runs migrations; the address of the database is given by the caller, else it is that of the settings."""

import asyncio

from alembic import context
from sqlalchemy import Connection
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from domain.models import metadata
from domain.settings import Settings


def run(connection: Connection) -> None:
    """Apply the steps inside one transaction, so that a kill half-way leaves the old shape."""
    context.configure(connection=connection, target_metadata=metadata, render_as_batch=True)
    with context.begin_transaction():
        context.run_migrations()


async def run_async(url: str) -> None:
    """Connect and run; SQLite's own transactions are opened by hand, see `_begin`."""
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
