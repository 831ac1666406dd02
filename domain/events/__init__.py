"""Events: an invitation to a segment, answers, a reminder, attendance, a calendar file."""

from domain.events.actions import answer, attend, cancel, create, invite, mark, plan
from domain.events.models import Event, Guest
from domain.events.queries import (
    Attendance,
    announced,
    at_the_door,
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
    TooEarly,
    WrongCode,
    WrongTime,
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
    "TooEarly",
    "WrongCode",
    "WrongTime",
    "announced",
    "answer",
    "at_the_door",
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
