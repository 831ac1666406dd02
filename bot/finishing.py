"""Marking updates as handled, many by one transaction: thread hops are the cost, not the disk."""

import asyncio
from collections.abc import Callable, Mapping

import structlog

from bot.handling import Dialogue
from domain import inbox
from domain.actor import SYSTEM
from domain.db import Database
from domain.inbox import InboxState

log = structlog.get_logger()

GATHER = 0.05  # seconds that a finished update may wait for others
RETRY = 1.0


class Finisher:
    """Collects what was handled. A kill before the flush repeats updates that had no effect of their own."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._ids: dict[InboxState, list[int]] = {}
        self._dialogues: dict[str, Dialogue] = {}
        self._work = asyncio.Event()
        self._is_stopping = False
        self.on_finished: Callable[[list[int]], None] = lambda ids: None

    def add(self, inbox_id: int, state: InboxState, dialogues: Mapping[str, Dialogue]) -> None:
        """This update is through, and left conversations there."""
        self._ids.setdefault(state, []).append(inbox_id)
        self._dialogues.update(dialogues)
        self._work.set()

    async def run(self) -> None:
        """Flush from time to time, and once more after `stop`."""
        while not self._is_stopping or self._ids:
            await self._work.wait()
            if not self._is_stopping:
                await asyncio.sleep(GATHER)
            try:
                await self.flush()
            except Exception:
                log.exception("finish_failed")  # the disk is full, the database is gone: keep it for later
                if self._is_stopping:
                    return
                await asyncio.sleep(RETRY)

    def stop(self) -> None:
        """Nothing more will come."""
        self._is_stopping = True
        self._work.set()

    async def flush(self) -> None:
        """Write everything collected so far."""
        self._work.clear()
        ids, dialogues = self._ids, self._dialogues
        self._ids, self._dialogues = {}, {}
        if not ids:
            return
        try:
            async with self._db.write(SYSTEM, closes=False) as tx:
                if dialogues:
                    await inbox.keep_dialogues(tx, dialogues)
                for state, finished in ids.items():
                    await inbox.finish(tx, finished, state)
        except BaseException:
            for state, finished in ids.items():
                self._ids.setdefault(state, []).extend(finished)
            self._dialogues = {**dialogues, **self._dialogues}
            self._work.set()
            raise
        self.on_finished([inbox_id for finished in ids.values() for inbox_id in finished])
