"""What comes of a broadcast: who got it, «Ознакомлен(а)», «Буду / не буду», answers to its author and back."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

from aiogram.filters import Filter
from aiogram.types import CallbackQuery, InlineKeyboardMarkup, Message

from bot.identity import Expecting
from bot.mailing import asking
from bot.presses import BroadcastResult, Home, Seen
from bot.presses_news import BroadcastRun, Said, Write
from bot.routes import Routes
from bot.talk import Talk
from bot.ui import Expects, Row, Screen, button, clip, safe
from domain import broadcasts, outbox
from domain.broadcasts import Ask, BroadcastView, Extras
from domain.db import Tx, WriteTx
from domain.errors import Stale
from domain.outbox import OutboxState
from domain.texts import Raw, Texts

router = Routes("corresponding")

LETTER = "broadcast_letter"  # the next text goes to the other side of a broadcast
NAMES = 40
HEADLINE = 80  # characters of the message by which one knows it again
ON_THE_WAY = frozenset({OutboxState.PENDING, OutboxState.CLAIMED, OutboxState.SENDING})


@router.callback_query(BroadcastResult.filter())
async def result(query: CallbackQuery, callback_data: BroadcastResult, talk: Talk) -> None:
    """How it stands now, or who did not get it."""
    async with talk.db.read(talk.actor) as tx:
        if callback_data.missed:
            screen = await _missed_screen(tx, talk, callback_data.id)
        else:
            screen = await result_screen(tx, talk, callback_data.id)
    await talk.show(screen)


async def result_screen(tx: Tx, talk: Talk, broadcast_id: int) -> Screen:
    """How far a broadcast has come, and what can be done about it."""
    view = await broadcasts.broadcast(tx, broadcast_id)
    found, say = view.broadcast, talk.say
    states = [d.message.state for d in view.deliveries]
    sent, waiting = states.count(OutboxState.SENT), view.under_way
    seen = sum(d.read_at is not None for d in view.deliveries)
    missed = len(states) - sent - waiting
    lines = [say("Broadcast: delivered to %(sent)s of %(total)s.", sent=sent, total=len(states))]
    if found.cancelled_at is not None:
        lines.append(say("Taken back."))
    elif waiting and found.paused_at is not None:
        lines.append(say("Paused. Waiting: %(n)s.", n=waiting))
    elif waiting and not sent and (words := _leaves(talk, tx.now, found.starts_at)):
        lines.append(words)
    elif waiting:
        lines.append(say("On the way: %(n)s.", n=waiting))
    if seen and found.ask is not Ask.COMING:
        lines.append(say("Have confirmed reading: %(n)s.", n=seen))
    if found.ask is Ask.COMING:
        replies = [d.answer for d in view.deliveries if d.answer is not None]
        coming = sum(reply is broadcasts.Reply.COMING for reply in replies)
        lines.append(say("Will come: %(yes)s, cannot: %(no)s.", yes=coming, no=len(replies) - coming))
    rows: list[Row] = [[button(talk.plain("Refresh"), BroadcastResult(id=broadcast_id))]]
    if missed:
        lines.append(say("Not delivered: %(n)s.", n=missed))
        rows.append([button(talk.plain("Who did not get it"), BroadcastResult(id=broadcast_id, missed=True))])
    lines.append(f"<i>«{safe(clip(found.headline, HEADLINE))}»</i>")
    rows.extend(_runs(talk, view, waiting, sent - seen))
    rows.append([button(talk.plain("To the first screen"), Home())])
    return Screen("\n".join(lines), rows)


def _leaves(talk: Talk, now: datetime, starts_at: datetime | None) -> str:
    """When it leaves, where that is not now: at the hour that was chosen, by night in the morning."""
    begins = max(starts_at or now, now)
    moment = outbox.allowed_at(begins, talk.actor.timezone)
    if moment == now:
        return ""
    when = talk.say.time(moment, talk.actor.timezone)
    if moment > begins:
        return talk.say("It leaves on %(when)s: nobody is written to by night.", when=Raw(when))
    return talk.say("It leaves on %(when)s.", when=Raw(when))


def _runs(talk: Talk, view: BroadcastView, waiting: int, silent: int) -> list[Row]:
    plain, id_ = talk.plain, view.broadcast.id
    rows: list[Row] = []
    if waiting and view.broadcast.cancelled_at is None:
        turn = (
            button(plain("Go on"), BroadcastRun(do="resume", id=id_))
            if view.broadcast.paused_at
            else button(plain("Pause"), BroadcastRun(do="pause", id=id_))
        )
        rows.append([turn, button(plain("Take the message back"), BroadcastRun(do="cancel", id=id_))])
    elif silent > 0 and view.broadcast.ask is not Ask.NOTHING:
        label = plain("Remind those who have not read it: %(n)s", n=silent)
        rows.append([button(label, BroadcastRun(do="remind", id=id_))])
    if doubtful := view.counts.get(OutboxState.UNKNOWN):
        label = plain("Repeat what is in doubt: %(n)s", n=doubtful)
        rows.append([button(label, BroadcastRun(do="repeat", id=id_))])
    return rows


@router.callback_query(BroadcastRun.filter())
async def run(query: CallbackQuery, callback_data: BroadcastRun, talk: Talk) -> None:
    """Pause, go on, take back (asks first), remind, repeat."""
    id_, do = callback_data.id, callback_data.do
    if do == "cancel" and not callback_data.sure:
        rows: list[Row] = [
            [button(talk.plain("Yes, take back"), BroadcastRun(do=do, id=id_, sure=True))],
            [button(talk.plain("‹ Back"), BroadcastResult(id=id_))],
        ]
        await talk.show(Screen(talk.say("Who has not got it yet will not get it. Take it back?"), rows))
        return
    acts: dict[str, Callable[[WriteTx, int], Awaitable[object]]] = {
        "pause": broadcasts.pause,
        "resume": broadcasts.resume,
        "cancel": broadcasts.cancel,
        "remind": broadcasts.remind,
        "repeat": broadcasts.repeat_doubtful,
    }
    if do not in acts:
        raise Stale
    async with talk.db.write(talk.actor) as tx:
        done = await acts[do](tx, id_)
    await talk.answer(_done(talk.plain, do, done if isinstance(done, int) else 0))
    async with talk.db.read(talk.actor) as tx:
        screen = await result_screen(tx, talk, id_)
    await talk.show(screen)


def _done(plain: Texts, do: str, count: int) -> str:
    """What a press has done, in one line over the screen."""
    if do == "remind":
        if not count:
            return plain("They have been reminded today already.")
        return plain.n("Reminded: %(n)s person.", "Reminded: %(n)s people.", count)
    if do == "repeat":
        return plain("Sent once more: %(n)s.", n=count)
    return plain("Noted.")


async def _missed_screen(tx: Tx, talk: Talk, broadcast_id: int) -> Screen:
    view = await broadcasts.broadcast(tx, broadcast_id)
    ended = [d for d in view.deliveries if d.message.state not in ON_THE_WAY | {OutboxState.SENT}]
    names = "\n".join(d.person.name for d in ended[:NAMES])
    text = talk.say("Did not get it:\n%(names)s", names=names) if ended else talk.say("Everybody got it.")
    return Screen(text, [[button(talk.plain("‹ Back"), BroadcastResult(id=broadcast_id))]])


@router.callback_query(Seen.filter())
async def acknowledge(query: CallbackQuery, callback_data: Seen, talk: Talk) -> None:
    """«Ознакомлен(а)», once; the button goes, «Ответить» stays."""
    if not callback_data.id:
        await talk.answer(talk.plain("This is a trial: the button works in the real message."))
        return
    async with talk.db.write(talk.actor) as tx:
        noted = await broadcasts.acknowledge(tx, callback_data.id)
        found = await broadcasts.received(tx, callback_data.id) if noted else None
    await talk.answer(talk.plain("Thank you, noted.") if noted else talk.plain("This was not for you."))
    if found is not None and query.message is not None:
        extras = Extras(Ask.NOTHING, found.link_label, found.link_url)
        rows = asking(talk.say, found.id, extras, talk.actor.person_id or 0)
        await _redraw(talk, query.message.message_id, rows)


@router.callback_query(Said.filter())
async def said(query: CallbackQuery, callback_data: Said, talk: Talk) -> None:
    """«Буду / не буду»; the last word counts."""
    if not callback_data.id:
        await talk.answer(talk.plain("This is a trial: the button works in the real message."))
        return
    async with talk.db.write(talk.actor) as tx:
        noted = await broadcasts.answer(tx, callback_data.id, callback_data.said)
        found = await broadcasts.received(tx, callback_data.id) if noted else None
    await talk.answer(talk.plain("Noted.") if noted else talk.plain("This was not for you."))
    if found is not None and query.message is not None:
        extras = Extras(found.ask, found.link_label, found.link_url)
        me = talk.actor.person_id or 0
        rows = asking(talk.say, found.id, extras, me, reply=callback_data.said)
        await _redraw(talk, query.message.message_id, rows)


async def _redraw(talk: Talk, message_id: int, rows: Any) -> None:
    await talk.rebutton(message_id, InlineKeyboardMarkup(inline_keyboard=[list(row) for row in rows]))


class AnswersBroadcast(Filter):
    """A reply of the messenger to a message of a broadcast, or to a letter about one; gives `about`."""

    async def __call__(self, event: Message, talk: Talk) -> bool | dict[str, Any]:
        """Asked of the database only where somebody replies to a message of ours."""
        replied = event.reply_to_message
        if replied is None or replied.from_user is None or replied.from_user.id != talk.bot.id:
            return False
        async with talk.db.read(talk.actor) as tx:
            found = await broadcasts.find_by_message(tx, replied.message_id)
        return {"about": found} if found is not None else False


@router.message(AnswersBroadcast())
async def reply(message: Message, talk: Talk, about: tuple[int, int]) -> None:
    """Words that answer a broadcast go to its author, or from the author to the reader."""
    await _pass_on(message, talk, *about)


@router.callback_query(Write.filter())
async def ask_letter(query: CallbackQuery, callback_data: Write, talk: Talk) -> None:
    """«Ответить»."""
    if not callback_data.broadcast:
        await talk.answer(talk.plain("This is a trial: the button works in the real message."))
        return
    memo = {"broadcast": callback_data.broadcast, "reader": callback_data.reader}
    text = talk.say("Write your answer as one message.")
    rows = [[button(talk.plain("Not now"), Home())]]
    await talk.show(Screen(text, rows, Expects(LETTER, memo)), fresh=True)


@router.message(Expecting(LETTER))
async def take_letter(message: Message, talk: Talk, memo: dict[str, Any]) -> None:
    """The words of the answer."""
    if message.text:
        await talk.expect(None)
    await _pass_on(message, talk, int(memo["broadcast"]), int(memo["reader"]))
    if message.text:
        await talk.remove(memo.get("screen"))


async def _pass_on(message: Message, talk: Talk, broadcast_id: int, reader_id: int) -> None:
    if not message.text:
        await talk.say_html(talk.say("Only words can be passed on here. Please write them."))
        return
    source = (talk.chat_id, message.message_id)
    async with talk.db.write(talk.actor) as tx:
        letter = await broadcasts.write_letter(tx, broadcast_id, reader_id, message.text, source=source)
        _, about, _ = await broadcasts.letter(tx, letter.id)
    words = clip(about.headline, 60)
    await talk.say_html(talk.say("Passed on. It was about “%(words)s”.", words=words))
