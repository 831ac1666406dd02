"""Events: inviting, who comes, the list of the day."""

import secrets
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request
from fastapi.responses import Response

from admin.auth import Visitor
from admin.forms import Form, read_form, sent
from domain import events
from domain.actor import Role
from domain.broadcasts import Segment
from domain.errors import Forbidden
from domain.policy import Permission

closed = APIRouter()


class EventForm(Form):
    """What, when, where; to schools and curators of one's places."""

    title: str
    day: date
    begins: time
    minutes: int = 60
    where: str = ""
    about: str = ""
    key: str


class MarkForm(Form):
    """Whether somebody came."""

    person: int
    came: bool


@closed.get("/events")
async def event_list(visit: Visitor) -> Response:
    """Events of one's places, and the form of a new one."""
    if not visit.may(Permission.OVERRULE):
        raise Forbidden
    async with visit.read() as tx:
        rows = await events.event_list(tx)
    return visit.page("events/list.html", rows=rows, key=secrets.token_urlsafe(12))


@closed.post("/events")
async def create(visit: Visitor, request: Request) -> Response:
    """Invite; the key makes a second press harmless."""
    if not visit.may(Permission.OVERRULE):
        raise Forbidden
    form = read_form(EventForm, await sent(request))
    starts_at = datetime.combine(form.day, form.begins, ZoneInfo(visit.actor.timezone))
    ends_at = starts_at + timedelta(minutes=min(form.minutes, 24 * 60))
    spec = events.EventSpec(form.title, starts_at, ends_at, form.where, form.about)
    segment = Segment(roles=(Role.SCHOOL_HEAD, Role.SCHOOL_MEMBER, Role.CURATOR))
    async with visit.write() as tx:
        key = f"panel:{visit.actor.person_id}:{form.key}"
        made = await events.create(tx, spec, segment, request_key=key)
    return visit.go(f"/events/{made.id}", "resolved")


@closed.get("/events/{event_id}")
async def card(visit: Visitor, event_id: int) -> Response:
    """The list of the day and the code to show."""
    async with visit.read() as tx:
        found = await events.guests(tx, event_id)
    return visit.page("events/card.html", found=found, event=found.event)


@closed.post("/events/{event_id}/mark")
async def mark(visit: Visitor, request: Request, event_id: int) -> Response:
    """Somebody came, or did not."""
    form = read_form(MarkForm, await sent(request))
    async with visit.write() as tx:
        await events.mark(tx, event_id, form.person, came=form.came)
    return visit.go(f"/events/{event_id}", "resolved")


@closed.post("/events/{event_id}/cancel")
async def cancel(visit: Visitor, event_id: int) -> Response:
    """It does not take place."""
    async with visit.write() as tx:
        await events.cancel(tx, event_id)
    return visit.go(f"/events/{event_id}", "resolved")
