"""Pieces → windows of days: what «до», «с» and a range do to the days of their atoms."""

from datetime import date, timedelta

from domain.deadlines.kinds import piece_kind
from domain.deadlines.model import Context, Window
from domain.deadlines.shapes import Outline, Piece
from domain.deadlines.spans import Atom
from domain.deadlines.years import settle

_LONGEST_SPAN = timedelta(days=366 * 15)


def windows_of(
    pieces: list[Piece], context: Context, doubts: set[str], out: Outline, yearly: bool
) -> tuple[list[Window], str]:
    """The windows of the pieces, and the kind of the only or the first one."""
    if not pieces:
        return [], ""
    atoms: list[Atom] = []
    for piece in pieces:
        atoms.extend([piece.first] if piece.first is piece.last else [piece.first, piece.last])
    days: list[Window] = []
    groups = [[p.first] if p.first is p.last else [p.first, p.last] for p in pieces] if yearly else [atoms]
    for group in groups:  # what comes every year needs no order among its parts
        settled, year_doubts = settle(group, context, len(group) > 1)
        days += settled
        doubts |= year_doubts
    if all(atom.year is None and not atom.has_year for atom in atoms):
        out.marks.add("year_guessed")
    by_atom = {id(atom): window for atom, window in zip(atoms, days, strict=True)}
    if context.year is None and "no_year" in doubts:
        by_atom = {key: Window(None, None) for key in by_atom}
    windows = [_shape(p, by_atom[id(p.first)], by_atom[id(p.last)], out, doubts) for p in pieces]
    if context.year is None and "no_year" in doubts:
        windows = []
    return windows, piece_kind(pieces[0])


def _shape(piece: Piece, first: Window, last: Window, out: Outline, doubts: set[str]) -> Window:
    if piece.first.part and not (piece.shape == "until" and piece.first.part == "x"):
        if piece.first.part in ("first_day", "last_day"):
            day = first.start if piece.first.part == "first_day" else first.due
            first = last = Window(day, day)
        elif not (piece.shape == "range" and piece.first.part == "a"):
            doubts.add("approximate")
    if piece.last is not piece.first and piece.last.part in ("a", "l"):
        doubts.add("approximate")
    if piece.shape == "one":
        return first
    if piece.shape == "from":
        doubts.add("open_end")
        return Window(first.start, None)
    if piece.shape == "until":
        return Window(None, _until(piece, first, out, doubts))
    due = _until(piece, last, out, doubts) if piece.excluded else last.due
    return Window(first.start, due)


def _until(piece: Piece, window: Window, out: Outline, doubts: set[str]) -> date | None:
    """«до 1 ноября» includes the day; «до декабря» most often ends in November, and is asked about."""
    atom = piece.last
    if (
        not piece.excluded
        or "including" in out.marks
        or atom.grain in ("day", "nth_weekday")
        or window.start is None
    ):
        return window.due
    if atom.part == "x":
        return window.due
    if atom.part in ("l", "a"):
        return window.due if atom.part == "l" else window.start
    doubts.add("until_period")
    return window.start - timedelta(days=1)


def checked(windows: list[Window], kind: str, doubts: set[str]) -> tuple[list[Window], str]:
    """Windows in order of time and within a sane span; an end before its start breaks the deadline."""
    for window in windows:
        if window.start and window.due and window.start > window.due:
            doubts.add("reversed")
            return [], "broken"
        if window.start and window.due and window.due - window.start > _LONGEST_SPAN:
            doubts.add("odd_year")
    if "no_such_date" in doubts and not windows:
        return [], "broken"
    return windows if kind == "recurring_months" else in_order(windows), kind


def in_order(windows: list[Window]) -> list[Window]:
    """Windows by their due days."""
    return sorted(windows, key=lambda w: (w.due or date.max, w.start or date.min))
