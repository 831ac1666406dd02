"""Reports that are lists: a line for each school, result, pair, indicator or agreement."""

from domain.listings.queries import (
    agreement_lines,
    effectiveness,
    engagement,
    indicator_lines,
    pairs,
    register,
    results,
)

__all__ = [
    "agreement_lines",
    "effectiveness",
    "engagement",
    "indicator_lines",
    "pairs",
    "register",
    "results",
]
