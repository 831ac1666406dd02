"""Items → meaning: bare numbers get the month that follows, then ranges, «до», «с» and lists become windows."""

import re
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

from domain.deadlines.items import Item
from domain.deadlines.model import Every
from domain.deadlines.spans import Atom

_IGNORED = frozenset("f^.bUQVB:!>%Kgj")
_BARE_UNITS = frozenset("qhctMWZ")
_LINKS = frozenset("-/,ep;")
_PART_WORDS = frozenset("xal")
_SPAN = re.compile(
    r"(?P<range>s*A(?:-+|-*p)A(?P<chain>-A)*|s+Ae?d+A)|(?P<until_range>[dp]+A-A)|(?P<until>[dp]+A)|(?P<from>s+A)|(?P<one>A)"
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


def outline(items: list[Item]) -> Outline:
    """Sort the items of one text into windows, repetitions and markers."""
    out = Outline()
    kept = _set_aside(items, out)
    kept = _inherit(_parts(kept), out)
    _spans(kept, out)
    _settle(out)
    return out


_YEARS = frozenset({"year", "schoolyear"})


def _settle(out: Outline) -> None:
    """What the pieces say of one another: «2022 год, март», «до 15 января, 15 апреля», «15 марта до 18:00»."""
    pieces = out.pieces
    for before, piece in pairwise(pieces):
        if (
            before.shape == "until"
            and piece.shape == "one"
            and piece.first.grain == before.first.grain == "day"
        ):
            piece.shape, piece.excluded = "until", before.excluded
    if "until_time" in out.marks and len(pieces) == 1 and pieces[0].shape == "one":
        pieces[0].shape, pieces[0].excluded = "until", True
    if len(pieces) > 1:
        first, rest = pieces[0], pieces[1:]
        governs = first.first.grain in _YEARS and all(
            p.first.grain not in _YEARS and p.first.year is None for p in rest
        )
        if governs and (first.shape == "one" or out.repeats):
            for atom in (atom for piece in rest for atom in (piece.first, piece.last)):
                atom.year, atom.school = first.first.year, first.first.grain == "schoolyear"
            del pieces[0]
        elif any(p.first.grain in _WIDE for p in pieces) and any(p.first.grain not in _WIDE for p in pieces):
            out.doubts.add("several_parts")


_WIDE = frozenset({"year", "schoolyear", "this_year"})


def _set_aside(items: list[Item], out: Outline) -> list[Item]:
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
            out.weekday = value
        elif code in "PSO?" or code in _BARE_UNITS:
            _take_marker(code, kept, out)
        elif code == "s" and value == "after" and not _date_follows(items, index):
            out.marks.add("plan")
        else:
            kept.append((code, value))
    return kept


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
    out.time = out.time or time


def _take_marker(code: str, kept: list[Item], out: Outline) -> None:
    if code == "?":
        out.doubts.add("unclear")
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


def _parts(kept: list[Item]) -> list[Item]:
    """«конец апреля», «середина – конец мая»: the words go into the piece that follows them."""
    result: list[Item] = []
    waiting: list[Item] = []  # part words and the links between them
    for code, value in kept:
        if code in _PART_WORDS or (waiting and code in "-e/,"):
            waiting.append((code, value))
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
    last_end = 0
    for match in _SPAN.finditer(codes):
        between = codes[last_end : match.start()]
        _leftover(between, out)
        atoms = [value for code, value in kept[match.start() : match.end()] if code == "A"]
        out.pieces.append(_piece(match, atoms, _separator(between), out))
        last_end = match.end()
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
