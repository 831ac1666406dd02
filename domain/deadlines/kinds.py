"""One word for what a deadline is, and the doubts that its markers bring."""

from domain.deadlines.model import Every, Window
from domain.deadlines.shapes import Outline, Piece

_SINGLE_KINDS = {
    "day": "point", "month": "month", "quarter": "quarter", "half": "half_year", "year": "year", "this_year": "year",
    "schoolyear": "schoolyear", "decade": "decade", "week": "week", "half_month": "half_month", "season": "season",
    "term": "term", "trimester": "trimester", "nth_weekday": "point",
}  # fmt: skip
_RANGE_KINDS = {
    "day": "interval",
    "month": "month_range",
    "quarter": "quarter_range",
    "year": "year_range",
    "half": "half_year_range",
}

_BOUNDS = frozenset({"year", "this_year", "schoolyear"})  # pieces too wide to be the date of a repetition


def piece_kind(piece: Piece) -> str:
    """The kind of one window by its shape and the grain of its atoms."""
    if piece.shape in ("until", "from"):
        return piece.shape
    atom = piece.first
    if piece.shape == "range":
        if atom.grain != piece.last.grain or atom.part or piece.last.part:
            return "interval"
        school = atom.school or piece.last.school or atom.relative_school or piece.last.relative_school
        if school and atom.grain == "month":
            return "schoolyear_range"
        return _RANGE_KINDS.get(atom.grain, "interval")
    if atom.part in ("first_day", "last_day"):
        return "point"
    if atom.part:
        return "part"
    if atom.grain == "month" and (atom.school or atom.relative_school):
        return "schoolyear_month"
    return _SINGLE_KINDS.get(atom.grain, "interval")


def kind_of(
    kind: str,
    pieces: list[Piece],
    windows: list[Window],
    out: Outline,
    *,
    every: Every | None,
    doubts: set[str],
) -> str:
    """One word for the whole text, and the doubts that its markers bring."""
    marks = out.marks
    if "afterwards" in marks and (every is None or every.unit == "year"):
        marks.add("plan")  # after what, and when that is, stands elsewhere
    if "plan" in marks:
        doubts.add("by_plan")
    if "ongoing" in marks:
        doubts.add("ongoing")
    doubts |= marks & {"holidays", "relative", "approximate", "no_month"}
    if "unread" in marks and not marks & {"plan", "ongoing", "relative"}:
        doubts.add("unclear")
    if "loose_link" in marks or "unread_number" in marks:
        doubts.add("unclear")
    if every is not None:
        return _recurring_kind(pieces, marks)
    if not pieces:
        return _dateless_kind(marks, doubts)
    if "plan" in marks and all(p.shape == "one" and p.first.grain in _BOUNDS for p in pieces):
        windows.clear()  # «по плану на 2022 год»: the year is the plan's
        return "by_plan"
    if "ongoing" in marks and "truncated" not in doubts:
        return "ongoing" if all(p.first.grain in _BOUNDS for p in pieces) else kind
    if len(pieces) > 1:
        return _several(pieces, windows, doubts)
    if "truncated" in doubts and kind in ("month", "point", "year", "quarter"):
        windows[:] = [Window(w.start, None) for w in windows]
        return "broken"
    return kind


def _dateless_kind(marks: set[str], doubts: set[str]) -> str:
    if "plan" in marks or "relative" in marks:
        return "by_plan"
    if "ongoing" in marks:
        return "ongoing"
    if "holidays" in marks:
        return "season"
    if "no_month" in marks:
        return "until"
    if not doubts:
        doubts.add("unclear")
    return "broken"


def _recurring_kind(pieces: list[Piece], marks: set[str]) -> str:
    if "plan" in marks:
        return "recurring_by_plan"
    if not pieces or all(p.shape == "one" and p.first.grain in _BOUNDS for p in pieces):
        return "recurring"
    if all(p.shape == "one" and p.first.grain != "day" for p in pieces):
        return "recurring_months"
    if len(pieces) == 1 and pieces[0].shape == "range" and pieces[0].first.grain == "month":
        return "recurring_range"
    return "recurring"


def _several(pieces: list[Piece], windows: list[Window], doubts: set[str]) -> str:
    """Several windows: single ones are milestones, each due on its last day; with a range it is a set of intervals."""
    unclear = any(p.separator in ("", "/") for p in pieces[1:])
    doubts.add("several_parts" if unclear else "several_dates")
    if any(p.shape == "range" for p in pieces):
        return "multi_interval"
    windows[:] = [Window(w.due, w.due) if w.start is not None and w.due else w for w in windows]
    if any(p.shape == "from" for p in pieces):
        doubts.add("several_parts")
    return "milestones"
