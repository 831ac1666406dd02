"""After how many working days of silence which level hears of it."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple
from zoneinfo import ZoneInfo

from domain.actor import Role
from domain.dates import OwnDays, working_days_back
from domain.errors import N_, DomainError

SHOWN = 5  # lines of silence in one digest; the rest is counted
TAKEN_DAYS = 5  # working days for which «взять на себя» keeps the others quiet
UNINVOLVED_DAYS = 30  # calendar days without any activity: a school is not involved


class Side(StrEnum):
    """Who is silent."""

    SCHOOL = "school"
    REVIEWER = "reviewer"
    OFFICE = "office"  # of a municipality, where it owes something itself
    OFFICE_REVIEWER = "office_reviewer"  # of what a municipality's office has handed in: the region


OF_OFFICES = frozenset({Side.OFFICE, Side.OFFICE_REVIEWER})
REVIEWERS = frozenset({Side.REVIEWER, Side.OFFICE_REVIEWER})


# Working days of silence → who hears of it then. A reviewer's own reminder (2) is a step of the digest.
LEVELS: Mapping[Side, Mapping[Role, int]] = MappingProxyType(
    {
        Side.SCHOOL: MappingProxyType(
            {Role.CURATOR: 3, Role.MUNICIPAL_COORDINATOR: 7, Role.REGIONAL_COORDINATOR: 14}
        ),
        Side.REVIEWER: MappingProxyType({Role.MUNICIPAL_COORDINATOR: 4, Role.REGIONAL_COORDINATOR: 8}),
        Side.OFFICE: MappingProxyType({Role.REGIONAL_COORDINATOR: 7}),
        Side.OFFICE_REVIEWER: MappingProxyType({Role.REGIONAL_COORDINATOR: 4}),
    }
)


class Between(NamedTuple):
    """Days after `after` (None: from the beginning) up to and including `last`."""

    after: date | None
    last: date


class StepNeeded(DomainError):
    """A joint action says what, who and until when."""

    sentence = N_("Please say what will be done, and until when: not earlier than today.")


def between(since: date | None, today: date, days: int, own: OwnDays) -> Between:
    """Days on which a silence began that has lasted `days` working days today and had not on `since`."""
    after = working_days_back(since, days, own) if since is not None else None
    return Between(after, working_days_back(today, days, own))


def end_of(day: date, timezone: str) -> datetime:
    """The instant when a local day is over."""
    return datetime.combine(day + timedelta(days=1), time(), ZoneInfo(timezone))
