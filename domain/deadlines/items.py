"""Tokens → items: dates, months, quarters, years and phrases of repetition, found left to right by pattern.

Each pattern is written over the class letters of `words.py`; the first that matches at a place wins. What no pattern
takes stays a bare item with its own letter, and the rules of `rules.py` see to it.
"""

import re
from collections.abc import Callable
from typing import Any

from domain.deadlines.model import Every
from domain.deadlines.spans import Atom
from domain.deadlines.tokens import Tokens

_GG = r"(?:\.?g\.?)*"
# A year after a month, quarter or day: «2022/2023 учебного года», «2022 г.», «22 г.», «текущего учебного года».
_YS = (
    rf"(?:\.?,?b?(?:y[-/][yn]\.?f*U{_GG}|y/[yn]{_GG}|y(?:-?\^)?{_GG}|n\.?g\.?(?:g\.?)*|[GFL]f*U?\.?g\.?"
    rf"|U\.?g\.?y[-/][yn]{_GG}|U\.?g\.?))"
)
_NUM = r"(?:[or]|nr|n(?:-?\^)?)"
_UNIT = r"[gMqWZhct]"

# (name of the rule, pattern). Order matters.
PATTERNS: tuple[tuple[str, str], ...] = (
    ("iso", r"y-n-n(?![.])"),
    ("clock", r"[bs]?n:n(?::n)?(?:[-dp]n:n)?J?\.?|bn\.n(?=J)J|b?nJ\.?(?:nf)?"),
    ("dash_clock", r"b?n-n(?![-./,mMyQ^qhHDWUgTirode])"),
    ("figures", rf"n[./,]n[./,]?y{_GG}|n-n-y{_GG}|n[-.,]n[-.,]y{_GG}"),
    ("short_figures", rf"n[./]n[./]n(?![./:]){_GG}|n[./]r[./][yn]{_GG}"),
    ("month_figures", rf"n[./]y{_GG}"),
    ("day_month_figures", rf"n\.n(?!:)\.?{_YS}?"),
    ("day_of_month", rf"n(?:-?\^)?Q?\.?-?m\.?{_YS}?"),
    ("times", rf"(?:[nior](?:-?\^)?(?:[-,/][ni])?)?T\.?[b/pj]?[bj]?V?(?:K|[ni](?:-?\^)?)?f*U?\.?{_UNIT}\.?"),
    ("every", rf"(?:bp?|p)?K[nio]?(?:-?\^)?U?\.?(?:{_UNIT}|w)(?:M|K?M)?\.?"),
    ("nth_weekday", rf"{_NUM}w(?:m\.?{_YS}?|K?M)?"),
    ("day_number", r"n(?:-?\^)?QM,?FbP[MB]?|n(?:-?\^)?Q(?:b?K?M)?|n(?:-?\^)?K?M(?=FP|K)|n(?:-?\^)?KM"),
    ("last_day", rf"oZ(?:m\.?{_YS}?|K?M)"),
    ("decade", rf"{_NUM}D\.?(?:m\.?{_YS}?|K?M)?"),
    ("week", rf"{_NUM}W\.?(?:m\.?{_YS}?|K?M)"),
    ("half_month", rf"{_NUM}Hm\.?{_YS}?"),
    ("half", rf"{_NUM}h\.?{_YS}?|{_NUM}H(?:y{_GG}|[GFL]?f*U?\.?g\.?)|h\.?{_NUM}(?=$|,|-){_YS}?"),
    ("quarter", rf"{_NUM}q\.?{_YS}?"),
    ("term", rf"{_NUM}c\.?{_YS}?"),
    ("trimester", rf"{_NUM}t\.?{_YS}?"),
    ("stage", rf"-?(?:{_NUM}@|@{_NUM}?)[-:]?"),
    ("by_unit", r"p[Mqhct](?!y)|pw"),
    ("part_of_month", rf"m{_YS}?[,-]?{_NUM}[WDH](?![my])"),
    ("month", rf"M?m\.?M?(?:[-./]y{_GG}|{_YS})?"),
    ("duration", r"j?[ni](?:-?\^)?f*[ZWM]|j(?:K|P)*[ZWM]"),
    ("school_year", rf"j?V?(?:y[-/][yn]\.?f*U{_GG}|n[-/]n\.?f*U{_GG}|U\.?g\.?y[-/][yn]{_GG}|[GFL]f*U\.?g\.?|U\.?g\.?|y/[yn]{_GG}|y-n(?![.m]){_GG})"),
    ("year", rf"j?V?f*(?:y(?:-?\^)?{_GG}|[GFL]f*g\.?|g\.?)"),
    ("season", rf"E(?:B|CB?|f)?{_YS}?"),
    ("holidays", r"C[Bf]?"),
    ("ongoing", r"O[Xf]?|[jb]*Vf*BI*|jf*BI*|b?BI+|[jb]V?I+|VI+"),
)  # fmt: skip
_MATCH = re.compile("|".join(f"(?P<{name}>{pattern})" for name, pattern in PATTERNS)).match
_STARTERS = frozenset("ynbsjoriTKpmMUVGFLgECOBIhf@-")
_UNITS = {
    "g": "year",
    "M": "month",
    "q": "quarter",
    "W": "week",
    "Z": "day",
    "h": "half_year",
    "c": "term",
    "t": "trimester",
}

