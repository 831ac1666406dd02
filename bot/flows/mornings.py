"""The morning digest's buttons: why it came, and «напомнить завтра»."""

from datetime import timedelta

from aiogram.types import CallbackQuery

from bot.presses import DigestWhy, Snooze
from bot.routes import Routes
from bot.talk import Talk
from domain import people

router = Routes("mornings")


@router.callback_query(DigestWhy.filter())
async def why(query: CallbackQuery, talk: Talk) -> None:
    """In one sentence; the digest stays."""
    await talk.say_html(
        talk.say(
            "You get this once a day, on working days, and only when something waits for you: a deadline, a returned "
            "report or a report to review. When it is done, the line is gone."
        )
    )


@router.callback_query(Snooze.filter())
async def snooze(query: CallbackQuery, talk: Talk) -> None:
    """Nothing more today; the next digest comes tomorrow."""
    async with talk.db.write(talk.actor) as tx:
        await people.snooze(tx, talk.today() + timedelta(days=1))
    await talk.answer(talk.plain("All right, I will remind you tomorrow."), alert=False)
    if query.message is not None:
        await talk.strip(query.message.message_id)
