"""What the chat page shows of one person's chats, and what changed since it last asked."""

from __future__ import annotations

from typing import Any

from .bots import Bot
from .methods import commands_for
from .model import JSON, Chat, Message, Person
from .render import message_json
from .world import World


def person_json(person: Person) -> JSON:
    """A person in the chooser."""
    return {
        "id": person.id,
        "name": person.full_name,
        "first_name": person.first_name,
        "last_name": person.last_name,
        "username": person.username,
        "language_code": person.language_code,
        "about": person.about,
    }


def bot_json(bot: Bot, language: str = "") -> JSON:
    """The bot as the page introduces it."""
    return {
        "id": bot.id,
        "username": bot.username,
        "name": bot.text("name", language) or bot.name,
        "description": bot.text("description", language),
        "about": bot.text("short_description", language),
    }


def shown_message(world: World, bot: Bot, chat: Chat, message: Message) -> JSON:
    """A message for the page: the Bot API form and what only an app sees."""
    shown: dict[str, Any] = message_json(world, bot, message)
    shown |= {
        "by_bot": message.by_bot,
        "deleted": message.deleted,
        "pinned": message.id in chat.pinned,
        "rev": message.rev,
        "reactions": [reaction.get("emoji", "") for reaction in message.reactions],
    }
    return shown


def typing_in(world: World, bot: Bot, chat: Chat) -> str:
    """What the bot is doing there now, empty for nothing."""
    action, until = bot.typing.get(chat.id, ("", 0.0))
    return action if until > world.timestamp() else ""


def chat_feed(world: World, bot: Bot, person: Person, chat: Chat, since: int) -> JSON:
    """A chat for the page: messages that changed after ``since``, and the state around them."""
    messages = bot.messages.get(chat.id, {})
    changed = [message for message in messages.values() if message.rev > since]
    if since == 0:
        changed = [message for message in changed if not message.deleted]
    changed.sort(key=lambda message: message.id)
    return {
        "rev": world.rev,
        "now": int(world.timestamp()),
        "bot": bot_json(bot, person.language_code),
        "person": person_json(person),
        "chat": {"id": chat.id, "type": chat.type, "title": chat.title, "migrated_to": chat.migrated_to},
        "started": chat.started or not chat.is_private,
        "blocked": chat.bot_status == "kicked",
        "keyboard": chat.keyboard,
        "menu_button": chat.menu_button or bot.menu_button or {"type": "commands"},
        "commands": commands_for(bot, chat, person.id, person.language_code),
        "typing": typing_in(world, bot, chat),
        "pinned": [number for number in chat.pinned if number in messages and not messages[number].deleted],
        "messages": [shown_message(world, bot, chat, message) for message in changed],
    }


def groups_of(bot: Bot, person: Person) -> list[JSON]:
    """The groups that the person is in."""
    return [
        {"id": chat.id, "title": chat.title, "type": chat.type}
        for chat in bot.chats.values()
        if not chat.is_private
        and chat.migrated_to is None
        and chat.members.get(str(person.id)) in ("creator", "administrator", "member")
    ]
