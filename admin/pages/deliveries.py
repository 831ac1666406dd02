"""What comes of a broadcast: its progress, a report per person, answers to it, what can still be done."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import FileResponse, Response
from pydantic import BeforeValidator

from admin.auth import Visitor
from admin.forms import Filters, Form, read_form, sent
from admin.page import Visit
from admin.pages.broadcasts import shown
from admin.tables import Format, attachment, export
from admin.words import DELIVERY
from domain import broadcasts
from domain.broadcasts import BroadcastView, Delivery, Reply
from domain.db import WriteTx
from domain.errors import N_, NotFound
from domain.outbox import OutboxState
from domain.tables import Table

closed = APIRouter()

REPLIES = {Reply.COMING: N_("will come"), Reply.NOT_COMING: N_("cannot come")}
MISSED = frozenset({OutboxState.BLOCKED, OutboxState.FAILED, OutboxState.EXPIRED, OutboxState.CANCELLED})
Show = Annotated[
    Literal["", "read", "silent", "missed", "doubt"],
    BeforeValidator(lambda value: value if value in ("read", "silent", "missed", "doubt") else ""),
]
AGAIN, AGAIN_LARGE = 4, 20  # seconds between looks at a broadcast that is on its way
DRAWN = 500  # people on the page; all of them are in the file


class CardQuery(Filters):
    """Which people, and as a page or a file."""

    show: Show = ""
    format: Format = ""


COUNTED = {"remind": "reminded", "repeat": "repeated"}


class DoForm(Form):
    """What to do with a broadcast that has been queued."""

    do: Literal["cancel", "pause", "resume", "remind", "repeat"]


class LetterForm(Form):
    """A word back to a reader."""

    person: int
    text: str


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
        done = await acts[form.do](tx, broadcast_id)
    if form.do in COUNTED and isinstance(done, int):
        return visit.go(f"/broadcasts/{broadcast_id}", COUNTED[form.do], done)
    return visit.go(f"/broadcasts/{broadcast_id}", "resolved")


def _fits(delivery: Delivery, show: str) -> bool:
    state = delivery.message.state
    if show == "read":
        return delivery.read_at is not None
    if show == "silent":
        return state == OutboxState.SENT and delivery.read_at is None
    if show == "missed":
        return state in MISSED
    return show == "" or state == OutboxState.UNKNOWN


@closed.get("/broadcasts/{broadcast_id}")
async def broadcast_page(visit: Visitor, broadcast_id: int, query: Annotated[CardQuery, Query()]) -> Response:
    """One message with what became of it for each person; it looks again by itself while it is on its way."""
    async with visit.read() as tx:
        view = await broadcasts.broadcast(tx, broadcast_id)
        threads = await broadcasts.threads(tx, broadcast_id)
        files = await broadcasts.files_of(tx, broadcast_id)
        now = tx.now
    rows = [delivery for delivery in view.deliveries if _fits(delivery, query.show)]
    if query.format:
        return export(_table(visit, view, rows), query.format, f"broadcast-{broadcast_id}")
    found = view.broadcast
    is_waiting = found.starts_at is not None and found.starts_at > now
    answer = visit.page(
        "broadcasts/card.html",
        view=view,
        text=shown(found.text),
        rows=rows[:DRAWN],
        more=max(0, len(rows) - DRAWN),
        show=query.show,
        tabs={show: sum(_fits(d, show) for d in view.deliveries) for show in TABS},
        tab_words=TABS,
        counts=view.counts,
        delivery_words=DELIVERY,
        reply_words=REPLIES,
        threads=threads,
        files=files,
        is_waiting=is_waiting,
    )
    if view.under_way and found.paused_at is None and not is_waiting:
        answer.headers["Refresh"] = str(AGAIN if len(view.deliveries) <= DRAWN else AGAIN_LARGE)
    return answer


TABS = {
    "": N_("everybody"),
    "read": N_("have answered or read it"),
    "silent": N_("have not read it"),
    "missed": N_("did not get it"),
    "doubt": N_("in doubt"),
}


def _table(visit: Visit, view: BroadcastView, rows: list[Delivery]) -> Table:
    say = visit.say
    columns = [
        say("Name"),
        say("Place"),
        say("State"),
        say("Sent at"),
        say("Has read"),
        say("What they said"),
        say("Why"),
    ]
    return Table(
        say("Broadcast"),
        columns,
        [
            [
                delivery.person.name,
                delivery.place,
                say(DELIVERY[delivery.message.state]),
                visit.local(delivery.message.sent_at),
                visit.local(delivery.read_at),
                say(REPLIES[delivery.answer]) if delivery.answer else "",
                (delivery.message.error or "") if delivery.message.state != OutboxState.SENT else "",
            ]
            for delivery in rows
        ],
    )


@closed.get("/broadcasts/{broadcast_id}/files/{file_id}")
async def file(visit: Visitor, broadcast_id: int, file_id: int) -> Response:
    """A file that went with a broadcast, to be saved."""
    async with visit.read() as tx:
        await broadcasts.broadcast(tx, broadcast_id)
        found = next((f for f in await broadcasts.files_of(tx, broadcast_id) if f.id == file_id), None)
    if found is None:
        raise NotFound
    path = visit.panel.files.path(found.sha256)
    return FileResponse(path, media_type="application/octet-stream", headers=attachment(found.name))


@closed.post("/broadcasts/{broadcast_id}/letters")
async def write_back(visit: Visitor, request: Request, broadcast_id: int) -> Response:
    """Answer a reader; it comes to them in the chat."""
    form = read_form(LetterForm, await sent(request))
    async with visit.write() as tx:
        await broadcasts.write_letter(tx, broadcast_id, form.person, form.text)
    return visit.go(f"/broadcasts/{broadcast_id}", "passed_on", anchor="answers")
