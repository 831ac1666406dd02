"""What a roadmap's rows mean: periods, deadlines settled by a person, labels."""

from collections.abc import Sequence
from datetime import date
from enum import StrEnum

from domain import deadlines
from domain.actor import Place
from domain.errors import N_, DomainError


class Level(StrEnum):
    """Whose plan it is."""

    FEDERAL = "federal"
    REGIONAL = "regional"
    MUNICIPAL = "municipal"
    SCHOOL = "school"


class RoadmapState(StrEnum):
    """draft → approved → archived."""

    DRAFT = "draft"
    APPROVED = "approved"
    ARCHIVED = "archived"


class Settled(StrEnum):
    """What a person decided about a deadline in doubt."""

    AS_READ = "as_read"
    NO_REMINDERS = "no_reminders"
    RETYPED = "retyped"


class RoadmapClosed(DomainError):
    """It is no longer a draft."""

    sentence = N_("This roadmap has already been approved; drafts only can be edited here.")


class RoadmapEmpty(DomainError):
    """Nothing to approve."""

    sentence = N_("There is no measure left in this roadmap. Add one or discard the draft.")


class DeadlineUnclear(DomainError):
    """Words from which no date follows."""

    sentence = N_("No date follows from “%(text)s”. Try for example “until 30 April” or “June – September”.")


def period(year: int, *, school_year: bool) -> deadlines.Window:
    """The year of a roadmap: calendar, or a school year from 1 September to 31 August that ends in `year`."""
    if school_year:
        return deadlines.Window(date(year - 1, 9, 1), date(year, 8, 31))
    return deadlines.Window(date(year, 1, 1), date(year, 12, 31))


def windows_of(deadline: deadlines.Deadline, bounds: deadlines.Window) -> list[list[str | None]]:
    """The dates for which the measure is owed, as ISO text: one pair a milestone or occurrence."""
    found = deadlines.occurrences(deadline, bounds)
    return [[w.start.isoformat() if w.start else None, w.due.isoformat() if w.due else None] for w in found]


def parse_windows(windows: Sequence[Sequence[str | None]]) -> list[deadlines.Window]:
    """Back from ISO text."""
    return [
        deadlines.Window(*(date.fromisoformat(part) if part else None for part in window))
        for window in windows
    ]


def level_of(place: Place) -> Level:
    """The level of a plan follows from its owner."""
    _, municipality, school = place
    if school is not None:
        return Level.SCHOOL
    return Level.MUNICIPAL if municipality is not None else Level.REGIONAL


def short(text: str, width: int = 40) -> str:
    """A title cut at a word, for buttons and tables."""
    line = " ".join(text.split())
    if len(line) <= width:
        return line
    cut = line[: width - 1].rsplit(" ", 1)[0]
    return cut.rstrip(" ,;:–-") + "…"
