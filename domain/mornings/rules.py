"""When the morning digest goes out, and on which days a thing stands in it."""

from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from domain.dates import (
    NO_OWN_DAYS,
    OwnDays,
    days_of,
    is_working,
    week_end,
    working_day_after,
    working_day_before,
    working_days_back,
)
from domain.errors import N_, DomainError

FIRST_HOUR, LAST_HOUR = 9, 20  # nothing leaves outside, local time (RELIABILITY.md §3)
WAITING_STEPS = 2, 4, 8  # working days for which a report waits for its reviewer, or a return for the school
LONGEST_PAUSE = 90  # days
WORKDAYS = (0, 1, 2, 3, 4)


class BadChoice(DomainError):
    """A choice about reminders that cannot be kept; `reason` says why."""

    sentence = N_("A pause ends after today and lasts at most %(days)s days.")


NO_HOUR = N_("Please choose an hour from 9 to 19.")
NO_DAY = N_("One day of the week has to remain. To hear nothing for a while, choose “Leave…”.")
NO_LEAVE = N_("First say for how long you are away.")


def is_digest_time(moment: datetime, timezone: str, hour: int, own: OwnDays = NO_OWN_DAYS) -> bool:
    """Whether today's digest is due now at a place: a working day, from the chosen hour, before the evening."""
    local = moment.astimezone(ZoneInfo(timezone))
    return is_working(local.date(), own) and max(hour, FIRST_HOUR) <= local.hour < LAST_HOUR


def day_ends_at(moment: datetime, timezone: str) -> datetime:
    """The local evening after which today's digest is worth nothing."""
    local = moment.astimezone(ZoneInfo(timezone))
    return datetime.combine(local.date(), time(LAST_HOUR), ZoneInfo(timezone))


def step_day(due_on: date, step: int, own: OwnDays = NO_OWN_DAYS) -> date:
    """The working day of a step: before the deadline a day off is reminded earlier, after it later."""
    day = due_on + timedelta(days=step)
    return working_day_before(day, own) if step <= 0 else working_day_after(day, own)


def stands(
    due_on: date, since: date, today: date, steps: Collection[int], own: OwnDays = NO_OWN_DAYS
) -> bool:
    """Whether a step has come after `since` and up to today; several missed ones are one."""
    return any(since < step_day(due_on, step, own) <= today for step in steps)


def names(
    due_on: date,
    *,
    is_new: bool,
    since: date | None,
    today: date,
    steps: Collection[int],
    own: OwnDays = NO_OWN_DAYS,
) -> bool:
    """Whether what is due on a day stands today: it has come to a step, or is near and new since the last digest.

    `since`: the day of the last digest, None where there was none and everything is new.
    """
    if since is not None and stands(due_on, since, today, steps, own):
        return True
    return due_on <= soon_until(today, own) and (since is None or is_new)


def due_dates(since: date, today: date, steps: Sequence[int], own: OwnDays = NO_OWN_DAYS) -> list[date]:
    """All deadlines that stand today: the same rule from the other side, for one query over all schools."""
    if not steps:
        return []
    reach = timedelta(days=20)  # the longest row of days off, and then some
    first, last = (
        since - timedelta(days=max(0, *steps)) - reach,
        today + timedelta(days=max(0, -min(steps))) + reach,
    )
    return [day for day in days_of(first, last) if stands(day, since, today, steps, own)]


def soon_until(today: date, own: OwnDays = NO_OWN_DAYS) -> date:
    """The last deadline that counts as «this week» (`progress.standing` says the same of one)."""
    soon = max(week_end(today), today + timedelta(days=3))
    return working_day_after(soon + timedelta(days=1), own) - timedelta(days=1)


def waits(began: date, since: date, today: date, own: OwnDays = NO_OWN_DAYS) -> bool:
    """Whether something that began to wait on a day has come to a step after `since` and up to today."""
    return any(first < began <= last for first, last in waiting_spans(since, today, own))


def waiting_spans(since: date, today: date, own: OwnDays = NO_OWN_DAYS) -> Iterator[tuple[date, date]]:
    """Spans of days (the first excluded) on which what stands today began to wait."""
    for step in WAITING_STEPS:
        yield working_days_back(since, step, own), working_days_back(today, step, own)
