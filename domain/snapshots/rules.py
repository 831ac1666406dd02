"""Snapshots of reports and what changed between two of them. Pure."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from domain.errors import N_, DomainError
from domain.tables import Book, Column, Kind, Sheet

MOST = 20_000  # rows of a snapshot


class TooLarge(DomainError):
    """More rows than a snapshot keeps."""

    sentence = N_("This report has more than %(most)s rows. Narrow it down, then keep it.")


class Change(NamedTuple):
    """A row of two snapshots: its names, and (was, is) of every number."""

    key: tuple[str, ...]
    numbers: Sequence[tuple[Any, Any]]

    @property
    def differs(self) -> bool:
        """Whether any number changed, or the row came or went."""
        return any(was != now for was, now in self.numbers)


def document_of(book: Book, rows: Sequence[Sequence[Any]]) -> dict[str, Any]:
    """What is kept: columns, rows and remarks as plain values. Raises TooLarge."""
    if len(rows) > MOST:
        raise TooLarge(most=MOST)
    plain = [[v.isoformat() if isinstance(v, date | datetime) else v for v in row] for row in rows]
    columns = [[column.key, column.title, column.kind.value] for column in book.main.columns]
    facts = [list(fact) for fact in book.facts]
    return {"columns": columns, "rows": plain, "remarks": list(book.remarks), "facts": facts}


def book_of(name: str, title: str, taken_at: datetime, document: dict[str, Any]) -> Book:
    """The kept report as a book again: shown and taken away as on that day."""
    columns = [Column(key, header, Kind(kind)) for key, header, kind in document["columns"]]
    rows = [
        [
            date.fromisoformat(value[:10])
            if isinstance(value, str) and column.kind in (Kind.DATE, Kind.MOMENT)
            else value
            for column, value in zip(columns, row, strict=True)
        ]
        for row in document["rows"]
    ]
    facts = [(str(a), str(b)) for a, b in document["facts"]]
    sheets = [Sheet(title, columns, rows)]
    return Book(name, title, taken_at, sheets, facts, (), document["remarks"])


def compare(before: dict[str, Any], after: dict[str, Any]) -> tuple[list[str], list[Change]]:
    """(headers of the numbers, rows) of two snapshots of one report: matched by their words, in the order of the newer."""
    numbers = [c for c in after["columns"] if c[2] in ("count", "percent", "points")]
    shared = [c for c in numbers if c[0] in {old[0] for old in before["columns"]}]
    was, now = _keyed(before, [c[0] for c in shared]), _keyed(after, [c[0] for c in shared])
    nothing = [None] * len(shared)
    changes = [
        Change(key, list(zip(was.get(key, nothing), now.get(key, nothing), strict=True)))
        for key in [*now, *(key for key in was if key not in now)]
    ]
    return [c[1] for c in shared], changes


def _keyed(document: dict[str, Any], keys: Sequence[str]) -> dict[tuple[str, ...], list[Any]]:
    columns = [c[0] for c in document["columns"]]
    words = [index for index, c in enumerate(document["columns"]) if c[2] == "text"][:3] or [0]
    found: dict[tuple[str, ...], list[Any]] = {}
    for row in document["rows"]:
        key = tuple(str(row[index] if row[index] is not None else "") for index in words)
        while key in found:  # rows that are called the same: told apart by their order
            key = (*key, "·")
        found[key] = [row[columns.index(k)] for k in keys]
    return found
