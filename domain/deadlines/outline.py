"""Items → windows as written: ranges, «до», «с», lists, with what stands beside them."""

import re
from itertools import pairwise

from domain.deadlines.aside import set_aside
from domain.deadlines.found import Item
from domain.deadlines.lists import inherit, parts
from domain.deadlines.shapes import Outline, Piece
from domain.deadlines.spans import Atom

_SPAN = re.compile(
    r"(?P<range>s*A(?:-+|-*p)A(?P<chain>-A)*|s+Ae?d+A)|(?P<until_range>[dp]+A-A)|(?P<until>[dp]+A)|(?P<from>s+A)|(?P<one>A)"
)


def outline(items: list[Item]) -> Outline:
    """Sort the items of one text into windows, repetitions and markers."""
    out = Outline()
    kept = set_aside(items, out)
    kept = inherit(parts(kept), out)
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
        _govern(out)
    if any(p.first.grain in _WIDE for p in pieces) and any(p.first.grain not in _WIDE for p in pieces):
        out.doubts.add("several_parts")


def _govern(out: Outline) -> None:
    """«2022 год, март», «2023 год I кв., III кв.»: a year gives itself to the pieces behind it that have none."""
    kept: list[Piece] = []
    governor: Piece | None = None
    for piece, after in zip(out.pieces, [*out.pieces[1:], None], strict=True):
        if piece.first.grain in _YEARS and (piece.shape == "one" or out.repeats):
            governs = after is not None and after.first.grain not in _WIDE and after.first.year is None
            governor = piece if governs else None
            if governs:
                continue
        elif piece.first.grain in _WIDE or piece.first.year is not None:
            governor = None
        elif governor is not None:
            for atom in (piece.first, piece.last):
                atom.year, atom.school = governor.first.year, governor.first.grain == "schoolyear"
        kept.append(piece)
    out.pieces[:] = kept


_WIDE = frozenset({"year", "schoolyear", "this_year"})


def _spans(kept: list[Item], out: Outline) -> None:
    """Find ranges, untils, froms and single pieces; whatever else is left over is a doubt."""
    codes = "".join(code if len(code) == 1 else "X" for code, _ in kept)
    last_end = 0
    for match in _SPAN.finditer(codes):
        between = codes[last_end : match.start()]
        if last_end == 0:
            between = between.lstrip("-")  # a bullet, or what followed «срок»
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
