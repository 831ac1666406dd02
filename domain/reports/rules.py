"""How many assignments of one measure and school become one cell, and percentages."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from domain.progress import Standing, Status, days_late, standing

# The most urgent occurrence speaks for the cell.
URGENCY = [
    Standing.RETURNED,
    Standing.OVERDUE,
    Standing.SOON,
    Standing.IN_REVIEW,
    Standing.LATER,
    Standing.UNDATED,
    Standing.CONFIRMED,
    Standing.NOTED,
    Standing.WAIVED,
]
DONE = frozenset({Standing.CONFIRMED, Standing.NOTED, Standing.WAIVED})
HANDED_IN = DONE | {Standing.IN_REVIEW}


class Cell(NamedTuple):
    """One school × one measure."""

    assignment_id: int
    standing: Standing
    due_on: date | None
    days_late: int


def cell(assignment_id: int, status: Status, due_on: date | None, today: date) -> Cell:
    """The cell of one assignment."""
    found = standing(status, due_on, today)
    return Cell(assignment_id, found, due_on, days_late(due_on, today) if found is Standing.OVERDUE else 0)


def worst(cells: Sequence[Cell]) -> Cell:
    """The one that a person should look at first."""
    if len(cells) == 1:
        return cells[0]
    return min(cells, key=lambda c: (URGENCY.index(c.standing), c.due_on or date.max))


def percent(part: int, whole: int) -> int | None:
    """A share rounded half up from exact counts (3/24 → 13 %, 9/24 → 38 %); None without a base.

    Source: DOMAIN.md §6; banker's rounding would give 12.
    """
    return (200 * part + whole) // (2 * whole) if whole else None
