"""Tables of municipalities whose indicators run down the rows («Показатель / Значение», one municipality a sheet, or
municipalities across the columns), turned so that each municipality is a row. Pure."""

import re
import tomllib
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from domain.documents import Cell, Grid, Row

HEADER_WITHIN = 25  # rows of a sheet in which its header is looked for


@cache
def _words() -> dict[str, str]:
    found: dict[str, str] = tomllib.loads((Path(__file__).parent / "turning.toml").read_text("utf-8"))
    return found


def _says(kind: str, text: str) -> bool:
    return re.search(_words()[kind], text.casefold().replace("ё", "е")) is not None


def turned(grids: Sequence[Grid]) -> list[Grid]:
    """The sheets that can be turned, as tables with a row for each municipality; others are left out."""
    return [found for grid in grids if (found := _turned(grid)) is not None]


def _turned(grid: Grid) -> Grid | None:
    lines = [[" ".join(text.split()) for text in line] for line in grid.texts()]
    for at, line in enumerate(lines[:HEADER_WITHIN]):
        place = next((i for i, text in enumerate(line) if _says("label", text)), None)
        if place is None or not any(line[place + 1 :]):
            continue
        used = [i for i in range(place + 1, len(line)) if line[i] and not _says("beside", line[i])]
        used = [i for i in used if not _says("total", line[i])]
        below = [(grid.rows[n].number, lines[n]) for n in range(at + 1, len(lines)) if lines[n][place]]
        names = [line[i] for i in used]
        if len(used) > 1 and not all(_is_place(name) for name in names):
            return None  # years, perhaps: nobody says which of them is meant
        if not _is_place(names[0] if names else ""):
            names = [_place_of(grid, lines[: at + 1], below, place, used)] if used else []
        below = [(n, row) for n, row in below if not _says("of_place", row[place])]
        if not names or not names[0] or not below:
            return None
        head = [_words()["header"], *(row[place] for _, row in below)]
        number = grid.rows[at].number
        rows = [[name, *(row[i] for _, row in below)] for name, i in zip(names, used, strict=True)]
        return _grid(grid, number, [head, *rows])
    return None


def _is_place(text: str) -> bool:
    return _says("place", text) and not _says("school", text)


def _place_of(
    grid: Grid,
    above: Sequence[list[str]],
    below: Sequence[tuple[int, list[str]]],
    label: int,
    used: Sequence[int],
) -> str:
    """The municipality of a sheet: a row of its own, a title, or the sheet's name."""
    for _, row in below:
        if _says("of_place", row[label]) and row[used[0]]:
            return row[used[0]]
    titles = [*grid.above, *(text for line in above for text in line), grid.name]
    named = (re.sub(_words()["before"], "", text, flags=re.IGNORECASE) for text in titles)
    return next((text for text in named if _is_place(text) and len(text.split()) <= 5), "")


def _grid(grid: Grid, number: int, lines: Sequence[Sequence[str]]) -> Grid:
    rows = [Row(number, [Cell(text, at) for at, text in enumerate(line)]) for line in lines]
    return Grid(grid.name, rows, len(lines[0]), list(grid.above), list(grid.below), grid.sheet, grid.hidden)
