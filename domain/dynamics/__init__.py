"""Dynamics of results counted by the database: tables of counts, and the schools behind one number."""

from domain.dynamics.actions import keep_moves
from domain.dynamics.models import KeptDynamics
from domain.dynamics.queries import (
    Asked,
    Behind,
    Shares,
    counted,
    every_school_behind,
    kept_shares,
    moves,
    region_table,
    schools_behind,
    schools_without,
)
from domain.dynamics.rules import MOVED, Bits, Counted, Moves, bits_of

__all__ = [
    "MOVED",
    "Asked",
    "Behind",
    "Bits",
    "Counted",
    "KeptDynamics",
    "Moves",
    "Shares",
    "bits_of",
    "counted",
    "every_school_behind",
    "keep_moves",
    "kept_shares",
    "moves",
    "region_table",
    "schools_behind",
    "schools_without",
]