Item = tuple[str, Any]  # letter, value: A Atom, R Every, T time, * marker, or a bare token


class Found:
    """What one match holds: its letters, and the values and texts beneath them."""

    __slots__ = ("codes", "texts", "values")

    def __init__(self, codes: str, values: list[Any], texts: list[str]) -> None:
        self.codes, self.values, self.texts = codes, values, texts

    def numbers(self, letters: str = "n") -> list[int]:
        """The values of all tokens of these classes."""
        return [v for c, v in zip(self.codes, self.values, strict=True) if c in letters]

    def number(self) -> int:
        """The first number, ordinal or Roman number; «1V» typed for IV counts as one."""
        if "nr" in self.codes:
            digit, roman = self.numbers("nr")[:2]
            return {(1, 5): 4, (1, 1): 2}.get((digit, roman), 0)
        return self.numbers("nori")[0] if self.numbers("nori") else 0


def items(tokens: Tokens) -> list[Item]:
    """All items of a text, in order."""
    codes, values, texts = tokens.codes, tokens.values, tokens.texts
    found: list[Item] = []
    at, end = 0, len(codes)
    while at < end:
        code = codes[at]
        match = _MATCH(codes, at) if code in _STARTERS else None
        if match is not None and match.lastgroup is not None:
            stop = match.end()
            item = RULES[match.lastgroup](Found(codes[at:stop], values[at:stop], texts[at:stop]))
            if item is not None:
                found.extend(item)
                at = stop
                continue
        found.append((code, values[at]))
        at += 1
    return found


def _dated(atom: Atom, found: Found, skip: int = 0) -> list[Item]:
    """Give an atom the year that stands in the match after its own `skip` tokens."""
    codes, values = found.codes[skip:], found.values[skip:]
    if "y" in codes:
        at = codes.index("y")
        atom.year = values[at]
        rest = codes[at + 1 : at + 3]
        if rest[:1] in ("-", "/") and rest[1:] in ("y", "n") and rest:
            second = values[at + 2] if rest[1] == "y" else atom.year // 100 * 100 + values[at + 2]
            atom.school = True
            if second != atom.year + 1:
                atom.doubts.add("odd_year")
    elif "n" in codes and "g" in codes:
        atom.year = 2000 + values[codes.index("n")]
    else:
        for code, value in zip(codes, values, strict=True):
            if code in "GFL":
                atom.relative = value
                atom.doubts.add("relative_year")
    if "U" in codes:
        atom.relative_school = atom.year is None
        atom.school = True
    return [("A", atom)]


def _short_year(number: int) -> int:
    return 2000 + number


def _checked(atom: Atom) -> list[Item] | None:
    """A day and month in figures must exist; «31.04» does in print, and is doubted later."""
    return [("A", atom)] if 1 <= atom.month <= 12 and 1 <= atom.day <= 31 else [("!broken", None)]


def _iso(found: Found) -> list[Item] | None:
    month, day = found.numbers()
    return _checked(Atom("day", month=month, day=day, year=found.numbers("y")[0]))


def _figures(found: Found) -> list[Item] | None:
    day, month = found.numbers()[:2]
    atom = Atom("day", month=month, day=day, year=found.numbers("y")[0])
    marks = {c for c in found.codes[:4] if c in ".,/-"}
    if "," in marks or len(marks) > 1:
        atom.doubts.add("typo")
    return _checked(atom)


def _short_figures(found: Found) -> list[Item] | None:
    numbers = found.numbers("nry")
    year = numbers[2] if numbers[2] > 99 else _short_year(numbers[2])
    return _checked(Atom("day", month=numbers[1], day=numbers[0], year=year))


