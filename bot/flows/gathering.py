"""Events for those invited: the answer, the calendar file, the code shown at the event."""

from typing import Any

from aiogram.filters import Filter
from aiogram.types import BufferedInputFile, CallbackQuery, Message

from bot.flows.work import DRAFT
from bot.gatherings import EventDo, event_text, rows_of
from bot.identity import Expecting
from bot.presses import Home
from bot.routes import Routes
from bot.talk import Talk
from bot.ui import Expects, Screen, button
from domain import events
from domain.errors import Stale
from domain.events import CODE_DIGITS, Answer

router = Routes("gathering")
codes = Routes("codes")  # before what takes words into a draft

ANSWERS = frozenset(answer.value for answer in Answer)
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
    if callback_data.do not in ANSWERS:
        raise Stale
    async with talk.db.write(talk.actor) as tx:
        guest = await events.answer(tx, event_id, Answer(callback_data.do))
        event, _ = await events.find_guest(tx, event_id)
    await talk.answer(talk.plain("Noted."))
    await talk.show(Screen(event_text(talk.say, event, talk.actor.timezone), rows_of(talk.say, event, guest)))


class TypesCode(Filter):
    """The code of an event that goes on now, typed without pressing «Я здесь» first; gives the `event`."""

    async def __call__(
        self, message: Message, talk: Talk, raw_state: str | None = None
    ) -> bool | dict[str, int]:
        """Asked of the database only for as many digits as a code has, where nothing but a report is waited for."""
        text = (message.text or "").strip()
        if raw_state not in (None, DRAFT) or len(text) != CODE_DIGITS or not text.isdecimal():
            return False
        async with talk.db.read(talk.actor) as tx:
            found = await events.find_by_code(tx, text)
        return {"event": found} if found is not None else False


@codes.message(TypesCode())
async def take_bare_code(message: Message, talk: Talk, event: int) -> None:
    """The code alone says it all."""
    await _attend(talk, event, message.text or "")


@router.message(Expecting(CODE, text_only=True))
async def take_code(message: Message, talk: Talk, memo: dict[str, Any]) -> None:
    """The code; a wrong one may be tried again."""
    await _attend(talk, int(memo["event"]), message.text or "")
    await talk.strip(memo.get("screen"))


async def _attend(talk: Talk, event_id: int, code: str) -> None:
    async with talk.db.write(talk.actor) as tx:
        await events.attend(tx, event_id, code)
    rows = [[button(talk.plain("To the first screen"), Home())]]
    await talk.show(Screen(talk.say("Noted. Thank you for taking part."), rows), fresh=True)
