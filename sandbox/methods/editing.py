"""Changing and removing messages that stand in a chat."""

from __future__ import annotations

from sandbox.call import Call
from sandbox.errors import Refusal, bad_request
from sandbox.model import JSON, Chat, Message
from sandbox.render import message_json

from .registry import method
from .sending import CAPTION_LIMIT, TEXT_LIMIT, input_media, is_notice, put

_NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same as a current "
    "content and reply markup of the message"
)
_DELETE_WINDOW = 48 * 3600
_DICE_WINDOW = 24 * 3600


def _target(call: Call, *, media: bool = False) -> tuple[Chat, Message]:
    """The bot's own message that may still be edited."""
    if call.text("inline_message_id"):
        raise Refusal(400, "Bad Request: MESSAGE_ID_INVALID")
    chat = call.chat()
    if not call.number("message_id"):
        raise bad_request("message identifier is not specified")
    message = call.message(chat, "message to edit")
    other_keyboard = message.markup is not None and "inline_keyboard" not in message.markup
    if not message.by_bot or message.origin is not None or other_keyboard:
        raise bad_request("message media can't be edited" if media else "message can't be edited")
    return chat, message


def _apply(call: Call, message: Message, content: JSON, markup: JSON | None) -> JSON:
    """Put the new content in place; the same content again is refused."""
    if content == message.content and markup == message.markup:
        raise bad_request(_NOT_MODIFIED)
    if content != message.content:
        message.history.append(message.content)
        message.content = content
    message.markup = markup
    message.edit_date = int(call.world.timestamp())
    call.message_ids.append(message.id)
    call.world.touch_message(call.bot, message)
    return message_json(call.world, call.bot, message)


@method("editMessageText")
def edit_text(call: Call) -> JSON:
    """New words and keyboard; without ``reply_markup`` the keyboard goes away."""
    content = call.formatted("text", TEXT_LIMIT)
    chat, message = _target(call)
    if "text" not in message.content:
        raise bad_request("there is no text in the message to edit")
    preview = call.nested("link_preview_options", "link preview options")
    if preview:
        content["link_preview_options"] = preview
    return _apply(call, message, content, call.markup(chat, inline_only=True))


@method("editMessageCaption")
def edit_caption(call: Call) -> JSON:
    """New words under a file."""
    words = call.formatted("caption", CAPTION_LIMIT)
    chat, message = _target(call)
    captioned = ("photo", "document", "video", "audio", "voice", "animation")
    if not any(kind in message.content for kind in captioned):
        raise bad_request("there is no caption in the message to edit")
    kept = {name: value for name, value in message.content.items() if not name.startswith("caption")}
    return _apply(call, message, kept | words, call.markup(chat, inline_only=True))


@method("editMessageMedia")
def edit_media(call: Call) -> JSON:
    """Another file in the place of the message's own."""
    chat, message = _target(call, media=True)
    kinds = ("text", "photo", "document", "video", "audio", "animation")
    if not any(kind in message.content for kind in kinds):
        raise bad_request("message media can't be edited")
    content = input_media(call, call.nested("media", "input media"))
    if message.album and not set(content) & set(message.content) & set(kinds):
        raise bad_request("can't change media type in the album")
    return _apply(call, message, content, call.markup(chat, inline_only=True))


@method("editMessageReplyMarkup")
def edit_markup(call: Call) -> JSON:
    """Another inline keyboard, or none."""
    chat, message = _target(call)
    return _apply(call, message, message.content, call.markup(chat, inline_only=True))


@method("stopPoll")
def stop_poll(call: Call) -> JSON:
    """End a poll of the bot."""
    chat, message = _target(call)
    if "poll" not in message.content:
        raise bad_request("message with poll to stop not found")
    if message.content["poll"]["is_closed"]:
        raise bad_request("poll has already been closed")
    poll = {**message.content["poll"], "is_closed": True}
    _apply(call, message, {**message.content, "poll": poll}, call.markup(chat, inline_only=True))
    return poll


