"""What `vekha doctor` looks at, in plain words."""

import asyncio
import os
import shutil
import socket
import stat
import sys
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

from pydantic import ValidationError
from sqlalchemy.exc import SQLAlchemyError

from domain import outbox, retention
from domain.actor import SYSTEM
from domain.db import Database
from domain.settings import Settings
from vekha import schema, telegram
from vekha.console import say, unreadable_settings
from vekha.proxy import shown

PYTHON = (3, 11)
SCARCE = 512 * 1024 * 1024  # bytes free on the disk that are too few
LARGEST = 5  # tables to name


class State(StrEnum):
    """How a check went."""

    OK = "ok"
    ADVICE = "advice"
    WRONG = "wrong"


class Result(NamedTuple):
    """One finding: what was looked at, how it is, and what to do."""

    name: str
    state: State
    text: str


async def examine() -> list[Result]:
    """Look at everything; never raises for something that is merely wrong."""
    try:
        settings = Settings()
    except ValidationError as error:
        fields = unreadable_settings(error)
        return [
            Result("settings", State.WRONG, say("These settings cannot be read: %(names)s", names=fields))
        ]
    return [
        _python(),
        _env_file(),
        await asyncio.to_thread(_bot, settings),
        _folder(settings),
        await _database(settings),
        await _room(settings),
        _port(settings),
        _zone(settings),
    ]


def _python() -> Result:
    version = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info[:2] >= PYTHON:
        return Result("python", State.OK, f"Python {version}")
    return Result(
        "python", State.WRONG, say("Python %(version)s is too old: 3.11 is needed.", version=version)
    )


def _env_file() -> Result:
    path = Path(".env")
    if not path.exists():
        return Result(
            "env",
            State.ADVICE,
            say("There is no .env here; settings come from the environment. vekha init writes one."),
        )
    if os.name == "posix" and path.stat().st_mode & 0o077:
        return Result(
            "env", State.ADVICE, say("Others on this machine can read .env with the token: chmod 600 .env")
        )
    return Result("env", State.OK, say(".env is there, and only its owner can read it."))


def _bot(settings: Settings) -> Result:
    if not settings.bot_token.get_secret_value():
        return Result(
            "bot",
            State.WRONG,
            say("BOT_TOKEN is not set: take one from @BotFather and run vekha init. Without it: vekha demo."),
        )
    try:
        name = telegram.bot_name(settings)
    except telegram.ByProxy as why:
        return Result("proxy", State.WRONG, str(why))
    except telegram.Unreachable as why:
        return Result("bot", State.WRONG, str(why))
    if settings.telegram_proxy:
        by = shown(settings.telegram_proxy)
        return Result(
            "bot", State.OK, say("The bot @%(name)s answers by the proxy %(proxy)s.", name=name, proxy=by)
        )
    return Result("bot", State.OK, say("The bot @%(name)s answers.", name=name))


def _folder(settings: Settings) -> Result:
    folder = settings.data_dir
    probe = folder / ".writable"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe.touch()
        probe.unlink()
    except OSError as error:
        return Result(
            "data",
            State.WRONG,
            say("%(path)s cannot be written to: %(why)s", path=folder, why=error.strerror),
        )
    return Result("data", State.OK, say("Data is kept in %(path)s.", path=folder.resolve()))


async def _database(settings: Settings) -> Result:
    try:
        found = await schema.shape(settings.database)
        if found is schema.Shape.CURRENT:
            return await _queue(settings)
    except (SQLAlchemyError, OSError) as error:
        return Result(
            "database",
            State.WRONG,
            say("The database does not answer: %(error)s", error=type(error).__name__),
        )
    texts = {
        schema.Shape.ABSENT: say("There is no database yet. Create it: vekha db upgrade"),
        schema.Shape.OLD: say("The database is of an older version. Bring it up to date: vekha db upgrade"),
        schema.Shape.FOREIGN: say(
            "The database was made by a newer version of Vekha. Please update the program."
        ),
    }
    state = State.WRONG if found is schema.Shape.FOREIGN else State.ADVICE
    return Result("database", state, texts[found])


async def _queue(settings: Settings) -> Result:
    database = Database(settings.database)
    try:
        async with database.read(SYSTEM) as tx:
            waiting = await outbox.attention(tx)
    finally:
        await database.close()
    if waiting:
        return Result(
            "database",
            State.ADVICE,
            say.n(
                "%(n)s message needs a look: see the panel.",
                "%(n)s messages need a look: see the panel.",
                len(waiting),
            ),
        )
    return Result("database", State.OK, say("The database is up to date."))


async def _room(settings: Settings) -> Result:
    """How much room the data take, and what leaves tonight. A database that does not answer is said elsewhere."""
    files = await asyncio.to_thread(_bytes_in, settings.files_dir)
    path = schema.sqlite_path(settings.database)
    base = sum(map(_size, path.parent.glob(f"{path.name}*"))) if path else 0
    words = say.size
    lines = [say("Files: %(size)s.", size=words(files))]
    if path is not None:
        lines.insert(0, say("Database: %(size)s.", size=words(base)))
    try:
        if await schema.shape(settings.database) is schema.Shape.CURRENT:
            lines += await _rows(settings)
    except (SQLAlchemyError, OSError):
        pass
    try:
        free = shutil.disk_usage(settings.data_dir).free
    except OSError:
        return Result("room", State.OK, " ".join(lines))
    lines.append(say("Free on the disk: %(size)s.", size=words(free)))
    if free < max(SCARCE, base):
        lines.append(say("That is little: a copy of the database must fit beside it."))
        return Result("room", State.ADVICE, " ".join(lines))
    return Result("room", State.OK, " ".join(lines))


def _bytes_in(folder: Path) -> int:
    return sum(map(_size, folder.rglob("*"))) if folder.is_dir() else 0


def _size(path: Path) -> int:
    """Bytes of a file; none of what the running installation has removed since it was listed."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return 0
    return found.st_size if stat.S_ISREG(found.st_mode) else 0


async def _rows(settings: Settings) -> list[str]:
    import domain.models  # noqa: F401 - every table is known

    database = Database(settings.database)
    try:
        async with database.read(SYSTEM) as tx:
            largest = [size for size in await retention.sizes(tx) if size.rows][:LARGEST]
            due = await retention.due(tx, retention.Ages.of(settings))
    finally:
        await database.close()
    lines = []
    if largest:
        tables = ", ".join(f"{size.table} {size.rows}" for size in largest)
        lines.append(say("Largest tables, rows: %(tables)s.", tables=tables))
    if due:
        kinds = ", ".join(f"{name} {count}" for name, count in due.items())
        lines.append(say("Old rows that leave tonight: %(kinds)s.", kinds=kinds))
    return lines


def _port(settings: Settings) -> Result:
    address = f"{settings.panel_host}:{settings.panel_port}"
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.panel_host, settings.panel_port))
        except OSError:
            return Result(
                "port",
                State.ADVICE,
                say(
                    "%(address)s is taken: either Vekha runs already, or set another PANEL_PORT.",
                    address=address,
                ),
            )
    return Result("port", State.OK, say("%(address)s is free for the panel.", address=address))


def _zone(settings: Settings) -> Result:
    try:
        ZoneInfo(settings.timezone)
    except (KeyError, ValueError, OSError):
        return Result(
            "timezone",
            State.WRONG,
            say("TIMEZONE %(zone)s is unknown; an example: Europe/Moscow", zone=settings.timezone),
        )
    return Result("timezone", State.OK, say("Time zone: %(zone)s", zone=settings.timezone))