def _month_figures(found: Found) -> list[Item] | None:
    month = found.numbers()[0]
    return (
        [("A", Atom("month", month=month, year=found.numbers("y")[0]))]
        if 1 <= month <= 12
        else [("!broken", None)]
    )


def _day_month_figures(found: Found) -> list[Item] | None:
    day, month = found.numbers()[:2]
    if found.texts[2] == "00" or month > 12:
        if day < 24 and month < 60 and len(found.texts[2]) == 2:
            return [("T", f"{day:02}:{month:02}")]
        return [("!broken", None)]
    return (
        _dated(Atom("day", month=month, day=day), found, 3)
        if 1 <= day <= 31 and month
        else [("!broken", None)]
    )


def _day_of_month(found: Found) -> list[Item] | None:
    day, month = found.values[0], found.numbers("m")[0]
    if not 1 <= day <= 31:
        return None
    return _dated(Atom("day", month=month, day=day), found, found.codes.index("m"))


def _clock(found: Found) -> list[Item] | None:
    numbers = [*found.numbers(), 0]
    hour, minute = (
        numbers[0],
        numbers[1] if ":" in found.codes or "." in found.codes or len(numbers) > 2 else 0,
    )
    return [("T", f"{hour:02}:{minute:02}")] if hour < 25 and minute < 60 else [("!broken", None)]


def _dash_clock(found: Found) -> list[Item] | None:
    """«14-00», «в 10-30»: a time only where it cannot be two days."""
    hour, minute = found.numbers()
    text = found.texts[-1]
    whole = text == "00" or (found.codes[0] == "b" and text in ("15", "30", "45"))
    return [("T", f"{hour:02}:{minute:02}")] if whole and hour < 24 else None


def _month(found: Found) -> list[Item] | None:
    return _dated(Atom("month", month=found.numbers("m")[0]), found, found.codes.index("m"))


_MOST = {"decade": 3, "week": 5, "half_month": 2}


def _of_month(grain: str, most: int) -> Callable[[Found], list[Item] | None]:
    def build(found: Found) -> list[Item] | None:
        number = found.number()
        if not (1 <= number <= most or number == -1):
            return None
        if "m" in found.codes:
            atom = Atom(grain, month=found.numbers("m")[0], number=number)
            if grain == "week":
                atom.doubts.add("approximate")
            return _dated(atom, found, found.codes.index("m"))
        if "M" in found.codes:
            return [("R", Every("month")), ("*", "approximate")]
        return [("*", "no_month")]

    return build


def _of_year(grain: str, most: int) -> Callable[[Found], list[Item] | None]:
    def build(found: Found) -> list[Item] | None:
        number = found.number()
        number = most if number == -1 else number
        if not 1 <= number <= most:
            return None
        atom = Atom(grain, number=number)
        skip = max(found.codes.find(c) for c in "qhHct") if found.codes[0] not in "qh" else 2
        if grain in ("term", "trimester"):
            atom.doubts.add("approximate")
        return _dated(atom, found, skip)

    return build


def _part_of_month(found: Found) -> list[Item] | None:
    """«сентябрь (1-я неделя)»: the month first, then which week, decade or half of it."""
    grain = {"W": "week", "D": "decade", "H": "half_month"}[found.codes[-1]]
    number = [v for c, v in zip(found.codes, found.values, strict=True) if c in "nor"][-1]
    if not (1 <= number <= _MOST[grain] or number == -1):
        return None
    atom = Atom(grain, month=found.values[0], number=number)
    if grain == "week":
        atom.doubts.add("approximate")
    year = found.codes.rstrip("WDH").rstrip("nor^-,")
    return _dated(atom, Found(year, found.values[: len(year)], found.texts[: len(year)]), 1)


def _times(found: Found) -> list[Item] | None:
    at = found.codes.index("T")
    counts = [v for c, v in zip(found.codes[:at], found.values[:at], strict=True) if c in "nio"]
    if not counts and found.values[at]:
        counts = [found.values[at]]
    interval = [v for c, v in zip(found.codes[at + 1 :], found.values[at + 1 :], strict=True) if c in "ni"]
    unit = _UNITS[next(c for c in reversed(found.codes) if c in _UNITS)]
    every = Every(unit, counts[-1] if counts else 1, interval[0] if interval else 1)
    least = counts[0] if len(counts) > 1 else every.times
    return [("R", every)] + ([("least", least)] if least != every.times else [])


