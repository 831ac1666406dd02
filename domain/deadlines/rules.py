"""Items → meaning: bare numbers get the month that follows, then ranges, «до», «с» and lists become windows."""

import re
from dataclasses import dataclass, field, replace
from typing import Any

from domain.deadlines.items import Item
from domain.deadlines.model import Every
from domain.deadlines.spans import Atom

_IGNORED = frozenset("f^.bUQVB:!>%Kg")
_LINKS = frozenset("-/,ep;")
_PART_WORDS = frozenset("xal")
_SPAN = re.compile(
    r"(?P<range>s?A(?:-+|-*p)A(?P<chain>-A)*|sAe?d+A)|(?P<until_range>[dp]+A-A)|(?P<until>[dp]+A)|(?P<from>sA)|(?P<one>A)"
)


@dataclass(slots=True)
class Piece:
    """One window as written: its shape and the one or two atoms that bound it."""

    shape: str  # one, range, until, from
    first: Atom
    last: Atom
    excluded: bool = False  # «до …», which for a month or year leaves open whether it is in or out
    separator: str = ""  # what stands before it


@dataclass(slots=True)
class Outline:
    """All that a text says, before any year is known."""

    pieces: list[Piece] = field(default_factory=list)
    repeats: list[Every] = field(default_factory=list)
    least: int = 0
    marks: set[str] = field(default_factory=set)
    doubts: set[str] = field(default_factory=set)
    time: str | None = None
    weekday: int | None = None
    including: bool = False


def outline(items: list[Item]) -> Outline:
    """Sort the items of one text into windows, repetitions and markers."""
    out = Outline()
    kept = _set_aside(items, out)
    kept = _inherit(_parts(kept), out)
    _spans(kept, out)
    return out


def _set_aside(items: list[Item], out: Outline) -> list[Item]:
    """Take out what stands beside the dates: repetitions, markers, times, fillers, unknown words."""
    kept: list[Item] = []
    for code, value in items:
        if code in _IGNORED:
            if code == "!":
                out.including = True
            elif code == "K":
                out.marks.add("every")
            elif code == ">":
                out.marks.add("ongoing")
            elif code == "%":
                out.marks.add("approximate")
        elif code == "R":
            out.repeats.append(value if isinstance(value, Every) else Every(value))
        elif code == "T" and isinstance(value, str):
            out.time = value
            if kept and kept[-1][0] in "dp" and any(c == "A" for c, _ in kept):
                kept.pop()
        elif code in ("*", "least", "!broken"):
            _mark(code, value, out)
        elif code == "w":
            out.weekday = value
        elif code in "PS":
            out.marks.add("plan")
            while kept and kept[-1][0] in "pds-":  # «по плану», «до утверждения плана»
                kept.pop()
        elif code == "O":
            out.marks.add("ongoing")
        else:
            kept.append((code, value))
    return kept


def _mark(code: str, value: Any, out: Outline) -> None:
    if code == "least":
        out.least = value
    elif code == "!broken":
        out.doubts.add("no_such_date")
    else:
        out.marks.add(value)


def _parts(kept: list[Item]) -> list[Item]:
    """«конец апреля»: the word goes into the piece that follows it."""
    result: list[Item] = []
    part = ""
    for code, value in kept:
        if code in _PART_WORDS:
            part = code
        elif part and code == "A":
            value.part = part
            result.append((code, value))
            part = ""
        else:
            if part and code == "e":  # «конец марта – начало апреля» needs no link in between
                continue
            part = "" if code not in "nor" else part
            result.append((code, value))
    if part:
        result.append(("X", None))
    return result


_GRAINS_BY_NUMBER = frozenset({"quarter", "half", "decade", "week", "term", "trimester", "half_month"})


def _inherit(kept: list[Item], out: Outline) -> list[Item]:
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


def _spans(kept: list[Item], out: Outline) -> None:
    """Find ranges, untils, froms and single pieces; whatever else is left over is a doubt."""
    codes = "".join(code if len(code) == 1 else "X" for code, _ in kept)
    at = 0
    last_end = 0
    for match in _SPAN.finditer(codes):
        between = codes[last_end : match.start()]
        _leftover(between, out)
        atoms = [value for code, value in kept[match.start() : match.end()] if code == "A"]
        out.pieces.append(_piece(match, atoms, _separator(between), out))
        last_end = match.end()
        at += 1
    tail = codes[last_end:]
    if out.pieces and tail[:1] in ("-", "p", "d", "s") and not tail.strip("-pds;,"):
        out.doubts.add("truncated")
    elif not out.pieces and codes and not codes.strip("-pdsbe,;/"):
        if not (out.marks or out.repeats or out.time):
            out.doubts.add("truncated" if codes.strip("-;,/") else "empty")
    else:
        _leftover(tail, out)


def _piece(match: re.Match[str], atoms: list[Atom], separator: str, out: Outline) -> Piece:
    shape = match.lastgroup or "one"
    if match.group("range"):
        if match.group("chain"):
            out.doubts.add("several_parts")
        return Piece("range", atoms[0], atoms[-1], "d" in match.group(), separator)
    if match.group("until_range"):
        out.doubts.add("until_period")
        return Piece("until", atoms[-1], atoms[-1], False, separator)
    return Piece(shape, atoms[0], atoms[0], shape == "until" and "p" not in match.group(), separator)


def _separator(between: str) -> str:
    for mark in "/;,e":
        if mark in between:
            return mark
    return ""


def _leftover(codes: str, out: Outline) -> None:
    if codes.strip("-/,;ep"):
        out.marks.add("unread")
    elif "-" in codes or "p" in codes:
        out.marks.add("loose_link")
