"""What a group may hear."""

from collections.abc import Collection
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from domain.errors import N_, DomainError

USUAL = [3]  # days before a deadline on which a group hears one neutral line
FURTHEST, MOST = 30, 5  # days, and how many of them
FURTHEST_DUE = timedelta(days=FURTHEST + 12)  # with the longest row of days off
AT = time(10)  # by the clock of the place


class NotForGroups(DomainError):
    """It would tell a group how single schools stand."""

    sentence = N_(
        "A group chat must not read this: the circle or the words depend on how a school stands. "
        "Send it to people, or widen the circle."
    )


class DaysWrong(DomainError):
    """Days before a deadline that cannot be."""

    sentence = N_("Please name from one to %(most)s days, each from 0 to %(furthest)s before the deadline.")


def check_days(days: Collection[int]) -> list[int]:
    """The days before a deadline, the furthest first, each once; raises DaysWrong."""
    found = sorted(set(days), reverse=True)
    if not 0 < len(found) <= MOST or not all(0 <= day <= FURTHEST for day in found):
        raise DaysWrong(most=MOST, furthest=FURTHEST)
    return found


def line_at(day: date, timezone: str) -> datetime:
    """The moment of the line on this day at a place."""
    return datetime.combine(day, AT, ZoneInfo(timezone))


def day_ends_at(day: date, timezone: str) -> datetime:
    """After this moment a line of this day is not worth sending."""
    return line_at(day, timezone) + timedelta(hours=9)
