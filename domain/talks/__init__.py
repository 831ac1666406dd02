"""Question and answer between a school and its reviewer, on the assignment that they are about."""

from domain.talks.actions import say
from domain.talks.models import Utterance
from domain.talks.queries import OpenQuestion, Thread, open_questions, side_of, thread
from domain.talks.rules import LONGEST, NothingSaid, Side, Turn, turn

__all__ = [
    "LONGEST",
    "NothingSaid",
    "OpenQuestion",
    "Side",
    "Thread",
    "Turn",
    "Utterance",
    "open_questions",
    "say",
    "side_of",
    "thread",
    "turn",
]
