"""Calendar pieces («atoms») and the days that they span once their year is known."""

from calendar import monthrange
from dataclasses import dataclass, field
from datetime import date, timedelta

from domain.deadlines.model import Window

# The school year by law begins on 1 September; most schools end it in May, and the earlier end reminds in time.
SCHOOL_START, SCHOOL_END = (9, 1), (5, 31)
# School terms differ from place to place: these are the usual bounds, always given with the doubt «approximate».
TERMS = {1: ((9, 1), (10, 31)), 2: ((11, 1), (12, 31)), 3: ((1, 9), (3, 31)), 4: ((4, 1), (5, 31))}
TRIMESTERS = {1: ((9, 1), (11, 30)), 2: ((12, 1), (2, 28)), 3: ((3, 1), (5, 31))}
SEASONS = {"spring": (3, 5), "summer": (6, 8), "autumn": (9, 11), "winter": (12, 2)}
FIRST_SCHOOL_MONTH = 8  # August belongs to the school year that it prepares


@dataclass(slots=True)
class Atom:
    """One calendar piece as written. `year` is what the text names, `school` marks it as the first of a school year."""

    grain: str
    month: int = 0
    day: int = 0
    number: int = 0
    year: int | None = None
    school: bool = False  # the year named is a school year's first
    relative: int | None = None  # «текущего» 0, «следующего» 1, «прошлого» -1
    relative_school: bool = False
    part: str = ""  # x end, a beginning, l middle
    season: str = ""
    bare: bool = False  # a year in figures alone
    once: bool = False  # a relative year that names one year and no rule for every year
    weekday: int = 0
    doubts: set[str] = field(default_factory=set)

    @property
    def has_year(self) -> bool:
        """Whether the text itself names the year, in figures or as «текущего»."""
        return self.year is not None or self.relative is not None

    def key(self) -> tuple[int, int]:
        """Where in a calendar year the piece begins, as (month, day)."""
        if self.grain == "quarter":
            return (3 * self.number - 2, 1)
        if self.grain == "half":
            return (6 * self.number - 5, 1)
        if self.grain == "term":
            return TERMS[self.number][0]
        if self.grain == "trimester":
            return TRIMESTERS[self.number][0]
        if self.grain == "season":
            return (SEASONS[self.season][0], 1)
        return (self.month, self.day)


def clamp(year: int, month: int, day: int) -> date:
    """The day, or the last day of its month where there is no such day."""
    return date(year, month, min(day, monthrange(year, month)[1]))


def month_end(year: int, month: int) -> date:
    """The last day of a month."""
    return date(year, month, monthrange(year, month)[1])


def weekday_of_month(year: int, month: int, weekday: int, nth: int) -> date | None:
    """The nth such weekday of a month (-1 = the last), or None where a month has no fifth one."""
    if nth == -1:
        last = month_end(year, month)
        return last - timedelta(days=(last.weekday() - weekday) % 7)
    first = date(year, month, 1)
    found = first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (nth - 1))
    return found if found.month == month else None


def school_year(first: int) -> Window:
    """The school year that begins in `first`."""
    return Window(date(first, *SCHOOL_START), date(first + 1, *SCHOOL_END))


def span(atom: Atom, year: int) -> Window:
    """The days of an atom in a year (for pieces of a school year: the calendar year in which the piece begins)."""
    days = _SPANS[atom.grain](atom, year)
    return _part(atom, days) if atom.part else days


def _part(atom: Atom, days: Window) -> Window:
    """«начало», «середина», «конец»: the first, middle and last third, for a month its decades."""
    start, due = days
    if start is None or due is None:
        return days
    length = (due - start).days + 1
    if length > 100:
        if atom.part == "a":
            return Window(start, month_end(start.year, start.month))
        if atom.part == "x":
            return Window(due.replace(day=1), due)
    third = 10 if length > 27 else max(1, length // 3)
    if length > 31:  # of a quarter or a school term the ten days at its end
        if atom.part == "x":
            return Window(due - timedelta(third), due)
        third = third if atom.part == "a" else length // 3
    if atom.part == "a":
        return Window(start, start + timedelta(third - 1))
    if atom.part == "l":
        return Window(start + timedelta(third), start + timedelta(2 * third - 1))
    return Window(start + timedelta(2 * third), due)


def _day(atom: Atom, year: int) -> Window:
    if not 1 <= atom.day <= monthrange(year, atom.month)[1]:
        atom.doubts.add("no_such_date")
    day = clamp(year, atom.month, max(atom.day, 1))
    return Window(day, day)


def _months(first: int, last: int, year: int) -> Window:
    return Window(date(year, first, 1), month_end(year, last))


def _decade(atom: Atom, year: int) -> Window:
    if atom.number in (3, -1):
        return Window(date(year, atom.month, 21), month_end(year, atom.month))
    return Window(date(year, atom.month, 10 * atom.number - 9), date(year, atom.month, 10 * atom.number))


def _week(atom: Atom, year: int) -> Window:
    last = month_end(year, atom.month)
    if atom.number in (5, -1):
        return Window(last - timedelta(6), last)
    return Window(date(year, atom.month, 7 * atom.number - 6), date(year, atom.month, 7 * atom.number))


def _half_month(atom: Atom, year: int) -> Window:
    if atom.number == 1:
        return Window(date(year, atom.month, 1), date(year, atom.month, 15))
    return Window(date(year, atom.month, 16), month_end(year, atom.month))


def _half(atom: Atom, year: int) -> Window:
    if atom.school:  # halves of a school year
        return Window(date(year, 9, 1), date(year, 12, 31)) if atom.number == 1 else _months(1, 5, year)
    return _months(6 * atom.number - 5, 6 * atom.number, year)


def _season(atom: Atom, year: int) -> Window:
    first, last = SEASONS[atom.season]
    return Window(date(year, first, 1), month_end(year + (last < first), last))


def _term(atom: Atom, year: int) -> Window:
    start, due = TERMS[atom.number]
    return Window(date(year, *start), date(year, *due))


def _trimester(atom: Atom, year: int) -> Window:
    start, due = TRIMESTERS[atom.number]
    return Window(date(year, *start), date(year + (due < start), *due))


def _nth_weekday(atom: Atom, year: int) -> Window:
    day = weekday_of_month(year, atom.month, atom.weekday, atom.number)
    if day is None:
        atom.doubts.add("no_such_date")
        day = month_end(year, atom.month)
    return Window(day, day)


_SPANS = {
    "day": _day,
    "month": lambda a, y: _months(a.month, a.month, y),
    "quarter": lambda a, y: _months(3 * a.number - 2, 3 * a.number, y),
    "half": _half,
    "year": lambda a, y: _months(1, 12, y),
    "schoolyear": lambda a, y: school_year(y),
    "decade": _decade,
    "week": _week,
    "half_month": _half_month,
    "season": _season,
    "term": _term,
    "trimester": _trimester,
    "nth_weekday": _nth_weekday,
}
