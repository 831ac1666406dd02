"""«Рассылка»: to whom → text → preview → send → who got it."""

from typing import Any

from aiogram.types import CallbackQuery, Message

from bot.identity import Expecting
from bot.presses import Audience, AudienceList, BroadcastDo, BroadcastResult, Home, Seen, Unconnected
from bot.routes import Routes
from bot.talk import Talk
from bot.ui import Expects, Row, Screen, button, clip, page, safe
from domain import broadcasts, reports, schools
from domain.actor import COORDINATORS, Role
from domain.broadcasts import Preview, Segment
from domain.db import Tx
from domain.outbox import OutboxState
from domain.policy import Permission
from domain.texts import Texts

router = Routes("writing")

TEXT = "broadcast"  # the next text is the message, or a better one
ROLES: dict[str, tuple[Role, ...]] = {
    "s": (Role.SCHOOL_HEAD, Role.SCHOOL_MEMBER),
    "c": (Role.CURATOR,),
    "a": (Role.SCHOOL_HEAD, Role.SCHOOL_MEMBER, Role.CURATOR),
}
NAMES = 40


@router.callback_query(AudienceList.filter())
async def choose_audience(query: CallbackQuery, callback_data: AudienceList, talk: Talk) -> None:
    """To whom."""
    async with talk.db.read(talk.actor) as tx:
        if callback_data.what == "municipality":
            screen = await _by_municipality(tx, talk, callback_data)
        elif callback_data.what == "measure":
            screen = await _by_measure(tx, talk, callback_data)
        else:
            screen = await _first_choice(tx, talk)
    await talk.show(screen)


async def _first_choice(tx: Tx, talk: Talk) -> Screen:
    plain = talk.plain
    rows: list[Row] = [[button(plain("Schools"), Audience(who="s"))]]
    if talk.actor.roles() & COORDINATORS:
        rows[0] = [*rows[0], button(plain("Curators"), Audience(who="c"))]
        rows.append([button(plain("Schools and curators"), Audience(who="a"))])
        rows.append([button(plain("Who has not handed in…"), AudienceList(what="measure"))])
    if len(await schools.municipalities(tx, Permission.BROADCAST)) > 1:
        rows.append([button(plain("One municipality…"), AudienceList(what="municipality"))])
    rows.append([button(plain("‹ Back"), Home())])
    return Screen(talk.say("To whom shall I write?"), rows)


async def _by_municipality(tx: Tx, talk: Talk, at: AudienceList) -> Screen:
    shown = page(await schools.municipalities(tx, Permission.BROADCAST), at.page)
    rows: list[Row] = [[button(m.name, Audience(who="a", municipality=m.id))] for m in shown.items]
    rows.append(shown.turning(lambda n: at.model_copy(update={"page": n})))
    rows.append([button(talk.plain("‹ Back"), AudienceList())])
    return Screen(talk.say("To schools and curators of which municipality?"), rows)


async def _by_measure(tx: Tx, talk: Talk, at: AudienceList) -> Screen:
    shown = page([row for row in await reports.by_measure(tx) if row.missing], at.page)
    rows: list[Row] = [
        [
            button(
                f"{clip(row.measure.label, 34)} · {len(row.missing)}",
                Audience(who="s", measure=row.measure.id),
            )
        ]
        for row in shown.items
    ]
    rows.append(shown.turning(lambda n: at.model_copy(update={"page": n})))
    rows.append([button(talk.plain("‹ Back"), AudienceList())])
    if not shown.items:
        return Screen(talk.say("Everybody has handed everything in."), rows)
    return Screen(talk.say("Who has not handed in which measure?"), rows)


def _segment(press: Audience) -> Segment:
    return Segment(
        roles=ROLES.get(press.who, ROLES["a"]),
        municipality_id=press.municipality or None,
        measure_id=press.measure or None,
    )


