"""Headers of simple tables that take one row or several: which rows they are, and one text for each column."""

import re
from collections.abc import Sequence

from domain import figures

HEADER_ROWS = 5
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
