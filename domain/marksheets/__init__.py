"""Tables of results as schools and regions keep them: read by their headers, matched, brought in once."""

from domain.headings import CLUSTER, Heading, NoResults, procedure_in, year_in
from domain.marksheets.actions import Brought, bring_in, would_bring
from domain.marksheets.queries import Matched, Preview, preview
from domain.marksheets.rules import (
    Entry,
    Problem,
    Reading,
    read,
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
    "would_bring",
    "year_in",
]
