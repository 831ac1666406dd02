"""The curators' log to take away: the record that the federal system asks for, line by line, and activity by week."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from admin.page import Visit
from domain import curation
from domain.curation import Entry, EntryKind
from domain.errors import N_
from domain.papers import Paper, to_docx
from domain.tables import Book, Column, Kind, Sheet, Table, write_xlsx

ENTRIES = {
    EntryKind.CONFIRMED: N_("confirmed"),
    EntryKind.RETURNED: N_("returned"),
    EntryKind.ASKED: N_("asked"),
    EntryKind.ANSWERED: N_("answered"),
    EntryKind.MEETING: N_("meeting"),
    EntryKind.CONSULTATION: N_("consultation"),
    EntryKind.VISIT: N_("visit"),
}


@dataclass(frozen=True, slots=True)
class Record:
    """What was done in some days, by whom; `facts` say whose record it is."""

    title: str
    first: date
    last: date
    as_of: datetime
    facts: Sequence[tuple[str, str]]
    lines: Table
    weeks: Table


def record(
    visit: Visit, entries: Sequence[Entry], days: tuple[date, date], as_of: datetime, school: str = ""
) -> Record:
    """The record of these entries, the oldest first as in a journal kept by hand."""
    say, (first, last) = visit.say, days
    names = sorted({entry.person for entry in entries if entry.person})
    period = say("from %(start)s to %(due)s", start=say.date(first, year=True), due=say.date(last, year=True))
    facts = [(say("Period"), period)]
    facts += [(say("Curator") if len(names) == 1 else say("Curators"), ", ".join(names))] if names else []
    facts += [(say("School"), school)] if school else []
    facts.append((say("In all"), str(len(entries))))
    return Record(
        title=say("School curator's log") if len(names) < 2 else say("Curators' log"),
        first=first,
        last=last,
        as_of=as_of,
        facts=facts,
        lines=_lines(visit, entries),
        weeks=_weeks(visit, entries, first, last),
    )


def _lines(visit: Visit, entries: Sequence[Entry]) -> Table:
    say = visit.say
    columns = [
        say("Day"),
        say("Curator"),
        say("School"),
        say("What was done"),
        say("Measure"),
        say("Comment"),
    ]
    rows = [[e.day, e.person, e.school, say(ENTRIES[e.kind]), e.measure, e.line] for e in reversed(entries)]
    return Table(say("Line by line"), columns, rows)


def _weeks(visit: Visit, entries: Sequence[Entry], first: date, last: date) -> Table:
    """Each curator's weeks, the oldest first; silent ones stand there with noughts."""
    say = visit.say
    mine: dict[str, list[Entry]] = {}
    for entry in entries:
        mine.setdefault(entry.person, []).append(entry)
    rows: list[list[Any]] = []
    for person in sorted(mine):
        for week in reversed(curation.by_week(mine[person], first, last)):
            sunday = week.monday + timedelta(days=6)
            span = f"{say.short(week.monday)} – {say.short(sunday)}"
            rows.append([person, span, week.decisions, week.answers, week.notes, week.total])
    columns = [
        say("Curator"),
        say("Week"),
        say("Decisions with a comment"),
        say("Asked and answered"),
        say("Meetings, consultations, visits"),
        say("In all"),
    ]
    return Table(say("Activity by week"), columns, rows)


def as_docx(found: Record) -> bytes:
    """The record on paper, with a place for a signature."""
    lines = [f"{name}: {value}" for name, value in found.facts]
    return to_docx(Paper(found.title, lines, [found.lines, found.weeks], ["", "____________________"]))


def as_xlsx(found: Record, words: tuple[str, str]) -> bytes:
    """The record as sheets with native dates and numbers."""
    out = io.BytesIO()
    book = Book("curators", found.title, found.as_of, [_sheet(found.lines), _sheet(found.weeks)], found.facts)
    write_xlsx(book, out, words)
    return out.getvalue()


def _sheet(table: Table) -> Sheet:
    rows = list(table.rows)
    kinds = [_kind(rows, index) for index in range(len(table.columns))]
    columns = [
        Column(str(n), title, kind) for n, (title, kind) in enumerate(zip(table.columns, kinds, strict=True))
    ]
    return Sheet(table.title, columns, rows)


def _kind(rows: Sequence[Sequence[Any]], index: int) -> Kind:
    value = rows[0][index] if rows else None
    if isinstance(value, date):
        return Kind.DATE
    return Kind.COUNT if isinstance(value, int) else Kind.TEXT
