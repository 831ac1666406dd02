"""Objects of the Bot API as the server writes them."""

from __future__ import annotations

from .bots import Bot
from .model import JSON, Chat, Message
from .world import World


def user_json(world: World, bot: Bot, user_id: int) -> JSON:
    """``User``: the bot itself or a person."""
    return bot.as_user() if user_id == bot.id else world.person(user_id).as_user()


def chat_json(world: World, chat: Chat) -> JSON:
    """``Chat``, the short form that stands inside messages."""
    if chat.is_private:
        person = world.person(chat.id)
        found: JSON = {"id": chat.id, "first_name": person.first_name}
        if person.last_name:
            found["last_name"] = person.last_name
        if person.username:
            found["username"] = person.username
        return {**found, "type": "private"}
    found = {"id": chat.id, "title": chat.title, "type": chat.type}
    if chat.type == "group":
        found["all_members_are_administrators"] = True
    return found


def message_json(world: World, bot: Bot, message: Message, *, with_reply: bool = True) -> JSON:
    """``Message``. Only inline keyboards are echoed; the replied message comes without its own reply."""
    chat = bot.chats[message.chat_id]
    found: JSON = {
        "message_id": message.id,
        "from": user_json(world, bot, message.sender_id),
        "chat": chat_json(world, chat),
        "date": message.date,
    }
    if message.edit_date is not None:
        found["edit_date"] = message.edit_date
    if message.origin is not None:
        found["forward_origin"] = message.origin
        found["forward_date"] = message.origin["date"]
        if "sender_user" in message.origin:
            found["forward_from"] = message.origin["sender_user"]
    if with_reply and message.reply_to is not None:
        replied = world.find_message(bot, message.chat_id, message.reply_to)
        if replied is not None:
            found["reply_to_message"] = message_json(world, bot, replied, with_reply=False)
    if message.album:
        found["media_group_id"] = message.album
    if message.protected:
        found["has_protected_content"] = True
    found |= message.content
    if message.markup and "inline_keyboard" in message.markup:
        found["reply_markup"] = message.markup
    return found


def member_json(world: World, bot: Bot, user_id: int, status: str) -> JSON:
    """``ChatMember`` of the status."""
    found: JSON = {"user": user_json(world, bot, user_id), "status": status}
    if status == "creator":
        found["is_anonymous"] = False
    elif status == "kicked":
        found["until_date"] = 0
    elif status == "administrator":
        rights = (
            "can_be_edited is_anonymous can_manage_chat can_delete_messages can_manage_video_chats "
            "can_restrict_members can_promote_members can_change_info can_invite_users can_pin_messages "
            "can_post_stories can_edit_stories can_delete_stories can_send_welcome_messages"
        )
        granted = ("can_manage_chat", "can_delete_messages", "can_pin_messages", "can_invite_users")
        found |= {right: right in granted for right in rights.split()}
    return found
