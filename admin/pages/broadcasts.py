"""Broadcasts: to whom, the look at who will get it, sending, and what became of each message."""

import secrets
from collections.abc import Awaitable, Callable
from datetime import date, datetime, time
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import field_validator
from starlette.datastructures import FormData

from admin.auth import Visitor
from admin.forms import Choice, Filters, Form, read_form, refusal, sent
from admin.page import Visit
from admin.tables import Format, export
from admin.words import DELIVERY, ROLES, SCHOOL_STATUS
from domain import broadcasts, people, programme, roadmaps, schools
from domain.actor import Role
from domain.db import Tx, WriteTx
from domain.errors import DomainError, Forbidden
from domain.policy import Permission
from domain.schools import SchoolStatus
from domain.tables import Table

closed = APIRouter()
# To whom one writes from where one stands: downwards, and the head of a school to its curator.
ADDRESSEES = {
    Role.REGIONAL_COORDINATOR: (
        Role.SCHOOL_HEAD,
        Role.SCHOOL_MEMBER,
        Role.CURATOR,
        Role.MUNICIPAL_COORDINATOR,
    ),
    Role.MUNICIPAL_COORDINATOR: (Role.SCHOOL_HEAD, Role.SCHOOL_MEMBER, Role.CURATOR),
    Role.CURATOR: (Role.SCHOOL_HEAD, Role.SCHOOL_MEMBER),
    Role.SCHOOL_HEAD: (Role.SCHOOL_MEMBER, Role.CURATOR),
}


class BroadcastForm(Form):
    """A message and its circle; `go` is empty for the look before sending."""

    text: str
    roles: list[Role] = []  # noqa: RUF012 — a pydantic default is copied
    municipality: Choice = None
    cohort: Choice = None
    measure: Choice = None
    school: Choice = None
    late_days: Choice = None
    status: SchoolStatus | None = None
    except_schools: list[int] = []  # noqa: RUF012
    starts_on: date | None = None
    hour: Choice = None
    sure: bool = False
    key: str = ""
    go: str = ""

    @field_validator("status", "starts_on", mode="before")
    @classmethod
    def _empty(cls, value: object) -> object:
        return None if value == "" else value

    def starts_at(self, zone: str) -> datetime | None:
        """The moment to begin, by the author's clock; nothing for at once."""
        if self.starts_on is None:
            return None
        return datetime.combine(self.starts_on, time(min(max(self.hour or 9, 9), 19)), ZoneInfo(zone))

    def segment(self) -> broadcasts.Segment:
        """The circle for the domain."""
        return broadcasts.Segment(
            roles=tuple(self.roles),
            municipality_id=self.municipality,
            cohort_id=self.cohort,
            measure_id=self.measure,
            school_ids=(self.school,) if self.school else (),
            late_days=self.late_days,
            status=self.status,
            except_school_ids=tuple(self.except_schools),
        )


class DoForm(Form):
    """What to do with a broadcast that has been queued."""

    do: Literal["cancel", "pause", "resume", "remind", "repeat"]


class StartQuery(Filters):
    """Where one came from: the measure that was not handed in, or a school."""

    measure: Choice = None
    school: Choice = None


class ListQuery(Filters):
    """The list as a page or a file."""

    format: Format = ""


@closed.get("/broadcasts")
async def broadcast_list(visit: Visitor) -> Response:
    """Messages sent from one's places."""
    if not visit.may(Permission.BROADCAST):
        raise Forbidden
    async with visit.read() as tx:
        found = await broadcasts.broadcast_list(tx)
        names = await people.person_names(tx, [b.author_id for b in found])
    return visit.page("broadcasts/list.html", rows=[(b, names.get(b.author_id or 0, "")) for b in found])


async def _names(tx: Tx, measure_id: int | None, school_id: int | None) -> tuple[str, str]:
    found = await roadmaps.measure(tx, measure_id) if measure_id else None
    measure = f"{found.number or ''} {roadmaps.short(found.title, 90)}".strip() if found else ""
    school = (await schools.school(tx, school_id, Permission.BROADCAST)).name if school_id else ""
    return measure, school


async def _compose(
    visit: Visit, *, measure: int | None, school: int | None, kept: FormData | None = None, problem: str = ""
) -> Response:
    if not visit.may(Permission.BROADCAST):
        raise Forbidden
    addressees = {role for own in visit.actor.roles() for role in ADDRESSEES.get(own, ())}
    async with visit.read() as tx:
        measure_name, school_name = await _names(tx, measure, school)
        municipalities = await schools.municipalities(tx)
        cohorts = await programme.cohorts(tx)
        known = await schools.school_list(tx, permission=Permission.BROADCAST)
    return visit.page(
        "broadcasts/compose.html",
        status=422 if problem else 200,
        measure=measure,
        measure_name=measure_name,
        school=school,
        school_name=school_name,
        municipalities=municipalities,
        cohorts=cohorts,
        statuses=SCHOOL_STATUS,
        schools=known,
        spared=set(kept.getlist("except_schools")) if kept else set(),
        roles={role: ROLES[role] for role in ROLES if role in addressees},
        chosen=set(kept.getlist("roles")) if kept else set(),
        kept=kept or {},
        key=secrets.token_urlsafe(12),
        limit=broadcasts.MAX_TEXT,
        problem=problem,
    )


