"""The curator's log: it keeps itself of decisions and answers; meetings and visits are noted in two taps."""

from domain.curation.actions import note, remove_note
from domain.curation.models import CuratorNote
from domain.curation.queries import CuratorRow, activity, log, my_schools
from domain.curation.rules import BadDay, Entry, EntryKind, LineNeeded, NoteKind, Week, by_week

__all__ = [
    "BadDay",
    "CuratorNote",
    "CuratorRow",
    "Entry",
    "EntryKind",
    "LineNeeded",
    "NoteKind",
    "Week",
    "activity",
    "by_week",
    "log",
    "my_schools",
    "note",
    "remove_note",
]
