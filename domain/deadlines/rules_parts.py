"""Months and their parts, quarters, halves, school terms and seasons."""

from collections.abc import Callable

from domain.deadlines.found import Found, Item, dated
from domain.deadlines.model import Every
from domain.deadlines.spans import Atom


def _month(found: Found) -> list[Item] | None:
    return dated(Atom("month", month=found.numbers("m")[0]), found, found.codes.index("m"))


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
            return dated(atom, found, found.codes.index("m"))
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
        return dated(atom, found, skip)

    return build


def _part_of_month(found: Found) -> list[Item] | None:
    """«сентябрь (1-я неделя)»: the month first, then which week, decade or half of it."""
    grain = {"W": "week", "D": "decade", "H": "half_month"}[found.codes[-1]]
    year = found.codes.rstrip("WDH").rstrip("nor^-,e")
    numbers = [
        v for c, v in zip(found.codes[len(year) :], found.values[len(year) :], strict=True) if c in "nor"
    ]
    made: list[Item] = []
    for number in numbers:
        if not (1 <= number <= _MOST[grain] or number == -1):
            return None
        atom = Atom(grain, month=found.values[0], number=number)
        if grain == "week":
            atom.doubts.add("approximate")
        if made:  # «октябрь (1-2 недели)»
            made.append(("-" if "-" in found.codes[len(year) + 1 :] else "e", None))
        made += dated(atom, Found(year, found.values[: len(year)], found.texts[: len(year)]), 1)
    return made


def _season(found: Found) -> list[Item] | None:
    season = found.values[0]
    if "C" in found.codes and season != "summer":
        return [("*", "holidays")]
    atom = Atom("season", season=season)
    atom.doubts.add("approximate")
    return dated(atom, found, 1)


RULES = {
    "decade": _of_month("decade", 3),
    "week": _of_month("week", 5),
    "half_month": _of_month("half_month", 2),
    "half": _of_year("half", 2),
    "quarter": _of_year("quarter", 4),
    "term": _of_year("term", 4),
    "trimester": _of_year("trimester", 3),
    "month": _month,
    "part_of_month": _part_of_month,
    "season": _season,
}
