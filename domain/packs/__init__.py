"""Evidence packs: what was confirmed, in the federal system's slots, names and sizes."""

from domain.packs.actions import request_pack, write_pack
from domain.packs.queries import Scope, pack_of
from domain.packs.rules import LeftOut, Pack, PackEmpty, PackFile, Proof, Reason, arrange, slot_name

__all__ = [
    "LeftOut",
    "Pack",
    "PackEmpty",
    "PackFile",
    "Proof",
    "Reason",
    "Scope",
    "arrange",
    "pack_of",
    "request_pack",
    "slot_name",
    "write_pack",
]
