"""The list of reports, and long exports that are written in the background."""

from domain.handouts.actions import ask, count_wanted, forget_old, make_waiting, run, want
from domain.handouts.models import KeptReport, Takeaway
from domain.handouts.queries import catalogue, filters_of, kept, made, report, size, takeaway, takeaways
from domain.handouts.rules import (
    FOLDER,
    FRESH,
    KEPT_ROWS,
    LARGE,
    STATES,
    ExportGone,
    Format,
    State,
    TooManyExports,
    as_bytes,
    asked,
    file_name,
    write,
)

__all__ = [
    "FOLDER",
    "FRESH",
    "KEPT_ROWS",
    "LARGE",
    "STATES",
    "ExportGone",
    "Format",
    "KeptReport",
    "State",
    "Takeaway",
    "TooManyExports",
    "as_bytes",
    "ask",
    "asked",
    "catalogue",
    "count_wanted",
    "file_name",
    "filters_of",
    "forget_old",
    "kept",
    "made",
    "make_waiting",
    "report",
    "run",
    "size",
    "takeaway",
    "takeaways",
    "want",
    "write",
]
