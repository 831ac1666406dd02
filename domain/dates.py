"""Dates of the working world: local days, working days, days off."""

import tomllib
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from types import MappingProxyType
from zoneinfo import ZoneInfo

# Public holidays of Article 112 of the Labour Code, the same every year.
HOLIDAYS = frozenset({(1, day) for day in range(1, 9)} | {(2, 23), (3, 8), (5, 1), (5, 9), (6, 12), (11, 4)})
TRANSFERS = Path(__file__).with_name(
    "days_off.toml"
)  # yearly transfers of days off: data of government orders

# Days that a region decided for itself: True works, False is off.
OwnDays = Mapping[date, bool]
NO_OWN_DAYS: OwnDays = MappingProxyType({})


@cache
def _transfers() -> tuple[frozenset[str], OwnDays]:
    """The years that have an order, and the days that it changes."""
    with TRANSFERS.open("rb") as source:
        years = tomllib.load(source)
    changed = {day: False for year in years.values() for day in year["off"]}
    changed |= {day: True for year in years.values() for day in year["works"]}
    return frozenset(years), MappingProxyType(changed)


def transfers_of(year: int) -> list[tuple[date, bool]]:
    """Days of a year that differ from «Monday to Friday without the holidays», and whether people work on them."""
    return sorted((day, works) for day, works in _transfers()[1].items() if day.year == year)


def has_order(year: int) -> bool:
    """Whether the order of the government for this year is in the data, not only the law."""
    with TRANSFERS.open("rb") as source:
        return bool(tomllib.load(source).get(str(year), {}).get("order", False))


def local_day(moment: datetime, timezone: str) -> date:
    """The calendar day at a place at this instant."""
    return moment.astimezone(ZoneInfo(timezone)).date()


def is_working(day: date, own: OwnDays = NO_OWN_DAYS) -> bool:
    """Whether people work on this day: five-day week, public holidays, transfers by order, days of the region."""
    if day in own:
        return own[day]
    years, transfers = _transfers()
    if day in transfers:
        return transfers[day]
    return _is_plain(day) and (str(day.year) in years or not _is_moved_here(day))


def _is_plain(day: date) -> bool:
    return day.weekday() < 5 and (day.month, day.day) not in HOLIDAYS


def _is_moved_here(day: date) -> bool:
    """A holiday on a weekend gives the next working day off, except in January (Article 112, part 2)."""
    before = day - timedelta(days=1)
    while not _is_plain(before):
        if (before.month, before.day) in HOLIDAYS and before.weekday() >= 5 and before.month != 1:
            return True
        before -= timedelta(days=1)
    return False


def working_day_before(day: date, own: OwnDays = NO_OWN_DAYS) -> date:
    """The day itself, or the last working day before it: a deadline on a day off is reminded earlier."""
    while not is_working(day, own):
        day -= timedelta(days=1)
    return day


def working_day_after(day: date, own: OwnDays = NO_OWN_DAYS) -> date:
    """The day itself, or the first working day after it."""
    while not is_working(day, own):
        day += timedelta(days=1)
    return day


def working_days_between(since: date, until: date, own: OwnDays = NO_OWN_DAYS) -> int:
    """Working days after `since` up to and including `until`; 0 on the same day."""
    days = (until - since).days
    return sum(is_working(since + timedelta(days=n), own) for n in range(1, days + 1))


def working_days_back(day: date, count: int, own: OwnDays = NO_OWN_DAYS) -> date:
    """The latest day from which `count` working days have passed by this day."""
    while count > 0:
        count -= is_working(day, own)
        day -= timedelta(days=1)
    return day


def days_of(first: date, last: date) -> Iterable[date]:
    """Every day of a span, both ends included."""
    return (first + timedelta(days=n) for n in range((last - first).days + 1))


def week_end(day: date) -> date:
    """Sunday of the week of this day."""
    return day + timedelta(days=6 - day.weekday())
