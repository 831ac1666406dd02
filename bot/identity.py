"""Telegram user → Actor, and texts in that person's language; once an update, with one query."""

from collections.abc import Awaitable, Callable
from typing import Any

from aiogram import BaseMiddleware, Bot
from aiogram.enums import ChatType
from aiogram.filters import Filter
from aiogram.types import CallbackQuery, Chat, Message, TelegramObject, Update, User

from bot.talk import Talk
from domain import people
from domain.actor import STRANGER
from domain.db import Database
from domain.files import FileStore
from domain.settings import Settings
from domain.texts import texts

Handler = Callable[[TelegramObject, dict[str, Any]], Awaitable[Any]]


class Identity(BaseMiddleware):
    """Puts `talk` beside every update that has a sender and a chat."""

    def __init__(self, db: Database, files: FileStore, settings: Settings, bot_name: str) -> None:
        self._db, self._files, self._settings, self._bot_name = db, files, settings, bot_name

    async def __call__(self, handler: Handler, event: TelegramObject, data: dict[str, Any]) -> Any:
        """Find out who writes; updates without a person or a chat are none of ours."""
        user: User | None = data.get("event_from_user")
        chat: Chat | None = data.get("event_chat")
        if user is None or chat is None or user.is_bot:
            return None
        bot: Bot = data["bot"]
        async with self._db.read(STRANGER) as tx:
            actor = await people.actor_by_telegram(tx, user.id)
        data["talk"] = Talk(
            bot=bot,
            db=self._db,
            files=self._files,
            settings=self._settings,
            bot_name=self._bot_name,
            actor=actor,
            say=texts(actor.language),
            chat_id=chat.id,
            state=data["state"],
            press=event.callback_query if isinstance(event, Update) else None,
        )
        return await handler(event, data)


class InGroup(Filter):
    """Not a private chat: nothing personal is said there."""

    async def __call__(self, event: TelegramObject) -> bool:
        """Where the message stands, or the pressed button."""
        message = event.message if isinstance(event, CallbackQuery) else event
        chat = getattr(message, "chat", None)
        return chat is not None and chat.type != ChatType.PRIVATE


class IsStranger(Filter):
    """Nobody here has this account."""

    async def __call__(self, event: TelegramObject, talk: Talk) -> bool:
        """Whether the sender is unknown."""
        return talk.actor.person_id is None


class HasNoRole(Filter):
    """Known, but every role has ended."""

    async def __call__(self, event: TelegramObject, talk: Talk) -> bool:
        """Whether no role is left today."""
        return not talk.actor.grants


class Expecting(Filter):
    """The screen shown last waits for a text or file of this meaning; gives the handler `memo`."""

    def __init__(self, what: str, *, text_only: bool = False) -> None:
        self.what = what
        self.text_only = text_only

    async def __call__(
        self, event: Message, talk: Talk, raw_state: str | None = None
    ) -> bool | dict[str, Any]:
        """Whether this is what is waited for; commands never are."""
        if raw_state != self.what or (event.text or "").startswith("/"):
            return False
        if self.text_only and not event.text:
            return False
        return {"memo": await talk.state.get_data()}


def name_of(user: User) -> str:
    """How a person is called until they or a coordinator write it better."""
    return user.full_name.strip()[:200]
