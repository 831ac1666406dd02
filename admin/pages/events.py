"""Events: inviting, who comes, the list of the day."""

import secrets
from datetime import date, datetime, time, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from starlette.datastructures import FormData

from admin import circles
from admin.auth import Visitor
from admin.circles import CircleForm
from admin.forms import Filters, Form, read_form, refusal, sent
from admin.page import Visit
from admin.tables import Format, attachment, export
from domain import audiences, events, groups
from domain.errors import N_, DomainError, Forbidden
from domain.events import Answer, Attendance, EventKind
from domain.policy import Permission
from domain.tables import Table

closed = APIRouter()

KINDS = {
    EventKind.WEBINAR: N_("Webinar"),
    EventKind.SEMINAR: N_("Seminar"),
    EventKind.HOUR: N_("Coordinators' hour"),
    EventKind.MEETING: N_("Meeting"),
}
ANSWERS = {Answer.COMING: N_("will come"), Answer.NOT_COMING: N_("cannot come")}


class EventForm(CircleForm):
    """What, when, where, and whom."""

    kind: EventKind = EventKind.MEETING
    title: str
    day: date
    begins: time
    minutes: int = 60
    where: str = ""
    about: str = ""
    key: str
    go: str = "invite"
    sure: bool = False

    def spec(self, zone: str) -> events.EventSpec:
        """The event by the organiser's clock."""
        starts_at = datetime.combine(self.day, self.begins, ZoneInfo(zone))
        ends_at = starts_at + timedelta(minutes=min(self.minutes, 24 * 60))
        return events.EventSpec(self.title, starts_at, ends_at, self.where, self.about, self.kind)


class MarkForm(Form):
    """Whether somebody came."""

    person: int
    came: bool


class CardQuery(Filters):
    """The list of the day as a page or a file."""

    format: Format = ""


@closed.get("/events")
async def event_list(visit: Visitor) -> Response:
    """Events of one's places: those to come first."""
    if not visit.may(Permission.OVERRULE):
        raise Forbidden
    async with visit.read() as tx:
        rows = await events.event_list(tx)
        now = tx.now
    coming = sorted((e for e in rows if e.ends_at > now), key=lambda e: e.starts_at)
    return visit.page(
        "events/list.html", coming=coming, past=[e for e in rows if e.ends_at <= now], kinds=KINDS
    )


async def _compose(visit: Visit, kept: FormData | None, problem: str = "") -> Response:
    if not visit.may(Permission.OVERRULE):
        raise Forbidden
    async with visit.read() as tx:
        circle = await circles.choices(tx, visit, kept)
    return visit.page(
        "events/compose.html",
        status=422 if problem else 200,
        circle=circle,
        kept=circle["kept"],
        kinds=KINDS,
        key=secrets.token_urlsafe(12),
        problem=problem,
    )


@closed.get("/events/new")
async def compose(visit: Visitor, query: Annotated[circles.SavedQuery, Query()]) -> Response:
    """What, when, where, whom."""
    return await _compose(visit, await circles.begun(visit, query))


@closed.post("/events")
async def create(visit: Visitor, request: Request) -> Response:
    """A look at who is invited, then the inviting; the key makes a second press harmless."""
    if not visit.may(Permission.OVERRULE):
        raise Forbidden
    raw = await sent(request)
    try:
        form = read_form(EventForm, raw)
        if form.go == "edit":
            return await _compose(visit, raw)
        if form.go == "invite" and (form.sure or not circles.asks_twice(visit, form)):
            async with visit.write() as tx:
                key = f"panel:{visit.actor.person_id}:{form.key}"
                spec, segment = form.spec(visit.actor.timezone), form.segment()
                made = await events.create(tx, spec, segment, request_key=key, group_ids=form.groups)
            return visit.go(f"/events/{made.id}", "invited")
        return await _preview(visit, form)
    except DomainError as error:
        return await _compose(visit, raw, visit.say.error(refusal(error)))


async def _preview(visit: Visit, form: EventForm) -> Response:
    async with visit.read() as tx:
        preview = await audiences.preview(tx, form.segment())
        chats = [group for group in await groups.group_list(tx) if group.id in form.groups]
    return visit.page(
        "events/preview.html",
        form=form,
        spec=form.spec(visit.actor.timezone),
        hidden=[(n, v) for n, v in circles.plain_fields(form) if n not in ("go", "sure")],
        preview=preview,
        chats=chats,
        kinds=KINDS,
        asks_twice=form.go == "invite",
    )


@closed.get("/events/{event_id}")
async def card(visit: Visitor, event_id: int, query: Annotated[CardQuery, Query()]) -> Response:
    """The list of the day and the code to show."""
    async with visit.read() as tx:
        found = await events.guests(tx, event_id)
        now = tx.now
    if query.format:
        return export(_table(visit, found), query.format, f"event-{event_id}")
    declined = sum(guest.answer is Answer.NOT_COMING for guest, _ in found.guests)
    return visit.page(
        "events/card.html",
        found=found,
        event=found.event,
        kinds=KINDS,
        answers=ANSWERS,
        declined=declined,
        shows_kind=not _is_said(visit, found.event),
        has_begun=found.event.starts_at - timedelta(hours=2) <= now,
        is_over=found.event.ends_at <= now,
    )


def _is_said(visit: Visit, event: events.Event) -> bool:
    """Whether the title says already what sort of meeting it is."""
    kind = visit.say(KINDS[event.kind])
    return event.kind is EventKind.MEETING or kind.split(maxsplit=1)[0].casefold() in event.title.casefold()


def _table(visit: Visit, found: Attendance) -> Table:
    say = visit.say
    columns = [say("Name"), say("Place"), say("What they said"), say("Took part"), say("When")]
    rows = [
        [
            name,
            guest.place,
            say(ANSWERS[guest.answer]) if guest.answer else "",
            say("yes") if guest.came_at else say("no"),
            visit.local(guest.came_at),
        ]
        for guest, name in found.guests
    ]
    return Table(found.event.title, columns, rows)


@closed.get("/events/{event_id}/calendar")
async def calendar(visit: Visitor, event_id: int) -> Response:
    """The calendar file."""
    async with visit.read() as tx:
        body = await events.ics(tx, event_id)
    return Response(body, media_type="text/calendar", headers=attachment(f"event-{event_id}.ics"))


@closed.post("/events/{event_id}/mark")
async def mark(visit: Visitor, request: Request, event_id: int) -> Response:
    """Somebody came, or did not."""
    form = read_form(MarkForm, await sent(request))
    async with visit.write() as tx:
        await events.mark(tx, event_id, form.person, came=form.came)
    return visit.go(f"/events/{event_id}", anchor=f"g{form.person}")


@closed.post("/events/{event_id}/cancel")
async def cancel(visit: Visitor, event_id: int) -> Response:
    """It does not take place."""
    async with visit.write() as tx:
        await events.cancel(tx, event_id)
    return visit.go(f"/events/{event_id}", "resolved")
