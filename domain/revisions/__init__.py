"""Newer versions of a living roadmap: compared, matched by hand where needed, applied."""

from domain.revisions.actions import apply, discard, pair, propose, propose_draft, renumber, retype_row
from domain.revisions.models import Revision, frozen, thawed
from domain.revisions.queries import (
    Comparison,
    comparison,
    earlier_of,
    revision,
    revision_list,
    touched,
)
from domain.revisions.rules import (
    Change,
    ChangeKind,
    Layout,
    NotApproved,
    RevisionChanged,
    RevisionClosed,
    RevisionState,
    laid_out,
    matched,
)

__all__ = [
    "Change",
    "ChangeKind",
    "Comparison",
    "Layout",
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
    "laid_out",
    "matched",
    "pair",
    "propose",
    "propose_draft",
    "renumber",
    "retype_row",
    "revision",
    "revision_list",
    "thawed",
    "touched",
]
