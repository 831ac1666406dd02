"""What the bot may ask and change about chats and their members."""

from __future__ import annotations

import secrets
from typing import Any

from sandbox.call import Call
from sandbox.errors import Refusal, bad_request
from sandbox.groups import set_bot_status, set_member_status
from sandbox.model import JSON, Chat
from sandbox.render import chat_json, member_json, message_json, user_json

from .registry import method

_HERE = ("creator", "administrator", "member", "restricted")


@method("getChat")
def get_chat(call: Call) -> JSON:
    """``ChatFullInfo``."""
    chat = call.chat()
    found = chat_json(call.world, chat)
    found |= {"accent_color_id": chat.id % 7, "max_reaction_count": 11}
    found["accepted_gift_types"] = dict.fromkeys(
        ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels"),
        False,
    )
    if chat.description:
        found["description"] = chat.description
    if not chat.is_private:
        found["permissions"] = dict.fromkeys(
            ("can_send_messages", "can_invite_users", "can_pin_messages"), True
        )
    for number in reversed(chat.pinned):
        message = call.world.find_message(call.bot, chat.id, number)
        if message is not None:
            found["pinned_message"] = message_json(call.world, call.bot, message, with_reply=False)
            break
    return found


def _group(call: Call) -> Chat:
    chat = call.chat()
    if chat.is_private:
        raise bad_request("method is available only for groups and supergroups")
    return chat


@method("getChatMember")
def get_chat_member(call: Call) -> JSON:
    """``ChatMember`` of a person or of the bot."""
    chat, user_id = call.chat(), call.number("user_id")
    if user_id == call.bot.id:
        return member_json(call.world, call.bot, user_id, chat.bot_status)
    if user_id not in call.world.people:
        raise Refusal(
            400,
            "Bad Request: PARTICIPANT_ID_INVALID" if user_id else "Bad Request: invalid user_id specified",
        )
    if chat.is_private:
        if user_id != chat.id:
            raise bad_request("member not found")
        return member_json(call.world, call.bot, user_id, "member")
    return member_json(call.world, call.bot, user_id, chat.members.get(str(user_id), "left"))


@method("getChatMemberCount")
def get_member_count(call: Call) -> int:
    """How many are in the chat, the bot included."""
    chat = call.chat()
    if chat.is_private:
        return 2
    return sum(status in _HERE for status in chat.members.values()) + (chat.bot_status in _HERE)


@method("getChatAdministrators")
def get_administrators(call: Call) -> list[JSON]:
    """The administrators who are not bots, and this bot."""
    chat = call.chat()
    if chat.is_private:
        raise bad_request("there are no administrators in the private chat")
    found = [
        member_json(call.world, call.bot, int(user_id), status)
        for user_id, status in chat.members.items()
        if status in ("creator", "administrator")
    ]
    if chat.bot_status == "administrator":
        found.append(member_json(call.world, call.bot, call.bot.id, chat.bot_status))
    return found


@method("leaveChat")
def leave_chat(call: Call) -> bool:
    """The bot goes; it hears of it as of any change of its status."""

    chat = _group(call)
    set_bot_status(call.world, call.bot, chat, call.bot.id, "left")
    return True


def _need_rights(call: Call) -> Chat:
    chat = _group(call)
    if chat.bot_status != "administrator":
        raise bad_request("not enough rights")
    return chat


@method("setChatTitle", "setChatDescription")
def set_chat_text(call: Call) -> bool:
    """Rename or describe a group, as its administrator."""
    chat = _need_rights(call)
    if call.method.lower() == "setchattitle":
        if not call.text("title").strip():
            raise bad_request("title can't be empty")
        chat.title = call.text("title").strip()[:128]
    elif chat.description == call.text("description"):
        raise bad_request("chat description is not modified")
    else:
        chat.description = call.text("description")[:255]
    call.world.touch_chat(call.bot, chat)
    return True


@method("banChatMember", "unbanChatMember")
def ban_member(call: Call) -> bool:
    """Remove a person from a group, or let them in again."""

    chat, user_id = _need_rights(call), call.number("user_id")
    if user_id not in call.world.people:
        raise Refusal(400, "Bad Request: PARTICIPANT_ID_INVALID")
    if chat.members.get(str(user_id)) in ("creator", "administrator"):
        raise bad_request("user is an administrator of the chat")
    new = "kicked" if call.method.lower() == "banchatmember" else "left"
    if new == "left" and chat.members.get(str(user_id)) != "kicked" and call.flag("only_if_banned"):
        return True
    set_member_status(call.world, call.bot, chat, user_id, new, by=call.bot.id)
    return True


@method("createChatInviteLink", "exportChatInviteLink")
def create_invite_link(call: Call) -> Any:
    """A link into the chat."""
    chat = call.chat()
    link: JSON = {
        "invite_link": f"https://t.me/+{secrets.token_urlsafe(12)}",
        "creator": user_json(call.world, call.bot, call.bot.id),
        "creates_join_request": call.flag("creates_join_request"),
        "is_primary": call.method.lower() == "exportchatinvitelink",
        "is_revoked": False,
    }
    for name in ("expire_date", "member_limit"):
        if call.number(name):
            link[name] = call.number(name)
    if call.text("name"):
        link["name"] = call.text("name")
    chat.links.append(link)
    call.world.touch_chat(call.bot, chat)
    return link["invite_link"] if link["is_primary"] else link


@method("revokeChatInviteLink")
def revoke_invite_link(call: Call) -> JSON:
    """End a link."""
    chat = call.chat()
    for link in chat.links:
        if link["invite_link"] == call.text("invite_link"):
            link["is_revoked"] = True
            call.world.touch_chat(call.bot, chat)
            return link
    raise Refusal(400, "Bad Request: INVITE_HASH_EXPIRED")


@method("getUserProfilePhotos")
def get_profile_photos(call: Call) -> JSON:
    """Nobody in the sandbox has a portrait."""
    if call.number("user_id") not in call.world.people:
        raise bad_request("user not found")
    return {"total_count": 0, "photos": []}
