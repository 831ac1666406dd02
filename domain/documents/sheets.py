"""Sheets: xlsx and xls by calamine, ods by its own XML (calamine tells no merged cells there), csv by the library."""

import csv
from io import BytesIO, StringIO
from typing import Any

from domain.documents.errors import DocumentRefused
from domain.documents.grid import MAX_ROWS, Cell, Grid, Row, written
from domain.documents.text import clean

_MAX_SHEETS = 100
_MAX_COLUMNS = 512


def read_workbook(data: bytes) -> list[Grid]:
    """All sheets that hold anything, in order."""
    import python_calamine

    try:
        book = python_calamine.CalamineWorkbook.from_filelike(BytesIO(data))
        grids = []
        for about in book.sheets_metadata[:_MAX_SHEETS]:
            if about.typ != python_calamine.SheetTypeEnum.WorkSheet:
                continue
            sheet = book.get_sheet_by_name(about.name)
            if sheet.height > MAX_ROWS:
                raise DocumentRefused("too_many_rows", limit=MAX_ROWS)
            grid = gridded(about.name, sheet.to_python(skip_empty_area=False), _merged(sheet))
            grid.hidden = about.visible != python_calamine.SheetVisibleEnum.Visible
            grids.append(grid)
    except DocumentRefused:
        raise
    except python_calamine.PasswordError as error:
        raise DocumentRefused("encrypted") from error
    except Exception as error:  # calamine raises its own classes and panics of the parser below it
        if "assword" in str(error):
            raise DocumentRefused("encrypted") from error
        raise DocumentRefused("damaged") from error
    return [grid for grid in grids if grid.rows]


def _merged(sheet: Any) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    return list(sheet.merged_cell_ranges or [])


def gridded(
    name: str, values: list[list[Any]], merged: list[tuple[tuple[int, int], tuple[int, int]]]
) -> Grid:
    """Values and merged ranges → rows of cells; empty rows fall out, their numbers stay."""
    if len(values) > MAX_ROWS:
        raise DocumentRefused("too_many_rows", limit=MAX_ROWS)
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
    for (top, left), (bottom, right) in merged:
        if top >= height or left >= len(values[top]) or left >= _MAX_COLUMNS:
            continue
        width = min(right, _MAX_COLUMNS) - left + 1
        spans[top, left] = width
        value = values[top][left]
        text = clean(value) if isinstance(value, str) else written(value)
        for row in range(top, min(bottom, height - 1) + 1):
            for column in range(left, left + width):
                if (row, column) != (top, left):
                    covered[row, column] = (text, width) if column == left else None
    return spans, covered


def read_delimited(data: bytes) -> list[Grid]:
    """A csv file in any of the encodings and separators that Russian Excel writes."""
    text = _decoded(data)
    rows: list[list[Any]] = []
    try:
        # The separator is the one that parts the first line most: a comma also stands inside «Расстояние, км».
        first = next((line for line in text.splitlines() if line.strip()), "")
        separator = max(";\t|,", key=lambda sign: len(next(csv.reader([first], delimiter=sign), [])))
        for line in csv.reader(StringIO(text, newline=""), delimiter=separator):
            rows.append(list(line))
            if len(rows) > MAX_ROWS:
                raise DocumentRefused("too_many_rows", limit=MAX_ROWS)
    except csv.Error as error:
        raise DocumentRefused("damaged") from error
    return [gridded("csv", rows, [])]


def _decoded(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1251", "replace")
