"""What a group may hear."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from domain.errors import N_, DomainError

AHEAD = 3  # days before a deadline the group hears one neutral line
AT = time(10)  # by the clock of the place


class NotForGroups(DomainError):
    """It would tell a group how single schools stand."""

    sentence = N_(
        "A group chat must not read this: the circle or the words depend on how a school stands. "
        "Send it to people, or widen the circle."
    )


def line_at(day: date, timezone: str) -> datetime:
    """The moment of the line on this day at a place."""
    return datetime.combine(day, AT, ZoneInfo(timezone))


def day_ends_at(day: date, timezone: str) -> datetime:
    """After this moment a line of this day is not worth sending."""
    return line_at(day, timezone) + timedelta(hours=9)
