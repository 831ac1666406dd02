"""Proof: what a report lacks, what is new in it, where else it was used; photos as one PDF; files wiped."""

from domain.proof.actions import delete_wiped, join_photos, keep_joined, take_looks, wipe
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
    shown_as,
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
    "changes",
    "delete_wiped",
    "join_photos",
    "keep_joined",
    "link_kind",
    "needs",
    "repeats",
    "shown_as",
    "take_looks",
    "unjoined",
    "what_is_missing",
    "wipe",
    "words_changed",
]
