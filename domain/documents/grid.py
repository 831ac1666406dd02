"""A table of any source as rows of cells that know where they stand and how far they reach."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple

MAX_ROWS = 10_000
MANY_ROWS = 60_000  # of plain tables, read on the command line


class Cell(NamedTuple):
    """One cell: its text, its first column, how many columns it covers, whether it continues the one above."""

    text: str
    start: int
    span: int = 1
    down: bool = False
    value: Any = None  # a date or number where the source holds one


class Row(NamedTuple):
    """One row with its number in the source, counted from 1."""

    number: int
    cells: list[Cell]
    joined: bool = False  # of two pieces that a page break had parted


@dataclass(slots=True)
class Grid:
    """One table or sheet. `above` holds the texts that stand before it in the document."""

    name: str
    rows: list[Row]
    width: int
    above: list[str] = field(default_factory=list)
    below: list[str] = field(default_factory=list)
    sheet: bool = False
    hidden: bool = False

    def texts(self) -> list[list[str]]:
        """Plain rows of equal length, merged cells given once: for registers and other simple tables."""
        plain = []
        for row in self.rows:
            line = [""] * self.width
            for cell in row.cells:
                line[cell.start] = cell.text
            plain.append(line)
        return plain


def written(value: Any) -> str:
    """A sheet's value as a person would have written it: whole numbers without «.0», dates as 15.03.2022."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "+" if value else ""
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else f"{value:.10g}"
    if isinstance(value, datetime):
        clock = f" {value:%H:%M}" if (value.hour, value.minute) != (0, 0) else ""
        return f"{value:%d.%m.%Y}{clock}"
    if isinstance(value, date):
        return f"{value:%d.%m.%Y}"
    if isinstance(value, time):
        return f"{value:%H:%M}"
    if isinstance(value, timedelta):
        minutes = int(value.total_seconds()) // 60
        return f"{minutes // 60:02}:{minutes % 60:02}"
    return str(value)
