"""Messages and buttons of events: the invitation, the evening before, «не состоится»."""

from dataclasses import replace

from aiogram.filters.callback_data import CallbackData
from aiogram.types import InlineKeyboardButton

from bot.notice import Notice
from bot.ui import bold, button, safe
from domain import events, groups, people
from domain.db import Tx
from domain.errors import N_, NotFound
from domain.events import Answer, Event, EventKind, EventSpec, Guest
from domain.outbox import OutboxMessage
from domain.texts import Texts, texts

KINDS = {
    EventKind.WEBINAR: N_("Webinar"),
    EventKind.SEMINAR: N_("Seminar"),
    EventKind.HOUR: N_("Coordinators' hour"),
    EventKind.MEETING: N_("Meeting"),
}


class EventDo(CallbackData, prefix="ev"):
    """An invitation: coming, not_coming, ics, here."""

    do: str
    id: int


async def _mine(tx: Tx, message: OutboxMessage) -> tuple[Tx, Event, Guest] | None:
    mine = replace(tx, actor=await people.actor_by_id(tx, message.person_id or 0))
    try:
        return mine, *(await events.find_guest(mine, int(message.params["event_id"])))
    except NotFound:
        return None


async def invitation(tx: Tx, message: OutboxMessage, say: Texts) -> Notice | None:
    """What, when, where, and the question."""
    found = await _mine(tx, message)
    if found is None or found[1].cancelled_at is not None or found[1].starts_at <= tx.now:
        return None
    mine, event, guest = found
    return Notice(event_text(say, event, mine.actor.timezone), rows_of(say, event, guest))


async def reminder(tx: Tx, message: OutboxMessage, say: Texts) -> Notice | None:
    """The evening before; to those who have not declined."""
    found = await _mine(tx, message)
    if found is None or found[1].cancelled_at is not None or found[2].answer is Answer.NOT_COMING:
        return None
    mine, event, guest = found
    text = say("A reminder:") + "\n" + event_text(say, event, mine.actor.timezone)
    return Notice(text, rows_of(say, event, guest))


async def cancelled(tx: Tx, message: OutboxMessage, say: Texts) -> Notice | None:
    """It does not take place."""
    found = await _mine(tx, message)
    if found is None:
        return None
    mine, event, _ = found
    when = say.time(event.starts_at, mine.actor.timezone)
    return Notice(say("Does not take place: %(title)s, %(when)s.", title=event.title, when=when))


async def in_group(tx: Tx, message: OutboxMessage, say: Texts) -> Notice | None:
    """An event for everybody of a group: what, when, where; answers are given in private."""
    event = await events.announced(tx, int(message.params["event_id"]))
    group = await groups.find_by_id(tx, int(message.params["group_id"]))
    if event is None or group is None or event.cancelled_at is not None or event.starts_at <= tx.now:
        return None
    return Notice(event_text(say, event, await groups.timezone(tx, group)))


async def cancelled_in_group(tx: Tx, message: OutboxMessage, say: Texts) -> Notice | None:
    """It does not take place."""
    event = await events.announced(tx, int(message.params["event_id"]))
    group = await groups.find_by_id(tx, int(message.params["group_id"]))
    if event is None or group is None:
        return None
    when = say.time(event.starts_at, await groups.timezone(tx, group))
    return Notice(say("Does not take place: %(title)s, %(when)s.", title=event.title, when=when))


def event_text(say: Texts, event: Event | EventSpec, zone: str) -> str:
    """An event as its guests read it."""
    kind = say(KINDS[event.kind])
    lines = [f"📅 {bold(event.title)}"]
    when = say.time(event.starts_at, zone)
    is_said = event.kind is EventKind.MEETING or _says(event.title, kind)
    lines.append(when if is_said else f"{kind} · {when}")
    lines += [safe(part) for part in (event.where, event.about) if part]
    return "\n".join(lines)


def _says(title: str, kind: str) -> bool:
    """Whether the title says already what it is."""
    return kind.split(maxsplit=1)[0].casefold() in title.casefold()


def rows_of(say: Texts, event: Event, guest: Guest) -> tuple[tuple[InlineKeyboardButton, ...], ...]:
    """The buttons of an invitation as the guest has answered it."""
    plain = texts(say.language, escape=False)
    coming = ("✓ " if guest.answer is Answer.COMING else "") + plain("I will come")
    absent = ("✓ " if guest.answer is Answer.NOT_COMING else "") + plain("I cannot come")
    return (
        (
            button(coming, EventDo(do=Answer.COMING, id=event.id)),
            button(absent, EventDo(do=Answer.NOT_COMING, id=event.id)),
        ),
        (
            button(plain("Into my calendar"), EventDo(do="ics", id=event.id)),
            button(plain("I am here"), EventDo(do="here", id=event.id)),
        ),
    )
