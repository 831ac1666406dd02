"""When digests go out, what stands in them on which day, and who gets one this morning."""

from domain.mornings.models import MARKS, DigestChoice, DigestMark
from domain.mornings.queries import Candidate, Choices, Planned, key, morning
from domain.mornings.rules import (
    FIRST_HOUR,
    LAST_HOUR,
    LONGEST_PAUSE,
    NO_DAY,
    NO_HOUR,
    NO_LEAVE,
    WAITING_STEPS,
    WORKDAYS,
    BadChoice,
    day_ends_at,
    due_dates,
    is_digest_time,
    names,
    stands,
    step_day,
    waits,
)

__all__ = [
    "FIRST_HOUR",
    "LAST_HOUR",
    "LONGEST_PAUSE",
    "MARKS",
    "NO_DAY",
    "NO_HOUR",
    "NO_LEAVE",
    "WAITING_STEPS",
    "WORKDAYS",
    "BadChoice",
    "Candidate",
    "Choices",
    "DigestChoice",
    "DigestMark",
    "Planned",
    "day_ends_at",
    "due_dates",
    "is_digest_time",
    "key",
    "morning",
    "names",
    "stands",
    "step_day",
    "waits",
]
