"""Answering a poll: one question a screen, changed until it is sent, gone on with after any break."""

from typing import Any

from aiogram.types import CallbackQuery, Message

from bot.ballots import answers_text, head, question_rows, question_text
from bot.handling import handling
from bot.identity import Expecting
from bot.presses import Home
from bot.presses_news import PollDo
from bot.routes import Routes
from bot.talk import Talk
from bot.ui import Expects, Row, Screen, bold, button
from domain import polls
from domain.errors import NotFound
from domain.polls import AlreadyAnswered, Kind, PollQuestion, Sheet

router = Routes("voting")

WORDS = "poll"  # the next text answers a question in words


@router.callback_query(PollDo.filter())
async def act(query: CallbackQuery, callback_data: PollDo, talk: Talk) -> None:
    """A button of a poll. Every step is kept in the database: nothing depends on where the chat stands."""
    do, id_ = callback_data.do, callback_data.id
    if do == "send":
        await _send(talk, id_)
        return
    if do == "pick":
        await _pick(talk, callback_data)
        return
    async with talk.db.read(talk.actor) as tx:
        sheet = await polls.sheet(tx, id_)
    if not _may_answer(sheet):
        await talk.show(_closed_screen(talk, sheet))
        return
    if do == "begin":
        await talk.show(_question_screen(talk, sheet, sheet.missing or sheet.questions[0]))
        return
    if do == "look":
        await talk.show(_last_screen(talk, sheet))
        return
    at = _question(sheet, callback_data.question).position
    await talk.show(_step(talk, sheet, at - 1 if do == "back" else at + 1 if do == "next" else at))


def _may_answer(sheet: Sheet) -> bool:
    return sheet.is_open and not sheet.seat.is_done


def _question(sheet: Sheet, question_id: int) -> PollQuestion:
    found = next((question for question in sheet.questions if question.id == question_id), None)
    if found is None:
        raise NotFound
    return found


def _step(talk: Talk, sheet: Sheet, position: int) -> Screen:
    if position >= len(sheet.questions):
        missing = sheet.missing
        return _last_screen(talk, sheet) if missing is None else _question_screen(talk, sheet, missing)
    return _question_screen(talk, sheet, sheet.questions[max(position, 0)])


async def _pick(talk: Talk, press: PollDo) -> None:
    async with talk.db.write(talk.actor) as tx:
        sheet = await polls.sheet(tx, press.id)
        question = _question(sheet, press.question)
        given: Any = press.value
        if question.kind is Kind.ONE:
            given = [press.value]
        elif question.kind is Kind.MANY:
            chosen = set(sheet.seat.draft.get(str(question.id)) or [])
            given = sorted(chosen ^ {press.value}) or None
        sheet = await polls.answer(tx, press.id, question.id, given)
    # One answer is enough to go on; of several nobody knows which is the last.
    at = question.position if question.kind is Kind.MANY else question.position + 1
    await talk.show(_step(talk, sheet, at))


@router.message(Expecting(WORDS, text_only=True))
async def take_words(message: Message, talk: Talk, memo: dict[str, Any]) -> None:
    """The answer to a question in words."""
    async with talk.db.write(talk.actor) as tx:
        sheet = await polls.answer(tx, int(memo["poll"]), int(memo["question"]), message.text or "")
    at = _question(sheet, int(memo["question"])).position + 1
    await talk.show(_step(talk, sheet, at), fresh=True)
    await talk.remove(memo.get("screen"))


def _question_screen(talk: Talk, sheet: Sheet, question: PollQuestion) -> Screen:
    text = question_text(talk.say, sheet, question)
    if sheet.poll.anonymous and question.position == 0:
        text = head(talk.say, sheet.poll, len(sheet.questions), talk.actor.timezone) + "\n\n" + text
    memo = {"poll": sheet.poll.id, "question": question.id}
    expects = Expects(WORDS, memo) if question.kind is Kind.TEXT else None
    return Screen(text, question_rows(talk.say, sheet, question), expects)


def _last_screen(talk: Talk, sheet: Sheet) -> Screen:
    id_, plain = sheet.poll.id, talk.plain
    last = sheet.questions[-1].id
    rows: list[Row] = [
        [button(plain("Send the answers"), PollDo(do="send", id=id_))],
        [button(plain("‹ Back"), PollDo(do="ask", id=id_, question=last))],
    ]
    return Screen(answers_text(talk.say, sheet), rows)


async def _send(talk: Talk, poll_id: int) -> None:
    current = handling.get()
    try:
        async with talk.db.write(talk.actor) as tx:
            poll = await polls.submit(tx, poll_id, came_by=current.inbox_id if current else None)
    except AlreadyAnswered:
        async with talk.db.read(talk.actor) as tx:
            sheet = await polls.sheet(tx, poll_id)
        await talk.show(_closed_screen(talk, sheet))
        return
    text = bold(poll.title) + "\n" + talk.say("Thank you, your answers are counted.")
    rows: list[Row] = [[button(talk.plain("To the first screen"), Home())]]
    await talk.show(Screen(text, rows))


def _closed_screen(talk: Talk, sheet: Sheet) -> Screen:
    if not sheet.seat.is_done:
        words = talk.say("The poll is over.")
    elif sheet.poll.per_school:
        words = talk.say("Your school has answered already. Thank you.")
    else:
        words = talk.say("You have answered already. Thank you.")
    rows: list[Row] = [[button(talk.plain("To the first screen"), Home())]]
    return Screen(bold(sheet.poll.title) + "\n" + words, rows)
