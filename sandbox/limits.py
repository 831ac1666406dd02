"""The flood limits: 30 messages a second, one a second in a chat, 20 a minute in a group."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable

from .errors import too_many

# A sender that keeps one second between messages must not be refused for the jitter of the way.
_JITTER = 0.05


class Limits:
    """Moving windows over the sandbox's clock. A refused message does not count; an album counts by its items."""

    def __init__(self, clock: Callable[[], float], *, enforce: bool = False) -> None:
        self._clock = clock
        self.enforce = enforce
        self.per_second = 30
        self.chat_per_second = 1
        self.group_per_minute = 20
        self._all: deque[float] = deque()
        self._chats: dict[int, deque[float]] = {}

    def check(self, chat_id: int, *, count: int = 1) -> None:
        """Count messages about to be sent; raises 429 with ``retry_after`` where they are too many."""
        if not self.enforce:
            return
        now = self._clock()
        sent = self._chats.setdefault(chat_id, deque())
        waits = [
            _wait(self._all, now, self.per_second, 1.0, count),
            _wait(sent, now, self.chat_per_second, 1.0 - _JITTER, 1),
        ]
        if chat_id < 0:
            waits.append(_wait(sent, now, self.group_per_minute, 60.0, count))
        if max(waits) > 0:
            raise too_many(max(1, math.ceil(max(waits))))
        for times, keep in ((self._all, 1.0), (sent, 60.0)):
            times.extend([now] * count)
            while times and times[0] <= now - keep:
                times.popleft()


def _wait(times: deque[float], now: float, allowed: int, window: float, count: int) -> float:
    """Seconds until ``count`` more fit into the window."""
    inside = [at for at in times if now - window < at <= now]
    over = len(inside) + min(count, allowed) - allowed
    return inside[over - 1] + window - now if over > 0 else 0.0
