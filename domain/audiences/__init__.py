"""To whom something goes: segments of people, who they are now, and segments kept under a name."""

from domain.audiences.actions import remove_saved, save
from domain.audiences.models import SavedAudience
from domain.audiences.queries import (
    Preview,
    Recipient,
    author_place,
    find,
    is_still_meant,
    preview,
    saved,
    saved_list,
)
from domain.audiences.rules import NameNeeded, NobodyToWrite, Segment

__all__ = [
    "NameNeeded",
    "NobodyToWrite",
    "Preview",
    "Recipient",
    "SavedAudience",
    "Segment",
    "author_place",
    "find",
    "is_still_meant",
    "preview",
    "remove_saved",
    "save",
    "saved",
    "saved_list",
]
