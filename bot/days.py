"""A day, a span or a moment as people type it, and when something that waits for the morning leaves.

How words become days is the domain's (`domain.deadlines.typed`): every screen that asks for a day reads it alike.
"""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from bot.talk import Talk
from domain import outbox
from domain.deadlines import DayPassed, DayUnclear, HourUnclear, clock, typed
from domain.texts import DEFAULT_LANGUAGE


def written_day(text: str, today: date, language: str = DEFAULT_LANGUAGE) -> date:
    """«завтра», «в пятницу», «25.04», «до 25 апреля»: one day. Raises DayUnclear, NoSuchDay, DayPassed."""
    first, last, _ = typed(text, today, language)
    if first is not None:
        raise DayUnclear
    return last


def written_period(text: str, today: date, language: str = DEFAULT_LANGUAGE) -> tuple[date, date]:
    """«25.04–10.05», «на неделю», or the last day alone: then from today on. Raises as `written_day` does."""
    first, last, _ = typed(text, today, language)
    return max(first or today, today), last


def written_moment(
    text: str, now: datetime, timezone: str, usual: time | None, language: str = DEFAULT_LANGUAGE
) -> datetime:
    """«завтра в 10», «15.12 14:30» by the writer's clock; without an hour the `usual` one.

    Raises as `written_day` does, DayPassed for an hour of today that has been, HourUnclear where an hour is needed.
    """
    zone = ZoneInfo(timezone)
    first, last, at = typed(text, now.astimezone(zone).date(), language)
    if first is not None:
        raise DayUnclear
    if (at := at or usual) is None:
        raise HourUnclear
    moment = datetime.combine(last, at, zone)
    if moment <= now:
        raise DayPassed(day=f"{moment:%d.%m.%Y %H:%M}")
    return moment


def written_hour(text: str) -> time:
    """«15:30», «15.30», «15», «в 3 часа дня». Raises HourUnclear."""
    hour, _, minute = text.strip().replace(".", ":").replace("-", ":").partition(":")
    if hour.isdecimal() and (minute or "0").isdecimal():
        if int(hour) > 23 or int(minute or 0) > 59:
            raise HourUnclear
        return time(int(hour), int(minute or 0))
    rest, at = clock(text)
    if at is None or rest:
        raise HourUnclear
    return at


def when_it_leaves(talk: Talk) -> str:
    """That invitations wait for the morning, where it is night; empty in the day."""
    now = talk.db.clock.now()
    moment = outbox.allowed_at(now, talk.actor.timezone)
    if moment == now:
        return ""
    return talk.plain(
        "It is late: the messages leave on %(when)s.", when=talk.plain.time(moment, talk.actor.timezone)
    )
