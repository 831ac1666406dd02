"""Opening the database for one command."""

import importlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from domain.db import Database
from domain.settings import Settings
from vekha import schema
from vekha.console import Refused, note, say


def prepare(settings: Settings, *, quiet: bool = False) -> None:
    """Bring the database to the present shape, with a copy of a SQLite file before it changes."""
    import asyncio

    state = asyncio.run(schema.shape(settings.database))
    if state is schema.Shape.CURRENT:
        return
    if state is schema.Shape.FOREIGN:
        raise Refused(_foreign())
    path = schema.sqlite_path(settings.database)
    if state is schema.Shape.OLD and path is not None:
        from vekha.backup import snapshot

        copy = path.with_name(f"{path.stem}-{asyncio.run(schema.revision_of(settings.database))}.db")
        snapshot(path, copy)
        note(say("The database as it was is kept in %(path)s", path=copy))
    schema.upgrade(settings.database)
    if quiet:
        return
    if state is schema.Shape.ABSENT:
        note(say("Created the database: %(path)s", path=path or settings.database.rsplit("@", 1)[-1]))
    else:
        note(say("The database was brought up to date."))


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Database]:
    """The database of the settings; refuses one that is absent or of another version, and says what to do."""
    try:
        state = await schema.shape(settings.database)
    except OSError as error:
        raise Refused(say("The database does not answer: %(error)s", error=error)) from error
    if state is schema.Shape.ABSENT:
        raise Refused(say("There is no database yet. Create it: vekha db upgrade"))
    if state is schema.Shape.OLD:
        raise Refused(say("The database is of an older version. Bring it up to date: vekha db upgrade"))
    if state is schema.Shape.FOREIGN:
        raise Refused(_foreign())
    # A row of one slice points at rows of others: all tables must be known before the first is written.
    importlib.import_module("domain.models")
    database = Database(settings.database)
    try:
        yield database
    finally:
        await database.close()


def _foreign() -> str:
    return say("The database was made by a newer version of Vekha. Please update the program.")
