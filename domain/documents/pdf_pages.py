"""Pages of a PDF as lines of text and ruled tables, in plain values that JSON can carry: runs in the process apart.

A line is [text, left, right, top, bottom, width of its first word], in points of the page.
"""

from bisect import bisect_right
from collections import Counter
from io import BytesIO
from itertools import pairwise
from typing import Any

MAX_PAGES = 100
_SNAP = 3.0  # points between edges that are one line of the table
_FEWEST_RULINGS = 3  # upright ones that end at one height, of a table of two columns
_HIDDEN = "(cid:"  # how pdfminer writes a sign whose letter the font does not tell
Line = list[Any]
Box = tuple[float, float, float, float]


class Unreadable(Exception):
    """The document cannot be read: the code of a refusal."""


def pages_of(data: bytes) -> list[dict[str, Any]]:
    """All pages in order: `blocks` from top to bottom, `signs`, `unknown` signs and `images`. Raises Unreadable."""
    import pdfplumber
    from pdfminer.pdfdocument import PDFPasswordIncorrect, PDFTextExtractionNotAllowed

    pages: list[dict[str, Any]] = []
    try:
        with pdfplumber.open(BytesIO(data)) as pdf:
            for number, page in enumerate(pdf.pages):
                if number == MAX_PAGES:
                    raise Unreadable("too_many_pages")
                pages.append(_page(page))
                page.close()
    except (Unreadable, MemoryError, KeyboardInterrupt, SystemExit):
        raise
    except Exception as error:  # a damaged file breaks the parser in any of a hundred ways
        causes = (error, error.__cause__, *error.args)
        locked = any(isinstance(e, PDFPasswordIncorrect | PDFTextExtractionNotAllowed) for e in causes)
        exhausted = any(isinstance(e, MemoryError) for e in causes)
        raise Unreadable("encrypted" if locked else "too_many_pages" if exhausted else "damaged") from error
    return pages


def _page(page: Any) -> dict[str, Any]:
    chars = list(page.chars)
    tables = _outermost(page.find_tables({"explicit_horizontal_lines": _open_ends(page.edges)}))
    blocks: list[tuple[float, str, Any]] = []
    for table in tables:
        inside = [char for char in chars if _within(char, table.bbox)]
        chars = [char for char in chars if not _within(char, table.bbox)]
        blocks.append((table.bbox[1], "table", _table(table, inside)))
    blocks += [(line[3], "line", line) for line in _lines(chars)]
    return {
        "width": float(page.width),
        "height": float(page.height),
        "blocks": [[kind, block] for _, kind, block in sorted(blocks, key=lambda block: block[0])],
        "signs": sum(1 for char in page.chars if char["text"].strip()),
        "unknown": sum(1 for char in page.chars if char["text"].startswith(_HIDDEN)),
        "images": len(page.images),
    }


def _open_ends(edges: list[dict[str, Any]]) -> list[float]:
    """Heights at which upright rulings end without one across: a row that goes on over the page has none there."""
    across = [e["top"] for e in edges if e["orientation"] == "h" and e["x1"] - e["x0"] > 2 * _SNAP]
    ends = Counter[int]()
    for edge in edges:
        if edge["orientation"] == "v" and edge["bottom"] - edge["top"] > _SNAP:
            ends.update({round(edge["top"]), round(edge["bottom"])})
    return [
        float(end)
        for end, count in ends.items()
        if count >= _FEWEST_RULINGS and all(abs(end - y) > _SNAP for y in across)
    ]


def _within(char: dict[str, Any], box: Box) -> bool:
    x, y = (char["x0"] + char["x1"]) / 2, (char["top"] + char["bottom"]) / 2
    return bool(box[0] <= x <= box[2] and box[1] <= y <= box[3])


def _outermost(tables: list[Any]) -> list[Any]:
    """Tables of two cells at least that lie in no other: a frame around a text is none, a marked word neither."""
    found: list[Any] = []
    for table in sorted(tables, key=lambda t: (t.bbox[0] - t.bbox[2]) * (t.bbox[3] - t.bbox[1])):
        x, y = (table.bbox[0] + table.bbox[2]) / 2, (table.bbox[1] + table.bbox[3]) / 2
        covered = any(b[0] <= x <= b[2] and b[1] <= y <= b[3] for b in (other.bbox for other in found))
        if len(table.cells) > 1 and not covered:
            found.append(table)
    return found


