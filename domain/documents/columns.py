"""Which column is what: by its header (synonyms in `headers.toml`), later rows of the header and repeats included."""

import re
from dataclasses import dataclass, field

from domain.documents.grid import Cell, Grid, Row
from domain.documents.headers import LONGEST_HEADER, is_deadline, is_period, role_of
from domain.documents.text import one_line, squeezed

_SECTION = re.compile(r"направлен|задач|раздел|трек|риск|блок|этап|модул", re.IGNORECASE)
_YEAR = re.compile(r"(?<!\d)20[0-4]\d(?!\d)")
ROLES = (
    "number", "activity", "deadline", "deadline_start", "deadline_end", "responsible", "result", "document",
    "indicator", "section", "section_goal",
)  # fmt: skip
# The columns that exported plans have behind their own (admin/plan_sheet.py), in both languages of the catalogue.
_EXECUTION = frozenset({("исполнение", "дата", "документ"), ("execution", "date", "document")})
_DATED = frozenset({"deadline", "deadline_start", "deadline_end"})
_TELLING = frozenset(
    {
        "activity",
        "deadline",
        "deadline_start",
        "deadline_end",
        "responsible",
        "result",
        "document",
        "indicator",
    }
)


@dataclass(slots=True)
class Column:
    """One column of a table: its header, its role and where it stands."""

    role: str
    header: str
    start: int
    span: int
    index: int  # ordinal among the cells of the header row


@dataclass(slots=True)
class Columns:
    """The columns of a table, with the header rows that named them."""

    all: list[Column]
    header_rows: list[Row] = field(default_factory=list)
    guessed: bool = False
    squeezed: frozenset[str] | None = None
    parents: frozenset[str] = frozenset()  # numbers that have 1.1, 1.2 below them
    arabic: bool = False  # and in Arabic figures: then «II» begins a section
    flat: bool = False  # measures are numbered 1, 2, 3 and not 1.1, 1.2

    def roles(self) -> set[str]:
        """The roles found."""
        return {column.role for column in self.all} - {"other"}

    def words(self) -> frozenset[str]:
        """All headers, squeezed: what a repeated header is known by."""
        if self.squeezed is None:
            self.squeezed = frozenset(squeezed(column.header) for column in self.all if column.header)
        return self.squeezed

    def headers(self) -> dict[str, str]:
        """role → header text, as the review screen shows it."""
        found: dict[str, str] = {}
        for column in self.all:
            if column.role in ROLES or column.role == "period":
                found[column.role] = (
                    f"{found[column.role]}, {column.header}" if column.role in found else column.header
                )
        return found

    def deadline_year(self) -> int | None:
        """The one year that the header of the deadline column names: «Срок (2023 год)»."""
        column = self.first("deadline")
        years = set(_YEAR.findall(column.header)) if column is not None else set()
        return int(years.pop()) if len(years) == 1 else None

    def first(self, role: str) -> Column | None:
        """The first column of a role."""
        return next((column for column in self.all if column.role == role), None)


def header_columns(row: Row) -> Columns | None:
    """The columns that a row names, if it is a header: two roles at least, one of them a telling one."""
    cells = [cell for cell in row.cells if cell.text]
    if len(cells) < 2 or any(len(cell.text) > LONGEST_HEADER for cell in cells):
        return None
    columns = named(row.cells)
    if any(column.role == "other" and is_deadline(column.header) for column in columns.all):
        return None
    roles = {c.role for c in columns.all if c.role in _TELLING}
    strong = {c.role for c in columns.all if role_of(c.header)[1]} & _TELLING
    periods = sum(1 for c in columns.all if is_period(c.header))
    known = len(columns.roles()) + periods
    telling = len(roles) + (periods > 1)
    return columns if telling >= 2 and strong and known * 3 >= len(cells) else None


def positions(grid: Grid) -> Columns:
    """Columns without any role, for a person to give them: those of the row with most cells."""
    widest = max(grid.rows, key=lambda row: len(row.cells))
    return Columns(
        [Column("other", "", cell.start, cell.span, i) for i, cell in enumerate(widest.cells)], guessed=True
    )


def named(cells: list[Cell]) -> Columns:
    """Roles for the cells of a header row, each role given once, the strongest claim first."""
    columns = [
        Column("other", one_line(cell.text), cell.start, cell.span, index) for index, cell in enumerate(cells)
    ]
    state = _execution(columns)
    _claim(columns, state)
    if state and not any(column.role in _DATED for column in columns):
        _claim(columns, set())
    _settle(columns)
    return Columns(columns)


def _claim(columns: list[Column], left_out: set[int]) -> None:
    taken = {column.role for column in columns}
    for wanted in (True, False):
        for column in columns:
            if not column.header or column.role != "other" or column.index in left_out:
                continue
            role, strong = role_of(column.header)
            if strong == wanted and role not in taken and role != "other":
                column.role = role
                taken.add(role)


def _execution(columns: list[Column]) -> set[int]:
    """In a plan that was taken from here and comes back, the last three columns are its execution and no plan."""
    last = [column for column in columns if column.header][-3:]
    return {c.index for c in last} if tuple(squeezed(c.header) for c in last) in _EXECUTION else set()


def _settle(columns: list[Column]) -> None:
    """Mend what one header alone cannot tell: «Направления» are measures where there are no «Мероприятия»."""
    roles = {column.role: column for column in columns}
    if "activity" not in roles and "section" in roles:
        roles["section"].role = "activity"
    if "section" not in roles and "activity" in roles:
        left = [c for c in columns if c.role == "other" and c.start < roles["activity"].start]
        for column in [c for c in left if _SECTION.search(c.header)][:1]:
            column.role = "section"
    if "result" not in roles and "indicator" in roles:
        roles["indicator"].role = "result"
    if "deadline" not in roles and "deadline_start" in roles and "deadline_end" not in roles:
        roles["deadline_start"].role = "deadline"
    if "deadline" not in roles and "deadline_end" in roles and "deadline_start" not in roles:
        roles["deadline_end"].role = "deadline"


def same_header(row: Row, columns: Columns) -> bool:
    """Whether a row repeats the header, as tables do on each page."""
    texts = [cell.text for cell in row.cells if cell.text]
    strange, most = 0, len(texts) // 5
    known = columns.words()
    for text in texts:
        if len(text) > LONGEST_HEADER or squeezed(text) not in known:
            strange += 1
            if strange > most:
                return False
    return len(texts) >= 2


def column_numbers(row: Row) -> bool:
    """Whether a row holds nothing but the numbers of its columns, «1 2 3 4 5»."""
    texts = [cell.text.strip(". ") for cell in row.cells if cell.text]
    return len(texts) >= 2 and texts in (
        [str(i) for i in range(1, len(texts) + 1)],
        [str(i) for i in range(len(texts))],
        [str(i) for i in range(2, len(texts) + 2)],
    )
