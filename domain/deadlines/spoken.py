"""Words for a day that depend on today, written as dates: «завтра», «в пятницу», «через неделю», «до 15-го».

What is left is a text for the grammar of deadlines: «с завтра по пятницу» → «с 24.11.2026 по 27.11.2026».
"""

import re
from calendar import monthrange
from collections.abc import Callable
from datetime import date, time, timedelta

from domain.errors import N_, DomainError

_NUMBERS = {
    "один": 1, "одну": 1, "два": 2, "две": 2, "пару": 2, "три": 3, "четыре": 4, "пять": 5, "шесть": 6, "семь": 7,
    "восемь": 8, "девять": 9, "десять": 10,
}  # fmt: skip
_NUMBER = rf"\d{{1,3}}|{'|'.join(_NUMBERS)}"
_UNIT = r"(?P<unit>дн(?:я|ей|и)|сут(?:ки|ок)|недел(?:ю|и|ь|я)|месяц(?:а|ев)?|год(?:а|ик)?|лет|полгода)"
_MONTH = r"(?:янв|фев|март|мар|апр|ма[йяе]|июн|июл|авг|сен|окт|ноя|дек)[а-я]*"
_WEEKDAYS = (
    "понедельник[ауи]?|пн", "вторник[ауи]?|вт", "сред[аыуе]|ср", "четверг[ауи]?|чт", "пятниц[аыуе]|пт",
    "суббот[аыуе]|сб", "воскресень[еяю]|вс",
)  # fmt: skip
_WEEKDAY = rf"(?P<w>{'|'.join(_WEEKDAYS)})\b"
_DAYS = {
    re.compile(r"\bпослезавтра\b"): 2,
    re.compile(r"\bзавтра(?:шн\w+ д(?:ня|ню|ень))?\b"): 1,
    re.compile(r"\bсегодня(?:шн\w+ д(?:ня|ню|ень))?\b"): 0,
    re.compile(r"\bпозавчера\b"): -2,
    re.compile(r"\bвчера\b"): -1,
}
_AFTER = re.compile(rf"\bчерез (?:(?P<n>{_NUMBER}) )?{_UNIT}\b(?:,? во? {_WEEKDAY})?")
_ABOUT = re.compile(rf"\b{_UNIT} через (?P<n>{_NUMBER})\b")
_LASTING = re.compile(rf"^(?:на )?(?:(?P<n>{_NUMBER}) )?{_UNIT}$")
_WEEK = re.compile(r"\b(?:на )?(?P<which>эт(?:ой|у|а)|текущ\w+|следующ\w+|будущ\w+) недел[еюя]\b")
_END = re.compile(r"\bкон(?:ца|це|цу|ец) (?:эт\w+ |текущ\w+ )?(?P<what>недели|месяца|года)\b")
_NUMBERED = re.compile(r"\b(?P<d>\d{1,2})(?: ?-? ?(?:го|е|му)\b(?: числ[оау])?| числ[оау]\b)")
_ALONE = re.compile(r"^(?:(?:до|к|на|по) )?(?P<d>\d{1,2})$")
_DATED = re.compile(rf"\d[./-]\d|\d ?(?:-?(?:го|е|му) )?{_MONTH}|\d{{4}}")
_WHEN = re.compile(
    rf"(?P<before>(?:\d|{_MONTH}|года|г\.?)[ ,(]*(?:во? )?)?\b"
    rf"(?:(?P<which>эт(?:от|у|о|ой|ого)|ближайш\w+|следующ\w+|будущ\w+|прошл\w+) )?{_WEEKDAY}"
    r"(?P<after>\.?[ ,(]*\d)?"
)
_CLOCK = re.compile(r"(?:\b(?:в|к|с) )?\b(?P<h>\d{1,2}):(?P<m>\d{2})\b")
_HOUR = re.compile(
    r"\b(?:в|к) (?P<h>\d{1,2})(?:[.-](?P<m>00|15|20|30|40|45)(?![.\d]))?(?![\d./-])"
    rf"(?: ?ч(?:ас(?:а|ов)?)?\b\.?)?(?: (?P<part>утра|дня|вечера)\b)?(?! ?(?:-?го\b|числ|{_MONTH}))"
)


class HourUnclear(DomainError):
    """A time of day that was typed and cannot be read."""

    sentence = N_("I did not understand at what time. Write it as 15:30.")


def folded(text: str) -> str:
    """One line in small letters, dashes alike, without a full stop at the end."""
    return " ".join(re.sub("[–—−]", "-", text.casefold().replace("ё", "е")).split()).strip(" .,;!")


