"""What is owed: «не требуется» asked for and answered, and how far a counted measure has come."""

import re
from typing import Any

from aiogram.types import CallbackQuery, Message

from bot.flows.work import work_screen
from bot.identity import Expecting
from bot.lines import moment
from bot.presses import CountAsk, Home, WaiverAnswer, WaiverAsk, WaiverBack, WaiverOpen, Waivers, Work
from bot.routes import Routes
from bot.talk import Talk
from bot.ui import Expects, Row, Screen, bold, button, clip, page
from domain import obligations, progress
from domain.db import Tx
from domain.errors import DomainError
from domain.obligations import WaiverState
from domain.texts import Texts

router = Routes("obliging")

REASON = "waiver-reason"  # the next text says why it is not required
ANSWER = "waiver-answer"  # the next text says why it is required
COUNT = "count"  # the next text is how many by now
_NUMBER = re.compile(r"\d{1,6}")


@router.callback_query(WaiverAsk.filter())
async def ask_reason(query: CallbackQuery, callback_data: WaiverAsk, talk: Talk) -> None:
    """A request needs its reason; one that waits is shown instead."""
    async with talk.db.read(talk.actor) as tx:
        card = await progress.work_card(tx, callback_data.id)
        waiting = await _open(tx, callback_data.id)
    if waiting is not None:
        await _show_card(talk, callback_data.id)
        return
    text = bold(clip(card.measure.label, 120)) + "\n"
    text += talk.say(
        "Why is this not required of your school? Write it in one message; the coordinator will answer."
    )
    rows: list[Row] = [[button(talk.plain("‹ Back"), Work(id=callback_data.id, about=True))]]
    await talk.show(Screen(text, rows, Expects(REASON, {"assignment": callback_data.id})))


async def _open(tx: Tx, assignment_id: int) -> obligations.Waiver | None:
    found = await obligations.waivers(tx, assignment_id)
    return next((w for w in found if w.state is WaiverState.ASKED), None)


@router.message(Expecting(REASON, text_only=True))
async def take_reason(message: Message, talk: Talk, memo: dict[str, Any]) -> None:
    """Ask the coordinator."""
    async with talk.db.write(talk.actor) as tx:
        await obligations.ask_waiver(tx, int(memo["assignment"]), message.text or "")
    await _show_card(talk, int(memo["assignment"]), fresh=True)
    await talk.remove(memo.get("screen"))


@router.callback_query(WaiverBack.filter())
async def take_back(query: CallbackQuery, callback_data: WaiverBack, talk: Talk) -> None:
    """The school does it after all; answered meanwhile: the card shows the answer."""
    try:
        async with talk.db.write(talk.actor) as tx:
            await obligations.take_waiver_back(tx, callback_data.id)
    except obligations.AlreadyAnswered as answered:
        await talk.refuse(answered)
    await _show_card(talk, callback_data.assignment)


async def _show_card(talk: Talk, assignment_id: int, *, fresh: bool = False) -> None:
    async with talk.db.read(talk.actor) as tx:
        screen = await work_screen(tx, talk, await progress.work_card(tx, assignment_id), about=True)
    await talk.show(screen, fresh=fresh)


@router.callback_query(Waivers.filter())
async def waiting(query: CallbackQuery, callback_data: Waivers, talk: Talk) -> None:
    """Requests that wait for the coordinator, the longest first."""
    async with talk.db.read(talk.actor) as tx:
        found = await obligations.open_waivers(tx)
    shown = page(found, callback_data.page)
    rows: list[Row] = [
        [button(f"{clip(row.school.name, 24)} · {clip(row.measure.label, 18)}", WaiverOpen(id=row.waiver.id))]
        for row in shown.items
    ]
    rows.append(shown.turning(lambda n: Waivers(page=n)))
    rows.append([button(talk.plain("‹ Back"), Home())])
    text = (
        talk.say("Schools ask not to have to hand this in:")
        if found
        else talk.say("No request waits for you.")
    )
    await talk.show(Screen(text, rows))


@router.callback_query(WaiverOpen.filter())
async def open_waiver(query: CallbackQuery, callback_data: WaiverOpen, talk: Talk) -> None:
    """One request and its answers."""
    await _show_waiver(talk, callback_data.id, fresh=callback_data.fresh)


