"""Broadcasts: to whom, the look at who will get it, a trial on oneself, sending. What comes of it: deliveries.py."""

import asyncio
import secrets
from datetime import date, datetime, time
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from markupsafe import Markup
from pydantic import field_validator
from starlette.datastructures import FormData, UploadFile

from admin import circles
from admin.auth import Visitor
from admin.circles import CircleForm
from admin.forms import Choice, Filters, read_form, refusal
from admin.page import Visit
from admin.words import ROLES
from domain import audiences, broadcasts, people
from domain.broadcasts import Ask, BroadcastFile, Extras
from domain.db import Tx
from domain.errors import N_, DomainError, Forbidden
from domain.files import check_evidence
from domain.policy import Permission

closed = APIRouter()

COMPOSE = "/broadcasts/new"
MOST = broadcasts.MAX_FILES * broadcasts.MAX_FILE_MB * 1024 * 1024 + 1024 * 1024  # bytes of the form
FILE_TYPES = frozenset({"pdf", "docx", "xlsx", "xls", "rtf", "pptx", "jpg", "png"})
PICTURES = frozenset({"jpg", "png"})
ASKS = {
    Ask.READ: N_("“I have read it”"),
    Ask.COMING: N_("“I will come / I cannot”"),
    Ask.NOTHING: N_("no question"),
}


class BroadcastForm(CircleForm):
    """A message and its circle; `go` is empty for the look before sending."""

    text: str
    ask: Ask = Ask.READ
    link_label: str = ""
    link_url: str = ""
    file_ids: list[int] = []  # noqa: RUF012 — a pydantic default is copied
    starts_on: date | None = None
    hour: Choice = None
    sure: bool = False
    name: str = ""
    key: str = ""
    go: str = ""

    @field_validator("starts_on", mode="before")
    @classmethod
    def _no_day(cls, value: object) -> object:
        return None if value == "" else value

    def starts_at(self, zone: str) -> datetime | None:
        """The moment to begin, by the author's clock; nothing for at once."""
        if self.starts_on is None:
            return None
        return datetime.combine(self.starts_on, time(min(max(self.hour or 9, 9), 19)), ZoneInfo(zone))

    def extras(self) -> Extras:
        """What goes with the words."""
        return Extras(self.ask, self.link_label, self.link_url, tuple(self.file_ids), tuple(self.groups))


class StartQuery(Filters):
    """Where one came from: the measure that was not handed in, a school, a saved circle."""

    measure: Choice = None
    school: Choice = None
    saved: Choice = None


@closed.get("/broadcasts")
async def broadcast_list(visit: Visitor) -> Response:
    """Messages sent from one's places."""
    if not visit.may(Permission.BROADCAST):
        raise Forbidden
    async with visit.read() as tx:
        found = await broadcasts.broadcast_rows(tx)
        names = await people.person_names(tx, [row.broadcast.author_id for row in found])
    rows = [(row, names.get(row.broadcast.author_id or 0, "")) for row in found]
    return visit.page("broadcasts/list.html", rows=rows)


async def _compose(visit: Visit, kept: FormData | None, problem: str = "") -> Response:
    if not visit.may(Permission.BROADCAST):
        raise Forbidden
    async with visit.read() as tx:
        circle = await circles.choices(tx, visit, kept)
        files = await _kept_files(tx, kept)
    return visit.page(
        "broadcasts/compose.html",
        status=422 if problem else 200,
        circle=circle,
        kept=circle["kept"],
        asks=ASKS,
        files=files,
        words=[broadcasts.spoken(word, visit.say.language) for word in broadcasts.VARIABLES.values()],
        key=secrets.token_urlsafe(12),
        limit=broadcasts.MAX_TEXT,
        most_files=broadcasts.MAX_FILES,
        most_mb=broadcasts.MAX_FILE_MB,
        problem=problem,
    )


async def _kept_files(tx: Tx, kept: FormData | None) -> list[BroadcastFile]:
    ids = [int(id_) for id_ in map(str, kept.getlist("file_ids") if kept else []) if id_.isdecimal()]
    try:
        return list(await broadcasts.own_files(tx, ids))
    except DomainError:
        return []


@closed.get(COMPOSE)
async def compose(visit: Visitor, query: Annotated[StartQuery, Query()]) -> Response:
    """Write a message and choose its circle."""
    kept: circles.Fields = []
    if query.saved:
        async with visit.read() as tx:
            kept = circles.fields_of((await audiences.saved(tx, query.saved)).circle)
    kept += [(n, str(v)) for n, v in (("measure", query.measure), ("school", query.school)) if v]
    if kept and not query.saved:
        kept += [("roles", "school_head"), ("roles", "school_member")]
    return await _compose(visit, FormData(kept) if kept else None)


