"""Tables across slices; read-only."""

from domain.reports.queries import (
    Attention,
    Filters,
    Matrix,
    MatrixRow,
    MeasureHead,
    MeasureRow,
    OverdueRow,
    SilentReview,
    attention,
    by_measure,
    default_roadmap,
    matrix,
    overdue,
    silent_reviews,
    used_roadmaps,
)
from domain.reports.rules import DONE, HANDED_IN, Cell, percent

__all__ = [
    "DONE",
    "HANDED_IN",
    "Attention",
    "Cell",
    "Filters",
    "Matrix",
    "MatrixRow",
    "MeasureHead",
    "MeasureRow",
    "OverdueRow",
    "SilentReview",
    "attention",
    "by_measure",
    "default_roadmap",
    "matrix",
    "overdue",
    "percent",
    "silent_reviews",
    "used_roadmaps",
]
