"""What counts for an automatic criterion, and what counts against it. Pure. Source: DOMAIN.md §6."""

from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from typing import NamedTuple


class Kind(StrEnum):
    """What an automatic criterion is computed from; the names stand in criteria sets."""

    STAGE_COMPLETED = "stage_share"  # «ОО, завершившие 2 этап»
    CURATOR_WORK = "curator_work"  # decisions with a comment in time, the log
    ENGAGEMENT = "engagement"  # who came to what they were invited to, answered what they were asked, wrote to a partner


KINDS = frozenset(Kind)


class FactKind(StrEnum):
    """What one line of the list behind a number is."""

    STAGE = "stage"
    DECISION = "decision"
    LOG = "log"
    EVENT = "event"
    POLL = "poll"
    PEER = "peer"


class Fact(NamedTuple):
    """One line: whose it is, whether it counts, and what to open."""

    kind: FactKind
    school_id: int
    counts: bool
    ref: int  # assignment, event, poll, round of mutual expertise or school, by kind
    label: str
    on: date | None
    days: int | None = None  # working days that a decision took, or has not come for


def counted(found: Iterable[Fact]) -> tuple[int, int]:
    """How many count, of how many."""
    listed = [fact.counts for fact in found]
    return sum(listed), len(listed)
