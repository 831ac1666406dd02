"""Days that a region decides for itself: a day off more, a Saturday at work."""

from domain.calendars.actions import forget_day, set_day
from domain.calendars.models import CalendarDay
from domain.calendars.queries import all_own_days, calendar_days, missing_year, own_days

__all__ = [
    "CalendarDay",
    "all_own_days",
    "calendar_days",
    "forget_day",
    "missing_year",
    "own_days",
    "set_day",
]