@closed.get("/broadcasts/new")
async def compose(visit: Visitor, query: Annotated[StartQuery, Query()]) -> Response:
    """Write a message and choose its circle."""
    return await _compose(visit, measure=query.measure, school=query.school)


def _whole(raw: FormData, name: str) -> int | None:
    value = str(raw.get(name, ""))
    return int(value) if value.isdecimal() and len(value) < 12 else None


@closed.post("/broadcasts/new")
async def preview_or_send(visit: Visitor, request: Request) -> Response:
    """First a look at who will get it; with `go`, the sending. The key makes a second press harmless."""
    if not visit.may(Permission.BROADCAST):
        raise Forbidden
    raw = await sent(request)
    try:
        form = read_form(BroadcastForm, raw)
        if raw.get("go") == "send" and (form.sure or not _asks_twice(visit, form)):
            async with visit.write() as tx:
                broadcast = await broadcasts.send(
                    tx,
                    form.text,
                    form.segment(),
                    request_key=f"panel:{visit.actor.person_id}:{form.key}",
                    starts_at=form.starts_at(visit.actor.timezone),
                )
            return visit.go(f"/broadcasts/{broadcast.id}", "queued")
        if raw.get("go") == "edit":
            return await _compose(visit, measure=form.measure, school=form.school, kept=raw)
        text = broadcasts.check_text(form.text)
        async with visit.read() as tx:
            preview = await broadcasts.preview(tx, form.segment())
            measure_name, school_name = await _names(tx, form.measure, form.school)
    except DomainError as error:
        return await _compose(
            visit,
            measure=_whole(raw, "measure"),
            school=_whole(raw, "school"),
            kept=raw,
            problem=visit.say.error(refusal(error)),
        )
    return visit.page(
        "broadcasts/preview.html",
        form=form,
        text=text,
        preview=preview,
        measure_name=measure_name,
        school_name=school_name,
        roles=[ROLES[role] for role in form.roles],
        asks_twice=raw.get("go") == "send",
        starts_at=form.starts_at(visit.actor.timezone),
    )


def _asks_twice(visit: Visit, form: BroadcastForm) -> bool:
    """A message to a whole region is sent by a second press only."""
    is_regional = Role.REGIONAL_COORDINATOR in visit.actor.roles()
    return is_regional and not form.segment().narrows_schools


@closed.post("/broadcasts/{broadcast_id}")
async def act(visit: Visitor, request: Request, broadcast_id: int) -> Response:
    """Stop it, go on, remind those who have not read it, repeat what is in doubt."""
    form = read_form(DoForm, await sent(request))
    acts: dict[str, Callable[[WriteTx, int], Awaitable[object]]] = {
        "cancel": broadcasts.cancel,
        "pause": broadcasts.pause,
        "resume": broadcasts.resume,
        "remind": broadcasts.remind,
        "repeat": broadcasts.repeat_doubtful,
    }
    async with visit.write() as tx:
        await acts[form.do](tx, broadcast_id)
    return visit.go(f"/broadcasts/{broadcast_id}", "resolved")


@closed.get("/broadcasts/{broadcast_id}")
async def broadcast_page(visit: Visitor, broadcast_id: int, query: Annotated[ListQuery, Query()]) -> Response:
    """One message with what became of it for each person."""
    async with visit.read() as tx:
        view = await broadcasts.broadcast(tx, broadcast_id)
    counts: dict[str, int] = {}
    for delivery in view.deliveries:
        counts[delivery.message.state] = counts.get(delivery.message.state, 0) + 1
    if query.format:
        return export(_table(visit, view), query.format, f"broadcast-{broadcast_id}")
    return visit.page("broadcasts/card.html", view=view, counts=counts, delivery_words=DELIVERY)


def _table(visit: Visit, view: broadcasts.BroadcastView) -> Table:
    say = visit.say
    rows = [
        [
            delivery.person.name,
            say(DELIVERY[delivery.message.state]),
            say("yes") if delivery.message.acknowledged_at else "",
        ]
        for delivery in view.deliveries
    ]
    return Table(say("Broadcast"), [say("Name"), say("State"), say("Has read")], rows)
