"""Dates of the working world: local days, working days, days off."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

# Public holidays of Article 112 of the Labour Code, the same every year. Yearly transfers of days off are
# data of a government order and come with the production calendar.
HOLIDAYS = frozenset({(1, day) for day in range(1, 9)} | {(2, 23), (3, 8), (5, 1), (5, 9), (6, 12), (11, 4)})


def local_day(moment: datetime, timezone: str) -> date:
    """The calendar day at a place at this instant."""
    return moment.astimezone(ZoneInfo(timezone)).date()


def is_working(day: date) -> bool:
    """Whether people work on this day (five-day week, public holidays)."""
    return day.weekday() < 5 and (day.month, day.day) not in HOLIDAYS


def working_day_before(day: date) -> date:
    """The day itself, or the last working day before it: a deadline on a day off is reminded earlier."""
    while not is_working(day):
        day -= timedelta(days=1)
    return day


def working_days_between(since: date, until: date) -> int:
    """Working days after `since` up to and including `until`; 0 on the same day."""
    days = (until - since).days
    return sum(is_working(since + timedelta(days=n)) for n in range(1, days + 1))


def week_end(day: date) -> date:
    """Sunday of the week of this day."""
    return day + timedelta(days=6 - day.weekday())
