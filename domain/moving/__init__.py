"""Dates of living plans and what is owed by them."""

from domain.moving.actions import (
    Mover,
    drop,
    move_due,
    renumber,
    retype_deadline,
    settle_deadline,
    tell_moved,
)
from domain.moving.queries import keeping, open_work, touched, worked_measures
from domain.moving.rules import Layout, laid_out

__all__ = [
    "Layout",
    "Mover",
    "drop",
    "keeping",
    "laid_out",
    "move_due",
    "open_work",
    "renumber",
    "retype_deadline",
    "settle_deadline",
    "tell_moved",
    "touched",
    "worked_measures",
]
