"""Tasks of the cycle that come back every year, and the day until which each of them is due. Pure.

Source: the regions' plans: a rating in January and June, corrections of plans in December and May.
"""

from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from domain.errors import N_

# What corrects a plan: of a school its own words, dates and rows; of an office a newer version or a moved date.
SCHOOL_CORRECTS = frozenset({"plan.reword", "plan.move_date", "plan.add_row", "plan.remove_row"})
OFFICE_CORRECTS = frozenset({"roadmap.revise", "measure.move"})


class Season(StrEnum):
    """A task of the cycle that comes back every year."""

    RATING = "rating"
    CORRECTION = "correction"


SEASONS = {
    Season.RATING: N_("Rating of municipalities and schools"),
    Season.CORRECTION: N_("Correction of plans"),
}
MONTHS = {1: Season.RATING, 6: Season.RATING, 5: Season.CORRECTION, 12: Season.CORRECTION}


def period_of(day: date) -> tuple[Season, date] | None:
    """The task of this month and the first day of it; None in months without one."""
    season = MONTHS.get(day.month)
    return (season, day.replace(day=1)) if season is not None else None


def due_of(month: date) -> date:
    """The last day of the month."""
    return (month.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def start_of(month: date, timezone: str) -> datetime:
    """The moment at which the month begins somewhere."""
    return datetime.combine(month, time(), ZoneInfo(timezone))


def half_of(month: date) -> tuple[int, int]:
    """(half, year) that a rating of this month is about: June the first of its year, January the second before it."""
    return (1, month.year) if month.month == 6 else (2, month.year - 1)
