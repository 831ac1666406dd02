"""Dynamics of results counted by the database: tables of counts, and the schools behind one number."""

from domain.dynamics.actions import keep_tables
from domain.dynamics.models import KeptDynamics
from domain.dynamics.queries import Asked, Behind, Shares, counted, kept_shares, region_table, schools_behind
from domain.dynamics.rules import Counted

__all__ = [
    "Asked",
    "Behind",
    "Counted",
    "KeptDynamics",
    "Shares",
    "counted",
    "keep_tables",
    "kept_shares",
    "region_table",
    "schools_behind",
]
