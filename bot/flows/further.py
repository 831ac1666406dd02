"""«Пригласить ещё»: a further circle or one person joins those who are invited to an event."""

from typing import Any

from aiogram.types import CallbackQuery, Message

from bot import whom
from bot.days import when_it_leaves
from bot.flows.organising import show_card
from bot.flows.writing import missed_lines
from bot.identity import Expecting
from bot.presses_news import EventCard, EventMore
from bot.routes import Routes
from bot.talk import Talk
from bot.ui import Expects, Row, Screen, bold, button, safe
from domain import audiences, events
from domain.audiences import Segment
from domain.db import Tx
from domain.errors import NotFound

router = Routes("further")

FIND = "event_person"  # the next text is a part of somebody's name or school
FOUND = 6  # people offered to choose from


@router.callback_query(EventMore.filter())
async def more(query: CallbackQuery, callback_data: EventMore, talk: Talk) -> None:
    """Whom else, a look at who that adds, and they are invited."""
    id_, who = callback_data.id, callback_data.who
    if callback_data.do == "invite":
        async with talk.db.write(talk.actor) as tx:
            n = await events.invite(tx, id_, await _segment(tx, who))
        said = talk.plain.n("Invited: %(n)s person.", "Invited: %(n)s people.", n)
        await talk.answer(f"{said} {when_it_leaves(talk)}".strip())
        await show_card(talk, id_)
        return
    async with talk.db.read(talk.actor) as tx:
        event = await events.event(tx, id_)
        if callback_data.do == "find":
            text = talk.say("Write a part of the name or of the school.")
            back: Row = [button(talk.plain("‹ Back"), EventMore(id=id_))]
            screen = Screen(text, [back], Expects(FIND, {"event": id_}))
        elif _is_meant(who):
            screen = await _look(tx, talk, event, who)
        else:
            screen = await _choose(tx, talk, event, who)
    await talk.show(screen)


def _is_meant(who: str) -> bool:
    return whom.is_chosen(who) or (who.startswith("p") and who[1:].isdecimal())


async def _segment(tx: Tx, who: str) -> Segment:
    if not _is_meant(who):
        raise NotFound
    if who.startswith("p"):
        return Segment(person_ids=(int(who[1:]),))
    return await whom.segment(tx, who)


async def _choose(tx: Tx, talk: Talk, event: events.Event, at: str) -> Screen:
    rows = await whom.rows(tx, talk, lambda who: EventMore(id=event.id, who=who), at)
    if "." not in at:
        rows.append([button(talk.plain("One person…"), EventMore(id=event.id, do="find"))])
        rows.append([button(talk.plain("‹ Back"), EventCard(id=event.id))])
    return Screen(bold(event.title) + "\n" + talk.say("Whom else do you invite?"), rows)


async def _look(tx: Tx, talk: Talk, event: events.Event, who: str) -> Screen:
    found = await audiences.preview(tx, await _segment(tx, who))
    added = await events.not_invited(tx, event, found.recipients)
    say, known = talk.say, len(found.recipients) - len(added)
    lines = [bold(event.title)]
    if added:
        names = [f"{r.person.name}, {r.place}" for r in added[:FOUND]]
        lines += [safe(name) for name in names]
        if len(added) > FOUND:
            lines.append(say("and %(n)s more", n=len(added) - FOUND))
    if known:
        lines.append(say("Invited already: %(n)s. They get nothing again.", n=known))
    lines += missed_lines(say, found)
    if not found.recipients and not found.unreachable and not found.empty_schools:
        lines.append(say("Nobody would receive this message."))
    if tx.now >= event.starts_at and added:
        lines.append(say("It has begun: they are put on the list of the day without a message."))
    rows: list[Row] = []
    if added:
        label = talk.plain("Invite %(n)s", n=len(added))
        rows.append([button(label, EventMore(id=event.id, who=who, do="invite"))])
    rows.append([button(talk.plain("‹ Back"), EventMore(id=event.id))])
    return Screen("\n".join(lines), rows)


@router.message(Expecting(FIND, text_only=True))
async def find(message: Message, talk: Talk, memo: dict[str, Any]) -> None:
    """Who could be meant; other words may follow."""
    id_ = int(memo["event"])
    async with talk.db.read(talk.actor) as tx:
        event = await events.event(tx, id_)
        found = await audiences.find(tx, message.text or "")
        fresh = await events.not_invited(tx, event, found)
    rows: list[Row] = [
        [button(f"{r.person.name}, {r.place}", EventMore(id=id_, who=f"p{r.person.id}"))]
        for r in fresh[:FOUND]
    ]
    rows.append([button(talk.plain("‹ Back"), EventMore(id=id_))])
    if len(fresh) > FOUND:
        text = talk.say("There are more. Write more of the name, or choose:")
    elif fresh:
        text = talk.say("Whom do you mean?")
    elif found:
        text = talk.say("Everybody so called is invited already.")
    else:
        text = talk.say("I find nobody so called in the bot. Write it otherwise.")
    await talk.show(Screen(text, rows, Expects(FIND, {"event": id_})), fresh=True)
    await talk.strip(memo.get("screen"))
