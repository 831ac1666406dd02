"""«Спросить куратора», «Спросить школу»: question and answer about an assignment, without leaving the chat."""

from typing import Any

from aiogram.filters import Filter
from aiogram.types import CallbackQuery, InlineKeyboardButton, Message

from bot.identity import Expecting
from bot.lines import moment
from bot.presses import Ask, Home, Questions, Queue, Report, Work
from bot.routes import Routes
from bot.talk import Talk
from bot.ui import Expects, Row, Screen, bold, button, clip, page
from domain import progress, talks
from domain.progress import Source, Standing, WorkCard
from domain.talks import Side, Thread, Turn

router = Routes("asking")
# A reply to a question is its answer, whatever screen is open: goes before the drafts.
replies = Routes("replies")

WORDS = "ask"  # the next text is said about this assignment
SHOWN = 5  # newest utterances on the screen


@router.callback_query(Ask.filter())
async def ask(query: CallbackQuery, callback_data: Ask, talk: Talk) -> None:
    """What has been said, and the place to say more."""
    await _show(talk, callback_data.id, fresh=callback_data.fresh)


async def _show(talk: Talk, assignment_id: int, *, fresh: bool = False) -> None:
    async with talk.db.read(talk.actor) as tx:
        thread = await talks.thread(tx, assignment_id)
        card = await progress.work_card(tx, assignment_id)
    await talk.show(_screen(talk, card, thread), fresh=fresh)


def _screen(talk: Talk, card: WorkCard, thread: Thread) -> Screen:
    say = talk.say
    lines = [bold(thread_title(card, thread, 80))]
    for said in thread.said[-SHOWN:]:
        name = thread.names.get(said.said_by or 0) or talk.plain("somebody")
        when = moment(talk.plain, said.said_at, talk.actor.timezone, talk.today())
        lines.append(say("%(name)s, %(when)s: “%(words)s”", name=name, when=when, words=clip(said.text, 600)))
    if thread.side is None:
        return Screen("\n".join(lines), [[_back(talk, card, thread)]])
    if thread.waits:
        lines.append(say("Write your answer in one message."))
    elif thread.last is not None and thread.last.side is thread.side:
        is_answer = thread.last.turn is Turn.ANSWER
        lines.append(
            say("Passed on. You can add a word.")
            if is_answer
            else say("Passed on; the answer will come here. You can add a word.")
        )
    else:
        lines.append(say("Write your question in one message."))
    expects = Expects(WORDS, {"assignment": card.assignment.id})
    return Screen("\n".join(lines), [[_back(talk, card, thread)]], expects)


def thread_title(card: WorkCard, thread: Thread, limit: int) -> str:
    """What is spoken of; a school need not be told its own name."""
    if thread.side is Side.SCHOOL:
        return clip(card.measure.label, limit)
    return f"{card.school.name}, {clip(card.measure.label, limit)}"


def _back(talk: Talk, card: WorkCard, thread: Thread) -> InlineKeyboardButton:
    label = talk.plain("‹ Back")
    if thread.side is Side.SCHOOL:
        return button(label, Work(id=card.assignment.id))
    if card.standing is Standing.IN_REVIEW and card.submissions:
        return button(label, Report(submission=card.submissions[0].submission.id, again=True))
    return button(label, Queue())


class ToNews(Filter):
    """A text that replies to the news of a question or an answer (`letters.said`); gives the handler `about`."""

    async def __call__(self, event: Message) -> bool | dict[str, Any]:
        """The assignment that the news was about."""
        news = event.reply_to_message
        if (
            not event.text
            or news is None
            or news.reply_markup is None
            or not (news.text or "").startswith("💬")
        ):
            return False
        buttons = [b.callback_data or "" for row in news.reply_markup.inline_keyboard for b in row]
        asks = [data for data in buttons if data.startswith(f"{Ask.__prefix__}{Ask.__separator__}")]
        return {"about": Ask.unpack(asks[0]).id} if asks else False


@replies.message(ToNews())
async def reply(message: Message, talk: Talk, about: int) -> None:
    """Written in reply to a question: no button need be pressed."""
    async with talk.db.write(talk.actor) as tx:
        await talks.say(tx, about, message.text or "", Source(talk.chat_id, message.message_id))
    await _show(talk, about, fresh=True)


@router.message(Expecting(WORDS, text_only=True))
async def say_it(message: Message, talk: Talk, memo: dict[str, Any]) -> None:
    """Pass the words on to the other side."""
    assignment_id = int(memo["assignment"])
    source = Source(talk.chat_id, message.message_id)
    async with talk.db.write(talk.actor) as tx:
        await talks.say(tx, assignment_id, message.text or "", source)
    await _show(talk, assignment_id, fresh=True)
    await talk.remove(memo.get("screen"))


@router.callback_query(Questions.filter())
async def questions(query: CallbackQuery, callback_data: Questions, talk: Talk) -> None:
    """What waits for the person's answer."""
    async with talk.db.read(talk.actor) as tx:
        waiting = await talks.open_questions(tx)
    shown = page(waiting, callback_data.page)
    rows: list[Row] = [
        [button(f"{clip(q.school.name, 22)} · {clip(q.utterance.text, 20)}", Ask(id=q.assignment.id))]
        for q in shown.items
    ]
    rows.append(shown.turning(lambda n: Questions(page=n)))
    rows.append([button(talk.plain("‹ Back"), Home())])
    text = talk.say("Waiting for your answer:") if waiting else talk.say("No question waits for you.")
    await talk.show(Screen(text, rows))