@router.callback_query(Audience.filter())
async def ask_text(query: CallbackQuery, callback_data: Audience, talk: Talk) -> None:
    """How many would get it, and the text please."""
    segment = _segment(callback_data)
    async with talk.db.read(talk.actor) as tx:
        found = await broadcasts.preview(tx, segment)
    back: Row = [button(talk.plain("‹ Back"), AudienceList())]
    if not found.recipients:
        rows: list[Row] = [back]
        if found.empty_schools and talk.actor.roles() & COORDINATORS:
            rows.insert(0, [button(talk.plain("Not connected"), Unconnected())])
        await talk.show(Screen("\n".join(_counts(talk.say, found)), rows))
        return
    text = "\n".join(
        [
            *_counts(talk.say, found),
            "",
            talk.say("Write the message as one text. I will show it before it is sent."),
        ]
    )
    await talk.show(Screen(text, [back], Expects(TEXT, {"segment": segment.to_json()})))


def _counts(say: Texts, found: Preview) -> list[str]:
    people, places = len(found.recipients), len({r.place for r in found.recipients})
    if not people:
        lines = [say("Nobody would receive this message.")]
    else:
        lines = [
            say(
                "Will receive: %(people)s %(schools)s.",
                people=say.n("%(n)s person", "%(n)s people", people),
                schools=say.n("of %(n)s school", "of %(n)s schools", places),
            )
        ]
    missed = len(found.unreachable) + len(found.empty_schools)
    if missed:
        lines.append(say("Will not receive: %(n)s, not connected to the bot.", n=missed))
    return lines


@router.message(Expecting(TEXT, text_only=True))
async def take_text(message: Message, talk: Talk, memo: dict[str, Any]) -> None:
    """The text, or a better one; then the preview."""
    text = broadcasts.check_text(message.text or "")
    memo = {"segment": memo["segment"], "text": text, "key": message.message_id, "screen": memo.get("screen")}
    await talk.show(await _preview_screen(talk, memo), fresh=True)
    await talk.strip(memo["screen"])


async def _preview_screen(talk: Talk, memo: dict[str, Any]) -> Screen:
    segment = Segment.from_json(memo["segment"])
    async with talk.db.read(talk.actor) as tx:
        found = await broadcasts.preview(tx, segment)
    key = int(memo["key"])
    lines = [*_counts(talk.say, found), "———", safe(memo["text"]), "———"]
    lines.append(talk.say("To change it, simply write a new text."))
    rows: list[Row] = []
    if found.recipients:
        rows.append([button(talk.plain("Send"), BroadcastDo(do="send", key=key))])
    rows.append([button(talk.plain("Try it on myself"), BroadcastDo(do="test", key=key))])
    if found.unreachable or found.empty_schools:
        rows.append([button(talk.plain("Who will not receive it"), BroadcastDo(do="who", key=key))])
    rows.append([button(talk.plain("Cancel"), Home())])
    kept = {name: memo[name] for name in ("segment", "text", "key")}
    return Screen("\n".join(lines), rows, Expects(TEXT, kept))


@router.callback_query(BroadcastDo.filter())
async def act(
    query: CallbackQuery, callback_data: BroadcastDo, talk: Talk, raw_state: str | None = None
) -> None:
    """A button of the preview; one of an earlier text does nothing."""
    memo = await talk.state.get_data()
    if raw_state != TEXT or memo.get("key") != callback_data.key:
        await talk.answer(talk.plain("This message has already been sent, changed or cancelled."), alert=True)
        if query.message is not None:
            await talk.strip(query.message.message_id)
        return
    if callback_data.do == "send":
        await _send(talk, memo)
    elif callback_data.do == "test":
        await talk.answer()
        await talk.say_html(broadcast_text(talk.say, memo["text"], talk.actor.name))
        await talk.show(await _preview_screen(talk, memo), fresh=True)
        await talk.remove(memo.get("screen"))
    elif callback_data.do == "who":
        await _who_misses(talk, memo)
    else:
        await talk.show(await _preview_screen(talk, memo))


async def _send(talk: Talk, memo: dict[str, Any]) -> None:
    async with talk.db.write(talk.actor) as tx:
        sent = await broadcasts.send(
            tx,
            memo["text"],
            Segment.from_json(memo["segment"]),
            request_key=f"chat:{talk.chat_id}:{memo['key']}",
        )
    async with talk.db.read(talk.actor) as tx:
        screen = await _result_screen(tx, talk, sent.id)
    await talk.show(screen)


