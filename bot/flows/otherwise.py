"""What no other conversation took: something sent from the first screen, a button of a version long gone."""

from aiogram.enums import ContentType
from aiogram.types import CallbackQuery, ChatMemberUpdated, Message

from bot.flows import drafting, home, plans
from bot.routes import Routes
from bot.talk import Talk
from domain import people
from domain.actor import SCHOOL_TEAM, SYSTEM

router = Routes("otherwise")

SERVICE = frozenset(
    {
        ContentType.PINNED_MESSAGE,
        ContentType.MESSAGE_AUTO_DELETE_TIMER_CHANGED,
        ContentType.WRITE_ACCESS_ALLOWED,
        ContentType.CHAT_BACKGROUND_SET,
    }
)


@router.message()
async def anything(message: Message, talk: Talk, raw_state: str | None = None) -> None:
    """Evidence for some assignment, a roadmap, or simply a hello."""
    if message.content_type in SERVICE:
        return
    if await plans.takes(message, talk):
        return
    if raw_state is not None and not message.text:
        # The screen waits for words: a picture does not answer it, and shall not end the conversation either.
        await talk.say_html(talk.say("Please write it in words."))
        return
    if talk.actor.roles() & SCHOOL_TEAM and not (message.text or "").startswith("/"):
        await drafting.hold(message, talk, [], None)
    else:
        await home.show(talk, fresh=True)


@router.callback_query()
async def unknown_press(query: CallbackQuery, talk: Talk) -> None:
    """The first screen instead."""
    await talk.answer(talk.plain("This button is out of date. Here is the first screen."))
    await home.show(talk, fresh=True)


@router.my_chat_member()
async def blocked_or_back(event: ChatMemberUpdated, talk: Talk) -> None:
    """The person blocked the bot, or let it write again: the coordinator sees it."""
    if event.chat.type != "private" or talk.actor.person_id is None:
        return
    async with talk.db.write(SYSTEM) as tx:
        if event.new_chat_member.status == "kicked":
            await people.mark_unreachable(tx, talk.actor.person_id, "blocked")
        else:
            await people.mark_reachable(tx, event.from_user.id)
