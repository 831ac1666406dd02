"""Criteria sets being put together: rows as typed, what does not add up and where, two versions compared."""

from domain.sheets.queries import Difference, compare, compared
from domain.sheets.rules import (
    WHOLE_SET,
    Block,
    Doubt,
    Row,
    Sheet,
    changed,
    document_of,
    doubts,
    sheet_of,
    sum_of,
    total_of,
    upper_ends,
)

__all__ = [
    "WHOLE_SET",
    "Block",
    "Difference",
    "Doubt",
    "Row",
    "Sheet",
    "changed",
    "compare",
    "compared",
    "document_of",
    "doubts",
    "sheet_of",
    "sum_of",
    "total_of",
    "upper_ends",
]
