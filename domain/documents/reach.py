"""How far the cells of an xlsx sheet reach, told from its XML before a reader allots the whole rectangle.

A sheet of two cells, A1 and XFD1048576, makes readers ask for half a terabyte; the process does not survive it.
"""

import re

from domain.documents.errors import DocumentRefused
from domain.documents.grid import MAX_ROWS

MAX_CELLS = 2_000_000  # of the rectangle, 10,000 rows of 200 columns
_OVERLAP = 1024
# Both begin with a bare letter, which is what the scan is fast at; «xr="A1"» of another attribute does no harm.
_CELL = re.compile(rb"""r\s{0,64}=\s{0,64}["']([A-Za-z]{1,9})([0-9]{1,9})["']""")
# Spellings of a reference that the pattern above would miss and no office program writes.
_TRICK = re.compile(rb"""r(?:\s{65}|\s{0,64}=(?:\s{65}|\s{0,64}["'][^"'<>]{0,99}&))""")


class Reach:
    """Takes the XML of one sheet piece by piece; refuses as soon as it reaches too far."""

    def __init__(self) -> None:
        self._tail = b""
        self._widest = self._lowest = self._cells = 0
        self._columns: set[bytes] = set()
        self._cells_begun = False

    def take(self, chunk: bytes) -> None:
        """One more piece. Raises DocumentRefused."""
        text = self._tail + chunk
        self._tail = chunk[-_OVERLAP:]
        if b"\x00" in text:  # UTF-16, which no office program writes here
            raise DocumentRefused("damaged")
        self._cells_begun = self._cells_begun or b"sheetData" in text
        if not self._cells_begun:
            return
        if _TRICK.search(text):
            raise DocumentRefused("damaged")
        columns, rows = set(), set()
        for column, row in _CELL.findall(text):
            columns.add(column)
            rows.add(row)
        for column in columns - self._columns:
            self._widest = max(self._widest, _number(column))
        self._columns |= columns
        self._lowest = max([self._lowest, *map(int, rows)])
        self._cells += chunk.count(b"<v") + chunk.count(b":v")
        if max(self._widest * self._lowest, self._cells) > MAX_CELLS:
            raise DocumentRefused("too_many_rows", limit=MAX_ROWS)


def _number(column: bytes) -> int:
    number = 0
    for letter in column.upper():
        number = number * 26 + letter - 64
    return number
