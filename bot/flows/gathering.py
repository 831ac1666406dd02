"""Events for those invited: the answer, the calendar file, the code shown at the event."""

from typing import Any

from aiogram.types import BufferedInputFile, CallbackQuery, Message

from bot.gatherings import EventDo, event_text, rows_of
from bot.identity import Expecting
from bot.presses import Home
from bot.routes import Routes
from bot.talk import Talk
from bot.ui import Expects, Screen, button
from domain import events
from domain.events import Answer

router = Routes("gathering")

CODE = "event_code"  # the next text is the code shown at the event


@router.callback_query(EventDo.filter())
async def act(query: CallbackQuery, callback_data: EventDo, talk: Talk) -> None:
    """A button of the invitation."""
    event_id = callback_data.id
    if callback_data.do == "ics":
        async with talk.db.read(talk.actor) as tx:
            body = await events.ics(tx, event_id)
        await talk.bot.send_document(talk.chat_id, BufferedInputFile(body, "event.ics"))
        return
    if callback_data.do == "here":
        async with talk.db.read(talk.actor) as tx:
            _, guest = await events.at_the_door(tx, event_id)
        if guest.came_at is not None:
            await talk.answer(talk.plain("You are marked as present already."))
            return
        text = talk.say("Type the code that is shown at the event.")
        rows = [[button(talk.plain("To the first screen"), Home())]]
        await talk.show(Screen(text, rows, Expects(CODE, {"event": event_id})), fresh=True)
        return
    async with talk.db.write(talk.actor) as tx:
        guest = await events.answer(tx, event_id, Answer(callback_data.do))
        event, _ = await events.find_guest(tx, event_id)
    await talk.answer(talk.plain("Noted."))
    await talk.show(Screen(event_text(talk.say, event, talk.actor.timezone), rows_of(talk.say, event, guest)))


@router.message(Expecting(CODE, text_only=True))
async def take_code(message: Message, talk: Talk, memo: dict[str, Any]) -> None:
    """The code; a wrong one may be tried again."""
    async with talk.db.write(talk.actor) as tx:
        await events.attend(tx, int(memo["event"]), message.text or "")
    rows = [[button(talk.plain("To the first screen"), Home())]]
    await talk.show(Screen(talk.say("Noted. Thank you for taking part."), rows), fresh=True)
    await talk.strip(memo.get("screen"))
