"""Evidence packs: what was confirmed, in the federal system's slots, names and sizes."""

from domain.packs.actions import choose_files, order_pack, order_path, request_pack, write_ordered, write_pack
from domain.packs.models import ChosenFile, PackOrder
from domain.packs.queries import Scope, orders, pack_of, ready_pack
from domain.packs.rules import (
    RUNNING,
    ChoiceWrong,
    LeftOut,
    OrderState,
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
    "RUNNING",
    "ChoiceWrong",
    "ChosenFile",
    "LeftOut",
    "OrderState",
    "Pack",
    "PackEmpty",
    "PackFile",
    "PackOrder",
    "Proof",
    "Reason",
    "Scope",
    "Slot",
    "arrange",
    "choose_files",
    "order_pack",
    "order_path",
    "orders",
    "pack_of",
    "ready_pack",
    "request_pack",
    "slot_name",
    "write_ordered",
    "write_pack",
]
