"""What each row of a table is: a measure, a section, a goal, the rest of the measure above, or nothing of these."""

import re
from dataclasses import dataclass, field

from domain.documents.columns import Column, Columns, column_numbers, same_header
from domain.documents.grid import Cell, Row
from domain.documents.text import one_line, squeezed

_GOAL = re.compile(r"^\s*цел[ьи]\s*(?:\d\s*)?[:.–—-]\s*", re.IGNORECASE)
_GOAL_LINE = re.compile(r"\n\s*цел[ьи]\s*[:–—-]\s*", re.IGNORECASE)
_FILLER = frozenset({"итд", "ит", "др", "идр", "итп", "идругое", ""})
_POST = re.compile(
    r"^\s*(?:и\.\s?о\.\s*)?(?:начальник|директор|руководител|заведующ|заместител|председател|глава|ректор|министр)",
    re.IGNORECASE,
)
_PERSON = re.compile(
    r"^_*\s*/?\s*(?:[А-ЯЁ]\.\s?[А-ЯЁ]\.\s?[А-ЯЁ][а-яё-]+|[А-ЯЁ][а-яё-]+\s[А-ЯЁ]\.\s?[А-ЯЁ]\.)\s*/?$"
)
_DRAFTED_BY = re.compile(r"^\s*исп(?:олнитель)?\s*[.:]\s*\S.*(?:тел|\d-\d)", re.IGNORECASE | re.DOTALL)
_TOTAL = re.compile(r"^\s*(?:итого|всего)\b", re.IGNORECASE)
_NOTE = re.compile(r"^\s*(?:примечани|\*|сноска)", re.IGNORECASE)
NUMBER = re.compile(r"^(?:\d{1,3}(?:[.\-]\d{1,3}){0,4}[.)]?|[IVXLХІ]{1,6}[.)]?|[а-яa-z]\))$")
_UNMARKED = re.compile(r"^(?:[-–—☐□○✗0.]+|нет)$", re.IGNORECASE)
_TOP_NUMBER = re.compile(r"^(?:\d{1,2}[.)]?|[IVXХІ]{1,5}[.)]?)$")


@dataclass(slots=True)
class Sorted:
    """A row with its kind and, for measures, the cell under each column."""

    kind: str  # measure, continuation, rest, section, goal, header, blank, or a reason for passing over
    row: Row
    text: str = ""
    goal: str | None = None
    cells: dict[str, Cell] = field(default_factory=dict)
    extra: dict[str, str] = field(default_factory=dict)
    periods: list[tuple[Column, str]] = field(default_factory=list)


def goal_of(text: str) -> str | None:
    """The goal that a line states: «Цель: повысить …» → «повысить …»."""
    found = _GOAL.match(text)
    return text[found.end() :] if found else None


def learn_numbers(rows: list[Row], columns: Columns) -> None:
    """How a table numbers: measures 1, 2, 3 (then a bare number begins no section), and which numbers have 1.1 below."""
    number = columns.first("number")
    if number is None:
        return
    plain = several = arabic = 0
    parents = set()
    for row in rows:
        cell = next((cell for cell in row.cells if cell.start == number.start and not cell.down), None)
        text = cell.text.strip().rstrip(".)") if cell is not None else ""
        if "." in text:
            parents.add(text.split(".", 1)[0])
        if text and sum(1 for cell in row.cells if cell.text and not cell.down) > 2:
            plain += _TOP_NUMBER.match(text) is not None
            several += 1
            arabic += text[0].isdigit()
    columns.flat = plain * 2 > several
    columns.arabic = arabic * 2 > several
    columns.parents = frozenset(parents)


def sort_row(row: Row, columns: Columns, width: int) -> Sorted:
    """Tell what a row is, knowing the columns of its table."""
    filled = [cell for cell in row.cells if cell.text]
    own = [cell for cell in filled if not cell.down]
    if not own:
        return Sorted("blank", row)
    if column_numbers(row):
        return Sorted("column_numbers", row)
    if same_header(row, columns):
        return Sorted("repeated_header", row)
    words = [cell for cell in own if not NUMBER.match(cell.text.strip())] or own
    if all(len(cell.text) < 12 and squeezed(cell.text) in _FILLER for cell in words):
        return Sorted("filler", row)
    if _TOTAL.match(own[0].text):
        return Sorted("total", row)
    if _is_signature(own):
        return Sorted("note", row)
    heading = _heading(own, filled, columns, width)
    if heading is not None:
        return _section(row, heading)
    return _measure(_placed(row, columns))


