"""Backup and restore: the database as one consistent file and the evidence files, in one archive."""

import asyncio
import json
import os
import shutil
import sqlite3
import tarfile
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from sqlalchemy.exc import SQLAlchemyError

from domain import outbox
from domain.actor import SYSTEM
from domain.db import Database
from domain.settings import Settings
from vekha import schema
from vekha.console import Refused, say

DATABASE, ABOUT, FILES = "vekha.db", "backup.json", "files"


class Restored(NamedTuple):
    """What came back: when it was saved, and how many queued messages now wait for a person."""

    saved_at: str
    doubtful: int


def snapshot(source: Path, target: Path) -> None:
    """A consistent copy of a live SQLite database."""
    target.unlink(missing_ok=True)
    with closing(sqlite3.connect(source)) as connection:
        connection.execute("VACUUM INTO ?", (str(target),))
    target.chmod(0o600)


def save(settings: Settings, target: Path, *, now: datetime) -> int:
    """Write the archive (mode 0600); returns its size in bytes."""
    path = _sqlite(settings)
    if not path.exists():
        raise Refused(say("There is no database yet. Create it: vekha db upgrade"))
    target.parent.mkdir(parents=True, exist_ok=True)
    partial, copy = target.with_name(target.name + ".part"), target.with_name(target.name + ".db")
    about = target.with_name(target.name + ".json")
    try:
        snapshot(path, copy)
        about.write_text(json.dumps({"saved_at": now.isoformat(), "revision": _revision(copy)}))
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as raw, tarfile.open(fileobj=raw, mode="w:gz") as archive:
            archive.add(about, ABOUT)
            archive.add(copy, DATABASE)
            # The database is copied first: a file that comes later is merely not referred to.
            if settings.files_dir.exists():
                archive.add(settings.files_dir, FILES, filter=_without_downloads)
        partial.replace(target)
    finally:
        for leftover in (partial, copy, about):
            leftover.unlink(missing_ok=True)
    return target.stat().st_size


def restore(settings: Settings, source: Path, *, now: datetime, force: bool) -> Restored:
    """Put an archive in place of the present data; messages queued before it was saved wait for a person."""
    path = _sqlite(settings)
    if path.exists() and not force:
        raise Refused(say("There is data in %(path)s already. To replace it: --force", path=path))
    staging = path.parent / "restoring"
    shutil.rmtree(staging, ignore_errors=True)
    staging.mkdir(parents=True, mode=0o700)
    try:
        try:
            with tarfile.open(source, "r:gz") as archive:
                archive.extractall(staging, filter="data")
            about = json.loads((staging / ABOUT).read_text())
            url = f"sqlite+aiosqlite:///{staging / DATABASE}"
            if asyncio.run(schema.shape(url)) is schema.Shape.FOREIGN:
                raise Refused(
                    say("The database was made by a newer version of Vekha. Please update the program.")
                )
            schema.upgrade(url)
            doubtful = asyncio.run(_distrust(url, now))
        except (OSError, tarfile.TarError, EOFError, ValueError, KeyError, SQLAlchemyError) as error:
            raise Refused(
                say("%(file)s is not a backup of Vekha, or it is damaged.", file=source.name)
            ) from error
        _bring_files(staging / FILES, settings.files_dir)
        if path.exists():
            kept = path.with_name(f"{path.stem}-before-restore.db")
            snapshot(path, kept)
        for ending in ("-wal", "-shm"):
            path.with_name(path.name + ending).unlink(missing_ok=True)
        (staging / DATABASE).chmod(0o600)
        (staging / DATABASE).replace(path)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return Restored(str(about["saved_at"]), doubtful)


async def _distrust(url: str, now: datetime) -> int:
    """Whatever was queued may have been sent since: it waits for a person, so that no storm breaks out."""
    database = Database(url)
    try:
        async with database.write(SYSTEM) as tx:
            return await outbox.distrust(tx, now)
    finally:
        await database.close()


def _bring_files(source: Path, target: Path) -> None:
    """Add the files of the backup; they are named by their content, so nothing is overwritten."""
    for file in source.rglob("*") if source.exists() else ():
        if file.is_file():
            place = target / file.relative_to(source)
            place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            file.replace(place)


def _without_downloads(entry: tarfile.TarInfo) -> tarfile.TarInfo | None:
    # Neither what is still coming in nor what can be written again at any time.
    return None if entry.name.startswith((f"{FILES}/incoming", f"{FILES}/made")) else entry


def _revision(database: Path) -> str:
    with closing(sqlite3.connect(database)) as connection:
        return str(connection.execute("SELECT version_num FROM alembic_version").fetchone()[0])


def _sqlite(settings: Settings) -> Path:
    path = schema.sqlite_path(settings.database)
    if path is None:
        raise Refused(say("This command is for SQLite. For PostgreSQL use pg_dump and pg_restore."))
    return path
