"""The shape of the database: which version it has, and moving it to another."""

import sqlite3
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

if TYPE_CHECKING:
    from alembic.config import Config

MIGRATIONS = Path(__file__).resolve().parent.parent / "migrations"


class Shape(StrEnum):
    """How the database stands to this version of the program."""

    ABSENT = "absent"
    OLD = "old"
    CURRENT = "current"
    FOREIGN = "foreign"  # made by a newer version


def sqlite_path(url: str) -> Path | None:
    """The file of a SQLite database; None for a server."""
    parsed = make_url(url)
    return Path(parsed.database) if parsed.get_backend_name() == "sqlite" and parsed.database else None


def upgrade(url: str, revision: str = "head") -> None:
    """Move the database forward; makes it where it is new. Blocking: not to be called on a running loop."""
    from alembic import command

    path = sqlite_path(url)
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
    command.upgrade(_config(url), revision)


def downgrade(url: str, revision: str) -> None:
    """Move the database back; data of newer tables is lost. Blocking."""
    from alembic import command

    command.downgrade(_config(url), revision)


def head() -> str:
    """The newest revision that this program knows."""
    return _known()[0]


async def revision_of(url: str) -> str | None:
    """The revision of a database; None where there are no tables yet. Raises OSError where it does not answer."""
    path = sqlite_path(url)
    if path is not None and not path.exists():
        return None
    engine = create_async_engine(url, poolclass=NullPool)
    try:
        async with engine.connect() as connection:
            found = await connection.scalar(text("SELECT version_num FROM alembic_version"))
            return str(found) if found else None
    except DBAPIError as error:
        if path is not None and isinstance(error.orig, sqlite3.OperationalError):
            return None
        if "alembic_version" in str(error.orig):
            return None
        raise
    finally:
        await engine.dispose()


async def shape(url: str) -> Shape:
    """How the database stands to this version of the program."""
    revision = await revision_of(url)
    if revision is None:
        return Shape.ABSENT
    newest, known = _known()
    if revision == newest:
        return Shape.CURRENT
    return Shape.OLD if revision in known else Shape.FOREIGN


def _known() -> tuple[str, set[str]]:
    from alembic.script import ScriptDirectory

    script = ScriptDirectory.from_config(_config(""))
    return script.get_current_head() or "", {step.revision for step in script.walk_revisions()}


def _config(url: str) -> "Config":
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["url"] = url
    return config
