"""Recurring deadlines, laid out within a period."""

from collections.abc import Iterator
from datetime import date, timedelta

from domain.deadlines.model import Deadline, Every, Window
from domain.deadlines.spans import TERMS, TRIMESTERS, clamp, month_end, weekday_of_month

_MONTHS = {"year": 12, "half_year": 6, "quarter": 3, "month": 1}


def occurrences(deadline: Deadline, period: Window) -> list[Window]:
    """Every window that is due within the period, in order; none where there is no date.

    A milestone is one occurrence; «ежегодно, март» one for each year; «ежемесячно» one for each month, due on its
    last day or on the day named.
    """
    if period.start is None or period.due is None:
        return list(deadline.windows) if deadline.every is None else []
    every = deadline.every
    if deadline.kind == "recurring_by_plan" or (every is None and deadline.kind in ("by_plan", "ongoing")):
        return []
    if every is None:
        return [w for w in deadline.windows if _touches(w, period)]
    named = _named(deadline, every)
    if named:
        years = range(period.start.year - 1, period.due.year + 2)
        all_years = (shifted(w, year - _anchor(w)) for year in years for w in deadline.windows)
        return sorted({w for w in all_years if _due_within(w, period)}, key=_due)
    bounds = deadline.windows or (period,)
    found = {w for bound in bounds for w in _all_units(every, _cut(bound, period)) if _due_within(w, period)}
    return sorted(found, key=_due)


def _named(deadline: Deadline, every: Every) -> bool:
    """Whether the windows are dates that come again every year, and not the bounds of a finer rhythm."""
    if not deadline.windows:
        return False
    if deadline.kind == "recurring_months":
        return True
    long = all(w.due is None or (w.start and (w.due - w.start).days > 240) for w in deadline.windows)
    return every.unit == "year" and not long


def _anchor(window: Window) -> int:
    day = window.due or window.start
    return day.year if day else 0


def shifted(window: Window, years: int) -> Window:
    """The same window some years later; 29 February becomes the 28th."""
    start, due = window
    return Window(start and later(start, years), due and later(due, years))


def later(day: date, years: int) -> date:
    """The same day some years later; the last day of a February stays the last."""
    if day == month_end(day.year, day.month) and day.month == 2:
        return month_end(day.year + years, 2)
    return clamp(day.year + years, day.month, day.day)


def _due(window: Window) -> date:
    return window.due or date.max


def _touches(window: Window, period: Window) -> bool:
    start, due = window.start or date.min, window.due or date.max
    return start <= (period.due or date.max) and due >= (period.start or date.min)


def _due_within(window: Window, period: Window) -> bool:
    return window.due is not None and (period.start or date.min) <= window.due <= (period.due or date.max)


def _cut(window: Window, period: Window) -> Window:
    return Window(
        max(window.start or date.min, period.start or date.min),
        min(window.due or date.max, period.due or date.max),
    )


def _all_units(every: Every, bounds: Window) -> Iterator[Window]:
    for one in (every, *every.also):
        yield from _units(one, bounds)


def _units(every: Every, bounds: Window) -> Iterator[Window]:
    start, due = bounds
    if start is None or due is None or start > due:
        return
    if every.unit in ("week", "day"):
        yield from _by_days(every, start, due)
    elif every.unit in ("term", "trimester"):
        yield from _school_parts(every, start, due)
    else:
        yield from _by_months(every, start, due)


def _by_months(every: Every, start: date, due: date) -> Iterator[Window]:
    size = _MONTHS[every.unit] * every.interval
    if every.times > 1 and size % every.times == 0:
        size //= every.times
    index = (start.year * 12 + start.month - 1) // size * size
    while index <= due.year * 12 + due.month - 1:
        first = date(index // 12, index % 12 + 1, 1)
        after = index + size - 1
        last = month_end(after // 12, after % 12 + 1)
        yield _on_day(every, first, last)
        index += size


def _on_day(every: Every, first: date, last: date) -> Window:
    if every.weekday is not None and every.nth is not None:
        day = weekday_of_month(last.year, last.month, every.weekday, every.nth) or last
        return Window(day, day)
    if every.day is not None:
        due = clamp(last.year, last.month, every.day)
        return Window(None if every.from_day is None else clamp(last.year, last.month, every.from_day), due)
    return Window(first, last)


def _by_days(every: Every, start: date, due: date) -> Iterator[Window]:
    step = timedelta(days=(7 if every.unit == "week" else 1) * every.interval)
    if every.unit == "week":
        weekday = 6 if every.weekday is None else every.weekday
        day = start + timedelta(days=(weekday - start.weekday()) % 7)
        while day <= due:
            yield Window(day - timedelta(6) if every.weekday is None else day, day)
            day += step
        return
    day = start
    while day <= due:
        yield Window(day, day)
        day += step


def _school_parts(every: Every, start: date, due: date) -> Iterator[Window]:
    parts = TERMS if every.unit == "term" else TRIMESTERS
    for year in range(start.year - 1, due.year + 1):
        for first, last in parts.values():
            base = year if first[0] >= 9 else year + 1
            if first == (12, 1):
                base = year
            yield Window(date(base, *first), clamp(base + (last < first), *last))
