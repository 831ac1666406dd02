"""What an event is, and its calendar file."""

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from domain.errors import N_, DomainError

CODE_DIGITS = 4
LATE_MARKS = timedelta(days=14)  # attendance may be marked so long after the end
CODE_HOURS = timedelta(hours=2)  # the code works so long before the beginning and after the end


class Answer(StrEnum):
    """What an invited person said."""

    COMING = "coming"
    NOT_COMING = "not_coming"


class EventKind(StrEnum):
    """What sort of meeting it is."""

    WEBINAR = "webinar"
    SEMINAR = "seminar"
    HOUR = "hour"  # «Час муниципального координатора»
    MEETING = "meeting"


class EventSpec(NamedTuple):
    """What the organiser enters."""

    title: str
    starts_at: datetime
    ends_at: datetime
    where: str = ""  # a room or an address of the webinar
    about: str = ""
    kind: EventKind = EventKind.MEETING


class EventOver(DomainError):
    """It has been, or was cancelled."""

    sentence = N_("This event is over or does not take place.")


class WrongTime(DomainError):
    """Without a name, in the past, or ending before it begins."""

    sentence = N_("An event has a name, begins in the future and ends after it begins.")


class TooEarly(DomainError):
    """Nobody shows a code yet."""

    sentence = N_("The code is shown at the event. It works from two hours before the beginning on.")


class AllInvited(DomainError):
    """Of the added circle everybody has an invitation already."""

    sentence = N_("Everybody of this circle is invited already.")


class NotYet(DomainError):
    """Nobody has come to something that is still ahead."""

    sentence = N_("Who came can be marked from two hours before the beginning on.")


class WrongCode(DomainError):
    """Not the code that is shown, or not at the time of the event."""

    sentence = N_("This code does not fit. It is shown at the event and works while it goes on.")


def percent(part: int, whole: int) -> int | None:
    """A share rounded half up from exact counts; None without a base (DOMAIN.md §6)."""
    return (200 * part + whole) // (2 * whole) if whole else None


def check(spec: EventSpec, now: datetime) -> None:
    """Pass for something with a title that ends after it begins, in the future; else WrongTime."""
    if not spec.title.strip() or spec.ends_at <= spec.starts_at or spec.starts_at <= now:
        raise WrongTime


def evening_before(starts_at: datetime, timezone_day: datetime) -> datetime:
    """18:00 of the local day before; `timezone_day` is the beginning in the reader's zone."""
    local = timezone_day.replace(hour=18, minute=0, second=0, microsecond=0) - timedelta(days=1)
    return min(local.astimezone(UTC), starts_at - timedelta(hours=1))


def to_ics(uid: str, spec: EventSpec, stamp: datetime) -> bytes:
    """The event for a calendar program (RFC 5545): CRLF, UTC, lines of at most 75 bytes, text escaped."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Vekha//RU",
        "BEGIN:VEVENT",
        f"UID:{uid}@vekha",
        f"DTSTAMP:{_utc(stamp)}",
        f"DTSTART:{_utc(spec.starts_at)}",
        f"DTEND:{_utc(spec.ends_at)}",
        f"SUMMARY:{_escaped(spec.title)}",
    ]
    if spec.where:
        lines.append(f"LOCATION:{_escaped(spec.where)}")
    if spec.about:
        lines.append(f"DESCRIPTION:{_escaped(spec.about)}")
    lines += ["END:VEVENT", "END:VCALENDAR", ""]
    return "\r\n".join(_folded(line) for line in lines).encode()


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _escaped(text: str) -> str:
    for char in ("\\", ";", ","):
        text = text.replace(char, "\\" + char)
    return text.replace("\r\n", "\\n").replace("\n", "\\n").replace("\r", "\\n")


def _folded(line: str) -> str:
    parts, part, size = [], "", 0
    for char in line:
        width = len(char.encode())
        if size + width > 74:
            parts.append(part)
            part, size = " ", 1
        part, size = part + char, size + width
    return "\r\n".join([*parts, part])
