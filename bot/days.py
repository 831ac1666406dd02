"""A day as people type it, and when something that waits for the morning leaves."""

from datetime import date

from bot.talk import Talk
from domain import outbox
from domain.deadlines import Context, parse
from domain.errors import N_, DomainError


class DayUnclear(DomainError):
    """A day that was typed and cannot be read, or that has been."""

    sentence = N_("I did not understand which day. Write it as 25.04 or 25 April; it must be ahead.")


def written_day(text: str, today: date) -> date:
    """«25.04», «до 25 апреля», «25.04.2027»: without a year the next such day. Raises DayUnclear."""
    first, last = _written(text, today)
    if first not in (None, last):
        raise DayUnclear
    return last


def written_period(text: str, today: date) -> tuple[date, date]:
    """«25.04–10.05», «с 25 апреля по 10 мая», or the last day alone: then from today on. Raises DayUnclear."""
    first, last = _written(text, today)
    if first is None or first == last:
        return today, last
    return max(first, today), last


def _written(text: str, today: date) -> tuple[date | None, date]:
    windows = parse(text, Context(year=today.year)).windows
    if len(windows) != 1 or windows[0].due is None:
        raise DayUnclear
    first, last = windows[0].start, windows[0].due
    if last < today and str(last.year) not in text:
        first = first.replace(year=first.year + 1) if first else None
        last = last.replace(year=last.year + 1)
    if last < today:
        raise DayUnclear
    return first, last


def when_it_leaves(talk: Talk) -> str:
    """That invitations wait for the morning, where it is night; empty in the day."""
    now = talk.db.clock.now()
    moment = outbox.allowed_at(now, talk.actor.timezone)
    if moment == now:
        return ""
    return talk.plain(
        "It is late: the messages leave on %(when)s.", when=talk.plain.time(moment, talk.actor.timezone)
    )
