"""Tables to take away: CSV for any program, XLSX for Excel, JSON for programs. User text is never a formula.

A `Book` is one report: sheets, what its words mean, and the document behind it. All three files of a book say the same
numbers, because they are written from the same rows.
"""

import asyncio
import csv
import io
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from itertools import chain, islice
from pathlib import Path
from typing import IO, Any

EXCEL_ROWS = 1_048_576  # of a sheet; what comes after them Excel would not have, without a word
CHUNK = 500  # rows fetched at a time while a large file is written
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Table:
    """Columns and rows of plain values (text, numbers, dates, None)."""

    title: str
    columns: Sequence[str]
    rows: Iterable[Sequence[Any]]
    notes: tuple[str, Sequence[str]] = ("", ())  # a sheet of its own in Excel: its name and lines


class Kind(StrEnum):
    """How a column's values are shown."""

    TEXT = "text"
    COUNT = "count"
    PERCENT = "percent"  # a whole number of per cent: 73 is shown as «73 %»
    POINTS = "points"
    DATE = "date"
    MOMENT = "moment"


FORMATS = {
    Kind.COUNT: "#,##0",
    Kind.PERCENT: '0" %"',
    Kind.POINTS: "0.##",
    Kind.DATE: "dd.mm.yyyy",
    Kind.MOMENT: "dd.mm.yyyy hh:mm",
}
NUMBERS = frozenset({Kind.COUNT, Kind.PERCENT, Kind.POINTS})


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its key in JSON, its header for people, its kind."""

    key: str
    title: str
    kind: Kind = Kind.TEXT


Rows = Iterable[Sequence[Any]] | AsyncIterator[Sequence[Any]]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table of a book. `rows` may come one by one, also from the database: they are read once."""

    title: str
    columns: Sequence[Column]
    rows: Rows


@dataclass(slots=True)
class Book:
    """A report ready to be written."""

    name: str
    title: str
    as_of: datetime
    sheets: Sequence[Sheet]
    facts: Sequence[tuple[str, str]] = ()  # filters and years, as a person reads them
    definitions: Sequence[tuple[str, str]] = ()  # what a word or a number means
    remarks: Sequence[str] = ()  # what to know before showing it to somebody
    document: Any = field(default=None)  # the same as JSON, with the lists behind the numbers
    lists: Callable[[], Awaitable[Any]] | None = (
        None  # reads that document, where the lists are many; see `told`
    )

    @property
    def main(self) -> Sheet:
        """The sheet that the report is about."""
        return self.sheets[0]

    @property
    def json(self) -> Any:
        """The document; where the report has no shape of its own, its rows by keys of columns. Where its lists have yet
        to be read, ask `told`."""
        if self.lists is not None:
            raise TypeError("the lists behind this report come from the database")
        if self.document is not None:
            return self.document
        keys = [column.key for column in self.main.columns]
        return [dict(zip(keys, row, strict=True)) for row in plain_rows(self.main)]


def plain_rows(sheet: Sheet) -> Iterable[Sequence[Any]]:
    """Rows that can be read at once; those of the database must be `drawn` or `written` first."""
    if isinstance(sheet.rows, AsyncIterator):
        raise TypeError("these rows come from the database")
    return sheet.rows


def book_csv(book: Book) -> bytes:
    """The main sheet of a report as CSV."""
    sheet = book.main
    return to_csv(Table(sheet.title, [column.title for column in sheet.columns], plain_rows(sheet)))


