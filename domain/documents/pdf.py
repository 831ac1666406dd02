"""PDF documents, best effort: ruled tables joined across pages, and the paragraphs around them.

A PDF holds signs at places and no tables: whatever is read here has to be checked by a person, and the reading says so
(`from_pdf`).
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from domain.documents.apart import Unreadable, pages_apart
from domain.documents.errors import DocumentRefused
from domain.documents.grid import MAX_ROWS, Cell, Grid, Row
from domain.documents.lines import Line, Written
from domain.documents.pdf_pages import MAX_PAGES
from domain.documents.text import clean, squeezed

_MOST_UNKNOWN = 20  # one sign in so many without a letter, and the text is not worth reading
_EDGE = 0.1  # of the page: where numbers and running titles stand
_SAME = 6.0  # points between the same rulings of two pages
_WIDEST_PADDING = 12.0
_PAGE_NUMBER = re.compile(
    r"^[\W_]*(?:стр(?:аница|\.)?\s*)?\d{1,3}(?:\s*(?:из|/)\s*\d{1,3})?[\W_]*$", re.IGNORECASE
)
_NUMBERED = re.compile(r"^\d+(?:\.\d+)*[.)]?$")


@dataclass(slots=True)
class _Cell:
    """A cell by its rulings; one that reaches down over several rows is the same object in each."""

    left: float
    right: float
    lines: list[Line]


@dataclass(slots=True)
class _Row:
    cells: list[tuple[_Cell, bool]]  # and whether the cell began in a row above
    joined: bool = False

    def own(self) -> list[_Cell]:
        """Cells with words that begin in this row."""
        return [cell for cell, down in self.cells if cell.lines and not down]

    def words(self) -> list[str]:
        return [squeezed(" ".join(line.text for line in cell.lines)) for cell in self.own()]


@dataclass(slots=True)
class _Table:
    """A table while it grows from page to page."""

    rows: list[_Row]
    edges: list[float]
    above: list[str]
    padding: float = field(default=0)


def read_pdf(data: bytes) -> tuple[list[Grid], list[str], list[int]]:
    """All ruled tables with the paragraphs above each, the paragraphs after the last, and the pages that are scans."""
    try:
        pages = pages_apart(data)
    except Unreadable as error:
        raise DocumentRefused(str(error), limit=MAX_PAGES) from error
    signs, unknown = sum(page["signs"] for page in pages), sum(page["unknown"] for page in pages)
    if signs == 0 or unknown * _MOST_UNKNOWN > signs:
        raise DocumentRefused("no_text" if signs or any(page["images"] for page in pages) else "empty")
    scans = [n for n, page in enumerate(pages, 1) if not page["signs"] and page["images"]]
    tables, after = _Document(pages).read()
    return tables, after, scans


class _Document:
    """All pages of one document."""

    def __init__(self, pages: list[dict[str, Any]]) -> None:
        self.pages = pages
        self.running = _running(pages)
        self.met: dict[str, str] = {}  # running titles, each once: they part no table
        self.written = Written(line[0] for page in pages for line in _all_lines(page))
        self.tables: list[_Table] = []

    def read(self) -> tuple[list[Grid], list[str]]:
        """Tables in order; a table that ends a page goes on in the one that begins the next."""
        above: list[str] = []
        open_table: _Table | None = None
        for page in self.pages:
            blocks = [block for block in page["blocks"] if not self._is_margin(block, page)]
            room = _room(blocks)
            for kind, group in groupby(blocks, key=lambda block: str(block[0])):
                if kind == "line":
                    above += self._paragraphs([Line(*line) for _, line in group], room)
                    open_table = None
                    continue
                for _, raw in group:
                    table = _table(raw)
                    if open_table is not None and _same_columns(open_table, table):
                        _append(open_table, table)
                    else:
                        table.above, above = above, []
                        self.tables.append(table)
                    open_table = open_table if open_table is self.tables[-1] else self.tables[-1]
        if self.tables:
            self.tables[0].above[:0] = map(clean, self.met.values())
        return [self._grid(number, table) for number, table in enumerate(self.tables, 1)], above

    def _is_margin(self, block: list[Any], page: dict[str, Any]) -> bool:
        kind, line = block
        if kind != "line" or not _at_edge(line, page):
            return False
        if _PAGE_NUMBER.match(line[0]):
            return True
        masked = _masked(line[0])
        if masked in self.running:
            self.met.setdefault(masked, line[0])
        return masked in self.running

    def _paragraphs(self, lines: list[Line], room: float) -> list[str]:
        return [text for text in map(clean, self.written.text(lines, room).split("\n")) if text]

    def _grid(self, number: int, table: _Table) -> Grid:
        if len(table.rows) > MAX_ROWS:
            raise DocumentRefused("too_many_rows", limit=MAX_ROWS)
        texts: dict[int, str] = {}
        rows: list[Row] = []
        for index, row in enumerate(table.rows, 1):
            cells: list[Cell] = []
            for cell, down in row.cells:
                if id(cell) not in texts:
                    room = cell.right - cell.left - 2 * table.padding
                    texts[id(cell)] = clean(self.written.text(cell.lines, room))
                start = _nearest(table.edges, cell.left)
                span = max(_nearest(table.edges, cell.right) - start, 1)
                cells.append(Cell(texts[id(cell)], start, span, down))
            if any(cell.text for cell in cells):
                rows.append(Row(index, cells, row.joined))
        return Grid(f"table {number}", rows, max(len(table.edges) - 1, 1), table.above)


def _all_lines(page: dict[str, Any]) -> Iterator[list[Any]]:
    for kind, block in page["blocks"]:
        if kind == "line":
            yield block
        else:
            for cell in block["cells"]:
                yield from cell[6]


def _at_edge(line: list[Any], page: dict[str, Any]) -> bool:
    return bool(line[4] < page["height"] * _EDGE or line[3] > page["height"] * (1 - _EDGE))


def _masked(text: str) -> str:
    return re.sub(r"\d+", "#", squeezed(text))


def _running(pages: list[dict[str, Any]]) -> set[str]:
    """Titles that stand at the edge of most pages: no part of the text."""
    seen = Counter(
        text
        for page in pages
        for text in {_masked(b[0]) for k, b in page["blocks"] if k == "line" and _at_edge(b, page)}
    )
    return {text for text, count in seen.items() if count > 1 and count * 2 > len(pages)}


def _room(blocks: list[list[Any]]) -> float:
    """The width that the lines of a page may take: from the leftmost of its text and tables to the rightmost."""
    lefts = [b["xs"][0] if kind == "table" else b[1] for kind, b in blocks]
    rights = [b["xs"][-1] if kind == "table" else b[2] for kind, b in blocks]
    return max(rights, default=0.0) - min(lefts, default=0.0)


def _table(raw: dict[str, Any]) -> _Table:
    rows = [_Row([]) for _ in range(raw["rows"])]
    gaps: list[float] = []
    for top, _, down, _, left, right, lines in sorted(raw["cells"], key=lambda cell: (cell[1], cell[0])):
        cell = _Cell(left, right, [Line(*line) for line in lines])
        gaps += [line.left - left for line in cell.lines]
        for index in range(top, min(top + down, len(rows))):
            rows[index].cells.append((cell, index > top))
    padding = min(max(min(gaps, default=0.0), 0.0), _WIDEST_PADDING)
    return _Table([row for row in rows if row.cells], list(raw["xs"]), [], padding)


def _nearest(edges: list[float], x: float) -> int:
    return min(range(len(edges)), key=lambda index: abs(edges[index] - x))


def _same_columns(one: _Table, other: _Table) -> bool:
    """Tables of two pages with the same outer rulings, all of one's inner ones among the other's."""
    few, many = sorted((one.edges, other.edges), key=len)
    ends = abs(few[0] - many[0]) < _SAME and abs(few[-1] - many[-1]) < _SAME
    return ends and all(min(abs(x - y) for y in many) < _SAME for x in few)


def _append(table: _Table, more: _Table) -> None:
    """Rows of the next page; the first below the repeated header may be the rest of a row that the page broke."""
    table.edges = max(table.edges, more.edges, key=len)
    table.padding = min(table.padding, more.padding)
    header = 0
    for known, row in zip(table.rows, more.rows, strict=False):
        if known.words() != row.words():
            break
        header += 1
    rows = list(more.rows)
    if header < len(rows) and _goes_on(table.rows[-1], rows[header]):
        rest = rows.pop(header)
        for cell in rest.own():
            over = _over(table.rows[-1], cell)
            if over is not None:
                over.lines.extend(cell.lines)
        table.rows[-1].joined = True
    table.rows += rows


def _over(row: _Row, cell: _Cell) -> _Cell | None:
    return next((c for c, _ in row.cells if abs(c.left - cell.left) < _SAME and c.lines), None)


def _goes_on(last: _Row, row: _Row) -> bool:
    """Whether a row is the rest of the last one: under its words only, some cells empty, a sentence going on."""
    own = row.own()
    if not own or len(own) == len(last.own()) or len(row.cells) < 2 or _NUMBERED.match(own[0].lines[0].text):
        return False
    overs = [_over(last, cell) for cell in own]
    if any(over is None for over in overs):
        return False
    return any(
        cell.lines[0].text[0].islower() or over.lines[-1].text[-1] in "-,:"
        for cell, over in zip(own, overs, strict=True)
        if over is not None
    )
