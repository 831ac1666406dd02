"""The head answers an edit that somebody proposes to the school's plan."""

from aiogram.types import CallbackQuery

from bot.presses import Home, Work
from bot.presses_giving import EditAnswer
from bot.routes import Routes
from bot.talk import Talk
from bot.ui import Row, Screen, bold, button, clip
from domain import adapting
from domain.adapting import OutsidePeriod, ProposalClosed
from domain.progress import AlreadySubmitted, AssignmentClosed

router = Routes("adapting")


@router.callback_query(EditAnswer.filter())
async def answer(query: CallbackQuery, callback_data: EditAnswer, talk: Talk) -> None:
    """Taken over or left; the second press is told that it was answered."""
    try:
        async with talk.db.write(talk.actor) as tx:
            await adapting.answer(tx, callback_data.id, take=callback_data.take)
    except (ProposalClosed, AlreadySubmitted, AssignmentClosed, OutsidePeriod) as closed:
        await talk.refuse(closed)
        return
    async with talk.db.read(talk.actor) as tx:
        found, card = await adapting.proposal_card(tx, callback_data.id)
    words = (
        talk.say("Taken over: your school's plan says so from now on.")
        if callback_data.take
        else talk.say("Left as it was; the proposer hears of it.")
    )
    rows: list[Row] = [
        [button(talk.plain("Open"), Work(id=found.assignment_id, about=True))],
        [button(talk.plain("To the first screen"), Home())],
    ]
    await talk.show(Screen(f"{bold(clip(card.measure.label, 120))}\n{words}", rows))
