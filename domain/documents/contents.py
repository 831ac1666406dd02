"""Columns of a table without a header, told by what stands in them."""

import re
from collections.abc import Callable

from domain.deadlines import Context, parse
from domain.documents.columns import Column, Columns
from domain.documents.grid import Grid, Row
from domain.documents.headers import is_mark, is_period, is_year, role_of
from domain.documents.responsible import split_responsible
from domain.documents.rows import NUMBER

_SAMPLE = 40
_LONGEST_LABEL = 60
_SHORTEST_ACTIVITY = 12  # letters on average; shorter texts are marks or counts
Fits = Callable[[str], bool]
_PARTY = re.compile(
    r"^(?:директор|зам|педагог|учител|классн|методист|администрац|управлени|отдел|департамент|министерств|куратор|координатор|"
    r"руководител|рабоч|школ|мбоу|маоу|мкоу|моу|ор?г|иро|гау|гу\b|до\b|участник|образовательн|муниципальн|специалист|завуч)",
    re.IGNORECASE,
)
_PROOF = re.compile(
    r"^(?:приказ|справк|протокол|отч[её]т|аналитическ|план|программ|договор|соглашени|лист|ссылк|акт)",
    re.IGNORECASE,
)


def columns_by_content(grid: Grid) -> Columns | None:
    """Roles told from the cells: a column of deadlines makes a roadmap, the column of longest texts its measures."""
    rows = [row for row in grid.rows if sum(1 for cell in row.cells if cell.text) >= 2][:_SAMPLE]
    if len(rows) < 2:
        return None
    texts: dict[int, list[str]] = {}
    for row in rows:
        for cell in row.cells:
            if cell.text and not cell.down:
                texts.setdefault(cell.start, []).append(cell.text)
    roles: dict[int, str] = {}
    if _is_passport(rows) or _is_calendar(rows[0]):
        return None
    _claim(roles, texts, "deadline", len(rows), _is_deadline)
    if not any(role == "deadline" and _is_dated(texts[start]) for start, role in roles.items()):
        return None
    _claim(roles, texts, "number", len(rows), lambda text: NUMBER.match(text.strip()) is not None)
    left = {
        start: lines for start, lines in texts.items() if start not in roles and len(lines) * 2 >= len(rows)
    }
    if not left:
        return None
    longest = max(left, key=lambda start: (sum(map(len, left[start])) / len(left[start]), -start))
    first = min(left)
    activity = first if _mean(left[first]) * 2 >= _mean(left[longest]) else longest
    roles[activity] = "activity"
    _claim(
        roles,
        left,
        "responsible",
        len(rows),
        lambda text: all(_PARTY.match(p) for p in split_responsible(text)[:1]),
    )
    _claim(roles, left, "document", len(rows), lambda text: _PROOF.match(text) is not None)
    for start in sorted(left):
        if start not in roles and "result" not in roles.values():
            roles[start] = "result"
    starts = sorted({cell.start for row in rows for cell in row.cells})
    columns = [Column(roles.get(start, "other"), "", start, 1, index) for index, start in enumerate(starts)]
    return Columns(columns, guessed=True)


def _is_passport(rows: list[Row]) -> bool:
    """A table of two columns whose first one holds what are headers elsewhere: «Сроки реализации | 2022 – 2024 годы»."""
    if max(len(row.cells) for row in rows) > 2:
        return False
    told = [role_of(row.cells[0].text) for row in rows if len(row.cells[0].text) <= _LONGEST_LABEL]
    return len({role for role, strong in told if strong}) >= 2 or any(
        role == "deadline" and strong for role, strong in told
    )


def _is_calendar(first: Row) -> bool:
    """«Январь | Февраль | Март» over columns of events: a calendar, which says no deadlines."""
    return all(is_period(cell.text) for cell in first.cells if cell.text)


def activity_by_content(columns: Columns, rows: list[Row]) -> None:
    """Where no header names the measures, they are the column of the longest texts among those without a role."""
    free = {column.start: column for column in columns.all if column.role in ("other", "section")}
    texts: dict[int, list[str]] = {}
    for row in rows[:_SAMPLE]:
        for cell in row.cells:
            if cell.text and cell.start in free:
                texts.setdefault(cell.start, []).append(cell.text)
    if texts:
        best = max(texts, key=lambda start: (_mean(texts[start]), -start))
        if _mean(texts[best]) > _SHORTEST_ACTIVITY:
            free[best].role = "activity"


def unnamed_number(columns: Columns, rows: list[Row]) -> None:
    """A first column without a header that holds nothing but numbers is the number of the measures."""
    first = columns.all[0] if columns.all else None
    if first is None or first.header or first.role != "other" or columns.first("number") is not None:
        return
    texts = [
        cell.text.strip()
        for row in rows[:_SAMPLE]
        for cell in row.cells[:1]
        if cell.start == first.start and cell.text
    ]
    if texts and sum(NUMBER.match(text) is not None for text in texts) * 10 >= len(texts) * 6:
        first.role = "number"


def years_by_content(columns: Columns, rows: list[Row]) -> None:
    """«2024 | 2025 | 2026» side by side without a column of deadlines: marks or deadlines in them are the deadlines."""
    years = [column for column in columns.all if column.role == "other" and is_year(column.header)]
    if len(years) < 2 or columns.roles() & {"deadline", "deadline_start", "deadline_end", "period"}:
        return
    starts = {column.start for column in years}
    texts = [cell.text for row in rows[:_SAMPLE] for cell in row.cells if cell.start in starts and cell.text]
    fitting = sum(1 for text in texts if is_mark(text) or _is_deadline(text))
    if texts and fitting * 10 >= len(texts) * 8:
        for column in years:
            column.role = "period"


def _mean(texts: list[str]) -> float:
    return sum(map(len, texts)) / len(texts)


def _claim(roles: dict[int, str], texts: dict[int, list[str]], role: str, rows: int, fits: Fits) -> None:
    """Give a role to the column whose cells fit it best, if at least six in ten do."""
    best, share = None, 0.6
    for start, lines in texts.items():
        if start in roles or len(lines) * 2 < rows:
            continue
        fitting = sum(1 for line in lines if fits(line)) / len(lines)
        if fitting > share or (fitting == share and best is None):
            best, share = start, fitting
    if best is not None:
        roles[best] = role


def _is_dated(texts: list[str]) -> bool:
    """Whether a column names dates, and not only words that could send one to another plan («Аттестация»)."""
    understood = [parse(text, Context(2001)) for text in texts]
    dated = sum(1 for deadline in understood if deadline.windows or deadline.every is not None)
    return dated * 3 >= len(texts)


def _is_deadline(text: str) -> bool:
    if len(text) > 100 or text.strip().isdigit():
        return False
    understood = parse(text, Context(2001))
    return understood.kind != "broken" and "unclear" not in understood.doubts
