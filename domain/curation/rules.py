"""What stands in a curator's log, and how it adds up by week."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from domain.errors import N_, DomainError

LONGEST = 1_000  # characters of a line
OLDEST = timedelta(days=400)  # a note of the last programme's year is late, an older one a slip


class NoteKind(StrEnum):
    """What a curator notes by hand (журнал школьного куратора)."""

    MEETING = "meeting"
    CONSULTATION = "consultation"
    VISIT = "visit"


class EntryKind(StrEnum):
    """Everything that the log holds."""

    CONFIRMED = "confirmed"
    RETURNED = "returned"
    ASKED = "asked"
    ANSWERED = "answered"
    MEETING = "meeting"
    CONSULTATION = "consultation"
    VISIT = "visit"


class LineNeeded(DomainError):
    """A meeting about nothing is no record."""

    sentence = N_("Please add a line: what it was about.")


class BadDay(DomainError):
    """Not yet, or long ago."""

    sentence = N_("Please choose a day that is not in the future and not older than a year.")


class Entry(NamedTuple):
    """One line of the log."""

    day: date
    at: datetime
    kind: EntryKind
    person_id: int | None
    person: str
    school_id: int
    school: str
    measure: str | None
    line: str
    note_id: int | None = None  # of a note made by hand


class Week(NamedTuple):
    """What somebody did from a Monday to a Sunday."""

    monday: date
    decisions: int
    answers: int
    notes: int

    @property
    def total(self) -> int:
        """Everything together; 0 is a silent week."""
        return self.decisions + self.answers + self.notes


def check_note(on: date, today: date, line: str) -> str:
    """The line as it is kept. Raises BadDay and LineNeeded."""
    if not today - OLDEST <= on <= today:
        raise BadDay
    line = " ".join(line.split())[:LONGEST]
    if not line:
        raise LineNeeded
    return line


DECISIONS = frozenset({EntryKind.CONFIRMED, EntryKind.RETURNED})
TALK = frozenset({EntryKind.ASKED, EntryKind.ANSWERED})


def by_week(entries: Iterable[Entry], first: date, last: date) -> list[Week]:
    """Every week from that of `first` to that of `last`, silent ones too, the newest first."""
    found: dict[date, list[EntryKind]] = {}
    for entry in entries:
        found.setdefault(_monday(entry.day), []).append(entry.kind)
    weeks = []
    monday = _monday(last)
    while monday >= _monday(first):
        kinds = found.get(monday, [])
        decisions = sum(kind in DECISIONS for kind in kinds)
        answers = sum(kind in TALK for kind in kinds)
        weeks.append(Week(monday, decisions, answers, len(kinds) - decisions - answers))
        monday -= timedelta(days=7)
    return weeks


def silent_weeks(weeks: Iterable[Week], first: date, last: date) -> int:
    """Weeks without anything that lie wholly between the two days: a week that still runs is not silent yet."""
    week = timedelta(days=6)
    return sum(one.total == 0 for one in weeks if first <= one.monday and one.monday + week <= last)


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())
