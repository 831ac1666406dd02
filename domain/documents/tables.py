"""One table → measures in the rough: header found, rows sorted, sections and goals carried along."""

from dataclasses import dataclass, field

from domain.documents.columns import Columns, header_columns, same_header
from domain.documents.contents import (
    activity_by_content,
    columns_by_content,
    unnamed_number,
    years_by_content,
)
from domain.documents.grid import Cell, Grid, Row
from domain.documents.model import Place, Skipped
from domain.documents.rows import NUMBER, Sorted, learn_numbers, sort_row
from domain.documents.second_row import with_second_row
from domain.documents.text import one_line

_HEADER_WITHIN = 40
_LONGEST_NEW_HEADER = 60


@dataclass(slots=True)
class Draft:
    """A measure before its deadline is understood."""

    row: Sorted
    section: str | None
    goal: str | None
    place: Place
    cells: dict[str, Cell]
    doubts: list[str]
    year: int | None = None  # the one that the header of its deadline column names
    guessed: bool = False


@dataclass(slots=True)
class Found:
    """What one table gave."""

    columns: Columns | None
    drafts: list[Draft] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    above: list[str] = field(default_factory=list)  # lines of a sheet over the header


def find_columns(grid: Grid) -> tuple[Columns | None, int]:
    """The columns and the index of the first row below the header; by content where there is none."""
    best: Columns | None = None
    at = 0
    for index, row in enumerate(grid.rows[:_HEADER_WITHIN]):
        columns = header_columns(row)
        if columns is not None and (best is None or len(columns.roles()) > len(best.roles()) + 1):
            best, at = columns, index
    if best is None:
        return columns_by_content(grid), 0
    top = grid.rows[at]
    below = grid.rows[at + 1] if at + 1 < len(grid.rows) else None
    columns = with_second_row(best, top, below)
    if not columns.header_rows:
        columns.header_rows = [top]
    first = at + len(columns.header_rows)
    if "activity" not in columns.roles():
        activity_by_content(columns, grid.rows[first:])
    unnamed_number(columns, grid.rows[first:])
    years_by_content(columns, grid.rows[first:])
    learn_numbers(grid.rows[first:], columns)
    return columns, first


def read_grid(
    grid: Grid, columns: Columns, first: int, section: str | None = None, goal: str | None = None
) -> Found:
    """All rows below the header, sorted into measures and what was passed over."""
    found = Found(columns)
    state = _State(grid, columns, section)
    state.goal_text = goal
    for row in grid.rows[: max(first - len(columns.header_rows), 0)]:
        text = "\n".join(cell.text for cell in row.cells if cell.text and not cell.down)
        if text:
            found.above.append(text)
    for row in grid.rows[first:]:
        state.take(row, found)
    state.close(found)
    return found


def _new_header(row: Row, columns: Columns) -> Columns | None:
    """A header in the midst of the rows that differs from the one above: another table glued to the first."""
    texts = [cell.text for cell in row.cells if cell.text]
    if len(texts) < 3 or NUMBER.match(texts[0]) or max(map(len, texts)) > _LONGEST_NEW_HEADER:
        return None
    again = header_columns(row)
    if again is None or len(again.roles()) < max(3, len(texts) - 1):
        return None
    if same_header(row, columns) and not _rearranged(again, columns):
        return None
    return with_second_row(again, row, None)


def _rearranged(again: Columns, columns: Columns) -> bool:
    """Whether a header of the same words puts them in another order, or names more than the first did."""
    new, old = ([column.role for column in side.all if column.role != "other"] for side in (again, columns))
    shared = set(new) & set(old)
    dated = bool(set(old) & {"deadline_start", "deadline_end", "period"})
    more = set(new) - set(old) - ({"deadline"} if dated else set())
    return bool(more) or [r for r in new if r in shared] != [r for r in old if r in shared]


class _State:
    """What carries over from row to row: the section, its goal, the columns, the measure above."""

    def __init__(self, grid: Grid, columns: Columns, section: str | None) -> None:
        self.grid, self.columns = grid, columns
        self.section = section
        self.goal_text: str | None = None
        self.last: Draft | None = None
        self.empty_section: Skipped | None = None

    def take(self, row: Row, found: Found) -> None:
        """Sort one row and act on what it is."""
        again = _new_header(row, self.columns)
        if again is not None:
            self.columns = again
            self._skip(found, row, "header")
            return
        sorted_row = sort_row(row, self.columns, self.grid.width)
        kind = sorted_row.kind
        if kind == "blank":
            return
        if kind == "section":
            self._open_section(sorted_row, found)
        elif kind == "goal":
            self.goal_text = sorted_row.goal
        elif kind in ("measure", "continuation"):
            self._measure(sorted_row, found)
        elif kind == "rest":
            self._rest(sorted_row, found)
        else:
            self._skip(found, row, kind)

    def close(self, found: Found) -> None:
        """A section with nothing in it is passed over, and said so."""
        if self.empty_section is not None:
            found.skipped.append(self.empty_section)

    def _place(self, row: Row) -> Place:
        return Place(self.grid.name, row.number)

    def _skip(self, found: Found, row: Row, why: str) -> None:
        text = " | ".join(one_line(cell.text) for cell in row.cells if cell.text and not cell.down)
        found.skipped.append(Skipped(row.number, text, why, self._place(row)))

    def _open_section(self, sorted_row: Sorted, found: Found) -> None:
        if self.empty_section is not None:
            found.skipped.append(self.empty_section)
        self.section, self.goal_text = sorted_row.text, sorted_row.goal
        place = self._place(sorted_row.row)
        self.empty_section = Skipped(place.row, one_line(sorted_row.text), "section_without_items", place)
        self.last = None

    def _measure(self, sorted_row: Sorted, found: Found) -> None:
        cells = dict(sorted_row.cells)
        doubts: list[str] = []
        if sorted_row.kind == "continuation" and self.last is not None:
            for role in ("number", "activity"):
                if role in self.last.cells and (role not in cells or not cells[role].text):
                    cells[role] = self.last.cells[role]
            doubts.append("continuation")
        elif "activity" not in cells:
            doubts.append("no_activity")
        if sorted_row.row.joined:
            doubts.append("joined_row")
        for role in ("section", "section_goal"):  # written once for all the rows that it holds for
            if role not in cells and self.last is not None and role in self.last.cells:
                cells[role] = self.last.cells[role]
        section = cells["section"].text if "section" in cells else self.section
        goal = cells["section_goal"].text if "section_goal" in cells else self.goal_text
        year = self.columns.deadline_year()
        draft = Draft(
            sorted_row,
            section,
            goal,
            self._place(sorted_row.row),
            cells,
            doubts,
            year=year,
            guessed=self.columns.guessed,
        )
        found.drafts.append(draft)
        self.last, self.empty_section = draft, None

    def _rest(self, sorted_row: Sorted, found: Found) -> None:
        """Text that goes on from the row above, as when a row breaks at the end of a page."""
        if self.last is None:
            self._skip(found, sorted_row.row, "nothing_above")
            return
        for role, cell in sorted_row.cells.items():
            if cell.down:
                continue
            known = self.last.cells.get(role)
            self.last.cells[role] = (
                cell if known is None else known._replace(text=f"{known.text}\n{cell.text}")
            )
        if "joined_row" not in self.last.doubts:
            self.last.doubts.append("joined_row")
