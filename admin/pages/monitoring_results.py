"""Bringing results in: a table with columns of any name, looked through row by row, and only then kept."""

import asyncio
from typing import Annotated, NamedTuple

from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import StringConstraints
from starlette.datastructures import FormData, UploadFile

from admin.auth import Visitor
from admin.documents import MAX_DOCUMENT
from admin.forms import Choice, Form, read_form, refusal, sent
from admin.page import Visit
from admin.pages.register import Unread, unread
from admin.words import CLUSTERS, REFUSED
from domain import documents, marksheets, outcomes
from domain.errors import N_, DomainError, Forbidden, InvalidInput
from domain.files import StoredFile
from domain.policy import Permission

closed = APIRouter()
UPLOAD = "/monitoring/outcomes/import"
SHOWN = 300  # rows of one preview; the counts above are of all
ROLES = {
    "login": N_("Login"),
    "school": N_("School"),
    "municipality": N_("Municipality"),
    "procedure": N_("Procedure"),
    "year": N_("Year"),
    "cluster": N_("Cluster"),
    "below": N_("Below the threshold"),
    "share": N_("Below the threshold, per cent"),
    "passed": N_("Passed the threshold"),
    "passed_share": N_("Passed the threshold, per cent"),
    "participants": N_("Participants"),
    "number": N_("Number of pupils"),
    "mark": N_("Marks above the lowest"),
}


class ResultsForm(Form):
    """The table and what it does not say; `sha256` stands for a file that was sent a step before."""

    sha256: Annotated[str, StringConstraints(pattern=r"^([0-9a-f]{64})?$")] = ""
    name: Annotated[str, StringConstraints(max_length=255)] = ""
    year: Choice = None
    procedure: Annotated[str, StringConstraints(max_length=60)] = ""


class Received(NamedTuple):
    """A table with what was read in it."""

    form: ResultsForm
    reading: marksheets.Reading
    file: StoredFile


def _allowed(visit: Visit) -> None:
    if not visit.may(Permission.REGISTER):
        raise Forbidden


async def _upload_page(visit: Visit, *, kept: FormData | None = None, problem: str = "") -> Response:
    async with visit.read() as tx:
        known = await outcomes.known_procedures(tx)
    return visit.page(
        "monitoring/upload.html",
        status=422 if problem else 200,
        procedures=known,
        kept=kept or {},
        problem=problem,
        limit=MAX_DOCUMENT,
    )


@closed.get(UPLOAD)
async def upload_page(visit: Visitor) -> Response:
    """Choose a table."""
    _allowed(visit)
    return await _upload_page(visit)


async def _received(visit: Visit, raw: FormData) -> Received:
    """The table: fresh from the form, or the one that was sent a step before. Raises InvalidInput, Unread, NoResults."""
    form = read_form(ResultsForm, FormData([(k, v) for k, v in raw.multi_items() if k != "file"]))
    upload = raw.get("file")
    if isinstance(upload, UploadFile) and upload.filename:
        data = await upload.read(MAX_DOCUMENT + 1)
        if len(data) > MAX_DOCUMENT:
            raise Unread(reason=REFUSED["too_large"], limit=MAX_DOCUMENT // 1024 // 1024)
        file = await visit.panel.files.keep(data)
        name = upload.filename.replace("\\", "/").rsplit("/", 1)[-1][:255]
        form = form.model_copy(update={"sha256": file.sha256, "name": name})
    else:
        path = visit.panel.files.path(form.sha256) if form.sha256 else None
        if path is None or not path.exists():
            raise InvalidInput(reason=N_("Choose a file first."))
        data = await asyncio.to_thread(path.read_bytes)
        file = StoredFile(form.sha256, len(data))
    async with visit.read() as tx:
        known = await outcomes.known_procedures(tx)
    procedure = form.procedure if form.procedure in known else None
    try:
        grids = await asyncio.to_thread(documents.read_table, data, form.name)
    except documents.DocumentRefused as error:
        raise unread(error) from None
    reading = await asyncio.to_thread(
        marksheets.read, grids, procedure=procedure, year=form.year, known=known, name=form.name
    )
    return Received(form, reading, file)


@closed.post(UPLOAD)
async def preview(visit: Visitor, request: Request) -> Response:
    """Read the table and show what would come of it; nothing is kept but the file itself."""
    _allowed(visit)
    raw = await sent(request)
    try:
        form, reading, _ = await _received(visit, raw)
        async with visit.read() as tx:
            found = await marksheets.preview(tx, reading)
            known = await outcomes.known_procedures(tx)
    except DomainError as error:
        return await _upload_page(visit, kept=raw, problem=visit.say.error(refusal(error)))
    return visit.page(
        "monitoring/preview.html",
        form=form,
        reading=reading,
        matched=found.matched[:SHOWN],
        total=len(found.matched),
        schools=len({m.school.id for m in found.matched}),
        years=sorted({m.entry.year for m in found.matched}),
        problems=[(p, visit.say(p.message, **p.params)) for p in found.problems],
        doubts=[(d, visit.say(d.message, **d.params)) for d in reading.doubts],
        procedures=known,
        roles={role: visit.say(words) for role, words in ROLES.items()},
        clusters=CLUSTERS,
    )


@closed.post(f"{UPLOAD}/confirm")
async def confirm(visit: Visitor, request: Request) -> Response:
    """Bring in the table that was looked through; twice is once."""
    _allowed(visit)
    raw = await sent(request)
    try:
        form, reading, _ = await _received(visit, raw)
        async with visit.write() as tx:
            brought = await marksheets.bring_in(tx, reading, name=form.name)
    except DomainError as error:
        return await _upload_page(visit, kept=raw, problem=visit.say.error(refusal(error)))
    return visit.go("/monitoring/outcomes", "results_in", brought.changed)
