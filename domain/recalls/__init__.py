"""Taking back what was given or imported, while no work has been handed in."""

from domain.recalls.actions import reopen_roadmap, take_back, undo_import
from domain.recalls.queries import handout, handouts, is_untouched, may_reopen, may_undo
from domain.recalls.rules import GivenSince, NewerRevision, WorkBegun, WorkHandedIn

__all__ = [
    "GivenSince",
    "NewerRevision",
    "WorkBegun",
    "WorkHandedIn",
    "handout",
    "handouts",
    "is_untouched",
    "may_reopen",
    "may_undo",
    "reopen_roadmap",
    "take_back",
    "undo_import",
]
