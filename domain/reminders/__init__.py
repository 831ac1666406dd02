"""One digest a day, with what its reader must act on, when the reader wants it."""

from domain.mornings import (
    FIRST_HOUR,
    LAST_HOUR,
    LONGEST_PAUSE,
    WORKDAYS,
    BadChoice,
    Choices,
    Planned,
    is_digest_time,
    morning,
    step_day,
)
from domain.reminders.actions import (
    choose_days,
    choose_hour,
    hand_over,
    pause,
    plan,
    plan_endings,
    resume,
    snooze,
)
from domain.reminders.queries import Digest, choices, digest, digest_of, held, last_looked, stand_ins

__all__ = [
    "FIRST_HOUR",
    "LAST_HOUR",
    "LONGEST_PAUSE",
    "WORKDAYS",
    "BadChoice",
    "Choices",
    "Digest",
    "Planned",
    "choices",
    "choose_days",
    "choose_hour",
    "digest",
    "digest_of",
    "hand_over",
    "held",
    "is_digest_time",
    "last_looked",
    "morning",
    "pause",
    "plan",
    "plan_endings",
    "resume",
    "snooze",
    "stand_ins",
    "step_day",
]
