"""The register: a list of schools uploaded, looked through row by row, and only then brought in."""

import asyncio
from collections.abc import Sequence
from typing import Annotated, NamedTuple

from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import Field, StringConstraints
from starlette.datastructures import FormData, UploadFile

from admin.auth import Visitor
from admin.documents import MAX_DOCUMENT
from admin.forms import Form, read_form, refusal, sent
from admin.page import Visit
from admin.words import REFUSED
from domain import documents, register, schools
from domain.actor import Place
from domain.db import Tx
from domain.errors import N_, DomainError, Forbidden, InvalidInput
from domain.files import StoredFile
from domain.policy import TABLE, Permission

closed = APIRouter()
UPLOAD = "/schools/import"
SHOWN = 300  # rows of one preview; the counts above are of all

# What a column was taken for (the meanings of domain.register).
COLUMNS = {
    "number": N_("Number"),
    "full_name": N_("Full name"),
    "short_name": N_("Short name"),
    "municipality": N_("Municipality"),
    "region": N_("Region"),
    "federal_login": N_("Login"),
    "status": N_("Status"),
    "cohort": N_("Cohort"),
    "mentor": N_("Mentor school"),
    "mentor_short": N_("Mentor school"),
    "distance_km": N_("Distance to the mentor, km"),
    "social_index": N_("Index of social well-being"),
    "schools_total": N_("Number of schools"),
}
# The roadmaps' sentences speak of roadmaps.
UNREAD = REFUSED | {
    "unsupported": N_("Files of this kind are not read. Send the list as .xlsx, .csv or .docx."),
    "wrong_type": N_("The file is not what its name says. Save the list as .xlsx, .csv or .docx."),
    "no_table": N_("There is no table in this file. Send it as a table: .xlsx, .csv or .docx."),
}
STATES = {
    "new": N_("new"),
    "known": N_("known"),
    "doubt": N_("please look"),
    "problem": N_("not imported"),
}
LOOKS = {"new": "s-confirmed", "known": "s-later", "doubt": "s-soon", "problem": "s-overdue"}


class Unread(DomainError):
    """A file that is no register; `reason` says why and what to do."""

    sentence = UNREAD["no_table"]


def unread(error: documents.DocumentRefused) -> Unread:
    """Why a list could not be read and what to send instead, whatever the list is of."""
    return Unread(reason=documents.sentence_of(error) or UNREAD[error.code], **error.params)


class RegisterForm(Form):
    """The list and what it does not say; `sha256` stands for a file that was sent a step before."""

    sha256: Annotated[str, StringConstraints(pattern=r"^([0-9a-f]{64})?$")] = ""
    name: Annotated[str, StringConstraints(max_length=255)] = ""
    region: Annotated[str, StringConstraints(max_length=200)] = ""
    municipality: Annotated[str, StringConstraints(max_length=200)] = ""
    cohort: Annotated[str, StringConstraints(max_length=100)] = ""
    # What a person takes each column for, in their order; of the file sent a step before.
    role: Annotated[list[str], Field(default_factory=list)]


class Line(NamedTuple):
    """A row of the preview."""

    row: register.RegisterRow
    state: str
    remarks: list[str]


async def _regions(tx: Tx, visit: Visit) -> list[str]:
    """Regions whose register one keeps, by name."""
    places = {
        Place(grant.place.region_id)
        for grant in visit.actor.grants
        if Permission.REGISTER in TABLE[grant.role]
    }
    return sorted(name.name for name in (await schools.place_names(tx, places)).values())


async def _upload_page(visit: Visit, *, kept: FormData | None = None, problem: str = "") -> Response:
    async with visit.read() as tx:
        regions = await _regions(tx, visit)
    return visit.page(
        "register/upload.html",
        status=422 if problem else 200,
        regions=regions,
        kept=kept or {},
        problem=problem,
        limit=MAX_DOCUMENT,
    )


def _allowed(visit: Visit) -> None:
    if not visit.may(Permission.REGISTER):
        raise Forbidden


@closed.get(UPLOAD)
async def upload_page(visit: Visitor) -> Response:
    """Choose a list."""
    _allowed(visit)
    return await _upload_page(visit)


