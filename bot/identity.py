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
        if chat is None or ((user is None or user.is_bot) and not _is_move(event)):
            return None
        bot: Bot = data["bot"]
        async with self._db.read(STRANGER) as tx:
            actor = await people.actor_by_telegram(tx, user.id) if user is not None else STRANGER
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


def _is_move(event: TelegramObject) -> bool:
    """A group gets a new number: told in the name of an anonymous administrator, or of nobody."""
    message = event.message if isinstance(event, Update) else None
    return message is not None and bool(message.migrate_to_chat_id or message.migrate_from_chat_id)


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