def write_xlsx(
    book: Book, target: Path | IO[bytes], words: tuple[str, str], most: int = EXCEL_ROWS - 1
) -> int:
    """Write a report row by row: memory does not grow with the rows. How many rows were written.

    `words`: the name of the sheet of definitions, and what «as of» is called there; `most` rows of a sheet below its head.
    """
    import xlsxwriter

    made = xlsxwriter.Workbook(
        target if not isinstance(target, Path) else str(target),
        {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "remove_timezone": True,
        },
    )
    styles = {kind: made.add_format({"num_format": form, "valign": "top"}) for kind, form in FORMATS.items()}
    styles[Kind.TEXT] = made.add_format({"text_wrap": True, "valign": "top"})
    head = made.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
    written = 0
    taken: set[str] = set()
    for sheet in book.sheets:
        for part in _parts(sheet, most):
            written += _write_sheet(made, part, _unlike(_sheet_name(part.title), taken), styles, head)
    page = made.add_worksheet(_unlike(_sheet_name(words[0]), taken))
    page.set_column(0, 0, 40)
    page.set_column(1, 1, 90)
    page.write_string(0, 0, book.title, head)
    page.write_string(1, 0, words[1], styles[Kind.TEXT])
    page.write_datetime(1, 1, book.as_of.replace(tzinfo=None), styles[Kind.MOMENT])
    lines = [*book.facts, *book.definitions, *(("!", remark) for remark in book.remarks)]
    for number, (term, meaning) in enumerate(lines, start=2):
        page.write_string(number, 0, term, styles[Kind.TEXT])
        page.write_string(number, 1, meaning[:32_000], styles[Kind.TEXT])
    made.close()
    return written


async def written(
    book: Book, write: Callable[[Book], int], noted: Callable[[int], None] | None = None
) -> int:
    """Let `write` have a book beside the running loop; what it returned.

    Rows that come from the database are fetched in small chunks while the file is written, so memory does not grow
    with them; their transaction must stay open until this returns. `noted` hears how many have been fetched.
    """
    loop = asyncio.get_running_loop()
    sheets = [Sheet(s.title, s.columns, _pulled(s.rows, loop, noted)) for s in book.sheets]
    return await asyncio.to_thread(write, replace(book, sheets=sheets))


def _pulled(
    rows: Rows, loop: asyncio.AbstractEventLoop, noted: Callable[[int], None] | None
) -> Iterator[Sequence[Any]]:
    if not isinstance(rows, AsyncIterator):
        yield from rows
        return

    async def chunk() -> list[Sequence[Any]]:
        found: list[Sequence[Any]] = []
        async for row in rows:
            found.append(row)
            if len(found) == CHUNK:
                break
        return found

    count = 0
    while True:
        found = asyncio.run_coroutine_threadsafe(chunk(), loop).result()
        yield from found
        count += len(found)
        if noted is not None:
            noted(count)
        if len(found) < CHUNK:
            return


async def first_rows(book: Book, most: int) -> list[Sequence[Any]]:
    """The beginning of the main sheet: for pages."""
    rows = book.main.rows
    if not isinstance(rows, AsyncIterator):
        return list(islice(rows, most))
    found: list[Sequence[Any]] = []
    async for row in rows:
        found.append(row)
        if len(found) == most:
            break
    return found


async def drawn(book: Book, *, whole: bool = True) -> Book:
    """The same book with all its rows in memory: for pages and small files. Not `whole`: with its main sheet only."""
    sheets = [
        Sheet(
            s.title, s.columns, [row async for row in s.rows] if isinstance(s.rows, AsyncIterator) else s.rows
        )
        for s in (book.sheets if whole else [book.main])
    ]
    return replace(book, sheets=sheets)


async def told(book: Book) -> Any:
    """What a report says as JSON, with the lists behind its numbers."""
    return await book.lists() if book.lists is not None else (await drawn(book, whole=False)).json


def _parts(sheet: Sheet, most: int) -> Iterator[Sheet]:
    """The sheet, and further ones for the rows that it does not hold."""
    rows = iter(plain_rows(sheet))
    yield replace(sheet, rows=islice(rows, most))
    for row in rows:
        yield replace(sheet, rows=chain([row], islice(rows, most - 1)))


