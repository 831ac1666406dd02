"""Shaping a draft before it is approved."""

from domain.drafts.actions import (
    accept_targets,
    merge_next,
    read_anew,
    restore_row,
    set_period,
    set_report_dates,
    split_measure,
    take_month,
)
from domain.drafts.rules import (
    NoDocument,
    NoSuchRow,
    NothingToMerge,
    OnePart,
    Part,
    asks_period,
    asks_report_dates,
    suggested_parts,
    whole_month,
)

__all__ = [
    "NoDocument",
    "NoSuchRow",
    "NothingToMerge",
    "OnePart",
    "Part",
    "accept_targets",
    "asks_period",
    "asks_report_dates",
    "merge_next",
    "read_anew",
    "restore_row",
    "set_period",
    "set_report_dates",
    "split_measure",
    "suggested_parts",
    "take_month",
    "whole_month",
]
