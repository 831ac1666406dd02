"""Numbers of a region, a municipality and a school, the facts behind each of them, and the filters of all pages."""

from domain.overview.queries import (
    MOST_FACTS,
    FactRow,
    automatic_facts,
    board,
    cheapest,
    current_wave,
    current_wave_of,
    facts,
    last_activity,
    members,
    narrowed,
    possible,
    wave_line,
)
from domain.overview.rules import Board, Counts, Line, Official, Segment, State, WavePoint, lost

__all__ = [
    "MOST_FACTS",
    "Board",
    "Counts",
    "FactRow",
    "Line",
    "Official",
    "Segment",
    "State",
    "WavePoint",
    "automatic_facts",
    "board",
    "cheapest",
    "current_wave",
    "current_wave_of",
    "facts",
    "last_activity",
    "lost",
    "members",
    "narrowed",
    "possible",
    "wave_line",
]
