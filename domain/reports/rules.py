"""Rows of the tables; how many assignments of one measure and school become one cell; percentages."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
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


class MatrixRow(NamedTuple):
    """A school and its cells, by measure."""

    school_id: int
    school: str
    municipality: str
    cells: dict[int, Cell]
    done: int
    total: int


class MeasureHead(NamedTuple):
    """A column of the table."""

    id: int
    number: str | None
    title: str
    label: str
    track_id: int | None


@dataclass(frozen=True, slots=True)
class Matrix:
    """Schools × measures of one roadmap."""

    roadmap_id: int | None
    measures: Sequence[MeasureHead]
    rows: Sequence[MatrixRow]


class MeasureRow(NamedTuple):
    """A measure and who has not handed it in."""

    measure: MeasureHead
    total: int
    missing: Sequence[tuple[int, str]]  # school id, name
    overdue: int
    due_on: date | None
    offices: Sequence[str] = ()  # that have not handed it in; in no count of schools


class ProgressRow(NamedTuple):
    """How far a school is with a roadmap: assignments by state."""

    school_id: int
    roadmap_id: int
    roadmap: str
    total: int
    done: int
    in_review: int
    overdue: int
    template_id: int | None = None  # of what the school has added to a shared plan


class OverdueRow(NamedTuple):
    """An overdue assignment, for lists and exports."""

    assignment_id: int
    school: str
    municipality: str
    number: str | None
    measure: str
    due_on: date
    days_late: int


class SilentReview(NamedTuple):
    """A report that waits too long for its reviewer; of an office, its name stands in place of the school's."""

    submission_id: int
    assignment_id: int
    school: str
    measure: str
    submitted_at: datetime
    waiting: int


def with_offices(table: Matrix, offices: Matrix) -> Matrix:
    """The table of the schools with the rows of the offices below: a row without a school is an office's, and its name
    stands as the municipality's."""
    used = {id_ for row in offices.rows for id_ in row.cells} | {head.id for head in table.measures}
    heads = [head for head in offices.measures if head.id in used] if offices.rows else table.measures
    return Matrix(table.roadmap_id, heads, [*table.rows, *offices.rows])


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