async def _file(visit: Visit, raw: FormData, form: RegisterForm) -> tuple[StoredFile, bytes, str]:
    """The list: fresh from the form, or the one that was sent a step before. Raises InvalidInput."""
    file = raw.get("file")
    if isinstance(file, UploadFile) and file.filename:
        form.role.clear()  # another list has columns of its own
        data = await file.read(MAX_DOCUMENT + 1)
        if len(data) > MAX_DOCUMENT:
            raise Unread(reason=REFUSED["too_large"], limit=MAX_DOCUMENT // 1024 // 1024)
        return await visit.panel.files.keep(data), data, file.filename.replace("\\", "/").rsplit("/", 1)[-1]
    path = visit.panel.files.path(form.sha256) if form.sha256 else None
    if path is None or not path.exists():
        raise InvalidInput(reason=N_("Choose a file first."))
    data = await asyncio.to_thread(path.read_bytes)
    return StoredFile(form.sha256, len(data)), data, form.name


async def _reading(data: bytes, name: str, roles: Sequence[str]) -> register.Reading:
    if not set(roles) <= {"", *COLUMNS}:
        raise InvalidInput
    chosen = [role or None for role in roles] or None
    try:
        grids = await asyncio.to_thread(documents.read_table, data, name)
        return await asyncio.to_thread(register.read, grids, chosen)
    except documents.DocumentRefused as error:
        raise unread(error) from None


def _form(raw: FormData) -> RegisterForm:
    return read_form(RegisterForm, FormData([(k, v) for k, v in raw.multi_items() if k != "file"]))


@closed.post(UPLOAD)
async def preview(visit: Visitor, request: Request) -> Response:
    """Read the list and show what would come of each row; nothing is kept but the file itself."""
    _allowed(visit)
    raw = await sent(request)
    try:
        form = _form(raw)
        file, data, name = await _file(visit, raw, form)
        reading = await _reading(data, name, form.role)
        async with visit.write() as tx:
            regions = await _regions(tx, visit)
            imported = await register.preview_register(
                tx, reading, region=form.region, municipality=form.municipality, cohort=form.cohort
            )
    except DomainError as error:
        return await _upload_page(visit, kept=raw, problem=visit.say.error(refusal(error)))
    lines = _lines(visit, reading, imported)
    return visit.page(
        "register/preview.html",
        form=form.model_copy(update={"sha256": file.sha256, "name": name}),
        reading=reading,
        imported=imported,
        regions=regions,
        columns=list(zip(reading.header, reading.meanings, strict=True)),
        meanings=COLUMNS,
        lines=lines[:SHOWN],
        more=max(len(lines) - SHOWN, 0),
        states=STATES,
        looks=LOOKS,
    )


def _lines(visit: Visit, reading: register.Reading, imported: register.Imported) -> list[Line]:
    """Rows with what is to be looked at first, then in the order of the list."""
    new = set(imported.new_rows)
    problems, doubts = _by_row(imported.problems), _by_row(imported.doubts)
    lines = []
    for row in reading.rows:
        at = (row.sheet, row.row)
        found = [*problems.get(at, []), *doubts.get(at, [])]
        state = "problem" if at in problems else "doubt" if at in doubts else "new" if at in new else "known"
        lines.append(Line(row, state, [visit.say(p.message, **p.params) for p in found]))
    order = ("problem", "doubt", "new", "known")
    return sorted(lines, key=lambda line: order.index(line.state))


def _by_row(problems: Sequence[register.Problem]) -> dict[tuple[str, int], list[register.Problem]]:
    found: dict[tuple[str, int], list[register.Problem]] = {}
    for problem in problems:
        found.setdefault((problem.sheet, problem.row), []).append(problem)
    return found


@closed.post(f"{UPLOAD}/confirm")
async def confirm(visit: Visitor, request: Request) -> Response:
    """Bring in the list that was looked through."""
    _allowed(visit)
    raw = await sent(request)
    try:
        form = _form(raw)
        _, data, name = await _file(visit, raw, form)
        reading = await _reading(data, name, form.role)
        async with visit.write() as tx:
            imported = await register.import_register(
                tx, reading, region=form.region, municipality=form.municipality, cohort=form.cohort
            )
    except DomainError as error:
        return await _upload_page(visit, kept=raw, problem=visit.say.error(refusal(error)))
    return visit.go("/schools", "registered", imported.added)
