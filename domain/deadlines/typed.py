"""A day as a person types it to the bot: snoozes, leaves, events, polls, broadcasts and deadlines read it alike.

Nothing is guessed: what cannot be read, does not exist («31 ноября») or has been is refused by name.
"""

import re
from datetime import date, time, timedelta
from typing import NamedTuple

from domain.deadlines import spoken, words_en
from domain.deadlines.model import Context, Deadline, Window
from domain.deadlines.reading import parse
from domain.errors import N_, DomainError
from domain.texts import DEFAULT_LANGUAGE

JUST_PASSED = timedelta(days=90)  # without a year, a day that has been so lately is a slip, not next year's
LONGEST = 120  # characters
# Doubts of plans that a day typed by a person, who sees its meaning at once, does not have.
HARMLESS = frozenset({"day_off", "crosses_year", "typo", "several_dates"})
IMPOSSIBLE = frozenset({"no_such_date", "weekday_mismatch"})
_PAIR = re.compile(r"^(\d{1,2}) ?[ ,] ?(\d{1,2})$")  # «15 12»
_SLASH = re.compile(r"(?<![\d/])(\d{1,2}) ?/ ?(\d{1,2})(?! ?[\d/])")  # «до 15/12»
_SLASHED = re.compile(r"(?<![\d/])(\d{1,2})/(\d{1,2})(?=/\d\d|(?![\d/]))")
DAYS = frozenset({"point", "until", "event", "interval"})  # kinds that name days: «декабрь» is a month


class DayUnclear(DomainError):
    """A day that was typed and cannot be read."""

    sentence = N_(
        "I did not understand which day. Write, for example: tomorrow, on Friday, in a week, 25 April, 25.04."
    )


class MonthUnclear(DayUnclear):
    """«03/04»: the third of April, or the fourth of March to half of those who write English."""

    sentence = N_("“%(text)s” is %(one)s or %(other)s. Please write the month as a word.")


class NoSuchDay(DomainError):
    """A day that no calendar has, as 31 November, or another weekday than the one written beside it."""

    sentence = N_("There is no such day in the calendar. Please write it once more.")


class DayPassed(DomainError):
    """A day that has been; `day` as it was understood."""

    sentence = N_("%(day)s has passed. Please write a day that is ahead.")


class DayJustPassed(DayPassed):
    """The same without a year: with it, it may be next year's, `next`."""

    sentence = N_("%(day)s has passed. Please write a day that is ahead, or the year too: %(next)s.")


class Typed(NamedTuple):
    """From `first` (None: one day, or «до …») to `last`, both included; `at`: the time of day, if one was written."""

    first: date | None
    last: date
    at: time | None = None


def typed(text: str, today: date, language: str = DEFAULT_LANGUAGE) -> Typed:
    """The day or span that was meant, which is not over yet; without a year the next one.

    Words of every language are read; `language` is the person's own, in which «03/04» may be unclear.
    Raises DayUnclear, NoSuchDay, DayPassed, HourUnclear.
    """
    if len(text) > LONGEST:
        raise DayUnclear
    if language == "en":
        text = _SLASHED.sub(_day_first, text)
    words, at = spoken.clock(text)
    if (last := spoken.lasting(words, today)) is not None:
        return Typed(today, last, at)
    first, last = _span(spoken.spelled_out(words, today), today)
    return Typed(first, last, at)


def _day_first(found: re.Match[str]) -> str:
    """«12/15» as «15/12»: English is written in both orders."""
    one, other = int(found[1]), int(found[2])
    if one == other or not 1 <= one <= 12:
        return found[0]
    if 1 <= other <= 12:
        names = words_en.NAMES
        raise MonthUnclear(text=found[0], one=f"{one} {names[other - 1]}", other=f"{other} {names[one - 1]}")
    return f"{other}/{one}"


def _span(words: str, today: date) -> tuple[date | None, date]:
    words = _SLASH.sub(r"\1.\2", _PAIR.sub(r"\1.\2", words))
    with_year = parse(words, Context(year=None))
    if any(window.due is not None for window in with_year.windows):
        first, last = _only(with_year)
        if last < today:
            raise DayPassed(day=spoken.figures(last))
        return first, last

    def of(year: int) -> Deadline:
        return parse(words, Context(year=year))

    this = of(today.year)
    if IMPOSSIBLE & set(this.doubts) and this.due is not None and this.due < today:
        return _only(of(today.year + 1))  # 29 February; a Monday of next year
    first, last = _only(this)
    if first is not None and first > today:
        # A span that began last year may still run: «20 декабря – 10 января», read on 3 January.
        running = _only(of(today.year - 1))
        if running[1] >= today:
            return running
    if last >= today:
        return first, last
    coming = of(today.year + 1).windows[0].due
    if today - last <= JUST_PASSED and coming is not None:
        raise DayJustPassed(day=spoken.figures(last), next=spoken.figures(coming))
    return _only(of(today.year + 1))


def _only(read: Deadline) -> tuple[date | None, date]:
    doubts = set(read.doubts) - HARMLESS
    window = read.windows[0] if len(read.windows) == 1 else Window(None, None)
    if doubts & IMPOSSIBLE:
        raise NoSuchDay
    if doubts or window.due is None or read.kind not in DAYS:
        raise DayUnclear
    return (None if window.start == window.due else window.start), window.due
