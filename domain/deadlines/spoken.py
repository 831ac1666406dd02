"""Words for a day that depend on today, written as dates: «завтра», «в пятницу», «in two weeks», «до 15-го».

What is left is a text for the grammar of deadlines: «с завтра по пятницу» → «с 24.11.2026 по 27.11.2026».
The words are data, one file for a language (`spoken_ru.py`, `spoken_en.py`).
"""

import re
from calendar import monthrange
from collections.abc import Callable
from datetime import date, time, timedelta

from domain.deadlines.spoken_en import ENGLISH
from domain.deadlines.spoken_ru import RUSSIAN
from domain.deadlines.tongue import Tongue
from domain.errors import N_, DomainError

TONGUES = (ENGLISH, RUSSIAN)  # whoever types may use either: no word is of both
_FIGURES = re.compile(r"\d[./-]\d|\d{4}")


class HourUnclear(DomainError):
    """A time of day that was typed and cannot be read."""

    sentence = N_("I did not understand at what time. Write it as 15:30.")


def folded(text: str) -> str:
    """One line in small letters, dashes alike, without a full stop at the end."""
    return " ".join(re.sub("[–—−]", "-", text.casefold().replace("ё", "е")).split()).strip(" .,;!")


def spelled_out(text: str, today: date) -> str:
    """The text with every word that depends on today written as a date; the same text where there is none.

    What repeats («каждую пятницу») is left as it is: one day would be another deadline.
    """
    words = folded(text)
    if any(tongue.repeated.search(words) for tongue in TONGUES):
        return text
    found = words
    for tongue in TONGUES:
        found = _in_figures(found, tongue, today)
    return text if found == words else found


def lasting(text: str, today: date) -> date | None:
    """The last day of «на неделю», «две недели», «10 days», counted from today; None for anything else."""
    words = folded(text)
    for tongue in TONGUES:
        if found := tongue.lasting.match(words):
            return _later(today, found["n"], found["unit"], tongue) - timedelta(days=1)
    return None


def clock(text: str) -> tuple[str, time | None]:
    """The words without a time of day, and the time: «завтра в 10», «15.12 14:30», «в 3 часа дня», «at 3 pm».

    Raises HourUnclear.
    """
    words = folded(text)
    for tongue in TONGUES:
        for pattern in tongue.clock:
            if found := pattern.search(words):
                return folded(f"{words[: found.start()]} {words[found.end() :]}"), _hour(found, tongue)
    return words, None


def figures(day: date) -> str:
    """«24.11.2026»."""
    return f"{day:%d.%m.%Y}"


def _in_figures(words: str, tongue: Tongue, today: date) -> str:
    found = words
    for pattern, days in tongue.days.items():
        found = pattern.sub(figures(today + timedelta(days=days)), found)
    found = tongue.after.sub(lambda m: figures(_after(m, tongue, today)), found)
    found = tongue.about.sub(lambda m: figures(_later(today, m["n"], m["unit"], tongue)), found)
    found = tongue.end.sub(lambda m: figures(_end(m, tongue, today)), found)
    found = tongue.week.sub(lambda m: _week(today, _which(m, tongue) or 0), found)
    if not _FIGURES.search(found) and not any(one.dated.search(found) for one in TONGUES):
        found = tongue.numbered.sub(lambda m: _numbered(m, today), found)
        found = tongue.alone.sub(lambda m: _numbered(m, today), found)
    return tongue.when.sub(_weekdays(tongue, today), found)


def _hour(found: re.Match[str], tongue: Tongue) -> time:
    named = found.groupdict()
    hour, minute, part = int(named["h"]), int(named["m"] or 0), named.get("part")
    if part and hour <= 12:
        hour = hour % 12 + (12 if part.startswith(tongue.afternoon) else 0)
    if hour > 23 or minute > 59:
        raise HourUnclear
    return time(hour, minute)


def _later(today: date, count: str | None, unit: str, tongue: Tongue) -> date:
    n = 1 if count is None else tongue.numbers[count] if count in tongue.numbers else int(count)
    days, months = _unit(unit, tongue)
    if days:
        return today + timedelta(days=n * days)
    year, month = divmod(today.year * 12 + today.month - 1 + n * months, 12)
    return date(year, month + 1, min(today.day, monthrange(year, month + 1)[1]))


def _unit(word: str, tongue: Tongue) -> tuple[int, int]:
    return next((days, months) for start, days, months in tongue.units if word.startswith(start))


def _which(found: re.Match[str], tongue: Tongue) -> int | None:
    """By how many weeks, months or years «this», «next» and «last» move; None where none of them is said."""
    word = found["which"] or ""
    return next((by for start, by in tongue.which if word.startswith(start)), None)


def _after(found: re.Match[str], tongue: Tongue, today: date) -> date:
    """«через две недели», also with a weekday of that week."""
    day = _later(today, found["n"], found["unit"], tongue)
    return day if found["w"] is None else _monday(day) + timedelta(days=_weekday(found["w"], tongue))


def _week(today: date, which: int) -> str:
    first = _monday(today) + timedelta(weeks=which)
    return f"{figures(first)}-{figures(first + timedelta(days=6))}"


def _end(found: re.Match[str], tongue: Tongue, today: date) -> date:
    days, months = _unit(found["what"], tongue)
    by = _which(found, tongue) or 0
    if days:
        return _monday(today) + timedelta(weeks=by, days=6)
    month = 11 if months == 12 else today.month - 1
    year, month = divmod(today.year * 12 + month + by * months, 12)
    return date(year, month + 1, monthrange(year, month + 1)[1])


def _numbered(found: re.Match[str], today: date) -> str:
    """«15-го»: the nearest such day, today included."""
    number, day = int(found["d"]), today
    if not 1 <= number <= 31:
        return found[0]
    while day.day != number:
        day += timedelta(days=1)
    return found[0].replace(found[0][found.start("d") - found.start() :], figures(day))


def _weekdays(tongue: Tongue, today: date) -> Callable[[re.Match[str]], str]:
    """Weekdays one after another: the second of «с понедельника по пятницу» comes after the first."""
    since = today

    def written(found: re.Match[str]) -> str:
        nonlocal since
        if found["before"] or found["after"]:
            return found[0]  # a date stands beside it: the grammar compares the two
        number, weeks = _weekday(found["w"], tongue), _which(found, tongue)
        if weeks is not None:
            day = _monday(today) + timedelta(weeks=weeks, days=number)
        else:
            day = since + timedelta(days=(number - since.weekday() - 1) % 7 + 1)
        since = max(since, day)
        return figures(day)

    return written


def _weekday(word: str, tongue: Tongue) -> int:
    return next(n for n, forms in enumerate(tongue.weekdays) if re.fullmatch(forms, word))


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())
