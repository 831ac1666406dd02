"""Outline + context → Deadline."""

from domain.deadlines.kinds import kind_of
from domain.deadlines.model import BLOCKING_DOUBTS, Context, Deadline, Every, Window
from domain.deadlines.occurrences import shifted
from domain.deadlines.repeats import about_repetition, dated_pieces, every_of, recurrence_of
from domain.deadlines.shapes import Outline, Piece
from domain.deadlines.windows import checked, windows_of
from domain.deadlines.years import follows_on, order_says


def deadline(text: str, out: Outline, context: Context, mended: bool) -> Deadline:
    """Put one text's meaning together."""
    every = every_of(out)
    pieces = dated_pieces(out, every)
    doubts = set(out.doubts)
    if mended:
        doubts.add("typo")
    windows, kind = windows_of(pieces, context, doubts, out, yearly=every is not None)
    recurrence = recurrence_of(out, every)
    kind = kind_of(kind, pieces, windows, out, every=every, doubts=doubts)
    windows, kind = checked(windows, kind, doubts)
    if kind in ("recurring", "recurring_months", "recurring_range"):
        windows = about_repetition(windows, kind, every, doubts)
    if kind == "year_range" and _consecutive(pieces):
        doubts.add("which_year")
    if recurrence is None and any(p.last.relative is not None and not p.last.once for p in pieces):
        recurrence, every = "yearly", Every("year")  # «текущего года» in a rule that holds every year
    _about_days(windows, pieces, out, context, doubts)
    time = out.time
    if time and every is None and not any(p.last.grain in ("day", "nth_weekday") for p in pieces):
        doubts.add("unclear")
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
            and len(out.weekdays) == 1
            and window.due is not None
            and window.due.weekday() != out.weekdays[0]
        ):
            doubts.add("weekday_mismatch")
    if out.weekdays and not out.repeats and (not pieces or len(out.weekdays) > 1):
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
    if order_says(made, context):
        return _moved(made, -1)
    return _moved(made, 1) if follows_on(made, context) else made


def _moved(made: Deadline, years: int) -> Deadline:
    doubts = _ordered({*made.doubts, "year_from_order"})
    windows = tuple(shifted(window, years) for window in made.windows)
    return Deadline(made.text, made.kind, windows, made.recurrence, doubts, made.time, made.every)
