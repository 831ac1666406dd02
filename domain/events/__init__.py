"""Events: an invitation to a segment, answers, a reminder, attendance, a calendar file."""

from domain.events.actions import answer, attend, cancel, create, mark, plan
from domain.events.models import Event, Guest
from domain.events.queries import Attendance, event, event_list, find_guest, guests, ics
from domain.events.rules import Answer, EventOver, EventSpec, WrongCode

__all__ = [
    "Answer",
    "Attendance",
    "Event",
    "EventOver",
    "EventSpec",
    "Guest",
    "WrongCode",
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
