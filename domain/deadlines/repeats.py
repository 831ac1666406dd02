"""How a deadline repeats: the finest rhythm named, its name, and what it leaves open."""

from itertools import pairwise

from domain.deadlines.model import Every, Window
from domain.deadlines.shapes import Outline, Piece
from domain.deadlines.windows import in_order

_RECURRENCE = {
    "year": "yearly", "half_year": "half_yearly", "trimester": "trimesterly", "term": "termly", "quarter": "quarterly",
    "month": "monthly", "week": "weekly", "day": "daily",
}  # fmt: skip
_FINER = ("day", "week", "month", "term", "quarter", "trimester", "half_year", "year")
_IN_A_YEAR = {"year": 1, "half_year": 2, "trimester": 3, "quarter": 4, "term": 4, "month": 12}


def every_of(out: Outline) -> Every | None:
    """The finest repetition that the text names, with the day of the month if one stands by it."""
    repeats = list(out.repeats)
    days = [p for p in out.pieces if p.last.grain == "month_day"]
    if not repeats and days and "every" in out.marks:
        repeats = [Every("month")]
    if "implied_month" in out.marks and len(repeats) > 1:
        repeats.remove(Every("month"))
    if not repeats:
        return None
    finest = min(repeats, key=lambda e: (_FINER.index(e.unit), -e.times, e.weekday is None))
    if len(repeats) > 1:
        out.marks.discard("no_month")
    counted = [e for e in repeats if e.times > 1]
    if counted and finest.times == 1 and finest.unit == counted[0].unit:
        finest = counted[0]
    if days:
        first, last = days[0], days[-1]
        if len(days) > 1:
            out.doubts.add("several_parts")
        if finest.unit not in ("month", "week", "day"):
            out.doubts.add("no_month")
        from_day = first.first.day if first.shape == "range" else None
        finest = finest._replace(day=last.last.day, from_day=from_day)
    elif out.weekday is not None and finest.unit == "week" and finest.weekday is None:
        finest = finest._replace(weekday=out.weekday)
    return finest


def recurrence_of(out: Outline, every: Every | None) -> str | None:
    """The name of a repetition: «yearly», «2-3/yearly», «1/2-weekly»."""
    if every is None:
        return None
    name = _RECURRENCE[every.unit]
    if out.least and out.least != every.times:
        return f"{min(out.least, every.times)}-{max(out.least, every.times)}/{name}"
    if every.interval > 1:
        return f"{every.times}/{every.interval}-{name}"
    return f"{every.times}/{name}" if every.times > 1 else name


def dated_pieces(out: Outline, every: Every | None) -> list[Piece]:
    """Pieces that have a date of their own; a day of no month is a doubt unless it repeats monthly."""
    dated = [p for p in out.pieces if p.last.grain != "month_day" and p.first.grain != "month_day"]
    if len(dated) < len(out.pieces) and every is None:
        out.doubts.add("no_month")
        out.marks.add("no_month")
    return dated


def about_repetition(windows: list[Window], kind: str, every: Every | None, doubts: set[str]) -> list[Window]:
    """The doubts of a repetition: months that do not match its count, or none named at all."""
    if every is None:
        return windows
    named = kind == "recurring_months"
    expected = _IN_A_YEAR.get(every.unit, 0) * every.times
    if (
        named
        and expected != 1
        and len(windows) not in (expected, every.times if every.unit == "year" else expected)
    ):
        doubts.add("count_mismatch")
    if named and any(a.due and b.due and a.due > b.due for a, b in pairwise(windows)):
        doubts.add("months_unordered")
        windows = in_order(windows)
    if kind == "recurring" and (
        not windows or all(w.start and w.due and (w.due - w.start).days > 240 for w in windows)
    ):
        doubts.add("times_unplaced" if every.times > 1 else "repeats")
        doubts.discard("which_year")
        doubts.discard("school_year")
    return windows
