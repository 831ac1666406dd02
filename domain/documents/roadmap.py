"""A whole document → a roadmap: its tables found among all others, its title and year, its measures in order."""

from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import NamedTuple

from domain.deadlines import Deadline
from domain.documents.columns import Columns, positions
from domain.documents.container import opened, refuse_unread
from domain.documents.errors import DocumentRefused
from domain.documents.grid import MAX_ROWS, Grid
from domain.documents.model import Item, Place, Reading, Skipped
from domain.documents.responsible import split_responsible
from domain.documents.rows import goal_of
from domain.documents.tables import Draft, Found, find_columns, read_grid
from domain.documents.text import one_line, squeezed
from domain.documents.timing import deadline_words, understand
from domain.documents.titles import Years, document_years, is_section_line, title_of

_DULL_SHEETS = ("лист", "sheet", "таблица", "table")


class Source(NamedTuple):
    """The tables of a file, the texts after the last one, and for a PDF the pages that hold no text."""

    grids: list[Grid]
    after: list[str]
    is_pdf: bool = False
    scans: tuple[int, ...] = ()


def source_of(data: bytes, filename: str, max_rows: int = MAX_ROWS) -> Source:
    """All tables of a file that may be read; a sheet of more than `max_rows` is none. Raises DocumentRefused."""
    kind, data = opened(data, filename)
    if kind == "docx":
        from domain.documents.word import read_word

        return Source(*read_word(data))
    if kind in ("xlsx", "xls"):
        from domain.documents.sheets import read_workbook

        return Source(read_workbook(data, kind, max_rows), [])
    if kind == "ods":
        from domain.documents.odf import read_open_sheet

        return Source(read_open_sheet(data), [])
    if kind == "csv":
        from domain.documents.sheets import read_delimited

        return Source(read_delimited(data, max_rows), [])
    if kind == "pdf":
        from domain.documents.pdf import read_pdf

        grids, after, scans = read_pdf(data)
        return Source(grids, after, True, tuple(scans))
    refuse_unread(kind, filename)
    raise DocumentRefused("unsupported", true=kind)


def read_roadmap(
    source: Path | str | bytes,
    filename: str | None = None,
    *,
    year: int | None = None,
    school_year: bool = False,
    columns: Mapping[str, str | int] | None = None,
) -> Reading:
    """Read a roadmap. `columns` overrides what was found: role → header text or column index from 0.

    Raises DocumentRefused where the file cannot be read or holds no roadmap.
    """
    data = source if isinstance(source, bytes) else Path(source).read_bytes()
    name = filename or ("" if isinstance(source, bytes) else Path(source).name)
    found = source_of(data, name)
    if not found.grids:
        raise DocumentRefused("no_table")
    reading = _Reader(found.grids, found.after, name, columns).read(year, school_year)
    if found.is_pdf:
        reading.doubts.append("from_pdf")
    for page in found.scans:
        reading.skipped.append(Skipped(None, f"№ {page}", "scanned_page", Place(f"page {page}")))
    return reading


