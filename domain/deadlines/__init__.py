"""Deadlines as people write them: `parse` gives their meaning and names every doubt; `occurrences` lays them out."""

from domain.deadlines.model import (
    BLOCKING_DOUBTS,
    DATELESS_KINDS,
    INFORMATIONAL_DOUBTS,
    Context,
    Deadline,
    Every,
    Window,
)
from domain.deadlines.occurrences import later, occurrences, shifted
from domain.deadlines.reading import parse
from domain.deadlines.spoken import HourUnclear, clock, spelled_out
from domain.deadlines.typed import DayPassed, DayUnclear, MonthUnclear, NoSuchDay, Typed, typed

__all__ = [
    "BLOCKING_DOUBTS",
    "DATELESS_KINDS",
    "INFORMATIONAL_DOUBTS",
    "Context",
    "DayPassed",
    "DayUnclear",
    "Deadline",
    "Every",
    "HourUnclear",
    "MonthUnclear",
    "NoSuchDay",
    "Typed",
    "Window",
    "clock",
    "later",
    "occurrences",
    "parse",
    "shifted",
    "spelled_out",
    "typed",
]