def _every(found: Found) -> list[Item] | None:
    numbers = found.numbers("nio")
    if "w" in found.codes:
        weekday = found.numbers("w")[0]
        if numbers:
            return [("R", Every("month", weekday=weekday, nth=numbers[0]))]
        return [("R", Every("week", weekday=weekday))]
    unit = _UNITS[next(c for c in found.codes if c in _UNITS)]
    return [("R", Every(unit, 1, numbers[0] if numbers and numbers[0] > 0 else 1))]


def _nth_weekday(found: Found) -> list[Item] | None:
    number, weekday = found.number(), found.numbers("w")[0]
    if not (1 <= number <= 5 or number == -1):
        return None
    if "m" in found.codes:
        atom = Atom("nth_weekday", month=found.numbers("m")[0], number=number, weekday=weekday)
        return _dated(atom, found, found.codes.index("m"))
    every = ("R", Every("month", weekday=weekday, nth=number))
    return [every] if "M" in found.codes else [every, ("*", "no_month")]


def _day_number(found: Found) -> list[Item] | None:
    day = found.values[0]
    if not 1 <= day <= 31:
        return None
    atom = Atom("month_day", day=day)
    return [("A", atom), ("R", Every("month"))] if "M" in found.codes else [("A", atom)]


def _last_day(found: Found) -> list[Item] | None:
    if found.values[0] not in (1, -1):
        return None
    day = 31 if found.values[0] == -1 else 1
    if "m" in found.codes:
        items_ = _dated(Atom("month", month=found.numbers("m")[0]), found, found.codes.index("m"))
        items_[0][1].part = "last_day" if day == 31 else "first_day"
        return items_
    return [("A", Atom("month_day", day=day)), ("R", Every("month"))]


def _by_unit(found: Found) -> list[Item] | None:
    if found.codes == "pw":
        word = found.texts[1]
        return [("R", Every("week", weekday=found.values[1]))] if word.endswith(("ам", "ям")) else None
    return [("R", Every(_UNITS[found.codes[1]]))] if found.texts[1].endswith(("ам", "ям")) else None


def _school_year(found: Found) -> list[Item] | None:
    atom = Atom("schoolyear")
    years = found.numbers("yn")
    if years:
        first = years[0] if years[0] > 99 else _short_year(years[0])
        second = years[1] if years[1] > 99 else first // 100 * 100 + years[1]
        if second != first + 1:
            if "U" not in found.codes:
                return None
            atom.doubts.add("odd_year")
        elif "U" not in found.codes and "-" in found.codes:
            atom.doubts.add("which_year")
        atom.year, atom.school = first, True
    else:
        relative = found.numbers("GFL")
        if relative:
            atom.relative, atom.relative_school = relative[0], True
            atom.doubts.add("relative_year")
    atom.doubts.add("school_year")
    return [("A", atom)]


def _year(found: Found) -> list[Item] | None:
    atom = Atom("year")
    if "y" in found.codes:
        atom.year = found.numbers("y")[0]
        if "g" not in found.codes:
            atom.bare = True
    elif relative := found.numbers("GFL"):
        atom.relative = relative[0]
        atom.doubts.add("relative_year")
    else:
        atom.grain = "this_year"
    return [("A", atom)]


def _season(found: Found) -> list[Item] | None:
    season = found.values[0]
    if "C" in found.codes and season != "summer":
        return [("*", "holidays")]
    atom = Atom("season", season=season)
    atom.doubts.add("approximate")
    return _dated(atom, found, 1)


def _marker(name: str) -> Callable[[Found], list[Item] | None]:
    return lambda found: [("*", name)]


RULES: dict[str, Callable[[Found], list[Item] | None]] = {
    "iso": _iso,
    "clock": _clock,
    "dash_clock": _dash_clock,
    "figures": _figures,
    "short_figures": _short_figures,
    "month_figures": _month_figures,
    "day_month_figures": _day_month_figures,
    "day_of_month": _day_of_month,
    "times": _times,
    "every": _every,
    "nth_weekday": _nth_weekday,
    "day_number": _day_number,
    "last_day": _last_day,
    "decade": _of_month("decade", 3),
    "week": _of_month("week", 5),
    "half_month": _of_month("half_month", 2),
    "half": _of_year("half", 2),
    "quarter": _of_year("quarter", 4),
    "term": _of_year("term", 4),
    "trimester": _of_year("trimester", 3),
    "stage": lambda found: [],
    "by_unit": _by_unit,
    "month": _month,
    "part_of_month": _part_of_month,
    "duration": _marker("relative"),
    "school_year": _school_year,
    "year": _year,
    "season": _season,
    "holidays": _marker("holidays"),
    "ongoing": _marker("ongoing"),
}
