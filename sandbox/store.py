"""Where the sandbox keeps its memory between runs: one SQLite table of JSON documents, and files on disk.

Objects live in memory; what changed is marked and written in one transaction before the answer leaves, so whatever
was answered survives a kill.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

JSON = dict[str, Any]
Source = Callable[[], JSON]


class Store:
    """Documents by kind and key. With ``data_dir`` None everything stays in memory."""

    def __init__(self, data_dir: Path | None) -> None:
        self._dir = data_dir
        self._db: sqlite3.Connection | None = None
        self._dirty: dict[tuple[str, str], Source | None] = {}
        self._bodies: dict[str, bytes] = {}
        if data_dir is not None:
            data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
            (data_dir / "files").mkdir(exist_ok=True)
            self._db = sqlite3.connect(data_dir / "sandbox.db", isolation_level=None)
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.execute("PRAGMA synchronous=NORMAL")
            self._db.execute(
                "CREATE TABLE IF NOT EXISTS doc "
                "(kind TEXT NOT NULL, key TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (kind, key)) WITHOUT ROWID"
            )

    def mark(self, kind: str, key: str, source: Source | None) -> None:
        """Write this document at the next flush; None as source deletes it."""
        if self._db is not None:
            self._dirty[kind, key] = source

    def flush(self) -> None:
        """Write all marked documents in one transaction."""
        if self._db is None or not self._dirty:
            return
        dirty, self._dirty = self._dirty, {}
        self._db.execute("BEGIN IMMEDIATE")
        for (kind, key), source in dirty.items():
            if source is None:
                self._db.execute("DELETE FROM doc WHERE kind = ? AND key = ?", (kind, key))
            else:
                body = json.dumps(source(), ensure_ascii=False, separators=(",", ":"))
                self._db.execute("INSERT OR REPLACE INTO doc VALUES (?, ?, ?)", (kind, key, body))
        self._db.execute("COMMIT")

    def all(self, kind: str) -> Iterator[tuple[str, JSON]]:
        """Every kept document of a kind with its key."""
        if self._db is not None:
            for key, body in self._db.execute("SELECT key, body FROM doc WHERE kind = ?", (kind,)).fetchall():
                yield key, json.loads(body)

    def put_body(self, name: str, body: bytes) -> None:
        """Keep the bytes of a file under a name made of letters and digits; on disk before it returns."""
        if self._dir is None:
            self._bodies[name] = body
            return
        target = self._dir / "files" / name
        if target.exists():
            return
        part = target.with_suffix(".part")
        with part.open("wb") as stream:
            stream.write(body)
            stream.flush()
            os.fsync(stream.fileno())
        part.replace(target)

    def body(self, name: str) -> bytes:
        """The bytes of a file; empty where only its size was declared."""
        if self._dir is None:
            return self._bodies.get(name, b"")
        target = self._dir / "files" / name
        return target.read_bytes() if target.exists() else b""

    def close(self) -> None:
        """Write what is marked and let go of the database."""
        self.flush()
        if self._db is not None:
            self._db.close()
            self._db = None
