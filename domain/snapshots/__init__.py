"""What a report showed on a date, shown again and compared; the two ratings and two corrections of the year."""

from domain.snapshots.actions import finish, take
from domain.snapshots.models import SeasonMark, Snapshot
from domain.snapshots.queries import SeasonTask, season_tasks, snapshot, snapshots
from domain.snapshots.rules import (
    MOST,
    SEASONS,
    Change,
    Season,
    TooLarge,
    book_of,
    compare,
    document_of,
    period_of,
)

__all__ = [
    "MOST",
    "SEASONS",
    "Change",
    "Season",
    "SeasonMark",
    "SeasonTask",
    "Snapshot",
    "TooLarge",
    "book_of",
    "compare",
    "document_of",
    "finish",
    "period_of",
    "season_tasks",
    "snapshot",
    "snapshots",
    "take",
]
