"""What stands beside the dates: repetitions, markers, times of day, fillers."""

from typing import Any

from domain.deadlines.found import Item
from domain.deadlines.model import Every
from domain.deadlines.shapes import Outline

_IGNORED = frozenset("f^.bUQVB:!>%Kgj")
_BARE_UNITS = frozenset("qhctMWZ")


def set_aside(items: list[Item], out: Outline) -> list[Item]:
    """Take out what stands beside the dates: repetitions, markers, times, fillers, unknown words."""
    kept: list[Item] = []
    for index, (code, value) in enumerate(items):
        if code == "A":
            kept.append((code, value))
        elif code in _IGNORED:
            _note(code, out)
        elif code == "R":
            out.repeats.append(value if isinstance(value, Every) else Every(value))
        elif code == "T" and isinstance(value, str):
            _take_time(value, kept, out)
        elif code in ("*", "least", "!broken"):
            _mark(code, value, out)
        elif code == "w":
            _take_weekday(value, items[index - 1] if index else None, kept, out)
        elif code in "PSO?" or code in _BARE_UNITS:
            _take_marker(code, value, kept, out)
        elif code == "s" and value == "after" and not _date_follows(items, index):
            out.marks.add("plan")
        else:
            kept.append((code, value))
    return kept


def _take_weekday(weekday: int, before: Item | None, kept: list[Item], out: Outline) -> None:
    """«по вторникам и четвергам» are two days, «понедельник – пятница» five."""
    if before is not None and before[0] == "-" and out.weekdays and kept and kept[-1][0] == "-":
        kept.pop()
        out.weekdays += range(out.weekdays[-1] + 1, weekday)
    out.weekdays.append(weekday)


_NOTES = {"!": "including", "K": "every", ">": "ongoing", "%": "approximate"}


def _note(code: str, out: Outline) -> None:
    if code in _NOTES:
        out.marks.add(_NOTES[code])


def _take_time(time: str, kept: list[Item], out: Outline) -> None:
    """Keep the first time of day; «до 18:00» after a date makes the whole an «until»."""
    dated = any(code == "A" for code, _ in kept)
    if kept and (kept[-1][0] == "s" or (kept[-1][0] in "dp-" and (dated or out.time))):
        link = kept.pop()[0]
        if link in "dp" and out.time is None:
            out.marks.add("until_time")
    if time != "00:00":  # what a sheet adds to a date without a time
        out.time = out.time or time


def _take_marker(code: str, value: Any, kept: list[Item], out: Outline) -> None:
    if code == "?":
        out.doubts.add("unclear")
    elif code == "P" and value == "end":  # «по итогам каждой четверти», «по окончании полугодия»
        out.marks.add("afterwards")
        while kept and kept[-1][0] in "pds-":
            kept.pop()
    elif code == "O":
        out.marks.add("ongoing")
    elif code in _BARE_UNITS:  # «до конца месяца»: of which?
        out.marks.add("relative")
        while kept and kept[-1][0] in "pdsxal-":
            kept.pop()
    else:
        out.marks.add("plan")
        while kept and kept[-1][0] in "pds-":  # «по плану», «до утверждения плана»
            kept.pop()


def _date_follows(items: list[Item], index: int) -> bool:
    return any(code in "An" for code, _ in items[index + 1 : index + 2])


def _mark(code: str, value: Any, out: Outline) -> None:
    if code == "least":
        out.least = value
    elif code == "!broken":
        out.doubts.add("no_such_date")
    else:
        out.marks.add(value)
