"""Is the clock right? Nothing is planned or sent unprompted while it is not (RELIABILITY.md §3).

Two witnesses: the monotonic clock of the machine, against which a jump shows at once, and the `Date` of Telegram's
answers, which tells whether the clock is right after a jump. Without Telegram nothing could be sent anyway.
"""

import time
from collections.abc import Callable
from datetime import UTC
from email.utils import parsedate_to_datetime

import structlog

from domain.db import Clock

log = structlog.get_logger()

ALLOWED = 60.0  # seconds; less than any step of ours depends on
_BOOT = getattr(time, "CLOCK_BOOTTIME", None)  # goes on while the machine sleeps


def monotonic() -> float:
    """Seconds of a clock that nobody can set."""
    return time.clock_gettime(_BOOT) if _BOOT is not None else time.monotonic()


class ClockWatch:
    """Compares the clock with what cannot be set. A clock that is moved on purpose (tests, demonstration) is right."""

    def __init__(self, clock: Clock, steady: Callable[[], float] = monotonic) -> None:
        self._clock, self._steady = clock, steady
        self._is_watching = clock.is_real
        self._last = self._read()
        self.jumps = 0
        self._drift = 0.0  # seconds that the clock has jumped since it was known to be right
        self._off: float | None = None  # seconds by which it differs from Telegram's

    def _read(self) -> tuple[float, float]:
        return self._clock.now().timestamp(), self._steady()

    def look(self) -> bool:
        """Whether the clock may be relied upon at this moment."""
        if not self._is_watching:
            return True
        wall, steady = self._read()
        jump = (wall - self._last[0]) - (steady - self._last[1])
        self._last = wall, steady
        if abs(jump) > ALLOWED:
            self.jumps += 1
            log.error("clock_jumped", seconds=round(jump))
        if abs(jump) > 1.0:  # less is the correction of every clock
            self._drift += jump
            self._off = None if self._off is None else self._off + jump
        return abs(self.seconds_off) <= ALLOWED

    def hear(self, date: str | None) -> None:
        """The `Date` header of an answer of Telegram: the last word on which clock is right."""
        if not self._is_watching or not date:
            return
        try:
            told = parsedate_to_datetime(date)
        except ValueError:
            return
        self.look()
        told = told if told.tzinfo else told.replace(tzinfo=UTC)
        self._off = self._last[0] - told.timestamp()
        if abs(self._off) <= ALLOWED:
            self._drift = 0.0

    @property
    def seconds_off(self) -> float:
        """By how much the clock is believed to be ahead; negative: behind."""
        return self._drift if self._off is None else self._off
