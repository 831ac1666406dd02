"""Newer versions of a living roadmap: compared, matched by hand where needed, applied."""

from domain.revisions.actions import apply, discard, pair, propose, propose_draft, retype_row
from domain.revisions.models import Revision, frozen, thawed
from domain.revisions.queries import (
    Comparison,
    comparison,
    earlier_of,
    revision,
    revision_list,
)
from domain.revisions.rules import (
    Change,
    ChangeKind,
    NotApproved,
    RevisionChanged,
    RevisionClosed,
    RevisionState,
    matched,
)

__all__ = [
    "Change",
    "ChangeKind",
    "Comparison",
    "NotApproved",
    "Revision",
    "RevisionChanged",
    "RevisionClosed",
    "RevisionState",
    "apply",
    "comparison",
    "discard",
    "earlier_of",
    "frozen",
    "matched",
    "pair",
    "propose",
    "propose_draft",
    "retype_row",
    "revision",
    "revision_list",
    "thawed",
]
