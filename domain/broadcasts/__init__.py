"""Messages to a segment of people."""

from domain.broadcasts.actions import acknowledge, cancel, pause, remind, repeat_doubtful, resume, send
from domain.broadcasts.models import Broadcast
from domain.broadcasts.queries import (
    BroadcastView,
    Delivery,
    Preview,
    Recipient,
    broadcast,
    broadcast_list,
    preview,
)
from domain.broadcasts.rules import MAX_TEXT, NobodyToWrite, Segment, TextNeeded, TooLate, check_text

__all__ = [
    "MAX_TEXT",
    "Broadcast",
    "BroadcastView",
    "Delivery",
    "NobodyToWrite",
    "Preview",
    "Recipient",
    "Segment",
    "TextNeeded",
    "TooLate",
    "acknowledge",
    "broadcast",
    "broadcast_list",
    "cancel",
    "check_text",
    "pause",
    "preview",
    "remind",
    "repeat_doubtful",
    "resume",
    "send",
]
