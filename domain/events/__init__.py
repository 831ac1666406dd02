"""Events: an invitation to a segment, answers, a reminder, attendance, a calendar file."""

from domain.events.actions import answer, attend, cancel, create, invite, mark, plan
from domain.events.models import Event, Guest
from domain.events.queries import (
    Attendance,
    announced,
    event,
    event_list,
    find_guest,
    guests,
    ics,
    not_invited,
)
from domain.events.rules import (
    AllInvited,
    Answer,
    EventKind,
    EventOver,
    EventSpec,
    NotYet,
    WrongCode,
)

__all__ = [
    "AllInvited",
    "Answer",
    "Attendance",
    "Event",
    "EventKind",
    "EventOver",
    "EventSpec",
    "Guest",
    "NotYet",
    "WrongCode",
    "announced",
    "answer",
    "attend",
    "cancel",
    "create",
    "event",
    "event_list",
    "find_guest",
    "guests",
    "ics",
    "invite",
    "mark",
    "not_invited",
    "plan",
]
