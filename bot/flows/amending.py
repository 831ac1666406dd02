"""Words changed after they were sent: the draft follows, a report that was handed in does not."""

from aiogram.enums import ChatType
from aiogram.types import Message

from bot.flows import drafting
from bot.flows.sharing import freshen, onlookers
from bot.flows.work import DRAFT
from bot.intake import NotEvidence, item_of, words_of
from bot.routes import Routes
from bot.talk import Talk
from bot.ui import Expects
from domain import progress
from domain.errors import Forbidden, NotFound
from domain.progress import AlreadySubmitted, AssignmentClosed, Evidence, Source

router = Routes("amending")


@router.edited_message()
async def amend(message: Message, talk: Talk) -> None:
    """Change what stands in the draft, without a word; where it was sent already, one hint."""
    if talk.actor.person_id is None or message.chat.type != ChatType.PRIVATE:
        return
    state, memo = await talk.state.get_state(), await talk.state.get_data()
    if state == drafting.HELD and any(h["message_id"] == message.message_id for h in memo["held"]):
        held = [
            {**h, "text": words_of(message)} if h["message_id"] == message.message_id else h
            for h in memo["held"]
        ]
        await talk.expect(Expects(drafting.HELD, {"held": held}), memo.get("screen"))
        return
    try:
        async with talk.db.write(talk.actor) as tx:
            source = Source(talk.chat_id, message.message_id)
            changed = await progress.change_words(tx, source, words_of(message))
            others = await onlookers(tx, talk, changed.assignment_id) if changed is not None else []
    except AlreadySubmitted:
        await talk.say_html(
            talk.say(
                "The report has been sent, this change did not reach it. While nobody has decided, it can be taken back."
            )
        )
        return
    except AssignmentClosed:
        await talk.say_html(talk.say("The report is closed, this change did not reach it."))
        return
    except (NotFound, Forbidden):
        return  # the role has ended since
    if changed is None:
        return
    if _has_another_file(message, changed):
        await talk.say_html(
            talk.say("The draft still holds the former file. Please send the new one as a new message.")
        )
    if state == DRAFT and memo.get("assignment") == changed.assignment_id and not memo.get("aside"):
        await drafting.redraw(talk, changed.assignment_id, memo.get("screen"), 0)
    else:
        await freshen(talk, changed.assignment_id, others)


def _has_another_file(message: Message, known: Evidence) -> bool:
    try:
        item = item_of(message)
    except NotEvidence:
        return False
    return bool(item.size and known.size and item.size != known.size)