async def _who_misses(talk: Talk, memo: dict[str, Any]) -> None:
    async with talk.db.read(talk.actor) as tx:
        found = await broadcasts.preview(tx, Segment.from_json(memo["segment"]))
    names = [f"{r.person.name}, {r.place}" for r in found.unreachable]
    names += [talk.plain("%(school)s: nobody is connected", school=name) for name in found.empty_schools]
    text = talk.say("Will not receive it:\n%(names)s", names="\n".join(names[:NAMES]))
    if len(names) > NAMES:
        text += "\n" + talk.say("and %(n)s more", n=len(names) - NAMES)
    kept = {name: memo[name] for name in ("segment", "text", "key")}
    back = [button(talk.plain("‹ Back"), BroadcastDo(do="back", key=int(memo["key"])))]
    await talk.show(Screen(text, [back], Expects(TEXT, kept)))


@router.callback_query(BroadcastResult.filter())
async def result(query: CallbackQuery, callback_data: BroadcastResult, talk: Talk) -> None:
    """How it stands now, or who did not get it."""
    async with talk.db.read(talk.actor) as tx:
        if callback_data.missed:
            screen = await _missed_screen(tx, talk, callback_data.id)
        else:
            screen = await _result_screen(tx, talk, callback_data.id)
    await talk.show(screen)


ON_THE_WAY = frozenset({OutboxState.PENDING, OutboxState.CLAIMED, OutboxState.SENDING})


async def _result_screen(tx: Tx, talk: Talk, broadcast_id: int) -> Screen:
    view = await broadcasts.broadcast(tx, broadcast_id)
    say = talk.say
    states = [d.message.state for d in view.deliveries]
    sent = states.count(OutboxState.SENT)
    waiting = sum(state in ON_THE_WAY for state in states)
    seen = sum(d.message.acknowledged_at is not None for d in view.deliveries)
    missed = len(states) - sent - waiting
    lines = [say("Broadcast: delivered to %(sent)s of %(total)s.", sent=sent, total=len(states))]
    if waiting:
        lines.append(say("On the way: %(n)s.", n=waiting))
    if seen:
        lines.append(say("Have confirmed reading: %(n)s.", n=seen))
    rows: list[Row] = [[button(talk.plain("Refresh"), BroadcastResult(id=broadcast_id))]]
    if missed:
        lines.append(say("Not delivered: %(n)s.", n=missed))
        rows.append([button(talk.plain("Who did not get it"), BroadcastResult(id=broadcast_id, missed=True))])
    rows.append([button(talk.plain("To the first screen"), Home())])
    return Screen("\n".join(lines), rows)


async def _missed_screen(tx: Tx, talk: Talk, broadcast_id: int) -> Screen:
    view = await broadcasts.broadcast(tx, broadcast_id)
    ended = [d for d in view.deliveries if d.message.state not in ON_THE_WAY | {OutboxState.SENT}]
    names = "\n".join(d.person.name for d in ended[:NAMES])
    text = talk.say("Did not get it:\n%(names)s", names=names) if ended else talk.say("Everybody got it.")
    return Screen(text, [[button(talk.plain("‹ Back"), BroadcastResult(id=broadcast_id))]])


def broadcast_text(say: Texts, text: str, author: str) -> str:
    """How a broadcast reads: who writes, then the words."""
    head = say("✉️ %(author)s writes:", author=author) if author else say("✉️ A message for you:")
    return f"{head}\n\n{safe(text)}"


@router.callback_query(Seen.filter())
async def acknowledge(query: CallbackQuery, callback_data: Seen, talk: Talk) -> None:
    """«Ознакомлен(а)», once; the button goes."""
    async with talk.db.write(talk.actor) as tx:
        noted = await broadcasts.acknowledge(tx, callback_data.id)
    await talk.answer(talk.plain("Thank you, noted.") if noted else talk.plain("This was not for you."))
    if query.message is not None:
        await talk.strip(query.message.message_id)
