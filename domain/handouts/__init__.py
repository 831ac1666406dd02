"""The list of reports, and long exports that are written in the background."""

from domain.handouts.actions import ask, forget_old, make_waiting, run
from domain.handouts.models import Takeaway
from domain.handouts.queries import catalogue, filters_of, made, report, size, takeaway, takeaways
from domain.handouts.rules import (
    FOLDER,
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
    "LARGE",
    "STATES",
    "ExportGone",
    "Format",
    "State",
    "Takeaway",
    "TooManyExports",
    "as_bytes",
    "ask",
    "asked",
    "catalogue",
    "file_name",
    "filters_of",
    "forget_old",
    "made",
    "make_waiting",
    "report",
    "run",
    "size",
    "takeaway",
    "takeaways",
    "write",
]
