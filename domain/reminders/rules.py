"""When the morning digest goes out."""

from datetime import datetime, time
from zoneinfo import ZoneInfo

from domain.dates import is_working

FIRST_HOUR, LAST_HOUR = 9, 20  # nothing leaves outside, local time (RELIABILITY.md §3)


def is_digest_time(moment: datetime, timezone: str, hour: int) -> bool:
    """Whether today's digest is due now at a place: a working day, from the chosen hour, before the evening."""
    local = moment.astimezone(ZoneInfo(timezone))
    return is_working(local.date()) and max(hour, FIRST_HOUR) <= local.hour < LAST_HOUR


def day_ends_at(moment: datetime, timezone: str) -> datetime:
    """The local evening after which today's digest is worth nothing."""
    local = moment.astimezone(ZoneInfo(timezone))
    return datetime.combine(local.date(), time(LAST_HOUR), ZoneInfo(timezone))
