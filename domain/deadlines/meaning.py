"""Outline + context → Deadline: kinds, windows, repetitions and doubts."""

from datetime import date, timedelta
from itertools import pairwise

from domain.deadlines.model import BLOCKING_DOUBTS, Context, Deadline, Every, Window
from domain.deadlines.rules import Outline, Piece
from domain.deadlines.spans import Atom
from domain.deadlines.years import order_says, settle

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
_RECURRENCE = {
    "year": "yearly", "half_year": "half_yearly", "trimester": "trimesterly", "term": "termly", "quarter": "quarterly",
    "month": "monthly", "week": "weekly", "day": "daily",
}  # fmt: skip
_FINER = ("day", "week", "month", "term", "quarter", "trimester", "half_year", "year")
_BOUNDS = frozenset({"year", "this_year", "schoolyear"})  # pieces too wide to be the date of a repetition
_IN_A_YEAR = {"year": 1, "half_year": 2, "trimester": 3, "quarter": 4, "term": 4, "month": 12}
_LONGEST_SPAN = timedelta(days=366 * 15)


def deadline(text: str, out: Outline, context: Context, mended: bool) -> Deadline:
    """Put one text's meaning together."""
    every = _every(out)
    pieces = _dated_pieces(out, every)
    doubts = set(out.doubts)
    if mended:
        doubts.add("typo")
    windows, kind = _windows(pieces, context, doubts, out, yearly=every is not None)
    recurrence = _recurrence(out, every)
    kind = _kind(kind, pieces, windows, out, every=every, doubts=doubts)
    windows, kind = _checked(windows, kind, doubts)
    if kind in ("recurring", "recurring_months", "recurring_range"):
        windows = _about_repetition(windows, kind, every, doubts)
    if kind == "year_range" and _consecutive(pieces):
        doubts.add("which_year")
    if recurrence is None and any(p.last.relative is not None for p in pieces):
        recurrence, every = "yearly", Every("year")  # «текущего года» in a rule that holds every year
    _about_days(windows, pieces, out, context, doubts)
    time = out.time
    if kind == "point" and time:
        kind = "event"
    made = Deadline(text, kind, tuple(windows), recurrence, _ordered(doubts), time, every)
    return _by_order(made, context) if "year_guessed" in out.marks and len(windows) == 1 else made


def _consecutive(pieces: list[Piece]) -> bool:
    """«2022-2023» in figures alone may be a school year as well."""
    first, last = pieces[0].first, pieces[-1].last
    return first.bare and last.bare and first.year is not None and last.year == first.year + 1


def _ordered(doubts: set[str]) -> tuple[str, ...]:
    return tuple(sorted(doubts, key=lambda d: (d not in BLOCKING_DOUBTS, d)))


def _every(out: Outline) -> Every | None:
    """The finest repetition that the text names, with the day of the month if one stands by it."""
    repeats = list(out.repeats)
    days = [p for p in out.pieces if p.last.grain == "month_day"]
    if not repeats and days and "every" in out.marks:
        repeats = [Every("month")]
    if not repeats:
        return None
    finest = min(repeats, key=lambda e: (_FINER.index(e.unit), -e.times, e.weekday is None))
    if len(repeats) > 1:
        out.marks.discard("no_month")
    counted = [e for e in repeats if e.times > 1]
    if counted and finest.times == 1 and finest.unit == counted[0].unit:
        finest = counted[0]
    if days:
        first, last = days[0], days[-1]
        if len(days) > 1:
            out.doubts.add("several_parts")
        if finest.unit not in ("month", "week", "day"):
            out.doubts.add("no_month")
        from_day = first.first.day if first.shape == "range" else None
        finest = finest._replace(day=last.last.day, from_day=from_day)
    elif out.weekday is not None and finest.unit == "week" and finest.weekday is None:
        finest = finest._replace(weekday=out.weekday)
    return finest


