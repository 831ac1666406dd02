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
    region_table,
    schools_behind,
    schools_without,
)
from domain.dynamics.rules import Counted

__all__ = [
    "Asked",
    "Behind",
    "Counted",
    "KeptDynamics",
    "Shares",
    "counted",
    "every_school_behind",
    "keep_moves",
    "kept_shares",
    "region_table",
    "schools_behind",
    "schools_without",
]