def _edges(values: list[float]) -> list[float]:
    """Positions of the table's lines, those that nearly coincide once."""
    edges: list[float] = []
    for value in sorted(values):
        if not edges or value - edges[-1] > _SNAP:
            edges.append(value)
    return edges


def _at(edges: list[float], value: float) -> int:
    return max(bisect_right(edges, value + _SNAP) - 1, 0)


def _table(table: Any, chars: list[dict[str, Any]]) -> dict[str, Any]:
    """Columns and rows by the rulings; each cell as [row, column, rows, columns, left, right, lines]."""
    xs = _edges([x for cell in table.cells for x in (cell[0], cell[2])])
    ys = _edges([y for cell in table.cells for y in (cell[1], cell[3])])
    cells: list[list[Any]] = []
    owner: dict[tuple[int, int], int] = {}
    for left, top, right, bottom in sorted(table.cells, key=lambda cell: (cell[1], cell[0])):
        row, column = _at(ys, top), _at(xs, left)
        down, across = max(_at(ys, bottom) - row, 1), max(_at(xs, right) - column, 1)
        places = [(r, c) for r in range(row, row + down) for c in range(column, column + across)]
        if any(place in owner for place in places):
            continue
        for place in places:
            owner[place] = len(cells)
        cells.append([row, column, down, across, left, right, []])
    texts: dict[int, list[dict[str, Any]]] = {}
    for char in chars:
        x, y = (char["x0"] + char["x1"]) / 2, (char["top"] + char["bottom"]) / 2
        place = (max(bisect_right(ys, y) - 1, 0), max(bisect_right(xs, x) - 1, 0))
        if place in owner:
            texts.setdefault(owner[place], []).append(char)
    for index, inside in texts.items():
        cells[index][6] = _lines(inside)
    return {"xs": xs, "rows": max(len(ys) - 1, 1), "cells": cells}


def _lines(chars: list[dict[str, Any]]) -> list[Line]:
    """Lines from top to bottom; signs that stand upright on their side come after them, as one line each."""
    from pdfplumber.utils.text import extract_words

    if not chars:
        return []
    level = [char for char in chars if char["upright"]]  # blanks too: they part words that stand close
    words = extract_words(level, x_tolerance_ratio=0.2, y_tolerance=2, keep_blank_chars=False)
    rows: list[list[dict[str, Any]]] = []
    for word in sorted(words, key=lambda w: ((w["top"] + w["bottom"]) / 2, w["x0"])):
        middle = (word["top"] + word["bottom"]) / 2
        if rows and rows[-1][0]["top"] <= middle <= rows[-1][0]["bottom"]:
            rows[-1].append(word)
        else:
            rows.append([word])
    lines: list[Line] = []
    for row in rows:
        row.sort(key=lambda word: float(word["x0"]))
        lines.append(
            [
                _plain(" ".join(word["text"] for word in row)),
                row[0]["x0"],
                row[-1]["x1"],
                min(word["top"] for word in row),
                max(word["bottom"] for word in row),
                row[0]["x1"] - row[0]["x0"],
            ]
        )
    return lines + _standing([char for char in chars if not char["upright"]])


def _plain(text: str) -> str:
    """What is drawn as a hyphen is one, whatever sign the font takes it for."""
    return text.replace("\u00ad", "-").replace("\u2010", "-").replace("\u2011", "-")


def _standing(chars: list[dict[str, Any]]) -> list[Line]:
    """Text turned on its side, as narrow headers are: read upwards or downwards, as it is turned."""
    chars = [char for char in chars if char["text"].strip()]
    if not chars:
        return []
    upwards = Counter(char["matrix"][1] > 0 for char in chars).most_common(1)[0][0]
    columns: dict[int, list[dict[str, Any]]] = {}
    for char in chars:
        columns.setdefault(round((char["x0"] + char["x1"]) / 2 / 4), []).append(char)
    lines: list[Line] = []
    for _, line in sorted(columns.items(), reverse=not upwards):
        line.sort(key=lambda char: float(char["top"]), reverse=upwards)
        text = line[0]["text"]
        for before, char in pairwise(line):
            gap = before["top"] - char["bottom"] if upwards else char["top"] - before["bottom"]
            text += (" " if gap > 1 else "") + char["text"]
        left, right = min(c["x0"] for c in line), max(c["x1"] for c in line)
        lines.append([_plain(text), left, right, line[0]["top"], line[0]["bottom"], right - left])
    return lines
