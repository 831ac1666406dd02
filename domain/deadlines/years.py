"""Which year a piece without one belongs to: its own text first, then the roadmap's period, then its year."""

from datetime import date, timedelta

from domain.deadlines.model import Context, Deadline, Window
from domain.deadlines.spans import FIRST_SCHOOL_MONTH, Atom, school_year, span

_NO_YEAR_GIVEN = 2001  # stands in where nothing is known; such windows are dropped again
_FAR = 8  # years between a date and its document beyond which a slip is likely


def settle(atoms: list[Atom], context: Context, chained: bool) -> tuple[list[Window], set[str]]:
    """The windows of all atoms of a text, in order, and the doubts about their years.

    `chained` atoms follow one another in time, so that a later one in a list cannot fall before an earlier one.
    """
    doubts: set[str] = set()
    base = context.year if context.year is not None else _NO_YEAR_GIVEN
    years = [_named_year(atom, base, context) for atom in atoms]
    _inherit(atoms, years, doubts)
    guessed = [year is None for year in years]
    for index, atom in enumerate(atoms):
        if years[index] is None:
            years[index] = _guess(atom, base, context, doubts)
    if chained:
        _follow(atoms, years, guessed, context, doubts)
    windows = [_window(atom, year, context, doubts) for atom, year in zip(atoms, years, strict=True)]
    for atom, year in zip(atoms, years, strict=True):
        doubts |= atom.doubts
        if context.year is not None and year is not None and abs(year - context.year) > _FAR:
            doubts.add("odd_year")
    if any(guessed) and context.year is None:
        doubts.add("no_year")
    return windows, doubts


def _named_year(atom: Atom, base: int, context: Context) -> int | None:
    """The calendar year in which the piece begins, where the text names it."""
    if atom.year is None and atom.relative is not None:
        if not atom.relative_school:
            return base + atom.relative
        first = (base if context.school_year else base - 1) + atom.relative
        return _within_school_year(atom, first)
    if atom.year is not None and atom.school:
        return _within_school_year(atom, atom.year)
    return atom.year


def _within_school_year(atom: Atom, first: int) -> int:
    if atom.grain in ("schoolyear", "year"):
        return first
    if atom.grain == "half":
        return first + (atom.number == 2)
    return first if atom.key()[0] >= FIRST_SCHOOL_MONTH else first + 1


def _inherit(atoms: list[Atom], years: list[int | None], doubts: set[str]) -> None:
    """«декабрь – январь 2022» is December 2021; «март, май 2022» are both of 2022."""
    known = [i for i, year in enumerate(years) if year is not None]
    if not known or len(known) == len(years):
        return
    for i in range(len(years) - 2, -1, -1):
        later = years[i + 1]
        if years[i] is None and later is not None and any(k > i for k in known):
            years[i] = later - (atoms[i].key() > atoms[i + 1].key() and atoms[i + 1].grain != "year")
    for i in range(1, len(years)):
        earlier = years[i - 1]
        if years[i] is None and earlier is not None:
            years[i] = earlier + (atoms[i].key() < atoms[i - 1].key())


def _guess(atom: Atom, base: int, context: Context, doubts: set[str]) -> int:
    """The roadmap's period decides where it leaves one year only; else the reference year, with a doubt."""
    if atom.grain in ("schoolyear", "this_year"):
        return (
            base if context.school_year or atom.grain == "this_year" else _school_guess(base, context, doubts)
        )
    if context.school_year or atom.relative_school:
        if not context.school_year:
            doubts.add("which_year")
        if atom.grain == "half":
            atom.school = True
        if atom.grain == "month" and atom.month == FIRST_SCHOOL_MONTH:
            doubts.add("which_year")
        return _within_school_year(atom, base)
    period = context.period
    if period is not None and period.start is not None and period.due is not None:
        fitting = [
            year
            for year in range(period.start.year, period.due.year + 1)
            if _inside(span(atom, year), period.start, period.due)
        ]
        if len(fitting) > 1:
            doubts.add("no_year")
        return base if base in fitting or not fitting else fitting[0]
    return base


def _school_guess(base: int, context: Context, doubts: set[str]) -> int:
    doubts.add("which_year")
    return base


def _inside(window: Window, start: date, due: date) -> bool:
    return window.start is not None and window.due is not None and start <= window.start and window.due <= due


def _follow(
    atoms: list[Atom], years: list[int | None], guessed: list[bool], context: Context, doubts: set[str]
) -> None:
    """«сентябрь – май» crosses the New Year: which one, only a school year or a period can say."""
    for i in range(1, len(atoms)):
        before, here = years[i - 1], years[i]
        if not guessed[i] or before is None or here is None or atoms[i].grain in ("this_year", "schoolyear"):
            continue
        soonest = before + (atoms[i].key() < atoms[i - 1].key())
        if soonest > here:
            years[i] = soonest
            doubts.add("crosses_year")


def _window(atom: Atom, year: int | None, context: Context, doubts: set[str]) -> Window:
    year = year or _NO_YEAR_GIVEN
    if atom.grain != "this_year":
        return span(atom, year)
    if context.school_year:
        doubts.add("school_year")
        return span(Atom("schoolyear", part=atom.part), year)
    period = context.period
    if period is not None and period.start is not None and period.due is not None:
        if 300 <= (period.due - period.start).days <= 370 and not atom.part:
            return period
        if period.start.year != period.due.year:
            doubts.add("which_year")
    else:
        doubts.add("which_year")
    return span(Atom("year", part=atom.part), year)


def follows_on(deadline: Deadline, context: Context) -> bool:
    """Whether «январь» stands below «декабрь 2023», in a plan of no known end: then it is the next year's January."""
    before = context.previous
    if context.period is not None or before is None or before.due is None or deadline.start is None:
        return False
    named = str(before.due.year) in before.text or "year_from_order" in before.doubts
    return (
        named
        and before.due.year >= deadline.start.year
        and (before.due.month >= 10 or "year_from_order" in before.doubts)
        and deadline.start.month <= 6
        and timedelta(0) < before.due - deadline.start
    )


def order_says(deadline: Deadline, context: Context) -> bool:
    """Whether «Декабрь» stands first and a January of the same year follows: then it is last year's December."""
    follower = context.next
    if context.year is None or follower is None or follower.start is None or deadline.due is None:
        return False
    before = context.previous
    early = before is None or (before.due is not None and before.due.year < context.year)
    first = follower.start
    late = deadline.due.month >= 10 and (deadline.start is None or deadline.start.month >= 9)
    return early and late and first.year == context.year and first.month <= 3


__all__ = ["follows_on", "order_says", "school_year", "settle"]
