"""Bare numbers and words of part take their meaning from the piece that follows: «10, 17 марта», «конец мая»."""

from dataclasses import replace

from domain.deadlines.found import Item
from domain.deadlines.shapes import Outline
from domain.deadlines.spans import Atom

_LINKS = frozenset("-/,ep;")
_PART_WORDS = frozenset("xal")
_DAYS = frozenset({"day", "month_day", "nth_weekday"})


def parts(kept: list[Item]) -> list[Item]:
    """«конец апреля», «середина – конец мая»: the words go into the piece that follows them."""
    result: list[Item] = []
    waiting: list[Item] = []  # part words and the links between them
    for code, value in kept:
        if code in _PART_WORDS or (waiting and code in "-e/,"):
            waiting.append((code, value))
        elif waiting and code == "A" and value.grain in _DAYS and not {"a", "l"} & {c for c, _ in waiting}:
            result.append((code, value))  # «дата окончания – 15 марта»
            waiting = []
        elif waiting and code == "A":
            for part, link in waiting[:-1]:
                result.append(
                    ("A", replace(value, part=part, doubts=set())) if part in _PART_WORDS else (part, link)
                )
            if waiting[-1][0] in _PART_WORDS:
                value.part = waiting[-1][0]
            result.append((code, value))
            waiting = []
        elif waiting and code in "nor":
            result.append((code, value))
        else:
            if waiting:
                result.append(("X", None))
                waiting = []
            result.append((code, value))
    if waiting:
        result.append(("X", None))
    return result


_GRAINS_BY_NUMBER = frozenset({"quarter", "half", "decade", "week", "term", "trimester", "half_month"})


def inherit(kept: list[Item], out: Outline) -> list[Item]:
    """«10, 17 и 24 марта», «II-III кв.»: a bare number takes what the next piece is; «с 15 марта по 20» the last."""
    result: list[Item] = list(kept)
    model: Atom | None = None
    for index in range(len(result) - 1, -1, -1):
        code, value = result[index]
        if code == "A":
            model = value
        elif code in "nor":
            made = _like(model, value) if model is not None else None
            result[index] = ("A", made) if made is not None else ("?", value)
        elif code not in _LINKS and code not in "sd":
            model = None
    model = None
    for index, (code, value) in enumerate(result):
        if code == "A":
            model = value
        elif code == "?":
            made = _like(model, value) if model is not None else None
            if made is not None:
                out.doubts.add("truncated")
                result[index] = ("A", made)
            else:
                out.marks.add("unread_number")
                result[index] = ("X", None)
    return result


def _like(model: Atom, number: int) -> Atom | None:
    if model.grain in ("day", "month_day") and 1 <= number <= 31:
        return replace(model, day=number, doubts=set(model.doubts), part="")
    limit = {"quarter": 4, "half": 2, "decade": 3, "week": 5, "term": 4, "trimester": 3, "half_month": 2}
    if model.grain in _GRAINS_BY_NUMBER and 1 <= number <= limit[model.grain]:
        return replace(model, number=number, doubts=set(model.doubts))
    return None
