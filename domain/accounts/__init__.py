"""Reports as books: the same rows for the page, the sheet, the CSV and the JSON."""

from domain.accounts.queries import (
    book,
    clusters,
    curators,
    dynamics,
    late,
    missing,
    municipalities,
    narrow,
    narrowed,
    titled,
    wave,
)
from domain.accounts.rules import (
    Filters,
    NoWave,
    Report,
    TwoYearsNeeded,
    UnknownFilter,
    UnknownGrouping,
    UnknownReport,
    UnknownValue,
    plain,
)

__all__ = [
    "Filters",
    "NoWave",
    "Report",
    "TwoYearsNeeded",
    "UnknownFilter",
    "UnknownGrouping",
    "UnknownReport",
    "UnknownValue",
    "book",
    "clusters",
    "curators",
    "dynamics",
    "late",
    "missing",
    "municipalities",
    "narrow",
    "narrowed",
    "plain",
    "titled",
    "wave",
]
