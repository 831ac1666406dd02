"""Updates of one chat one by one and in order, chats in parallel."""

import asyncio
import contextlib
from collections import deque
from collections.abc import Awaitable, Callable, Iterable

import structlog

from domain import inbox
from domain.actor import SYSTEM
from domain.db import Database
from domain.inbox import Waiting

log = structlog.get_logger()

WIDTH = 16  # chats handled at the same time
FULL = 2_000  # updates in memory; the poller waits while there are more
PAGE = 500
LOOK_AGAIN = 1.0  # seconds: rows that another process kept (a webhook), or that a person revived


class Lanes:
    """Feeds kept updates to `handle`, which deals with errors itself and returns when an update is settled."""

    def __init__(self, db: Database, bot_id: int, handle: Callable[[Waiting], Awaitable[None]]) -> None:
        self._db, self._bot_id, self._handle = db, bot_id, handle
        self._queues: dict[int, deque[Waiting]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._places = asyncio.Semaphore(WIDTH)
        self._known: set[int] = set()  # offered, and not yet marked in the database
        self._settled: set[int] = set()  # marked since the picture was taken that `refill` is reading
        self._room = asyncio.Event()
        self._room.set()
        self._look = asyncio.Event()
        self._is_stopping = False
        db.listen("inbox", self._look.set)

    def offer(self, rows: Iterable[Waiting]) -> None:
        """Queue updates, each once."""
        for row in rows:
            if row.id in self._known or self._is_stopping:
                continue
            self._known.add(row.id)
            queue = self._queues.get(row.lane)
            if queue is None:
                self._queues[row.lane] = deque([row])
                task = asyncio.create_task(self._run(row.lane))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)
            else:
                queue.append(row)
        if len(self._known) >= FULL:
            self._room.clear()

    def finished(self, inbox_ids: Iterable[int]) -> None:
        """These are marked in the database."""
        settled = set(inbox_ids)
        self._known -= settled
        self._settled |= settled
        if len(self._known) < FULL:
            self._room.set()

    async def room(self) -> None:
        """Wait until more updates may be taken in."""
        await self._room.wait()

    async def refill(self) -> None:
        """Take from the database whatever waits there."""
        after_id = 0
        while not self._is_stopping:
            await self.room()
            self._settled.clear()
            async with self._db.read(SYSTEM) as tx:
                rows = await inbox.waiting(tx, self._bot_id, after_id=after_id, limit=PAGE)
            self.offer(row for row in rows if row.id not in self._settled)
            if len(rows) < PAGE:
                return
            after_id = rows[-1].id

    async def watch(self) -> None:
        """Refill whenever something may have come by another way than `offer`, until `stop`."""
        while not self._is_stopping:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._look.wait(), LOOK_AGAIN)
            self._look.clear()
            try:
                await self.refill()
            except Exception:
                log.exception("refill_failed")

    async def stop(self, grace: float) -> None:
        """Begin nothing new; let running handlers end, and break off those that do not within `grace` seconds."""
        self._is_stopping = True
        self._room.set()
        self._look.set()
        if not self._tasks:
            return
        _, late = await asyncio.wait(set(self._tasks), timeout=grace)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)

    async def _run(self, lane: int) -> None:
        queue = self._queues[lane]
        try:
            while queue and not self._is_stopping:
                async with self._places:
                    if not self._is_stopping:
                        await self._one(queue.popleft())
        finally:
            del self._queues[lane]

    async def _one(self, row: Waiting) -> None:
        try:
            await self._handle(row)
        except Exception:
            # Its fate could not even be written down. It stays «new» and is found again by `refill`.
            log.exception("update_unsettled", inbox_id=row.id)
            await asyncio.sleep(LOOK_AGAIN)
            self.finished([row.id])
