"""Repetition: «2 раза в год», «каждый понедельник», «до 25 числа каждого месяца», «по четвертям»."""

from domain.deadlines.found import Found, Item, dated
from domain.deadlines.model import Every
from domain.deadlines.spans import Atom

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
    weekday, at = found.numbers("w")[0], found.codes.index("w")
    numbers = [v for c, v in zip(found.codes[:at], found.values[:at], strict=True) if c in "nor"]
    made: list[Item] = []
    for number in numbers:  # «1-й и 3-й вторник месяца»
        if not (1 <= number <= 5 or number == -1):
            return None
        if "m" in found.codes:
            atom = Atom("nth_weekday", month=found.numbers("m")[0], number=number, weekday=weekday)
            made += [("e", None)] if made else []
            made += dated(atom, found, found.codes.index("m"))
        else:
            made.append(("R", Every("month", weekday=weekday, nth=number)))
    return made if "M" in found.codes or "m" in found.codes else [*made, ("*", "no_month")]


def _day_number(found: Found) -> list[Item] | None:
    day = found.values[0]
    if not 1 <= day <= 31:
        return None
    atom = Atom("month_day", day=day)
    if (
        "P" in found.codes
    ):  # «месяца, следующего за отчетным»: by itself monthly, unless the text says how often
        return [("A", atom), ("R", Every("month")), ("*", "implied_month")]
    return [("A", atom), ("R", Every("month"))] if "M" in found.codes else [("A", atom)]


def _by_unit(found: Found) -> list[Item] | None:
    if found.codes == "pw":
        word = found.texts[1]
        return [("R", Every("week", weekday=found.values[1]))] if word.endswith(("ам", "ям")) else None
    return [("R", Every(_UNITS[found.codes[1]]))] if found.texts[1].endswith(("ам", "ям")) else None


RULES = {
    "times": _times,
    "every": _every,
    "nth_weekday": _nth_weekday,
    "day_number": _day_number,
    "by_unit": _by_unit,
}