def spelled_out(text: str, today: date) -> str:
    """The text with every word that depends on today written as a date; the same text where there is none."""
    words = folded(text)
    found = words
    for pattern, days in _DAYS.items():
        found = pattern.sub(figures(today + timedelta(days=days)), found)
    found = _AFTER.sub(lambda m: figures(_after(m, today)), found)
    found = _ABOUT.sub(lambda m: figures(_later(today, m["n"], m["unit"])), found)
    found = _WEEK.sub(lambda m: _week(today, next_one=m["which"][0] in "сб"), found)
    found = _END.sub(lambda m: figures(_end(m["what"], today)), found)
    if not _DATED.search(found):
        found = _ALONE.sub(lambda m: _numbered(m, today), _NUMBERED.sub(lambda m: _numbered(m, today), found))
    found = _WHEN.sub(_weekdays(today), found)
    return text if found == words else found


def lasting(text: str, today: date) -> date | None:
    """The last day of «на неделю», «две недели», «10 дней», counted from today; None for anything else."""
    found = _LASTING.match(folded(text))
    return _later(today, found["n"], found["unit"]) - timedelta(days=1) if found else None


def clock(text: str) -> tuple[str, time | None]:
    """The words without a time of day, and the time: «завтра в 10», «15.12 14:30», «в 3 часа дня».

    Raises HourUnclear.
    """
    words = folded(text)
    found = _CLOCK.search(words) or _HOUR.search(words)
    if found is None:
        return words, None
    hour, minute = int(found["h"]), int(found["m"] or 0)
    if found.groupdict().get("part") in ("дня", "вечера") and hour < 12:
        hour += 12
    if hour > 23 or minute > 59:
        raise HourUnclear
    return folded(f"{words[: found.start()]} {words[found.end() :]}"), time(hour, minute)


def figures(day: date) -> str:
    """«24.11.2026»."""
    return f"{day:%d.%m.%Y}"


def _later(today: date, count: str | None, unit: str) -> date:
    n = 1 if count is None else _NUMBERS[count] if count in _NUMBERS else int(count)
    if unit.startswith(("дн", "сут")):
        return today + timedelta(days=n)
    if unit.startswith("нед"):
        return today + timedelta(weeks=n)
    months = 6 if unit == "полгода" else n if unit.startswith("мес") else 12 * n
    year, month = divmod(today.year * 12 + today.month - 1 + months, 12)
    return date(year, month + 1, min(today.day, monthrange(year, month + 1)[1]))


def _after(found: re.Match[str], today: date) -> date:
    """«через две недели», also with a weekday of that week."""
    day = _later(today, found["n"], found["unit"])
    return day if found["w"] is None else _monday(day) + timedelta(days=_weekday(found["w"]))


def _week(today: date, *, next_one: bool) -> str:
    first = _monday(today) + timedelta(weeks=next_one)
    return f"{figures(first)}-{figures(first + timedelta(days=6))}"


def _end(what: str, today: date) -> date:
    if what == "недели":
        return _monday(today) + timedelta(days=6)
    month = 12 if what == "года" else today.month
    return date(today.year, month, monthrange(today.year, month)[1])


def _numbered(found: re.Match[str], today: date) -> str:
    """«15-го»: the nearest such day, today included."""
    number, day = int(found["d"]), today
    if not 1 <= number <= 31:
        return found[0]
    while day.day != number:
        day += timedelta(days=1)
    return found[0].replace(found[0][found.start("d") - found.start() :], figures(day))


def _weekdays(today: date) -> Callable[[re.Match[str]], str]:
    """Weekdays one after another: the second of «с понедельника по пятницу» comes after the first."""
    since = today

    def written(found: re.Match[str]) -> str:
        nonlocal since
        if found["before"] or found["after"]:
            return found[0]  # a date stands beside it: the grammar compares the two
        number, which = _weekday(found["w"]), found["which"] or ""
        if which.startswith(("эт", "следующ", "будущ", "прошл")):
            weeks = 0 if which.startswith("эт") else -1 if which.startswith("прошл") else 1
            day = _monday(today) + timedelta(weeks=weeks, days=number)
        else:
            day = since + timedelta(days=(number - since.weekday() - 1) % 7 + 1)
        since = max(since, day)
        return figures(day)

    return written


def _weekday(word: str) -> int:
    return next(n for n, forms in enumerate(_WEEKDAYS) if re.fullmatch(forms, word))


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())
