"""Old bytes without a row leave the disk."""

import asyncio
import re
from datetime import timedelta
from pathlib import Path

from domain.actor import SYSTEM
from domain.db import Database
from domain.files import FileStore
from domain.leftovers import queries, rules
from domain.previews import Looks

_HASH = re.compile(r"[0-9a-f]{64}")


async def sweep(db: Database, store: FileStore, life: timedelta = rules.LIFE) -> int:
    """Delete stored files, and downloads that were broken off, that are older than `life` and named by no row.

    Returns how many. Age is that of the file: bytes that come again are young again. May run late or twice.
    """
    before = (db.clock.now() - life).timestamp()
    old = await asyncio.to_thread(_old, store, before)
    stored = sorted(path.name for path in old if _HASH.fullmatch(path.name))
    async with db.read(SYSTEM) as tx:
        held = await queries.held(tx, stored)
    gone = 0
    for path in old:
        if path.name not in held and await asyncio.to_thread(_delete, path, before):
            Looks(store.folder).forget(path.name)
            gone += 1
    return gone


def _old(store: FileStore, before: float) -> list[Path]:
    """Stored files and broken-off downloads that nobody has touched since; other folders are none of ours."""
    if not store.folder.exists():
        return []
    kept = (
        path
        for path in store.folder.glob("??/??/*")
        if _HASH.fullmatch(path.name) and path == store.path(path.name)
    )
    downloads = (path for path in (store.folder / "incoming").glob("*") if path.is_file())
    return sorted(path for path in (*kept, *downloads) if path.stat().st_mtime < before)


def _delete(path: Path, before: float) -> bool:
    """Delete a file unless it has come again in the meantime."""
    try:
        if path.stat().st_mtime >= before:
            return False
        path.unlink()
    except FileNotFoundError:
        return False
    return True
