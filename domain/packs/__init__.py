"""Evidence packs: what was confirmed, in the federal system's slots, names and sizes."""

from domain.packs.actions import choose_files, request_pack, write_pack
from domain.packs.models import ChosenFile
from domain.packs.queries import Scope, pack_of, wiped_since
from domain.packs.rules import (
    ChoiceWrong,
    LeftOut,
    Pack,
    PackEmpty,
    PackFile,
    Proof,
    Reason,
    Slot,
    arrange,
    slot_name,
)

__all__ = [
    "ChoiceWrong",
    "ChosenFile",
    "LeftOut",
    "Pack",
    "PackEmpty",
    "PackFile",
    "Proof",
    "Reason",
    "Scope",
    "Slot",
    "arrange",
    "choose_files",
    "pack_of",
    "request_pack",
    "slot_name",
    "wiped_since",
    "write_pack",
]
