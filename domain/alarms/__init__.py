"""Troubles of the installation itself, for «Требует внимания»: the clock, the token, a second program."""

from domain.alarms.actions import note
from domain.alarms.models import Alarm, Trouble
from domain.alarms.queries import ringing

__all__ = ["Alarm", "Trouble", "note", "ringing"]
