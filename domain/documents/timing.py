"""The deadlines of a whole roadmap: each by itself, then by what its column, its rows and its neighbours show."""

import re
from collections import Counter
from dataclasses import replace
from datetime import date, datetime, time

from domain.deadlines import Context, Deadline, Window, parse
from domain.documents.headers import is_mark, is_period
from domain.documents.model import Item
from domain.documents.tables import Draft
from domain.documents.titles import Years

_DAYS = re.compile(r"^(?:(?:с|до|по|к|не позднее)\s+)?\d{1,2}(?:\s*[-–—]\s*\d{1,2})?$", re.IGNORECASE)
_MONTHLESS = frozenset({"no_month", "relative"})  # «до 15 числа», «1-2 неделя»: of which month?
_YEAR = re.compile(r"(?<!\d)20\d\d(?!\d)")


def deadline_words(draft: Draft) -> str | None:
    """The author's words: of the deadline column, of «начало – окончание», or the headers of marked columns."""
    if "deadline" in draft.cells:
        return draft.cells["deadline"].text
    start, end = draft.cells.get("deadline_start"), draft.cells.get("deadline_end")
    if start is not None and end is not None:
        return f"{start.text} – {end.text}" if start.text != end.text else start.text
    if start is not None or end is not None:
        return f"с {start.text}" if start is not None else f"до {end.text}" if end is not None else None
    if draft.row.periods:
        marked = [_of_period(column.header, text) for column, text in draft.row.periods]
        told = all(is_mark(text) for _, text in draft.row.periods)
        return (", " if told else "; ").join(marked)
    return draft.section if draft.section is not None and is_period(draft.section) else None


def _of_period(header: str, text: str) -> str:
    """What a cell under a month, a quarter or a year says: a mark is the header, «до 15» a day of it."""
    if is_mark(text):
        return header
    if _DAYS.match(text):
        return f"{text} {header}"
    year = _YEAR.search(header)
    return f"{text} {year.group()}" if year is not None and not _YEAR.search(text) else text


def understand(items: list[Item], drafts: list[Draft], years: Years) -> Window | None:
    """Give every item its deadline, in two passes: the span of years and the neighbours show only in the second.

    Returns the span of the plan, where its title or its deadlines name one.
    """
    context = Context(years.year, years.period, years.school_year)
    _parse_all(items, drafts, context)
    if years.period is None and not years.school_year:
        span = _common_span(items)
        if span is not None:
            context = Context(years.year, span, False)
            _parse_all(items, drafts, context)
    for before, item, after, draft in zip([None, *items], items, [*items[1:], None], drafts, strict=False):
        if not item.deadline_raw or draft.year is not None or not _order_may_tell(before, item, after):
            continue
        previous = before.deadline if before is not None else None
        following = after.deadline if after is not None and after.section == item.section else None
        near = Context(context.year, context.period, context.school_year, previous, following)
        item.deadline = parse(item.deadline_raw, near)
    for item, draft in zip(items, drafts, strict=True):
        if _first_of_month(draft):
            item.deadline = _doubted(item.deadline, "first_of_month")
    return context.period


def _order_may_tell(before: Item | None, item: Item, after: Item | None) -> bool:
    """Whether the year of a measure may show only beside its neighbours: at the turn of a year."""
    start, due = item.deadline.start, item.deadline.due
    if due is not None and due.month >= 10 and after is not None and after.section == item.section:
        return True
    if start is None or start.month > 6 or before is None or before.section != item.section:
        return False
    return before.deadline.due is not None and before.deadline.due > start


def _parse_all(items: list[Item], drafts: list[Draft], context: Context) -> None:
    known: dict[tuple[str, int | None], Deadline] = {}  # plans say «в течение года» again and again
    for item, draft in zip(items, drafts, strict=True):
        if not item.deadline_raw:
            continue
        asked = (item.deadline_raw, draft.year)
        if asked not in known:
            near = context if draft.year is None else _of_column(context, draft.year)
            known[asked] = parse(item.deadline_raw, near)
        item.deadline = known[asked]
        if item.section and _MONTHLESS.intersection(item.deadline.doubts) and is_period(item.section):
            item.deadline = _within(item.deadline, item.section, context)


def _within(deadline: Deadline, section: str, context: Context) -> Deadline:
    """«1-2 неделя» in the section «Сентябрь»: the month of the section is the month of the deadline."""
    placed = parse(f"{deadline.text} {section}", context)
    if not {"unclear", "no_month", "relative", "by_plan"}.isdisjoint(placed.doubts):
        return deadline
    return replace(placed, text=deadline.text)


def _of_column(context: Context, year: int) -> Context:
    """The year in a column's header governs the column."""
    return Context(year, Window(date(year, 1, 1), date(year, 12, 31)), context.school_year)


def _first_of_month(draft: Draft) -> bool:
    """A date cell on the first may be a month that Excel shows as «март 2023»."""
    cell = draft.cells.get("deadline")
    if cell is None or not isinstance(cell.value, date) or cell.value.day != 1:
        return False
    return not isinstance(cell.value, datetime) or cell.value.time() == time(0)


def _doubted(deadline: Deadline, doubt: str) -> Deadline:
    return replace(deadline, doubts=(doubt, *deadline.doubts))


def _common_span(items: list[Item]) -> Window | None:
    """Several years named in the deadlines themselves: then a month without a year is a question."""
    spans = Counter(
        (d.start.year, d.due.year)
        for d in (item.deadline for item in items)
        if d.kind == "year_range" and d.start is not None and d.due is not None
    )
    if not spans:
        return None
    first, last = spans.most_common(1)[0][0]
    return Window(date(first, 1, 1), date(last, 12, 31))