def _write_sheet(book: Any, sheet: Sheet, name: str, styles: dict[Kind, Any], head: Any) -> int:
    page = book.add_worksheet(name)
    page.freeze_panes(1, 1)
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    page.repeat_rows(0)
    for index, column in enumerate(sheet.columns):
        wide = column.kind is Kind.TEXT
        page.set_column(index, index, 36 if index == 0 or (wide and index == 1) else 24 if wide else 14)
        page.write_string(0, index, column.title, head)
    number = 0
    kinds = [column.kind for column in sheet.columns]
    for number, row in enumerate(plain_rows(sheet), start=1):
        for index, value in enumerate(row):
            if value is not None:
                _write_cell(page, (number, index), value, kinds[index], styles)
    if sheet.columns:
        page.autofilter(0, 0, number, len(sheet.columns) - 1)
    return number


def _write_cell(page: Any, cell: tuple[int, int], value: Any, kind: Kind, styles: dict[Kind, Any]) -> None:
    if isinstance(value, datetime):
        page.write_datetime(*cell, value, styles[Kind.MOMENT])
    elif isinstance(value, date):
        page.write_datetime(*cell, datetime(value.year, value.month, value.day), styles[Kind.DATE])  # noqa: DTZ001
    elif isinstance(value, bool | int | float):
        page.write_number(*cell, value, styles[kind if kind in NUMBERS else Kind.COUNT])
    else:
        page.write_string(*cell, str(value)[:32_000], styles[Kind.TEXT])


def _unlike(name: str, taken: set[str]) -> str:
    """A name that no other sheet has: Excel refuses two alike."""
    result, copy = name, 1
    while result.casefold() in taken:
        copy += 1
        result = f"{name[:27]} ({copy})"
    taken.add(result.casefold())
    return result


def to_csv(table: Table) -> bytes:
    """Semicolons, a byte order mark and decimal commas, as a Russian Excel opens it (it takes «1.5» for a day of May);
    text that looks like a formula is quoted."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";")
    writer.writerow(table.columns)
    for row in table.rows:
        writer.writerow([_plain(value) for value in row])
    return out.getvalue().encode("utf-8-sig")


def _plain(value: Any) -> Any:
    if isinstance(value, str) and value.startswith(_FORMULA):
        return f"'{value}"
    if isinstance(value, float):
        return str(value).replace(".", ",")
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    return value.isoformat() if isinstance(value, date) else value


def to_xlsx(table: Table) -> bytes:
    """A sheet with a frozen header, a filter and native dates and numbers, in constant memory."""
    import xlsxwriter

    out = io.BytesIO()
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "remove_timezone": True,
    }
    book = xlsxwriter.Workbook(out, options)
    sheet = book.add_worksheet(_sheet_name(table.title))
    head = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
    day = book.add_format({"num_format": "dd.mm.yyyy"})
    moment = book.add_format({"num_format": "dd.mm.yyyy hh:mm"})
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    sheet.freeze_panes(1, 1)
    for index, title in enumerate(table.columns):
        sheet.set_column(index, index, 36 if index == 0 else 16)
        sheet.write_string(0, index, title, head)
    number = 0
    for number, row in enumerate(table.rows, start=1):
        for index, value in enumerate(row):
            if isinstance(value, datetime):
                sheet.write_datetime(number, index, value, moment)
            elif isinstance(value, date):
                sheet.write_datetime(number, index, datetime(value.year, value.month, value.day), day)  # noqa: DTZ001
            elif isinstance(value, bool | int | float):
                sheet.write_number(number, index, value)
            elif value is not None:
                sheet.write_string(number, index, str(value)[:32_000], wrap)
    if table.columns:
        sheet.autofilter(0, 0, number, len(table.columns) - 1)
    name, lines = table.notes
    if lines:
        below = book.add_worksheet(_sheet_name(name))
        below.set_column(0, 0, 100)
        for number, line in enumerate(lines):
            below.write_string(number, 0, line, wrap)
    book.close()
    return out.getvalue()


def _sheet_name(title: str) -> str:
    return "".join(c for c in title if c not in "[]:*?/\\'")[:31] or "Vekha"
