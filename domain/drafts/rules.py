"""What a draft asks a person, how a row falls into parts, how two become one."""

import calendar
import re
from collections.abc import Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from domain import deadlines
from domain.errors import N_, DomainError

if TYPE_CHECKING:
    from domain import roadmaps

# Doubts that the answer «calendar year or school year, and which one» settles for the whole plan.
_ABOUT_YEARS = frozenset({"which_year", "relative_year", "crosses_year", "no_year"})
_YEAR_GUESSED = frozenset({"no_year", "year_from_deadlines", "year_from_text", "year_from_name"})
_BULLET = re.compile(r"^\s*(?:[-–—•·*▪●]|\d{1,2}[.)]|[а-яa-z]\))\s+", re.IGNORECASE)
MOST_PARTS = 20
MOST_YEARS = 30  # by which a plan can be moved
_YEAR = re.compile(r"(?<!\d)20\d\d(?!\d)")
# Texts of two rows that become one, line after line; a text that both have stays single.
JOINED = ("title", "responsible_raw", "expected_result", "indicator", "evidence_required")


class NoSuchRow(DomainError):
    """Taken back already, or never passed over."""

    sentence = N_("This row is not among the rows passed over any more.")


class NothingToMerge(DomainError):
    """It is the last row."""

    sentence = N_("There is no row below to merge with.")


class OnePart(DomainError):
    """A row is split into two rows at least."""

    sentence = N_("Please give at least two parts, each on a line of its own.")


class NoDocument(DomainError):
    """The draft was made before its document was kept, or by hand."""

    sentence = N_(
        "The document of this draft is not kept, so it cannot be read anew. Please upload it again."
    )


class Part(NamedTuple):
    """One of the rows that a row falls into; without words of its own it keeps the deadline."""

    title: str
    deadline: str | None = None


class YearShift(NamedTuple):
    """What moving a whole plan by so many years would give."""

    years: int
    first_on: date
    last_on: date
    past: int  # dates that would still have been


class PastPlan(NamedTuple):
    """A plan of years that are over: how many of its dates have been, and by how many years it could move."""

    past: int
    dates: int
    last_on: date
    shifts: Sequence[YearShift]  # the one that leaves fewest behind first


def past_plan(measures: "Sequence[roadmaps.Measure]", today: date) -> PastPlan | None:
    """What to warn of before a plan of earlier years is given: all of it would be overdue from the first day.

    None for a plan that runs: it began this year, or a third of its dates is still ahead.
    """
    dues = sorted(
        date.fromisoformat(due)
        for m in measures
        if m.gone_at is None
        for _, due in m.windows
        if due is not None
    )
    past = sum(due < today for due in dues)
    if not dues or dues[0].year >= today.year or past * 3 < len(dues) * 2:
        return None
    least = max(1, today.year - dues[-1].year)
    if deadlines.later(dues[-1], least) < today:
        least += 1
    shifts = [_shift(dues, years, today) for years in (least, least + 1)]
    if shifts[0].past * 2 < len(dues):
        shifts.pop()
    return PastPlan(past, len(dues), dues[-1], sorted(shifts, key=lambda s: s.past))


def _shift(dues: Sequence[date], years: int, today: date) -> YearShift:
    moved = [deadlines.later(due, years) for due in dues]
    return YearShift(years, moved[0], moved[-1], sum(due < today for due in moved))


def later_words(words: str, years: int) -> str:
    """The same words with every year so many years later: «декабрь 2021 – январь 2022»."""
    return _YEAR.sub(lambda found: str(int(found[0]) + years), words)


def in_figures(windows: Sequence[Sequence[str | None]]) -> str:
    """Dates in words that the grammar of deadlines reads as these very dates."""
    parts = []
    for window in windows:
        start, due = (f"{date.fromisoformat(day):%d.%m.%Y}" if day else "" for day in window)
        parts.append(f"{start}-{due}" if start and start != due else due if start else f"до {due}")
    return ", ".join(part for part in parts if part)


def asks_period(roadmap: "roadmaps.Roadmap", measures: "Sequence[roadmaps.Measure]") -> bool:
    """Whether to ask, once for the roadmap, which year it is for and whether it is a school year."""
    if roadmap.period_settled:
        return False
    open_doubts = {doubt for m in measures if m.settled is None for doubt in m.doubts}
    return bool(open_doubts & _ABOUT_YEARS or _YEAR_GUESSED & set(roadmap.doubts))


def asks_report_dates(measures: "Sequence[roadmaps.Measure]") -> "list[roadmaps.Measure]":
    """Measures that go on all the time: when to report on them is asked once for all of them."""
    return [m for m in measures if m.settled is None and "ongoing" in m.doubts]


def suggested_parts(title: str) -> list[str]:
    """How a row's text falls into parts by itself: bullets, numbers or lines; one part where it does not."""
    lines = [line for line in title.splitlines() if line.strip()]
    bullets = [line for line in lines if _BULLET.match(line)]
    if len(bullets) < 2:
        pieces = [piece.strip() for piece in title.split(";") if piece.strip()]
        return pieces if 2 <= len(pieces) <= MOST_PARTS else [" ".join(title.split())]
    parts: list[str] = []
    for line in lines:
        if _BULLET.match(line) or not parts:
            parts.append(_BULLET.sub("", line).strip(" ;."))
        else:
            parts[-1] = f"{parts[-1]} {line.strip(' ;.')}"
    return parts[:MOST_PARTS]


def joined(first: "roadmaps.Measure", second: "roadmaps.Measure") -> dict[str, Any]:
    """The texts of two rows as those of one."""
    result: dict[str, Any] = {}
    for field in JOINED:
        one, two = getattr(first, field), getattr(second, field)
        same = " ".join((one or "").split()) == " ".join((two or "").split())
        result[field] = one or two if same or not (one and two) else f"{one}\n{two}"
    result["responsible"] = list(dict.fromkeys([*first.responsible, *second.responsible]))
    result["number"] = first.number or second.number
    return result


def whole_month(measure: "roadmaps.Measure") -> deadlines.Window | None:
    """The month that a doubtful deadline may stand for: «01.03.2023» for March, «до декабря» with December in."""
    if measure.settled is not None or len(measure.windows) != 1 or not measure.windows[0][1]:
        return None
    due = date.fromisoformat(measure.windows[0][1])
    if "first_of_month" in measure.doubts:
        return _month(due)
    return _month(due + timedelta(days=1)) if "until_period" in measure.doubts else None


def _month(day: date) -> deadlines.Window:
    last = calendar.monthrange(day.year, day.month)[1]
    return deadlines.Window(day.replace(day=1), day.replace(day=last))
