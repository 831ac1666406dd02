"""The queue of updates: offsets, long polling, allowed kinds, 24 hours."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from typing import Any

from .errors import conflict
from .model import JSON, PendingUpdate
from .signal import Signal

RETENTION = 24 * 3600
MAX_WAIT = 50
REMEMBERED = 1000  # confirmed updates that a fault can bring again
# Telegram sends these three only to a bot that asks for them by name.
ON_REQUEST = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
_OTHER = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"


class UpdateQueue:
    """Unconfirmed updates of one bot, oldest first."""

    def __init__(
        self,
        clock: Callable[[], float],
        mark: Callable[[PendingUpdate, bool], None],
        on_change: Callable[[], None],
    ) -> None:
        self._clock = clock
        self._mark = mark
        self._on_change = on_change
        self.items: deque[PendingUpdate] = deque()
        self._confirmed: deque[PendingUpdate] = deque(maxlen=REMEMBERED)
        self.next_id = 500_000_001
        self.allowed: list[str] | None = None
        self.arrived = Signal()
        self.polling = False
        self._poll = 0
        self._ended: str | None = None

    def wants(self, kind: str) -> bool:
        """Whether the bot asked for this kind of update."""
        return kind not in ON_REQUEST if self.allowed is None else kind in self.allowed

    def allow(self, kinds: list[str] | None) -> None:
        """``allowed_updates``: None leaves the previous setting, an empty list means the default."""
        if kinds is not None:
            self.allowed = list(kinds) or None

    def put(self, kind: str, body: JSON, lane: int) -> PendingUpdate | None:
        """Queue an update if the bot wants such; returns it."""
        if not self.wants(kind):
            return None
        update = PendingUpdate(self.next_id, int(self._clock()), kind, body, lane)
        self.next_id += 1
        self.items.append(update)
        self._mark(update, True)
        self.arrived.fire()
        return update

    def drop_where(self, gone: Callable[[PendingUpdate], bool]) -> None:
        """Forget some updates for good."""
        for update in [update for update in self.items if gone(update)]:
            self.items.remove(update)
            self._mark(update, False)

    def expire(self) -> None:
        """Telegram keeps an update for 24 hours."""
        limit = self._clock() - RETENTION
        while self.items and self.items[0].date < limit:
            self._mark(self.items.popleft(), False)

    def clear(self) -> None:
        """``drop_pending_updates``."""
        self.drop_where(lambda update: True)

    def interrupt(self, reason: str) -> None:
        """End a waiting getUpdates with 409."""
        self._poll += 1
        self._ended = reason
        self.arrived.fire()

    def _confirm(self, offset: int) -> None:
        if offset < 0:
            keep = {update.id for update in list(self.items)[offset:]}
            self.drop_where(lambda update: update.id not in keep)
        elif 0 < offset <= self.next_id + 10:  # an offset from another life is ignored, as the server does
            while self.items and self.items[0].id < offset:
                self._confirmed.append(self.items.popleft())
                self._mark(self._confirmed[-1], False)

    def forget_confirmations(self) -> None:
        """The latest confirmed updates come again, in their order."""
        while self._confirmed:
            self.items.appendleft(self._confirmed.pop())
            self._mark(self.items[0], True)

    async def poll(
        self, offset: int, limit: int, wait: float, stopping: Callable[[], bool]
    ) -> list[dict[str, Any]]:
        """getUpdates: confirm what is below the offset, wait for something, return the oldest."""
        self.interrupt(_OTHER)
        turn = self._poll
        self._confirm(offset)
        until = time.monotonic() + min(wait, MAX_WAIT)
        while True:
            self.expire()
            ready = [update for update in self.items if self.wants(update.kind)][:limit]
            left = until - time.monotonic()
            if ready or left <= 0 or stopping():
                return [as_json(update) for update in ready]
            self._waiting(True)
            try:
                await self.arrived.wait(left)
            finally:
                if turn == self._poll:
                    self._waiting(False)
            if turn != self._poll:
                raise conflict((self._ended or _OTHER).removeprefix("Conflict: "))

    def _waiting(self, waiting: bool) -> None:
        self.polling = waiting
        self._on_change()


def as_json(update: PendingUpdate) -> JSON:
    """The Bot API object ``Update``."""
    return {"update_id": update.id, update.kind: update.body}