async def _show_waiver(talk: Talk, waiver_id: int, *, fresh: bool = False) -> None:
    async with talk.db.read(talk.actor) as tx:
        row = await obligations.waiver_card(tx, waiver_id)
        waits = any(open_.waiver.id == waiver_id for open_ in await obligations.open_waivers(tx))
    waiver, say = row.waiver, talk.say
    lines = [
        bold(row.school.name),
        say("Asks not to have to hand in %(measure)s.", measure=row.measure.label),
    ]
    lines.append(say("“%(words)s”", words=clip(waiver.reason, 1000)))
    rows: list[Row] = []
    if waits:
        rows.append([button(talk.plain("Not required"), WaiverAnswer(id=waiver_id, grant=True))])
        rows.append([button(talk.plain("Required, because…"), WaiverAnswer(id=waiver_id, grant=False))])
    else:
        lines.append(state_line(say, waiver.state))
        if waiver.answer:
            lines.append(say("“%(words)s”", words=clip(waiver.answer, 600)))
    rows.append([button(talk.plain("‹ Back"), Waivers())])
    await talk.show(Screen("\n".join(lines), rows), fresh=fresh)


def state_line(say: Texts, state: WaiverState) -> str:
    """How a request stands."""
    if state is WaiverState.GRANTED:
        return say("✖️ Answered: not required.")
    if state is WaiverState.DECLINED:
        return say("Answered: it is required.")
    if state is WaiverState.TAKEN_BACK:
        return say("The school has taken the request back.")
    return say("It rests while the report is in review.")


@router.callback_query(WaiverAnswer.filter())
async def answer(query: CallbackQuery, callback_data: WaiverAnswer, talk: Talk) -> None:
    """Let off with one press; a refusal needs its words."""
    if not callback_data.grant:
        rows: list[Row] = [[button(talk.plain("‹ Back"), WaiverOpen(id=callback_data.id))]]
        text = talk.say("Write to the school why it is required.")
        await talk.show(Screen(text, rows, Expects(ANSWER, {"waiver": callback_data.id})))
        return
    try:
        async with talk.db.write(talk.actor) as tx:
            await obligations.grant_waiver(tx, callback_data.id)
    except (obligations.AlreadyAnswered, obligations.HandedInMeanwhile) as late:
        await _tell_late(talk, late)
    await _show_waiver(talk, callback_data.id)


@router.message(Expecting(ANSWER, text_only=True))
async def decline(message: Message, talk: Talk, memo: dict[str, Any]) -> None:
    """It is required, and why."""
    waiver_id = int(memo["waiver"])
    try:
        async with talk.db.write(talk.actor) as tx:
            await obligations.decline_waiver(tx, waiver_id, message.text or "")
    except obligations.AlreadyAnswered as late:
        await _tell_late(talk, late)
    await _show_waiver(talk, waiver_id, fresh=True)
    await talk.remove(memo.get("screen"))


async def _tell_late(talk: Talk, late: DomainError) -> None:
    """The second presser is told who answered and when."""
    at, name = late.params.get("at"), late.params.get("name")
    if at is None or not name:
        await talk.refuse(late)
        return
    when = moment(talk.plain, at, talk.actor.timezone, talk.today())
    sentence = talk.plain("Already answered by %(name)s %(when)s.", name=name, when=when)
    if talk.press is not None:
        await talk.answer(sentence, alert=True)
    else:
        await talk.say_html(talk.say("Already answered by %(name)s %(when)s.", name=name, when=when))


@router.callback_query(CountAsk.filter())
async def ask_count(query: CallbackQuery, callback_data: CountAsk, talk: Talk) -> None:
    """How many by now."""
    async with talk.db.read(talk.actor) as tx:
        card = await progress.work_card(tx, callback_data.id)
    text = bold(clip(card.measure.label, 120)) + "\n"
    text += talk.say("How many are done by now? Write the number; a word may follow.")
    rows: list[Row] = [[button(talk.plain("‹ Back"), Work(id=callback_data.id, about=True))]]
    await talk.show(Screen(text, rows, Expects(COUNT, {"assignment": callback_data.id})))


@router.message(Expecting(COUNT, text_only=True))
async def take_count(message: Message, talk: Talk, memo: dict[str, Any]) -> None:
    """Note it: «3», «3 из 7», «3, прошёл семинар по чтению»."""
    words = message.text or ""
    numbers = _NUMBER.findall(words)
    if not numbers:
        await talk.say_html(talk.say("Please write how many, as a number."))
        return
    rest = _NUMBER.sub("", words).strip(" ,.;:–—-")
    async with talk.db.write(talk.actor) as tx:
        await obligations.note_count(
            tx,
            int(memo["assignment"]),
            int(numbers[0]),
            wanted=int(numbers[1]) if len(numbers) > 1 else None,
            note=rest if len(rest) > 3 else "",
        )
    await _show_card(talk, int(memo["assignment"]), fresh=True)
    await talk.remove(memo.get("screen"))
