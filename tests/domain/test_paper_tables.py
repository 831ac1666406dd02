"""Tables of lists on paper: columns that fit what stands in them, in every program."""

import io

import docx
from docx.shared import Mm

from domain.papers import WIDTH, Paper, to_docx
from domain.tables import Table

HEADS = ["День", "Школа", "Что сделано", "Комментарий"]
ROW = ["11.11.2026", "Диево-Городищенская СОШ", "консультация", "Сколько педагогов приняли участие? " * 4]


def widths(content: bytes) -> tuple[list[float], list[float]]:
    """Millimetres of the columns as the grid and as the cells say them."""
    table = docx.Document(io.BytesIO(content)).tables[0]
    grid = [round((column.width or Mm(0)).mm) for column in table.columns]
    return grid, [round((cell.width or Mm(0)).mm) for cell in table.rows[1].cells]


def test_no_day_or_word_is_broken_and_grid_and_cells_agree() -> None:
    grid, cells = widths(to_docx(Paper("Журнал", tables=[Table("Журнал", HEADS, [ROW])])))
    assert grid == cells
    assert all(width >= 5 + 2 * max(map(len, text.split())) for width, text in zip(grid, ROW, strict=True))
    assert grid[3] == max(grid)
    assert WIDTH - len(grid) <= sum(grid) <= WIDTH


def test_many_columns_stay_on_the_sheet() -> None:
    heads = [f"Показатель{n}" for n in range(24)]
    grid, cells = widths(to_docx(Paper("Список", tables=[Table("Список", heads, [heads])])))
    assert (grid == cells, sum(grid) <= WIDTH) == (True, True)
