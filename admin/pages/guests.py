"""«Пригласить ещё»: a further circle or one person joins those who are invited to an event."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from starlette.datastructures import FormData

from admin import circles
from admin.auth import Visitor
from admin.circles import CircleForm
from admin.forms import Choice, Filters, read_form, refusal, sent
from admin.page import Visit
from domain import audiences, events
from domain.audiences import Preview, Segment

closed = APIRouter()


class MoreForm(CircleForm):
    """A further circle, or one person found by name."""

    person: Choice = None
    go: str = "look"
    sure: bool = False

    def circle(self) -> Segment:
        """Whom it means."""
        return Segment(person_ids=(self.person,)) if self.person is not None else self.segment()


class FindQuery(Filters):
    """A part of a name or of a school's name."""

    find: str = ""


async def _page(
    visit: Visit, event_id: int, *, find: str = "", kept: FormData | None = None, problem: str = ""
) -> Response:
    async with visit.read() as tx:
        event = await events.event(tx, event_id)
        circle = await circles.choices(tx, visit, kept)
        found = await audiences.find(tx, find)
        fresh = await events.not_invited(tx, event, found)
    return visit.page(
        "events/more.html",
        status=422 if problem else 200,
        event=event,
        circle=circle,
        find=find,
        found=found,
        fresh=fresh,
        problem=problem,
    )


@closed.get("/events/{event_id}/invite")
async def choose(visit: Visitor, event_id: int, query: Annotated[FindQuery, Query()]) -> Response:
    """Whom else?"""
    return await _page(visit, event_id, find=query.find[:80])


@closed.post("/events/{event_id}/invite")
async def invite(visit: Visitor, request: Request, event_id: int) -> Response:
    """A look at whom it adds, then the inviting; who is invited already gets nothing again."""
    raw = await sent(request)
    try:
        form = read_form(MoreForm, raw)
        if form.go == "invite" and (form.person or form.sure or not circles.asks_twice(visit, form)):
            async with visit.write() as tx:
                await events.invite(tx, event_id, form.circle())
            return visit.go(f"/events/{event_id}", "invited")
        return await _look(visit, event_id, form)
    except (events.AllInvited, events.EventOver, audiences.NobodyToWrite) as error:
        return await _page(visit, event_id, kept=raw, problem=visit.say.error(refusal(error)))


async def _look(visit: Visit, event_id: int, form: MoreForm) -> Response:
    async with visit.read() as tx:
        event = await events.event(tx, event_id)
        found = await audiences.preview(tx, form.circle())
        added = await events.not_invited(tx, event, found.recipients)
        has_begun = event.starts_at <= tx.now
    return visit.page(
        "events/more_preview.html",
        event=event,
        hidden=[(n, v) for n, v in circles.plain_fields(form) if n not in ("go", "sure")],
        preview=Preview(added, found.unreachable, found.empty_schools),
        known=len(found.recipients) - len(added),
        has_begun=has_begun,
        asks_twice=form.go == "invite",
    )
