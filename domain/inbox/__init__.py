"""Updates that came in."""

from domain.inbox.actions import (
    AlreadyHandled,
    accept,
    bury,
    close_interrupted,
    commit_effect,
    finish,
    keep_dialogues,
    redact,
    revive,
)
from domain.inbox.models import DialogueState, InboxState, InboxUpdate
from domain.inbox.queries import (
    counts,
    dead,
    find_dialogue,
    more_in_lane,
    oldest_waiting_at,
    open_dialogues,
    waiting,
)
from domain.inbox.rules import OpenDialogue, Waiting

__all__ = [
    "AlreadyHandled",
    "DialogueState",
    "InboxState",
    "InboxUpdate",
    "OpenDialogue",
    "Waiting",
    "accept",
    "bury",
    "close_interrupted",
    "commit_effect",
    "counts",
    "dead",
    "find_dialogue",
    "finish",
    "keep_dialogues",
    "more_in_lane",
    "oldest_waiting_at",
    "open_dialogues",
    "redact",
    "revive",
    "waiting",
]
