"""Groups: who is in, what the bot hears of it, and the move to a supergroup."""

from __future__ import annotations

from .bots import Bot
from .model import JSON, Chat, Message, Person
from .people import membership
from .render import message_json, user_json
from .world import World

_INSIDE = ("creator", "administrator", "member")


def create_group(
    world: World, bot: Bot, title: str, members: list[Person], *, supergroup: bool = False
) -> Chat:
    """A group of people; the first is its owner. The bot is not in it yet."""
    number = 4_000_000_001 + sum(not chat.is_private for chat in bot.chats.values())
    chat = Chat(int(f"-100{number - 2_000_000_000}") if supergroup else -number)
    chat.type, chat.title, chat.bot_status = ("supergroup" if supergroup else "group"), title, "left"
    for index, person in enumerate(members):
        chat.members[str(person.id)] = "member" if index else "creator"
    bot.chats[chat.id] = chat
    world.touch_chat(bot, chat)
    return chat


def _notice(world: World, bot: Bot, chat: Chat, by: int, content: JSON, *, heard: bool) -> Message:
    """A line of the chat that tells of an event."""
    message = world.add_message(bot, chat, by, content, by_bot=by == bot.id)
    if heard:
        bot.queue.put("message", message_json(world, bot, message), chat.id)
    return message


def set_bot_status(world: World, bot: Bot, chat: Chat, by: int, status: str) -> None:
    """Add the bot, make it an administrator, or remove it (left, kicked)."""
    old = chat.bot_status
    if old == status:
        return
    inside, stays = old in _INSIDE, status in _INSIDE
    chat.bot_status = status
    world.touch_chat(bot, chat)
    membership(world, bot, chat, by=by, who=bot.id, old=old, new=status, kind="my_chat_member")
    if stays and not inside:
        me = bot.as_user()
        _notice(world, bot, chat, by, {"new_chat_members": [me], "new_chat_member": me}, heard=True)
    elif inside and not stays:
        _notice(world, bot, chat, by, {"left_chat_member": bot.as_user()}, heard=True)


def set_member_status(world: World, bot: Bot, chat: Chat, user_id: int, status: str, *, by: int) -> None:
    """A person joins, leaves, is removed or promoted."""
    old = chat.members.get(str(user_id), "left")
    if old == status:
        return
    chat.members[str(user_id)] = status
    world.touch_chat(bot, chat)
    here = chat.bot_status in _INSIDE
    if here:
        membership(world, bot, chat, by=by, who=user_id, old=old, new=status)
    who = user_json(world, bot, user_id)
    if status in _INSIDE and old not in _INSIDE:
        _notice(world, bot, chat, by, {"new_chat_members": [who], "new_chat_member": who}, heard=here)
    elif old in _INSIDE and status not in _INSIDE:
        _notice(world, bot, chat, by, {"left_chat_member": who}, heard=here)


def migrate(world: World, bot: Bot, chat: Chat, by: int) -> Chat:
    """A group becomes a supergroup: a new number, new message numbers, a notice on both sides."""
    new = create_group(world, bot, chat.title, [], supergroup=True)
    new.members = dict(chat.members)
    new.bot_status = chat.bot_status
    here = chat.bot_status in _INSIDE
    _notice(world, bot, chat, by, {"migrate_to_chat_id": new.id}, heard=here)
    chat.migrated_to = new.id
    world.touch_chat(bot, chat)
    world.touch_chat(bot, new)
    _notice(world, bot, new, by, {"migrate_from_chat_id": chat.id}, heard=here)
    return new