def _recurrence(out: Outline, every: Every | None) -> str | None:
    if every is None:
        return None
    name = _RECURRENCE[every.unit]
    if out.least and out.least != every.times:
        return f"{min(out.least, every.times)}-{max(out.least, every.times)}/{name}"
    if every.interval > 1:
        return f"{every.times}/{every.interval}-{name}"
    return f"{every.times}/{name}" if every.times > 1 else name


def _dated_pieces(out: Outline, every: Every | None) -> list[Piece]:
    """Pieces that have a date of their own; a day of no month is a doubt unless it repeats monthly."""
    dated = [p for p in out.pieces if p.last.grain != "month_day" and p.first.grain != "month_day"]
    if len(dated) < len(out.pieces) and every is None:
        out.doubts.add("no_month")
        out.marks.add("no_month")
    return dated


def _windows(
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
    return windows, _piece_kind(pieces[0])


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


def _piece_kind(piece: Piece) -> str:
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


def _kind(
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


def _checked(windows: list[Window], kind: str, doubts: set[str]) -> tuple[list[Window], str]:
    """Windows in order of time and within a sane span; an end before its start breaks the deadline."""
    for window in windows:
        if window.start and window.due and window.start > window.due:
            doubts.add("reversed")
            return [], "broken"
        if window.start and window.due and window.due - window.start > _LONGEST_SPAN:
            doubts.add("odd_year")
    if "no_such_date" in doubts and not windows:
        return [], "broken"
    return windows if kind == "recurring_months" else _in_order(windows), kind


def _in_order(windows: list[Window]) -> list[Window]:
    return sorted(windows, key=lambda w: (w.due or date.max, w.start or date.min))


def _about_repetition(
    windows: list[Window], kind: str, every: Every | None, doubts: set[str]
) -> list[Window]:
    if every is None:
        return windows
    named = kind == "recurring_months"
    expected = _IN_A_YEAR.get(every.unit, 0) * every.times
    if (
        named
        and expected != 1
        and len(windows) not in (expected, every.times if every.unit == "year" else expected)
    ):
        doubts.add("count_mismatch")
    if named and any(a.due and b.due and a.due > b.due for a, b in pairwise(windows)):
        doubts.add("months_unordered")
        windows = _in_order(windows)
    if kind == "recurring" and (
        not windows or all(w.start and w.due and (w.due - w.start).days > 240 for w in windows)
    ):
        doubts.add("times_unplaced" if every.times > 1 else "repeats")
        doubts.discard("which_year")
        doubts.discard("school_year")
    return windows


def _about_days(
    windows: list[Window], pieces: list[Piece], out: Outline, context: Context, doubts: set[str]
) -> None:
    """A day named in the text may be a day off, fall outside the period, or not be the weekday beside it."""
    period = context.period
    for piece, window in zip(pieces, windows, strict=False):
        named = piece.last.grain in ("day", "nth_weekday")
        if named and window.due is not None and window.due.weekday() >= 5 and len(windows) == len(pieces):
            doubts.add("day_off")
        single = len(pieces) == 1 and piece.last.grain == "day"
        if (
            single
            and out.weekday is not None
            and window.due is not None
            and window.due.weekday() != out.weekday
        ):
            doubts.add("weekday_mismatch")
    if out.weekday is not None and not pieces and not out.repeats:
        doubts.add("unclear")
    if period is not None:
        for window in windows:
            early = period.start is not None and window.start is not None and window.start < period.start
            late = period.due is not None and window.due is not None and window.due > period.due
            over = period.start is not None and window.due is not None and window.due < period.start
            if early or late or over:
                doubts.add("outside_period")


def _by_order(made: Deadline, context: Context) -> Deadline:
    """Where the neighbouring rows say so, the year before (DOMAIN.md §5: «Декабрь» before «Январь 2022»)."""
    return made if not order_says(made, context) else _a_year_earlier(made)


def _a_year_earlier(made: Deadline) -> Deadline:
    from domain.deadlines.occurrences import shifted

    doubts = _ordered({*made.doubts, "year_from_order"})
    windows = tuple(shifted(window, -1) for window in made.windows)
    return Deadline(made.text, made.kind, windows, made.recurrence, doubts, made.time, made.every)
