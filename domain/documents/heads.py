"""Headers of simple tables that take one row or several: which rows they are, and one text for each column."""

import re
from collections.abc import Sequence

from domain import figures
from domain.documents.grid import Grid, Row

HEADER_ROWS = 5
LONGEST_LOWER = 60  # letters of a header in a lower row
_BROKEN = re.compile(r"(?<=[^\W\d_])-\s*\n\s*([^\W\d_])")  # a word broken at the end of a line
_YEARS = re.compile(r"(20\d\d\s*)+")


def header_rows(lines: list[list[str]], at: int, place: int) -> tuple[int, int]:
    """First and last row of the header around the row that names the schools."""
    last = at
    while (
        last + 1 < len(lines) and last - at < HEADER_ROWS - 1 and _goes_on(lines[at], lines[last + 1], place)
    ):
        last += 1
    above = lines[at - 1] if at else []
    begins = at - 1 if any(above[place + 1 :]) and not above[place] else at
    return begins, last


def _goes_on(header: list[str], line: list[str], place: int) -> bool:
    """Whether a row below the one that names the schools still belongs to the header."""
    rest = [cell for index, cell in enumerate(line) if cell and index != place]
    if not rest or line[place] not in ("", header[place]):
        return False
    if line[place]:  # one cell runs down over both
        return True
    lone = len(rest) == 1 and rest[0] in line[:place]  # the name of a group of rows
    return not lone and (
        any(re.search(r"[^\W\d]", c) for c in rest) or bool(_YEARS.fullmatch(" ".join(rest)))
    )


def joined_header(lines: list[list[str]], first: int, last: int, place: int) -> list[str]:
    """One text for each column: header rows joined, a text above several columns given to each of them."""
    rows = []
    for number in range(first, last + 1):
        line = list(lines[number])
        if number < last:
            for index in range(place + 1, len(line)):
                if not line[index] and any(lines[n][index] for n in range(number + 1, last + 1)):
                    line[index] = line[index - 1] if index - 1 > place else ""
        rows.append(line)
    width = max(len(row) for row in rows)
    columns = [[row[i] for row in rows if i < len(row) and row[i]] for i in range(width)]
    return [" ".join(dict.fromkeys(texts)) for texts in columns]


def told_apart(header: Sequence[str]) -> list[str]:
    """A header whose columns «%» say of what: of the column before them."""
    named: list[str] = []
    of = ""
    for text in header:
        alone = figures.is_unit(text)
        named.append(f"{of}, {text}" if alone and of else text)
        of = of if alone else text
    return named


def deeper_header(grid: Grid, at: int, header: Sequence[str]) -> tuple[list[str], int]:
    """The header of row `at` with the words of the rows under its wide cells («Наименование ОО» over «полное | краткое»),
    and the first row below it. In a csv file a wide cell is one with empty ones to its right."""
    found, below = list(header), at + 1
    while below < min(len(grid.rows), at + HEADER_ROWS):
        divided = _divided(grid.rows[below - 1], grid.rows[below], found)
        if divided is None:
            break
        found, below = divided, below + 1
    return found, below


def _divided(top: Row, below: Row, header: Sequence[str]) -> list[str] | None:
    own = [cell for cell in below.cells if cell.text and not cell.down]
    if len(own) < 2 or not all(len(c.text) <= LONGEST_LOWER and not re.search(r"\d", c.text) for c in own):
        return None
    wide = _wide(top)
    joined, said = list(header), dict[int, str]()  # parent → the name of its last column that is no unit
    for cell in own:
        parent = next((start for start, end in wide.items() if start <= cell.start < end), None)
        if parent is None:
            return None
        text, above = _words(cell.text), _words(next(c.text for c in top.cells if c.start == parent))
        if figures.is_unit(text) and parent in said:
            joined[cell.start] = f"{said[parent]}, {text}"
            continue
        joined[cell.start] = f"{above} {text}"
        if not figures.is_unit(text):
            said[parent] = joined[cell.start]
    return joined


def _wide(top: Row) -> dict[int, int]:
    """First column → the one after the last of texts that stand over several columns."""
    found: dict[int, int] = {}
    last: int | None = None
    for cell in top.cells:
        if cell.text:
            last = cell.start
            if cell.span > 1:
                found[cell.start] = cell.start + cell.span
        elif last is not None and not cell.down:
            found[last] = cell.start + cell.span
    return found


def _words(text: str) -> str:
    """A header on one line, its broken words made whole."""

    def whole(found: re.Match[str]) -> str:
        return found[1] if found[1].islower() else f"-{found[1]}"

    return " ".join(_BROKEN.sub(whole, text).split())
