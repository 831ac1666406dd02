"""Newer versions of real documents: the same file with a few rows changed in Word."""

import copy
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import docx

DATA = Path(__file__).parent / "data" / "roadmaps"
Change = Callable[[Any], None]
NUMBER, TITLE, DEADLINE, RESULT = 0, 1, 2, 4  # columns of the Yaroslavl plan


def changed(*changes: Change, name: str = "000_yaroslavl_2022.docx") -> bytes:
    """The document after these changes of its first table."""
    document = docx.Document(str(DATA / name))
    for change in changes:
        change(document.tables[0])
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def set_cell(start: str, column: int, text: str) -> Change:
    """Other words in a cell of the row whose measure starts so."""

    def change(table: Any) -> None:
        _row(table, start).cells[column].text = text

    return change


def drop_row(start: str) -> Change:
    """Without the row whose measure starts so."""

    def change(table: Any) -> None:
        row = _row(table, start)._tr
        row.getparent().remove(row)

    return change


def add_row(after: str, *texts: str) -> Change:
    """A new row below the one whose measure starts so."""

    def change(table: Any) -> None:
        above = _row(table, after)._tr
        above.addnext(copy.deepcopy(above))
        row = next(r for r in table.rows if r._tr is above.getnext())
        for cell, text in zip(row.cells, texts, strict=True):
            cell.text = text

    return change


def move_row(start: str, after: str) -> Change:
    """The row whose measure starts so, moved below another one."""

    def change(table: Any) -> None:
        moving = _row(table, start)._tr
        _row(table, after)._tr.addnext(moving)

    return change


def _row(table: Any, start: str) -> Any:
    found = [row for row in table.rows if " ".join(row.cells[TITLE].text.split()).startswith(start)]
    assert len(found) == 1, f"{len(found)} rows start with {start}"
    return found[0]
