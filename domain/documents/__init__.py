"""Documents → tables: roadmaps with their sections and deadlines, plain grids for registers, kind refusals."""

from domain.documents.container import Container, opened
from domain.documents.errors import REFUSALS, DocumentRefused
from domain.documents.grid import MANY_ROWS, MAX_ROWS, Cell, Grid, Row
from domain.documents.heads import deeper_header, header_rows, joined_header, told_apart
from domain.documents.model import (
    ITEM_DOUBTS,
    READING_DOUBTS,
    REASONS,
    Item,
    Place,
    Reading,
    Skipped,
)
from domain.documents.responsible import split_responsible
from domain.documents.roadmap import read_roadmap, source_of
from domain.documents.sentences import sentence_of

__all__ = [
    "ITEM_DOUBTS",
    "MANY_ROWS",
    "MAX_ROWS",
    "READING_DOUBTS",
    "REASONS",
    "REFUSALS",
    "Cell",
    "Container",
    "DocumentRefused",
    "Grid",
    "Item",
    "Place",
    "Reading",
    "Row",
    "Skipped",
    "deeper_header",
    "header_rows",
    "joined_header",
    "opened",
    "read_roadmap",
    "read_table",
    "sentence_of",
    "split_responsible",
    "told_apart",
]


def read_table(data: bytes, filename: str, *, max_rows: int = MAX_ROWS) -> list[Grid]:
    """All tables of a file as plain grids (docx, xlsx, xls, ods, csv, pdf). Raises DocumentRefused.

    `max_rows` of a sheet of Excel or a csv file: where nobody waits for a page, MANY_ROWS may be read.
    """
    grids = source_of(data, filename, max_rows).grids
    if not grids:
        raise DocumentRefused("no_table")
    return grids
