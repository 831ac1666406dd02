"""Требует внимания: updates that were given up, messages of which nobody knows whether they arrived, and troubles of
the installation itself.

The queues know no regions, so everything here is narrowed to people whom the regional coordinator sees.
"""

from typing import NamedTuple

from fastapi import APIRouter, Request
from fastapi.responses import Response

from admin.auth import Visitor
from admin.forms import Form, read_form, sent
from admin.page import Visit
from admin.words import DELIVERY, MESSAGES
from domain import alarms, audit, calendars, chase, inbox, obligations, outbox, people
from domain.actor import Place
from domain.db import Tx
from domain.errors import Forbidden, NotFound
from domain.policy import Permission, holders

closed = APIRouter()


class ResolveForm(Form):
    """A person's word on a doubtful message."""

    arrived: bool


class Doubtful(NamedTuple):
    """What needs a look, with the people whom it concerns."""

    messages: list[tuple[outbox.OutboxMessage, str]]
    updates: list[tuple[inbox.InboxUpdate, str]]


def _require(visit: Visit) -> None:
    if not visit.may(Permission.REGISTER):
        raise Forbidden


def _place(visit: Visit) -> Place:
    return visit.actor.places(*holders(Permission.REGISTER))[0]


async def _doubtful(tx: Tx) -> Doubtful:
    known = {row.person.id: row.person for row in await people.person_list(tx)}
    chats = {person.telegram_id: person.name for person in known.values() if person.telegram_id}
    messages = [
        (message, known[message.person_id].name)
        for message in await outbox.attention(tx)
        if message.person_id in known
    ]
    updates = [(update, chats[update.lane]) for update in await inbox.dead(tx) if update.lane in chats]
    return Doubtful(messages, updates)


@closed.get("/attention")
async def attention(visit: Visitor) -> Response:
    """Both lists."""
    _require(visit)
    async with visit.read() as tx:
        found = await _doubtful(tx)
        ringing = await alarms.ringing(tx)
        own = await chase.own_silences(tx)
        asked = await obligations.waiting_waivers(tx)
        missing = await calendars.missing_year(tx, _place(visit).region_id or 0)
    return visit.page(
        "attention/list.html",
        messages=found.messages,
        updates=found.updates,
        alarms=[(alarm, trouble_text(visit, alarm)) for alarm in ringing],
        own=own,
        asked=asked,
        missing_year=missing,
        delivery_words=DELIVERY,
        message_words=MESSAGES,
    )


def trouble_text(visit: Visit, alarm: alarms.Alarm) -> str:
    """What is wrong and what to do about it."""
    match alarm.trouble:
        case alarms.Trouble.CLOCK:
            minutes = round(abs(alarm.details.get("ahead", 0)) / 60)
            wrong = visit.say.n(
                "The clock of this computer is wrong by %(n)s minute.",
                "The clock of this computer is wrong by %(n)s minutes.",
                minutes,
            )
            rest = visit.say("Set it right: until then digests wait, and nothing leaves at a wrong time.")
        case alarms.Trouble.TOKEN:
            wrong = visit.say("Telegram does not know the token of the bot any more.")
            rest = visit.say(
                "Take a new one from @BotFather and run: vekha token set. Nothing is lost meanwhile."
            )
        case alarms.Trouble.RIVAL:
            wrong = visit.say("Another program asks Telegram for messages with the token of this bot.")
            rest = visit.say("Stop one of the two: until then messages of people come late.")
    return f"{wrong} {rest}"


@closed.post("/attention/messages/{message_id}")
async def resolve(visit: Visitor, request: Request, message_id: int) -> Response:
    """It arrived, or it is sent once more."""
    _require(visit)
    form = read_form(ResolveForm, await sent(request))
    async with visit.write() as tx:
        if message_id not in [message.id for message, _ in (await _doubtful(tx)).messages]:
            raise NotFound
        await outbox.resolve(tx, message_id, arrived=form.arrived)
        audit.record(
            tx,
            "message.arrived" if form.arrived else "message.again",
            "message",
            message_id,
            _place(visit),
        )
    return visit.go("/attention", "resolved")


@closed.post("/attention/updates/{update_id}")
async def revive(visit: Visitor, update_id: int) -> Response:
    """Try an update once more."""
    _require(visit)
    async with visit.write() as tx:
        if update_id not in [update.id for update, _ in (await _doubtful(tx)).updates]:
            raise NotFound
        await inbox.revive(tx, update_id)
        audit.record(tx, "update.again", "update", update_id, _place(visit))
    return visit.go("/attention", "resolved")
