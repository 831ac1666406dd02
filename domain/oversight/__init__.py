"""The second look: samples of what was confirmed, taking a confirmation back, deciding many that were seen."""

from domain.oversight.actions import agree, decide_many, mark_seen, unconfirm
from domain.oversight.models import SecondLook, SeenReport
from domain.oversight.queries import SampleRow, sample, seen
from domain.oversight.rules import LARGEST_GROUP, Group, NotConfirmed, NotSeen, TooMany, Verdict, pick

__all__ = [
    "LARGEST_GROUP",
    "Group",
    "NotConfirmed",
    "NotSeen",
    "SampleRow",
    "SecondLook",
    "SeenReport",
    "TooMany",
    "Verdict",
    "agree",
    "decide_many",
    "mark_seen",
    "pick",
    "sample",
    "seen",
    "unconfirm",
]
