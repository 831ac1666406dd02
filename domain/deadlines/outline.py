"""Items → windows as written: ranges, «до», «с», lists, with what stands beside them."""

import re
from dataclasses import replace
from itertools import pairwise

from domain.deadlines.aside import set_aside
from domain.deadlines.found import Item
from domain.deadlines.lists import inherit, parts
from domain.deadlines.shapes import Outline, Piece
from domain.deadlines.spans import Atom, span

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
_ANY_YEAR = 2001


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
        _spread_years(out)
        _govern(out)
        _explain(out)
    if any(p.first.grain == "day" for p in pieces):
        out.marks.discard("holidays")  # «осенние каникулы (27.10-04.11)»: their days are named
    if any(p.first.grain in _WIDE for p in pieces) and any(p.first.grain not in _WIDE for p in pieces):
        out.doubts.add("several_parts")


def _spread_years(out: Outline) -> None:
    """«август 2024, 2025, 2026»: bare years in a list after a dated piece are the same piece of those years."""
    model: Piece | None = None
    for index, piece in enumerate(out.pieces):
        atom = piece.first
        bare = atom.grain == "year" and piece.shape == "one" and atom.year is not None
        if not bare:
            dated = atom.year is not None and atom.grain not in _WIDE and piece.shape in ("one", "until")
            model = piece if dated and piece.first is piece.last else None
        elif (
            model is not None and piece.separator in (",", "e") and (atom.year or 0) > (model.first.year or 0)
        ):
            made = replace(model.first, year=atom.year, doubts=set(model.first.doubts))
            model = out.pieces[index] = Piece(model.shape, made, made, model.excluded, piece.separator)


def _explain(out: Outline) -> None:
    """«II квартал (апрель-июнь)», «июнь – август (летний период)»: one piece says in other words what the other is."""
    for one, other in pairwise(out.pieces):
        if other.separator or "until" in (one.shape, other.shape):
            continue
        for wide, narrow in ((one, other), (other, one)):
            outer, inner = _months(wide), _months(narrow)
            if wide.first.grain in _NAMED_SPANS and inner and set(inner) <= set(outer):
                for atom in (narrow.first, narrow.last):
                    if not atom.has_year:
                        atom.year, atom.school = wide.first.year, wide.first.school
                out.pieces.remove(wide)
                return


_NAMED_SPANS = frozenset({"quarter", "half", "season", "term", "trimester"})


def _months(piece: Piece) -> list[int]:
    """The months from the first of a piece to its last, where both are told without knowing the year."""
    bounds = []
    for atom in (piece.first, piece.last):
        start, due = span(atom, _ANY_YEAR) if atom.grain in _NAMED_SPANS | {"month", "day"} else (None, None)
        if start is None or due is None:
            return []
        bounds.append((start.month, due.month))
    first, last = bounds[0][0], bounds[1][1]
    return [(first - 1 + step) % 12 + 1 for step in range((last - first) % 12 + 1)]


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
        if not (out.marks or out.repeats or out.time or len(out.weekdays) > 1):
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
