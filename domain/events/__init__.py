"""Events: an invitation to a segment, answers, a reminder, attendance, a calendar file."""

from domain.events.actions import answer, attend, cancel, create, mark, plan
from domain.events.models import Event, Guest
from domain.events.queries import Attendance, announced, event, event_list, find_guest, guests, ics
from domain.events.rules import Answer, EventKind, EventOver, EventSpec, NotYet, WhenUnclear, WrongCode

__all__ = [
    "Answer",
    "Attendance",
    "Event",
    "EventKind",
    "EventOver",
    "EventSpec",
    "Guest",
    "NotYet",
    "WhenUnclear",
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
    "mark",
    "plan",
]
