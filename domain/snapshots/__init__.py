"""What a report showed on a date, shown again and compared."""

from domain.snapshots.actions import take
from domain.snapshots.models import Snapshot
from domain.snapshots.queries import snapshot, snapshots
from domain.snapshots.rules import MOST, Change, TooLarge, book_of, compare, document_of

__all__ = [
    "MOST",
    "Change",
    "Snapshot",
    "TooLarge",
    "book_of",
    "compare",
    "document_of",
    "snapshot",
    "snapshots",
    "take",
]