@closed.post(COMPOSE)
async def preview_or_send(visit: Visitor, request: Request) -> Response:
    """First a look at who will get it; then what its button says. The key makes a second press harmless."""
    if not visit.may(Permission.BROADCAST):
        raise Forbidden
    raw = await request.form(max_files=broadcasts.MAX_FILES + 1, max_fields=2000, max_part_size=64 * 1024)
    note = ""
    try:
        form = read_form(BroadcastForm, raw)
        form.file_ids += await _put_aside(visit, raw)
        raw = FormData(circles.plain_fields(form))
        if form.go == "edit":
            return await _compose(visit, raw)
        if form.go == "send" and (form.sure or not circles.asks_twice(visit, form)):
            return visit.go(f"/broadcasts/{await _send(visit, form)}", "queued")
        note = await _aside(visit, form)
        return await _preview(visit, form, note)
    except DomainError as error:
        return await _compose(visit, raw, visit.say.error(refusal(error)))


async def _send(visit: Visit, form: BroadcastForm) -> int:
    async with visit.write() as tx:
        broadcast = await broadcasts.send(
            tx,
            form.text,
            form.segment(),
            request_key=f"panel:{visit.actor.person_id}:{form.key}",
            starts_at=form.starts_at(visit.actor.timezone),
            extras=form.extras(),
        )
    return broadcast.id


async def _aside(visit: Visit, form: BroadcastForm) -> str:
    """What is done beside sending: a trial on oneself, keeping the circle. The line that says so."""
    if form.go == "test":
        async with visit.write() as tx:
            key = f"panel:{secrets.token_urlsafe(9)}"
            await broadcasts.test(tx, form.text, form.segment(), extras=form.extras(), key=key)
        return visit.say("A trial is on its way to your chat.")
    if form.go == "save":
        async with visit.write() as tx:
            await audiences.save(tx, form.name, form.segment())
        return visit.say("The circle is saved: it stands above the next message.")
    return ""


async def _preview(visit: Visit, form: BroadcastForm, note: str) -> Response:
    segment = form.segment()
    text, _ = broadcasts.check(form.text, segment, form.extras())
    async with visit.read() as tx:
        preview = await audiences.preview(tx, segment)
        values = await broadcasts.example(tx, segment, next(iter(preview.recipients), None))
        circle = await circles.choices(tx, visit, FormData(circles.plain_fields(form)))
        files = await broadcasts.own_files(tx, form.file_ids)
    shown = {k: visit.say.date(v) if isinstance(v, date) else v for k, v in values.items()}
    return visit.page(
        "broadcasts/preview.html",
        form=form,
        hidden=[(n, v) for n, v in circles.plain_fields(form) if n not in ("go", "sure", "name")],
        text=Markup(broadcasts.to_html(text, shown)),  # noqa: S704 - escaped by to_html, which knows five tags
        preview=preview,
        circle=circle,
        files=files,
        roles=[ROLES[role] for role in form.roles],
        ask=ASKS[form.ask],
        note=note,
        asks_twice=form.go == "send",
        starts_at=form.starts_at(visit.actor.timezone),
    )


async def _put_aside(visit: Visit, raw: FormData) -> list[int]:
    """Files of the form, checked, durable, and put aside for this author."""
    found = [f for f in raw.getlist("files") if isinstance(f, UploadFile) and f.filename]
    ids = []
    for file in found:
        name = (file.filename or "").replace("\\", "/").rsplit("/", 1)[-1]
        data = await file.read()
        kind = await asyncio.to_thread(
            check_evidence, name, data, allowed=FILE_TYPES, max_mb=broadcasts.MAX_FILE_MB
        )
        stored = await visit.panel.files.keep(data)
        async with visit.write() as tx:
            kept = await broadcasts.keep_file(tx, stored, name=name, photo=kind in PICTURES)
        ids.append(kept.id)
    return ids


@closed.post("/broadcasts/circles/{audience_id}/remove")
async def remove_circle(visit: Visitor, audience_id: int) -> Response:
    """Forget a saved circle."""
    async with visit.write() as tx:
        await audiences.remove_saved(tx, audience_id)
    return visit.go(COMPOSE, "noted")


def shown(text: str, values: dict[str, Any] | None = None) -> Markup:
    """The words of a broadcast as they look."""
    return Markup(broadcasts.to_html(text, values or {}))  # noqa: S704 - escaped by to_html
