"""Single days: «15.03.2022», «15 марта», «последний день марта», and times of day."""

from domain.deadlines.found import Found, Item, dated, short_year
from domain.deadlines.model import Every
from domain.deadlines.spans import Atom


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
    year = numbers[2] if numbers[2] > 99 else short_year(numbers[2])
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
        dated(Atom("day", month=month, day=day), found, 3)
        if 1 <= day <= 31 and month
        else [("!broken", None)]
    )


def _day_of_month(found: Found) -> list[Item] | None:
    month = found.numbers("m")[0]
    at = found.codes.index("m")
    if found.codes[0] != "n":  # «первое сентября», «двадцать пятого мая»
        day = sum(found.values[:at])
        if day == -1 or (at == 2 and (found.values[0] < 20 or not 1 <= found.values[1] <= 9)):
            return None
    else:
        day = found.values[0]
    return dated(Atom("day", month=month, day=day), found, at) if 1 <= day <= 31 else None


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


def _last_day(found: Found) -> list[Item] | None:
    if found.values[0] not in (1, -1) or ("числах" in found.texts and "m" not in found.codes):
        return None
    day = 31 if found.values[0] == -1 else 1
    if "m" in found.codes:
        items_ = dated(Atom("month", month=found.numbers("m")[0]), found, found.codes.index("m"))
        if "числах" in found.texts:  # «в последних числах августа»
            items_[0][1].part = "x" if day == 31 else "a"
        else:
            items_[0][1].part = "last_day" if day == 31 else "first_day"
        return items_
    return [("A", Atom("month_day", day=day)), ("R", Every("month"))]


RULES = {
    "iso": _iso,
    "clock": _clock,
    "dash_clock": _dash_clock,
    "figures": _figures,
    "short_figures": _short_figures,
    "month_figures": _month_figures,
    "day_month_figures": _day_month_figures,
    "day_of_month": _day_of_month,
    "last_day": _last_day,
}