def _delete(call: Call, chat: Chat, message: Message) -> None:
    message.deleted = True
    if message.id in chat.pinned:
        chat.pinned.remove(message.id)
        call.world.touch_chat(call.bot, chat)
    call.message_ids.append(message.id)
    call.world.touch_message(call.bot, message)


def _may_delete(call: Call, chat: Chat, message: Message) -> bool:
    """In a supergroup own messages, as an administrator all; elsewhere it is a matter of time."""
    return chat.type != "supergroup" or message.by_bot or chat.bot_status == "administrator"


def _may_revoke(call: Call, chat: Chat, message: Message) -> bool:
    """For everyone: 48 hours long; a die in a private chat not within a day, so that nobody throws twice."""
    age = call.world.timestamp() - message.date
    if chat.is_private:
        return age <= _DELETE_WINDOW and not ("dice" in message.content and age < _DICE_WINDOW)
    administrator = chat.bot_status == "administrator"
    if administrator and chat.type == "supergroup":
        return True
    return (administrator or (message.by_bot and not is_notice(message))) and age <= _DELETE_WINDOW


@method("deleteMessage")
def delete_message(call: Call) -> bool:
    """Remove a message for everyone: at most 48 hours old, the bot's own or in a private chat."""
    chat = call.chat()
    message = call.message(chat, "message to delete")
    if not _may_delete(call, chat, message):
        raise bad_request("message can't be deleted")
    if not _may_revoke(call, chat, message):
        raise bad_request("message can't be deleted for everyone")
    _delete(call, chat, message)
    return True


@method("deleteMessages")
def delete_messages(call: Call) -> bool:
    """Remove up to 100 messages; those that are gone or may not be removed are skipped."""
    chat = call.chat()
    for number in call.message_numbers():
        message = call.world.find_message(call.bot, chat.id, number)
        if message and _may_delete(call, chat, message) and _may_revoke(call, chat, message):
            _delete(call, chat, message)
    return True


@method("pinChatMessage")
def pin_message(call: Call) -> bool:
    """Pin: the bar above the chat, and a notice there, which the bot receives too in a group."""
    chat = call.chat(write=True)
    message = call.message(chat, "message to pin")
    if not chat.is_private and chat.bot_status != "administrator":
        raise bad_request("not enough rights to manage pinned messages in the chat")
    if is_notice(message):
        raise bad_request("service messages can't be pinned")
    if message.id in chat.pinned:
        raise Refusal(400, "Bad Request: CHAT_NOT_MODIFIED")
    chat.pinned.append(message.id)
    call.world.touch_chat(call.bot, chat)
    pinned = message_json(call.world, call.bot, message, with_reply=False)
    notice = put(call, chat, {"pinned_message": pinned}, None, reply_to=message.id)
    call.message_ids.pop()
    call.message_ids.append(message.id)
    if not chat.is_private:
        call.bot.queue.put("message", message_json(call.world, call.bot, notice, with_reply=False), chat.id)
    return True


@method("unpinChatMessage")
def unpin_message(call: Call) -> bool:
    """Unpin one message, the newest pinned if none is named."""
    chat = call.chat(write=True)
    if call.number("message_id"):
        number = call.message(chat, "message to unpin").id
    elif chat.pinned:
        number = chat.pinned[-1]
    else:
        raise bad_request("message to unpin not found")
    if number in chat.pinned:
        chat.pinned.remove(number)
        call.world.touch_chat(call.bot, chat)
    return True


@method("unpinAllChatMessages")
def unpin_all(call: Call) -> bool:
    """Unpin everything."""
    chat = call.chat(write=True)
    chat.pinned.clear()
    call.world.touch_chat(call.bot, chat)
    return True


@method("setMessageReaction")
def react(call: Call) -> bool:
    """The bot's reaction to a message; at most one."""
    message = call.message(call.chat(), "message to react")
    reactions = call.nested("reaction", "reaction types") or []
    if not isinstance(reactions, list):
        raise bad_request("expected an Array of ReactionType")
    if len(reactions) > 1:
        raise Refusal(400, "Bad Request: REACTIONS_TOO_MANY")
    message.reactions = reactions
    call.world.touch_message(call.bot, message)
    return True