def _is_signature(own: list[Cell]) -> bool:
    """«Начальник управления … И.И. Петрова» under a sheet's table, or «Исп. …, тел. …»."""
    if len(own) > 3 or sum(len(cell.text) for cell in own) > 160:
        return False
    if _DRAFTED_BY.match(own[0].text):
        return True
    return _POST.match(own[0].text) is not None and any(_PERSON.search(cell.text) for cell in own)


def _heading(own: list[Cell], filled: list[Cell], columns: Columns, width: int) -> str | None:
    """The text of a row that runs over the whole table, with the number in front of it if it has its own cell."""
    activity, number = columns.first("activity"), columns.first("number")
    if len(filled) == 1:
        cell = filled[0]
        whole = cell.span * 2 > width or width == 1
        if cell.text[0].islower() and not whole:  # a line of the measure above
            return None
        beside = cell.start == 0 and (number is not None or not _lone_activity(cell, columns))
        alone = activity is not None and cell.start <= activity.start
        return cell.text if whole or beside or (alone and columns.first("deadline") is not None) else None
    if len(filled) == 2 and _TOP_NUMBER.match(own[0].text.strip()):
        title = own[-1]
        wide = title.span > 1 and title.span * 2 > width
        mark = own[0].text.strip().rstrip(".)")
        top = mark in columns.parents or not columns.flat or (columns.arabic and not mark[0].isdigit())
        narrow = activity is not None and title.start == activity.start and width > 2 and top
        if wide or (narrow and number is not None and own[0].start == number.start):
            return f"{own[0].text.strip()} {title.text}"
    return None


def _lone_activity(cell: Cell, columns: Columns) -> bool:
    """A single cell in a table of measures alone is a measure."""
    activity = columns.first("activity")
    return activity is not None and cell.start == activity.start and columns.first("deadline") is None


def _section(row: Row, text: str) -> Sorted:
    if goal := _GOAL.match(text):
        return Sorted("goal", row, one_line(text), goal=text[goal.end() :])
    if _NOTE.match(text):
        return Sorted("note", row, one_line(text))
    if split := _GOAL_LINE.search(text):
        return Sorted("section", row, text[: split.start()], goal=text[split.end() :])
    return Sorted("section", row, text)


def _placed(row: Row, columns: Columns) -> Sorted:
    """Cells under their columns: in order where the row has as many as the header, else by where they stand."""
    placed = Sorted("measure", row)
    same = len(row.cells) == len(columns.all)
    for index, cell in enumerate(row.cells):
        column = columns.all[index] if same else _under(cell, columns.all)
        if column is None or not cell.text:
            continue
        if column.role == "period":
            if not _UNMARKED.match(cell.text):
                placed.periods.append((column, cell.text))
        elif column.role == "other":
            placed.extra[column.header or f"column {column.index + 1}"] = cell.text
        elif column.role in placed.cells:
            known = placed.cells[column.role]
            if cell.text not in known.text.split("\n"):  # «директор | директор» of two schools
                placed.cells[column.role] = known._replace(text=f"{known.text}\n{cell.text}")
        else:
            placed.cells[column.role] = cell
    return placed


def _under(cell: Cell, columns: list[Column]) -> Column | None:
    """The column that a cell overlaps most, the left one of equals."""
    best, overlap = None, 0
    for column in columns:
        shared = min(cell.start + cell.span, column.start + column.span) - max(cell.start, column.start)
        if shared > overlap:
            best, overlap = column, shared
    return best


_DETAILS = ("deadline", "deadline_start", "deadline_end", "responsible", "result", "document", "indicator")


def _measure(placed: Sorted) -> Sorted:
    """A measure of its own, one more line of the measure above, or only the rest of its text."""
    activity = placed.cells.get("activity")
    own_details = [role for role in _DETAILS if role in placed.cells and not placed.cells[role].down]
    if activity is not None and not activity.down:
        numbered = "number" in placed.cells and not placed.cells["number"].down
        starts_low = activity.text[:1].islower()
        if not numbered and not own_details and not placed.periods and starts_low:
            placed.kind = "rest"
        return placed
    merged = activity is not None
    if merged or any(role.startswith("deadline") for role in own_details) or placed.periods:
        placed.kind = "continuation" if own_details or placed.periods else "rest"
    else:
        placed.kind = "rest"
    return placed
