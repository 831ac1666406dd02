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
    """The finest repetition that the text names, with the days of the week or month that stand by it."""
    repeats = list(out.repeats)
    days = [p for p in out.pieces if p.last.grain == "month_day"]
    if not repeats and days and "every" in out.marks:
        repeats = [Every("month")]
    if not repeats and not out.pieces and len(out.weekdays) > 1 and not out.marks:  # «пн, ср, пт»
        repeats = out.repeats = [Every("week")]
    if "implied_month" in out.marks and len(repeats) > 1:
        repeats.remove(Every("month"))
    if not repeats:
        return None
    finest = min(repeats, key=lambda e: (_FINER.index(e.unit), -e.times, e.weekday is None))
    if len(repeats) > 1:
        out.marks.discard("no_month")
    counted = [e.times for e in repeats if e.times > 1 and e.unit == finest.unit]
    placed = _weekdays(finest, repeats, out) if not days else _month_days(finest, days, out)
    if len(placed) > 1:
        if counted and counted[0] != len(placed):
            out.doubts.add("count_mismatch")
        return placed[0]._replace(times=1, also=tuple(e._replace(times=1) for e in placed[1:]))
    only = placed[0]
    return only._replace(times=counted[0]) if counted and only.times == 1 else only


def _weekdays(finest: Every, repeats: list[Every], out: Outline) -> list[Every]:
    """The days of a weekly or monthly rhythm: «по вторникам и четвергам», «1-й и 3-й вторник месяца»."""
    named = [e for e in dict.fromkeys(repeats) if e.unit == finest.unit and e.weekday is not None]
    if finest.unit == "week":
        known = {e.weekday for e in named}
        named += [finest._replace(weekday=day) for day in dict.fromkeys(out.weekdays) if day not in known]
    elif out.weekdays and finest.weekday is None:
        out.doubts.add("unclear")
    return sorted(named, key=lambda e: (e.nth or 0, e.weekday or 0)) or [finest]


def _month_days(finest: Every, days: list[Piece], out: Outline) -> list[Every]:
    """«до 25 числа», «с 1 по 5 число», «1 и 15 числа»."""
    if finest.unit not in ("month", "week", "day"):
        out.doubts.add("no_month")
        days = days[-1:]
    if len(days) > 1 and (finest.unit != "month" or any(p.shape == "range" for p in days)):
        out.doubts.add("several_parts")
        days = days[-1:]
    return [
        finest._replace(day=p.last.day, from_day=p.first.day if p.shape == "range" else None) for p in days
    ]


def recurrence_of(out: Outline, every: Every | None) -> str | None:
    """The name of a repetition: «yearly», «2-3/yearly», «1/2-weekly»."""
    if every is None:
        return None
    name = _RECURRENCE[every.unit]
    if every.also:
        return f"{1 + len(every.also)}/{name}"
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
