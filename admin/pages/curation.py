"""The curators' log: what was done, by week and line by line, and as a table to take away."""

import asyncio
from datetime import date, timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import BeforeValidator

from admin.auth import Visitor
from admin.forms import Choice, Filters, Form, read_form, refusal, sent
from admin.log_sheet import ENTRIES, Record, as_docx, as_xlsx, record
from admin.page import Visit
from admin.pages.audit import Day
from admin.tables import attachment, export
from domain import curation, progress, schools
from domain.curation import NoteKind
from domain.errors import N_, DomainError, Forbidden
from domain.files import MIME
from domain.policy import Permission

closed = APIRouter()

PERIOD = timedelta(days=55)  # eight weeks
SHOWN = 200
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
    format: Annotated[
        Literal["", "csv", "docx", "xlsx"],
        BeforeValidator(lambda value: value if value in ("csv", "docx", "xlsx") else ""),
    ] = ""


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
        at = tx.now if filters.format else None  # only a file bears the hour: the page is kept
    if filters.format and at is not None:
        school = next((s.name for s in every if s.id == filters.school), "")
        found = record(visit, entries, (first, last), at, school)
        return await _file(visit, found, filters.format)
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


async def _file(visit: Visit, found: Record, kind: str) -> Response:
    """The record as a file: Word and Excel with the weeks, CSV with the lines alone."""
    if kind == "csv":
        return export(found.lines, "csv", "curators")
    if kind == "docx":
        body = await asyncio.to_thread(as_docx, found)
    else:
        words = visit.say("Definitions"), visit.say("As of")
        body = await asyncio.to_thread(as_xlsx, found, words)
    name = f"{found.title} {found.first:%d.%m.%Y}-{found.last:%d.%m.%Y}.{kind}"
    return Response(body, media_type=MIME[kind], headers=attachment(name))


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