class _Reader:
    """One document being read."""

    def __init__(
        self, grids: list[Grid], after: list[str], name: str, override: Mapping[str, str | int] | None
    ) -> None:
        self.grids, self.after, self.name, self.override = grids, after, name, override
        self.drafts: list[Draft] = []
        self.skipped: list[Skipped] = []
        self.title: str | None = None
        self.others: list[str] = []
        self.columns: dict[str, str] = {}
        self.layout: list[tuple[str, str]] = []

    def read(self, year: int | None, school_year: bool) -> Reading:
        """Tables, then years, then the meaning of each deadline."""
        self._tables()
        if not self.drafts:
            raise DocumentRefused("no_table")
        years = self._years(year, school_year)
        items = [self._item(draft) for draft in self.drafts]
        period = understand(items, self.drafts, years)
        _number_doubts(items)
        for text in self.after:
            self.skipped.append(Skipped(None, text, "after_table", Place("text")))
        return Reading(
            self.title, years.year, self.columns, items, self.skipped, list(years.doubts), years.school_year,
            period, self.layout,
        )  # fmt: skip

    def _tables(self) -> None:
        found_any = False
        last: Columns | None = None
        many = sum(1 for grid in self.grids if grid.sheet) > 1
        for grid in self.grids:
            columns, first = find_columns(grid)
            headless = columns is None or columns.guessed
            if headless and last is not None and not grid.sheet and _continues(grid, last):
                columns, first = last, 0
                columns.header_rows = []
            if self.override:
                columns = columns or positions(grid)
                _apply(columns, self.override)
            if columns is None or grid.hidden or not _is_roadmap(columns):
                self._pass_over(grid)
                continue
            section, goal = self._heading(grid, found_any)
            found = read_grid(grid, columns, first, section, goal)
            if grid.sheet:
                _section_above(found)
                self._sheet_title(found.above, grid, found_any, many, found.drafts)
            else:
                self._rows_above(found.above, grid)
            self.drafts += found.drafts
            self.skipped += found.skipped
            if found.drafts:
                found_any = True
                last = columns
                self.layout = self.layout or [(column.role, column.header) for column in columns.all]
                for role, header in columns.headers().items():
                    self.columns.setdefault(role, header)

    def _pass_over(self, grid: Grid) -> None:
        for text in grid.above:
            self.skipped.append(Skipped(None, text, "text", Place("text")))
        words = " | ".join(one_line(cell.text) for cell in grid.rows[0].cells if cell.text)
        self.skipped.append(
            Skipped(
                grid.rows[0].number,
                words,
                "hidden_sheet" if grid.hidden else "not_a_roadmap",
                Place(grid.name),
            )
        )

    def _heading(self, grid: Grid, found_any: bool) -> tuple[str | None, str | None]:
        """The section and its goal that stand over a table of a text document; over the first one the title too."""
        if grid.sheet:
            return None, None
        above = list(grid.above)
        goal = goal_of(above[-1]) if above else None
        if goal is not None:
            above.pop()
        over = above[-2] if len(above) > 1 else ""
        section = above.pop() if above and is_section_line(above[-1], over) else None
        if not found_any:
            self.title, above = title_of(above)
            self.others += above
        elif section is None and above:
            section = one_line(above.pop())
        for text in above:
            self.skipped.append(Skipped(None, text, "text", Place("text")))
        return section, goal

    def _sheet_title(
        self, above: list[str], grid: Grid, found_any: bool, many: bool, drafts: list[Draft]
    ) -> None:
        title, rest = title_of(above)
        if not found_any:
            self.title = title or (None if grid.name.lower().startswith(_DULL_SHEETS) else grid.name)
            self.others += rest
        for text in rest:
            self.skipped.append(Skipped(None, text, "text", Place(grid.name)))
        if many and drafts and all(draft.section is None for draft in drafts):
            named = not grid.name.lower().startswith(_DULL_SHEETS)
            for draft in drafts:
                draft.section = grid.name if named else title

    def _rows_above(self, above: list[str], grid: Grid) -> None:
        """Rows of a Word table over its header: the title, where none stands above the table."""
        title, rest = title_of(above)
        if self.title is None:
            self.title = title
            self.others += rest
        elif title is not None:
            rest = [*rest, title]
        for text in rest:
            self.skipped.append(Skipped(None, text, "text", Place(grid.name)))

    def _years(self, year: int | None, school_year: bool) -> Years:
        raws = [words for words in map(deadline_words, self.drafts) if words]
        rows = [cell.text for draft in self.drafts for cell in draft.cells.values()]
        sheets = " ".join(dict.fromkeys(draft.place.table for draft in self.drafts))
        years = document_years(self.title, self.others, raws, rows, f"{self.name} {sheets}")
        if year is not None:
            inside = years.period is not None and years.period.start and years.period.due
            if not (inside and years.period and years.period.start and years.period.due
                    and years.period.start.year <= year <= years.period.due.year):  # fmt: skip
                years.period = None
            years.school_year = school_year or (years.school_year and years.year == year)
            years.year, years.doubts = year, []
        elif school_year:
            years.school_year = True
        return years

    def _item(self, draft: Draft) -> Item:
        def text(role: str) -> str | None:
            cell = draft.cells.get(role)
            return cell.text if cell is not None and cell.text else None

        raw, number = deadline_words(draft), _number(draft)
        doubts = list(draft.doubts)
        if draft.guessed:
            doubts.append("columns_guessed")
        if raw is None:
            doubts.append("no_deadline")
        deadline = Deadline(raw or "", "broken", (), None, ("empty",))
        responsible = text("responsible")
        return Item(
            draft.section, draft.goal, number, text("activity"), raw, responsible,
            split_responsible(responsible), text("result"), text("document"), text("indicator"),
            deadline, doubts, draft.place, draft.row.extra,
        )  # fmt: skip


def _section_above(found: Found) -> None:
    """«Раздел 1» in the row over the header of a sheet is the section of the rows below it."""
    above = found.above
    if above and is_section_line(above[-1], above[-2] if len(above) > 1 else ""):
        section = above.pop()
        for draft in found.drafts:
            if draft.section is not None:
                break
            draft.section = section


def _is_roadmap(columns: Columns) -> bool:
    roles = columns.roles()
    dated = roles & {"deadline", "deadline_start", "deadline_end", "period"} or any(
        column.role == "period" for column in columns.all
    )
    return "activity" in roles and bool(
        dated or {"responsible", "result"} <= roles or {"responsible", "document"} <= roles
    )


def _continues(grid: Grid, columns: Columns) -> bool:
    """A table with as many columns as the one before and no header of its own goes on from it."""
    return bool(grid.rows) and max(len(row.cells) for row in grid.rows) == len(columns.all) and not grid.above


def _apply(columns: Columns, override: Mapping[str, str | int]) -> None:
    """A person's own choice of columns, by header text or index; each column then has one role."""
    for role, wanted in override.items():
        for column in columns.all:
            if column.role == role:
                column.role = "other"
        for column in columns.all:
            chosen = (
                column.index == wanted
                if isinstance(wanted, int)
                else squeezed(column.header) == squeezed(wanted)
            )
            if chosen:
                column.role = role
                break


def _number(draft: Draft) -> str | None:
    cell = draft.cells.get("number")
    if cell is None or not cell.text:
        return None
    if isinstance(cell.value, datetime | date):  # Excel took «1.2» for the first of February
        draft.doubts.append("number_from_date")
        return f"{cell.value.day}.{cell.value.month}"
    return one_line(cell.text)


def _number_doubts(items: list[Item]) -> None:
    """The same number twice in a section is shown, except where the second line goes on from the first."""
    seen: set[tuple[str | None, str]] = set()
    for item in items:
        if not item.number or "continuation" in item.doubts:
            continue
        known = (item.section, item.number)
        if known in seen:
            item.doubts.append("duplicate_number")
        seen.add(known)
