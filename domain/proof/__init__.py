"""Proof: what a report lacks, what is new in it, where else it was used; photos as one PDF; files wiped."""

from domain.proof.actions import delete_wiped, join_photos, keep_joined, wipe
from domain.proof.models import UnjoinableReport
from domain.proof.queries import Repeat, Unjoined, repeats, unjoined
from domain.proof.rules import (
    Changes,
    LinkKind,
    Need,
    Piece,
    changes,
    link_kind,
    needs,
    what_is_missing,
    words_changed,
)

__all__ = [
    "Changes",
    "LinkKind",
    "Need",
    "Piece",
    "Repeat",
    "UnjoinableReport",
    "Unjoined",
    "Wiped",
    "changes",
    "delete_wiped",
    "join_photos",
    "keep_joined",
    "link_kind",
    "needs",
    "repeats",
    "unjoined",
    "what_is_missing",
    "wipe",
    "words_changed",
]
