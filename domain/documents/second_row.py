"""Headers of two rows: «Срок» over «начало | окончание», «2023» over «I кв. | II кв.»."""

import re

from domain.documents.columns import Columns, named
from domain.documents.grid import Cell, Row
from domain.documents.headers import is_period, is_year, role_of

_LONGEST_SUBHEADER = 40
_YEAR = re.compile(r"\b20\d\d\b")


def with_second_row(columns: Columns, top: Row, below: Row | None) -> Columns:
    """The columns of a header whose wide cells are divided by the row below; otherwise as they were."""
    if below is None or not _divides(top, below):
        return _periods(columns)
    cells: list[Cell] = []
    for cell in below.cells:
        parent = _over(top, cell)
        if parent is not None and not cell.down and is_period(cell.text):
            year = _YEAR.search(parent.text)  # «2023 год» over «I кв.»
            text = f"{cell.text} {year.group()}" if year else cell.text
        elif parent is not None and not cell.down and _is_year_of_deadlines(parent, cell):
            text = cell.text
        elif parent is None or cell.down or not cell.text:
            text = parent.text if parent is not None else cell.text
        else:
            text = cell.text if parent.span == 1 and not parent.text else f"{parent.text} {cell.text}".strip()
        cells.append(cell._replace(text=text, down=False))
    merged = _named_below(cells, top, below)
    merged.header_rows = [top, below]
    return _periods(merged)


def _named_below(cells: list[Cell], top: Row, below: Row) -> Columns:
    """The lower words decide («начало» under «Срок»), the upper ones where the lower say nothing."""
    columns = named(cells)
    for column, cell in zip(columns.all, below.cells, strict=True):
        parent = _over(top, cell)
        if parent is None or parent.span < 2 or not cell.text or cell.down:
            continue
        alone = named([parent, cell]).all[1].role
        if alone in ("deadline_start", "deadline_end"):
            column.role = alone
        elif _is_year_of_deadlines(parent, cell):
            column.role = "period"
        elif column.role == "other" and role_of(cell.text)[0] == "other":
            column.role = _of_parent(
                parent, cell
            )  # «Исполнители» over «от школы-наставника | от школы-участницы»
    roles = {column.role for column in columns.all}
    if {"deadline_start", "deadline_end"} <= roles:
        for column in columns.all:
            if column.role == "deadline":
                column.role = "other"
    return columns


def _of_parent(parent: Cell, cell: Cell) -> str:
    """The role that the columns under one wide cell share."""
    role = role_of(parent.text)[0]
    return role if role in ("responsible", "result", "document", "indicator") else "other"


def _is_year_of_deadlines(parent: Cell, cell: Cell) -> bool:
    """«2023 год» under «Сроки исполнения»: what stands in the column is a deadline of that year."""
    return parent.span > 1 and role_of(parent.text)[0] == "deadline" and is_year(cell.text)


def _over(top: Row, cell: Cell) -> Cell | None:
    return next((c for c in top.cells if c.start <= cell.start < c.start + c.span), None)


def _divides(top: Row, below: Row) -> bool:
    """Whether the lower row only stands under wide cells of the upper one, with short words."""
    wide = [cell for cell in top.cells if cell.span > 1 and cell.text]
    if not wide or len(below.cells) < 2 or all(cell.span > 1 for cell in below.cells):
        return False
    divided = 0
    for cell in below.cells:
        parent = _over(top, cell)
        if parent is None:
            return False
        if not cell.text or cell.down:
            continue
        if parent.span < 2 or len(cell.text) > _LONGEST_SUBHEADER:
            return False
        divided += 1
    return divided >= 2


def _periods(columns: Columns) -> Columns:
    """Columns whose headers are months or quarters: a mark in them is a deadline."""
    if columns.first("deadline") is not None and sum(is_period(c.header) for c in columns.all) < 2:
        return columns
    periods = [column for column in columns.all if is_period(column.header)]
    if len(periods) < 2:
        return columns
    for column in periods:
        column.role = "period"
    return columns
