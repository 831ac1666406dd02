"""Tables of results as schools and regions keep them: read by their headers, matched, brought in once."""

from domain.marksheets.actions import Brought, bring_in
from domain.marksheets.queries import Matched, Preview, preview
from domain.marksheets.rules import (
    CLUSTER,
    Entry,
    Heading,
    NoResults,
    Problem,
    Reading,
    procedure_in,
    read,
    year_in,
)

__all__ = [
    "CLUSTER",
    "Brought",
    "Entry",
    "Heading",
    "Matched",
    "NoResults",
    "Preview",
    "Problem",
    "Reading",
    "bring_in",
    "preview",
    "procedure_in",
    "read",
    "year_in",
]
