"""The curators' log: what was done, by week and line by line, and as a table to take away."""

from datetime import date, timedelta
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from admin.auth import Visitor
from admin.forms import Choice, Filters, Form, read_form, refusal, sent
from admin.page import Visit
from admin.pages.audit import Day
from admin.tables import Format, export
from domain import curation, progress, schools
from domain.curation import Entry, EntryKind, NoteKind
from domain.errors import N_, DomainError, Forbidden
from domain.policy import Permission
from domain.tables import Table

closed = APIRouter()

PERIOD = timedelta(days=55)  # eight weeks
SHOWN = 200
ENTRIES = {
    EntryKind.CONFIRMED: N_("confirmed"),
    EntryKind.RETURNED: N_("returned"),
    EntryKind.ASKED: N_("asked"),
    EntryKind.ANSWERED: N_("answered"),
    EntryKind.MEETING: N_("meeting"),
    EntryKind.CONSULTATION: N_("consultation"),
    EntryKind.VISIT: N_("visit"),
}
NOTES = {
    NoteKind.MEETING: N_("Meeting"),
    NoteKind.CONSULTATION: N_("Consultation"),
    NoteKind.VISIT: N_("Visit"),
}


class LogFilters(Filters):
    """Whose log, about which school, of which days."""

    person: Choice = None
    school: Choice = None
    since: Day = None
    until: Day = None
    format: Format = ""


class NoteForm(Form):
    """A meeting, consultation or visit."""

    school: int
    kind: NoteKind
    on: date
    line: str = ""


def _require(visit: Visit) -> None:
    if not (visit.may(Permission.REVIEW) or visit.may(Permission.OVERRULE)):
        raise Forbidden


@closed.get("/curation")
async def log_page(visit: Visitor, filters: Annotated[LogFilters, Query()]) -> Response:
    """Activity by week, the most silent first; below it the lines."""
    _require(visit)
    return await _page(visit, filters)


async def _page(
    visit: Visit, filters: LogFilters, problem: str = "", kept: NoteForm | None = None
) -> Response:
    async with visit.read() as tx:
        today = progress.today(tx)
        last = filters.until or today
        first = filters.since or last - PERIOD
        if (last - first).days > 400 or first > last:
            first = last - PERIOD
        entries = await curation.log(
            tx, first=first, last=last, person_id=filters.person, school_id=filters.school
        )
        rows = await curation.activity(tx, first=first, last=last)
        own = await curation.my_schools(tx)
        every = [row.school for row in await schools.school_list(tx)]
    if filters.format:
        return export(_table(visit, entries), filters.format, "curators")
    return visit.page(
        "curation/log.html",
        status=422 if problem else 200,
        entries=entries[:SHOWN],
        hidden=max(0, len(entries) - SHOWN),
        rows=rows,
        filters=filters,
        first=first,
        last=last,
        today=today,
        kinds=ENTRIES,
        notes=NOTES,
        schools=every,
        noting=every if visit.may(Permission.OVERRULE) else own,
        problem=problem,
        kept=kept,
    )


def _table(visit: Visit, entries: list[Entry]) -> Table:
    say = visit.say
    columns = [
        say("Day"),
        say("Curator"),
        say("School"),
        say("What was done"),
        say("Measure"),
        say("Comment"),
    ]
    return Table(
        say("Curator's log"),
        columns,
        [[e.day, e.person, e.school, say(ENTRIES[e.kind]), e.measure, e.line] for e in entries],
    )


@closed.post("/curation")
async def add_note(visit: Visitor, request: Request) -> Response:
    """Note what happened outside the system."""
    _require(visit)
    raw, form = await sent(request), None
    try:
        form = read_form(NoteForm, raw)
        async with visit.write() as tx:
            await curation.note(tx, form.school, form.kind, form.on, form.line)
    except DomainError as error:
        return await _page(visit, LogFilters(), visit.say.error(refusal(error)), form)
    return visit.go("/curation", "noted")


@closed.post("/curation/{note_id}/remove")
async def remove_note(visit: Visitor, note_id: int) -> Response:
    """Take one's own note back."""
    _require(visit)
    async with visit.write() as tx:
        await curation.remove_note(tx, note_id)
    return visit.go("/curation", "saved")
