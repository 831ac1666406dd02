"""Whose ball an assignment is, when it is late, and what may be said about a report."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from enum import StrEnum
from typing import NamedTuple

from domain.actor import Actor, Place
from domain.dates import week_end, working_day_before
from domain.errors import N_, DomainError

SILENT_DAYS = 4  # working days after which a coordinator may decide for a silent curator
MAX_PHOTOS = 60  # of one report: more would not fit into one PDF of a slot's size in a readable form


class Status(StrEnum):
    """State of an assignment (DOMAIN.md §4.3). «Overdue» is computed, never stored."""

    NOT_DONE = "not_done"
    IN_REVIEW = "in_review"
    RETURNED = "returned"
    CONFIRMED = "confirmed"
    NOTED = "noted"  # done by an office's own word and document, where nobody else could confirm it
    WAIVED = "waived"


OPEN = frozenset({Status.NOT_DONE, Status.RETURNED})  # the school holds the ball


class Kind(StrEnum):
    """Kinds of evidence."""

    TEXT = "text"
    FILE = "file"
    PHOTO = "photo"
    LINK = "link"


class Decision(StrEnum):
    """What a reviewer decides."""

    CONFIRM = "confirm"
    RETURN = "return"


class Standing(StrEnum):
    """How an assignment stands today, for lists and tables."""

    RETURNED = "returned"
    OVERDUE = "overdue"
    SOON = "soon"  # due by the end of this week
    LATER = "later"
    UNDATED = "undated"
    IN_REVIEW = "in_review"
    CONFIRMED = "confirmed"
    NOTED = "noted"
    WAIVED = "waived"


class Source(NamedTuple):
    """The message that brought something: the same message twice is the same thing once."""

    chat_id: int | None = None
    message_id: int | None = None


# The experts' own remarks (DOMAIN.md §1), in one tap.
RETURN_PHRASES = {
    "no_indicator": N_("There is no indicator of the result."),
    "no_date": N_("There is no definite date."),
    "no_proof": N_("The document does not prove the fact. Please attach a signed one."),
    "no_task": N_("The task is not stated."),
}
CONFIRM_PHRASES = {
    "proved": N_("The document proves that it was done."),
    "example": N_("Others can learn from this."),
}


class AssignmentClosed(DomainError):
    """Confirmed or not required: nothing to hand in."""

    sentence = N_("This assignment is closed: nothing more has to be handed in.")


class AlreadySubmitted(DomainError):
    """It is with the reviewer."""

    sentence = N_("Already handed in, No. %(number)s. It is being reviewed; nothing more to do.")


class NothingToSubmit(DomainError):
    """The draft is empty."""

    sentence = N_("The draft is still empty. Send a text, a file, a photo or a link first.")


class TooManyFiles(DomainError):
    """The slot of the federal system is full."""

    sentence = N_("There are already %(max)s files in the report, no more fit. Remove one to add another.")


class TooManyPhotos(DomainError):
    """More than one PDF holds in a readable form."""

    sentence = N_("There are already %(max)s photos in the report. Please choose those that prove the most.")


class FileWiped(DomainError):
    """These bytes were removed before and do not come in again."""

    sentence = N_(
        "This file was removed before because it shows children's data. Please send one without it."
    )


class OwnSchool(DomainError):
    """Nobody confirms the work of their own school."""

    sentence = N_("This is the work of your own school: somebody else has to decide.")


class OwnWork(DomainError):
    """Nobody confirms what they have handed in for their office themselves."""

    sentence = N_("You have worked on this report yourself: somebody else has to decide.")


class DocumentNeeded(DomainError):
    """Where nobody else can confirm it, the document has to speak for itself."""

    sentence = N_(
        "Nobody else can confirm this report, so please attach the document: a file, a photo or a link."
    )


class NotYourTurn(DomainError):
    """Another person reviews this school."""

    sentence = N_(
        "Another reviewer looks at this school: %(name)s. You may decide after %(days)s working days of silence."
    )


class CommentNeeded(DomainError):
    """A decision without a word helps nobody."""

    sentence = N_("Please add a word for the school.")


class AlreadyDecided(DomainError):
    """Somebody was first; `decision`, `name` and `at` say who and when."""

    sentence = N_("This has already been decided.")


class Withdrawn(DomainError):
    """The school took the report back before anyone decided."""

    sentence = N_("The school has taken this report back.")


class Due(NamedTuple):
    """One thing that would be owed: a measure, by whom, which of its dates, from when until when."""

    measure_id: int
    holder: Place
    occurrence: int
    starts_on: date | None
    due_on: date | None


class Preview(NamedTuple):
    """What an assignment would bring, before it is made."""

    new: int
    known: int  # given before and left as it is
    schools: int  # that receive something new
    by_school: dict[int, int]  # school id → new assignments
    by_office: dict[Place, int]  # office → new assignments
    by_month: dict[str, int]  # «2022-04» → new assignments due then
    undated: int  # new ones that never remind
    past: int  # new ones that are overdue from the first day
    first_on: date | None
    last_on: date | None


class Move(NamedTuple):
    """A deadline that moved under an open assignment."""

    assignment_id: int
    holder: Place
    was: date | None
    due_on: date | None


def iso(day: date | None) -> str | None:
    """A date as it is kept in JSON."""
    return day.isoformat() if day else None


def preview(dues: Sequence[Due], known: int, today: date) -> Preview:
    """Count what would be given, for whom, and when it is due."""
    days = sorted(due.due_on for due in dues if due.due_on is not None)
    by_school = Counter(due.holder.school_id for due in dues if due.holder.school_id is not None)
    return Preview(
        new=len(dues),
        known=known,
        schools=len(by_school),
        by_school=dict(by_school),
        by_office=dict(Counter(due.holder for due in dues if due.holder.school_id is None)),
        by_month=dict(Counter(day.isoformat()[:7] for day in days)),
        undated=len(dues) - len(days),
        past=sum(day < today for day in days),
        first_on=days[0] if days else None,
        last_on=days[-1] if days else None,
    )


def days_late(due_on: date | None, today: date) -> int:
    """Calendar days after the deadline; 0 while it is not over. «До 1 ноября» includes the day."""
    return max(0, (today - due_on).days) if due_on else 0


def remind_on(due_on: date) -> date:
    """The day on which a deadline is reminded at the latest: a day off is moved to the working day before."""
    return working_day_before(due_on)


def standing(status: Status, due_on: date | None, today: date) -> Standing:
    """How it stands today."""
    if status not in OPEN:
        return Standing(status.value)
    if status is Status.RETURNED:
        return Standing.RETURNED
    if due_on is None:
        return Standing.UNDATED
    if due_on < today:
        return Standing.OVERDUE
    soon = max(week_end(today), today + timedelta(days=3))
    return Standing.SOON if remind_on(due_on) <= soon else Standing.LATER


# An address as people type it: with its scheme, or so that no file name («Приказ.pdf») can be meant.
_ADDRESS = re.compile(
    r"https?://\S+"
    r"|(?<![\w@.])(?:www\.)?(?:[\w-]+\.)+(?:ru|рф|su|com|org|net|info|edu|online|site)(?![\w.-])(?:/\S*)?",
    re.IGNORECASE,
)


def address_in(text: str) -> str | None:
    """The first address in somebody's words, without the sentence's own dot or bracket behind it."""
    found = _ADDRESS.search(text)
    return found[0].rstrip(".,;:!?)»”\"'") if found else None


def kind_of(text: str) -> Kind:
    """A message that is only a link is a link, everything else a text."""
    return Kind.LINK if _ADDRESS.fullmatch(text.strip()) else Kind.TEXT


def is_own(actor: Actor, place: Place) -> bool:
    """Whether all that this place hands in is the actor's own: a school's team, a municipality's coordinators.

    Of a region's office it is only what one has worked on oneself: its coordinators decide about one another.
    """
    return place.municipality_id is not None and actor.keeps(place)


def speaks_for_itself(kinds: Iterable[Kind]) -> bool:
    """Whether a report holds a document and not words only."""
    return any(kind is not Kind.TEXT for kind in kinds)


def order(status: Status, due_on: date | None) -> tuple[bool, bool, date]:
    """Sort key of a work list: open before closed, soonest first (overdue on top), undated last."""
    return (status not in OPEN, due_on is None, due_on or date.max)
