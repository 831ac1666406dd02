"""What can be taken away and for how long: kinds of files, the words of filters, the life of a long export."""

import hashlib
import io
import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any, NamedTuple

from domain.accounts import Filters
from domain.actor import Grant
from domain.errors import N_, DomainError
from domain.tables import Book, Sheet, book_csv, plain_rows, write_xlsx
from domain.texts import Texts

PACK = "pack"  # the one thing beside reports: a pack of evidence
PAPER = "paper"  # what such an export is called; its filters name the paper and the plan
PAPER_STEPS = 2  # the facts are gathered, the file is written
LIFE = timedelta(days=3)  # how long a made file can be fetched
PACK_LIFE = timedelta(days=1)  # a pack holds files that may have to be removed
LARGE = 3000  # schools from which a report with a line for each is written in the background
LEASE = timedelta(seconds=90)  # after which an export that nobody touches is taken for broken off
BEAT = 20  # seconds between two touches of one that is being written
MOST_ATTEMPTS = 3
ORPHAN = timedelta(days=1)  # after which a file of the folder that no export names leaves it
FOLDER = "made"  # inside the store of files
KEPT_ROWS = 300  # of a page of a very large place
FRESH = timedelta(minutes=15)  # how old the numbers of such a page may be
WANTED = timedelta(days=2)  # how long they are counted anew after somebody looked
AT_ONCE = 20  # exports of one person that may wait or be kept


class Format(StrEnum):
    """A kind of file."""

    XLSX = "xlsx"
    CSV = "csv"
    DOCX = "docx"
    PDF = "pdf"
    ZIP = "zip"


class State(StrEnum):
    """The life of a long export."""

    WAITING = "waiting"
    RUNNING = "running"
    READY = "ready"
    FAILED = "failed"
    GONE = "gone"  # its days are over


STATES = {
    State.WAITING: N_("in the queue"),
    State.RUNNING: N_("being written"),
    State.READY: N_("ready"),
    State.FAILED: N_("did not work out, please ask again"),
    State.GONE: N_("removed: its days are over"),
}


RUNNING = frozenset({State.WAITING, State.RUNNING})


class TooManyExports(DomainError):
    """One person asks for very much."""

    sentence = N_("You have %(n)s exports already. Please fetch them or wait until they go.")


class ExportGone(DomainError):
    """It is not there (any more)."""

    sentence = N_("This file is gone. Please ask for it again.")


class Made(NamedTuple):
    """A finished file."""

    path: Path
    rows: int
    size: int


def file_name(title: str, kind: str, at: datetime) -> str:
    """«Кто не сдал 2022-04-18.xlsx»: without what file systems refuse."""
    clean = re.sub(r'[\\/:*?"<>|\x00-\x1f]+', " ", title)
    return f"{' '.join(clean.split())[:80]} {at:%Y-%m-%d}.{kind}"


def words(say: Texts) -> tuple[str, str]:
    """How the sheet of definitions and its first line are called."""
    return say("Definitions"), say("As of")


def write(book: Book, kind: Format, target: Path, say: Texts) -> int:
    """Write a book as a file; blocking, to be called in a thread. How many rows."""
    if kind is Format.XLSX:
        return write_xlsx(book, target, words(say))
    rows = list(plain_rows(book.main))
    main = Sheet(book.main.title, book.main.columns, rows)
    target.write_bytes(book_csv(Book(book.name, book.title, book.as_of, [main])))
    return len(rows)


def as_bytes(book: Book, kind: Format, say: Texts) -> bytes:
    """A small book in memory."""
    if kind is Format.CSV:
        return book_csv(book)
    out = io.BytesIO()
    write_xlsx(book, out, words(say))
    return out.getvalue()


def scope_of(grants: Iterable[Grant]) -> str:
    """Where somebody may look, as a short text: a file made for other places is not theirs any more."""
    return hashlib.sha256(repr(sorted(grants)).encode()).hexdigest()[:32]


def key_of(scope: str, what: str, given: Mapping[str, Any]) -> str:
    """What tells the kept numbers of one page from all others."""
    plain = sorted((key, str(value)) for key, value in given.items() if str(value))
    return hashlib.sha256(repr((scope, what, plain)).encode()).hexdigest()


def asked(filters: Filters) -> dict[str, Any]:
    """Filters as an export keeps them: only those that were given."""
    empty = Filters()
    names = {name: getattr(filters, name) for name in Filters.__slots__}
    return {n.removesuffix("_id"): v for n, v in names.items() if v != getattr(empty, n)}
