"""A day as people type it."""

from datetime import date

from domain.deadlines import Context, parse
from domain.errors import N_, DomainError


class DayUnclear(DomainError):
    """A day that was typed and cannot be read, or that has been."""

    sentence = N_("I did not understand which day. Write it as 25.04 or 25 April; it must be ahead.")


def written_day(text: str, today: date) -> date:
    """«25.04», «25 апреля», «25.04.2027»: without a year the next such day. Raises DayUnclear."""
    windows = parse(text, Context(year=today.year)).windows
    due = windows[0].due if len(windows) == 1 and windows[0].start == windows[0].due else None
    if due is not None and due < today and str(due.year) not in text:
        due = due.replace(year=due.year + 1)
    if due is None or due < today:
        raise DayUnclear
    return due
