"""OpenDocument spreadsheets: rows and columns may be written once and «repeated» a million times."""

from io import BytesIO
from typing import Any
from zipfile import ZipFile

from lxml import etree

from domain.documents.errors import DocumentRefused
from domain.documents.grid import MAX_ROWS, Grid
from domain.documents.sheets import gridded

_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_MAX_COLUMNS = 512
_MAX_CELLS = 2_000_000
Merged = list[tuple[tuple[int, int], tuple[int, int]]]


def read_open_sheet(data: bytes) -> list[Grid]:
    """All sheets that hold anything, in order."""
    with ZipFile(BytesIO(data)) as archive:
        if "content.xml" not in archive.namelist():
            raise DocumentRefused("damaged")
        xml = archive.read("content.xml")
    if b"<!DOCTYPE" in xml[:2048] or b"<!ENTITY" in xml:
        raise DocumentRefused("damaged")
    try:
        root = etree.fromstring(
            xml, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
        )
    except etree.XMLSyntaxError as error:
        raise DocumentRefused("damaged") from error
    grids = [_sheet(table) for table in root.iter(f"{_TABLE}table")]
    return [grid for grid in grids if grid.rows]


def _sheet(table: Any) -> Grid:
    values: list[list[str]] = []
    merged: Merged = []
    empty = (
        0  # rows without text, kept back until something follows: the tail of a sheet repeats them endlessly
    )
    for row in table.iter(f"{_TABLE}table-row"):
        line = _row(row, len(values) + empty, merged)
        times = min(_count(row, "number-rows-repeated"), 2**20)
        if not any(line):
            empty += times
            continue
        values.extend([] for _ in range(min(empty, MAX_ROWS + 1)))
        empty = 0
        if len(values) + times > MAX_ROWS or len(line) * (len(values) + times) > _MAX_CELLS:
            raise DocumentRefused("too_many_rows", limit=MAX_ROWS)
        values.extend(list(line) for _ in range(times))
    width = max((len(line) for line in values), default=0)
    padded = [line + [""] * (width - len(line)) for line in values]
    return gridded(str(table.get(f"{_TABLE}name") or "1"), padded, merged)


def _row(row: Any, number: int, merged: Merged) -> list[str]:
    line: list[str] = []
    pending = 0
    for cell in row:
        if cell.tag not in (f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"):
            continue
        times = _count(cell, "number-columns-repeated")
        text = _text(cell)
        if not text:
            pending += times
        else:
            line.extend([""] * min(pending, _MAX_COLUMNS - len(line)))
            pending = 0
        column = len(line) + min(pending, _MAX_COLUMNS) - (times if not text else 0)
        across, down = _count(cell, "number-columns-spanned"), _count(cell, "number-rows-spanned")
        if across > 1 or down > 1:
            last = (number + min(down, MAX_ROWS) - 1, column + min(across, _MAX_COLUMNS) - 1)
            merged.append(((number, column), last))
        if text:
            line.extend([text] * min(times, _MAX_COLUMNS - len(line)))
    return line


def _text(cell: Any) -> str:
    paragraphs = ["".join(p.itertext()) for p in cell.iter(f"{_TEXT}p")]
    day = cell.get(f"{_OFFICE}date-value")
    if day and len(day) >= 10:
        return f"{day[8:10]}.{day[5:7]}.{day[:4]}"
    return "\n".join(paragraphs)


def _count(element: Any, name: str) -> int:
    value = element.get(f"{_TABLE}{name}") or "1"
    return int(value) if value.isascii() and value.isdigit() and len(value) < 10 else 1
