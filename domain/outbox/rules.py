"""How each kind of message is treated, and when people may be disturbed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from types import MappingProxyType
from zoneinfo import ZoneInfo

from domain.outbox.models import BULK, INTERACTIVE, TRANSACTIONAL, OutboxState, Policy


@dataclass(frozen=True, slots=True)
class Kind:
    """`quiet`: waits for 09-20 at the recipient's place. `ttl`: not worth sending later than this."""

    policy: Policy = Policy.AT_LEAST_ONCE
    lane: int = TRANSACTIONAL
    quiet: bool = False
    ttl: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to send with one token; a new owner gets a new epoch."""

    bot_id: int
    owner: str
    epoch: int


S = OutboxState
# From where each state may be reached by the sender (RELIABILITY.md §2). A late «ok» proves an unknown one.
MOVES: Mapping[OutboxState, frozenset[OutboxState]] = MappingProxyType(
    {
        S.CLAIMED: frozenset({S.PENDING}),
        S.SENDING: frozenset({S.CLAIMED}),
        S.PENDING: frozenset({S.CLAIMED, S.SENDING}),
        S.CANCELLED: frozenset({S.CLAIMED}),
        S.EXPIRED: frozenset({S.CLAIMED}),
        S.BLOCKED: frozenset({S.SENDING}),
        S.FAILED: frozenset({S.SENDING, S.CLAIMED}),
        S.UNKNOWN: frozenset({S.SENDING}),
        S.SENT: frozenset({S.SENDING, S.UNKNOWN}),
    }
)

USUAL = Kind()

# What one person does to another goes at once (silently at night); what the calendar causes, and what goes to many,
# waits for the morning (RELIABILITY.md §2, O6).
KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        "interrupted": Kind(lane=INTERACTIVE, ttl=timedelta(hours=1)),
        "moved": Kind(quiet=True, ttl=timedelta(days=3)),
        "digest": Kind(quiet=True, ttl=timedelta(hours=12)),
        "joint_step": Kind(quiet=True, ttl=timedelta(days=3)),
        "weekly_summary": Kind(quiet=True, ttl=timedelta(days=2)),
        "substitute_ends": Kind(quiet=True, ttl=timedelta(hours=12)),
        "event_invitation": Kind(quiet=True),
        "event_reminder": Kind(quiet=True, ttl=timedelta(days=1)),
        "event_cancelled": Kind(quiet=True),
        "broadcast": Kind(Policy.AT_MOST_ONCE, BULK, quiet=True),
        "broadcast_file": Kind(Policy.AT_MOST_ONCE, BULK, quiet=True),
        "broadcast_test": Kind(lane=INTERACTIVE, ttl=timedelta(hours=1)),
        "poll_invitation": Kind(quiet=True),
        "poll_reminder": Kind(quiet=True, ttl=timedelta(days=1)),
        "group_announcement": Kind(Policy.AT_MOST_ONCE, BULK, quiet=True),
        "group_event": Kind(Policy.AT_MOST_ONCE, quiet=True),
        "group_event_cancelled": Kind(Policy.AT_MOST_ONCE, quiet=True),
        "group_deadline": Kind(Policy.AT_MOST_ONCE, quiet=True, ttl=timedelta(hours=9)),
    }
)


def kind_of(name: str) -> Kind:
    """How messages of this kind are treated; one that needs nothing special is not listed."""
    return KINDS.get(name, USUAL)


DAY_BEGINS, DAY_ENDS = time(9), time(20)  # DOMAIN.md: nothing outside 09-20 of the recipient


def allowed_at(now: datetime, timezone: str) -> datetime:
    """The first moment from `now` on when a person at this place may be disturbed."""
    local = now.astimezone(ZoneInfo(timezone))
    if DAY_BEGINS <= local.time() < DAY_ENDS:
        return now
    day = local.date() if local.time() < DAY_BEGINS else local.date() + timedelta(days=1)
    return datetime.combine(day, DAY_BEGINS, ZoneInfo(timezone)).astimezone(now.tzinfo)


LEASE = timedelta(seconds=60)  # of a claimed or sending row; longer than any request may take
SENDER_LEASE = timedelta(seconds=30)  # of the only sender of a token; renewed every ten seconds
REPEAT_AFTER = timedelta(seconds=60)  # an at-least-once message of unknown fate is sent again, once
SLOW_FOR = timedelta(minutes=1)  # half rate after a pause that Telegram asked for
LATE = timedelta(minutes=15)  # due for longer than this: a person should look
