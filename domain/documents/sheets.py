"""Sheets: xlsx and xls by calamine, ods by its own XML (calamine tells no merged cells there), csv by the library."""

import csv
from io import StringIO
from typing import Any

from domain.documents.apart import Unreadable, read_apart, sheets_of
from domain.documents.container import MAX_UNPACKED
from domain.documents.errors import DocumentRefused
from domain.documents.grid import MAX_ROWS, Cell, Grid, Row, written
from domain.documents.text import clean

_LARGE = 1024 * 1024  # bytes; small ones are checked for far cells beforehand (container.py)
_MAX_COLUMNS = 512
_SEPARATED_BY = 10  # first lines of a csv file, by which its separator is told
_MAX_MERGED = 1_000_000  # cells under merged ranges; overlapping ranges by the thousand are an attack


def read_workbook(data: bytes, kind: str, max_rows: int = MAX_ROWS) -> list[Grid]:
    """All sheets that hold anything, in order; old and large workbooks are read by a process of their own."""
    apart = kind == "xls" or len(data) > _LARGE
    try:
        sheets = read_apart(data, max_rows) if apart else sheets_of(data, max_rows)
    except Unreadable as error:
        limit = MAX_UNPACKED // 2**20 if str(error) == "too_large" else max_rows
        raise DocumentRefused(str(error), limit=limit) from error
    grids = []
    for name, hidden, values, merged in sheets:
        grid = gridded(name, values, [((a[0], a[1]), (b[0], b[1])) for a, b in merged], max_rows)
        grid.hidden = hidden
        grids.append(grid)
    return [grid for grid in grids if grid.rows]


def gridded(
    name: str,
    values: list[list[Any]],
    merged: list[tuple[tuple[int, int], tuple[int, int]]],
    max_rows: int = MAX_ROWS,
) -> Grid:
    """Values and merged ranges → rows of cells; empty rows fall out, their numbers stay."""
    if len(values) > max_rows:
        raise DocumentRefused("too_many_rows", limit=max_rows)
    spans, covered = _spans(values, merged)
    rows: list[Row] = []
    width = 0
    for number, line in enumerate(values):
        if not any(value not in ("", None) for value in line) and not any(
            (number, column) in covered for column in range(len(line))
        ):
            continue
        cells = _row(number, line[:_MAX_COLUMNS], spans, covered)
        last = max((i for i, cell in enumerate(cells) if cell.text), default=-1)
        if last < 0:
            continue
        rows.append(Row(number + 1, cells))
        width = max(width, cells[last].start + cells[last].span)
    trimmed = [Row(row.number, [cell for cell in row.cells if cell.start < width]) for row in rows]
    return Grid(name, trimmed, width, sheet=True)


def _row(
    number: int,
    line: list[Any],
    spans: dict[tuple[int, int], int],
    covered: dict[tuple[int, int], tuple[str, int] | None],
) -> list[Cell]:
    cells = []
    for column, value in enumerate(line):
        here = (number, column)
        if here in covered:
            above = covered[here]
            if above is not None:
                cells.append(Cell(above[0], column, above[1], True))
            continue
        if value == "" or value is None:
            cells.append(Cell("", column, spans.get(here, 1)))
        elif isinstance(value, str):
            cells.append(Cell(clean(value), column, spans.get(here, 1)))
        else:
            cells.append(Cell(written(value), column, spans.get(here, 1), False, value))
    return cells


def _spans(
    values: list[list[Any]], merged: list[tuple[tuple[int, int], tuple[int, int]]]
) -> tuple[dict[tuple[int, int], int], dict[tuple[int, int], tuple[str, int] | None]]:
    """Widths of merged cells by their corner, and what stands at the places that they cover."""
    spans: dict[tuple[int, int], int] = {}
    covered: dict[tuple[int, int], tuple[str, int] | None] = {}
    height = len(values)
    area = 0
    for (top, left), (bottom, right) in merged:
        if top >= height or left >= len(values[top]) or left >= _MAX_COLUMNS:
            continue
        width = min(right, _MAX_COLUMNS) - left + 1
        spans[top, left] = width
        area += width * (min(bottom, height - 1) - top + 1)
        if area > _MAX_MERGED:
            raise DocumentRefused("damaged")
        value = values[top][left]
        text = clean(value) if isinstance(value, str) else written(value)
        for row in range(top, min(bottom, height - 1) + 1):
            for column in range(left, left + width):
                if (row, column) != (top, left):
                    covered[row, column] = (text, width) if column == left else None
    return spans, covered


def read_delimited(data: bytes, max_rows: int = MAX_ROWS) -> list[Grid]:
    """A csv file in any of the encodings and separators that Russian Excel writes."""
    text = _decoded(data)
    rows: list[list[Any]] = []
    try:
        separator = _separator([line for line in text.splitlines()[:_SEPARATED_BY] if line.strip()])
        for line in csv.reader(StringIO(text, newline=""), delimiter=separator):
            rows.append(list(line))
            if len(rows) > max_rows:
                raise DocumentRefused("too_many_rows", limit=max_rows)
    except csv.Error as error:
        raise DocumentRefused("damaged") from error
    return [gridded("csv", rows, [], max_rows)]


def _separator(lines: list[str]) -> str:
    """The sign that parts most lines into as many cells; a title of one cell may stand above them.

    A Russian Excel parts by «;» or by tabs, and does not quote the commas of «ОГЭ, математика, участники, 2022».
    """

    def alike(sign: str) -> int:
        widths = [len(next(csv.reader([line], delimiter=sign), [])) for line in lines]
        return max((widths.count(width) for width in widths if width > 1), default=0)

    return max(";\t|,", key=alike)


def _decoded(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1251", "replace")
