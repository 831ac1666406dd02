"""Sending: what every new message of the bot goes through."""

from __future__ import annotations

from typing import Any

from sandbox.call import Call
from sandbox.entities import units
from sandbox.errors import bad_request
from sandbox.model import JSON, Chat, Message
from sandbox.people import new_album
from sandbox.render import message_json, user_json

from .media import attached, content_of
from .registry import method

TEXT_LIMIT = 4096
CAPTION_LIMIT = 1024


def put(call: Call, chat: Chat, content: JSON, markup: JSON | None, **more: Any) -> Message:
    """Add the bot's message to the chat; a reply keyboard becomes the chat's keyboard."""
    more.setdefault("protected", call.flag("protect_content"))
    message = call.world.add_message(call.bot, chat, call.bot.id, content, by_bot=True, markup=markup, **more)
    call.message_ids.append(message.id)
    if markup is not None and "inline_keyboard" not in markup:
        chat.keyboard = None if markup.get("remove_keyboard") else markup
        call.world.touch_chat(call.bot, chat)
    call.bot.typing.pop(chat.id, None)
    return message


def deliver(call: Call, content: JSON) -> JSON:
    """The checks that every send* shares, then the message."""
    chat = call.chat(write=True)
    markup = call.markup(chat)
    reply_to = call.reply_to(chat)
    call.world.limits.check(chat.id)
    return message_json(call.world, call.bot, put(call, chat, content, markup, reply_to=reply_to))


@method("sendMessage")
def send_message(call: Call) -> JSON:
    """A text message."""
    content = call.formatted("text", TEXT_LIMIT)
    preview = call.nested("link_preview_options", "link preview options")
    if preview is None and call.flag("disable_web_page_preview"):
        preview = {"is_disabled": True}
    if preview:
        content["link_preview_options"] = preview
    return deliver(call, content)


@method("sendDocument", "sendPhoto", "sendVideo", "sendAudio", "sendVoice", "sendAnimation", "sendVideoNote")
def send_media(call: Call) -> JSON:
    """A file: uploaded, or known by its ``file_id``."""
    field = {"sendvideonote": "video_note"}.get(call.method.lower(), call.method.lower().removeprefix("send"))
    chat = call.chat(write=True)  # a stranger's upload is refused before it is kept
    words = call.formatted("caption", CAPTION_LIMIT)
    call.markup(chat)
    stored = attached(call, call.params.get(field), field, upload_name=field)
    return deliver(call, content_of(call, stored, field) | words)


@method("sendMediaGroup")
def send_media_group(call: Call) -> list[JSON]:
    """An album of 2-10 items, documents and audio only among themselves."""
    chat = call.chat(write=True)
    items = call.nested("media", "media")
    if not isinstance(items, list):
        raise bad_request("expected an Array of InputMedia")
    if len(items) > 10:
        raise bad_request("too many messages to send as an album")
    if len(items) < 2:
        raise bad_request("there are no messages to send" if not items else "album must contain 2-10 items")
    kinds = {str(item.get("type")) if isinstance(item, dict) else "" for item in items}
    if not kinds <= {"photo", "video", "document", "audio"}:
        raise bad_request("can't use the media of the specified type in the album")
    for kind in ("document", "audio"):
        if kind in kinds and len(kinds) > 1:
            raise bad_request(f"{kind.title()} can't be mixed with other media types")
    contents = [input_media(call, item) for item in items]
    reply_to = call.reply_to(chat)
    call.world.limits.check(chat.id, count=len(contents))
    album = new_album()
    sent = [put(call, chat, content, None, reply_to=reply_to, album=album) for content in contents]
    return [message_json(call.world, call.bot, message) for message in sent]


def input_media(call: Call, item: Any) -> JSON:
    """``InputMedia`` as the content of a message."""
    if not isinstance(item, dict) or item.get("type") not in (
        "photo",
        "video",
        "document",
        "audio",
        "animation",
    ):
        raise bad_request("can't parse InputMedia: Type is not specified or unsupported")
    kind = item["type"]
    words = call.format(
        str(item.get("caption") or ""),
        str(item.get("parse_mode") or ""),
        item.get("caption_entities") or [],
        "caption",
        CAPTION_LIMIT,
    )
    stored = attached(call, item.get("media"), kind, upload_name="")
    content = content_of(call, stored, kind) | words
    if item.get("has_spoiler"):
        content["has_media_spoiler"] = True
    return content


@method("sendContact")
def send_contact(call: Call) -> JSON:
    """A contact card."""
    if not call.text("phone_number"):
        raise bad_request("phone number is empty")
    if not call.text("first_name"):
        raise bad_request("first name is empty")
    contact = {
        name: call.text(name) for name in ("phone_number", "first_name", "last_name") if call.text(name)
    }
    return deliver(call, {"contact": contact})


@method("sendLocation", "sendVenue")
def send_location(call: Call) -> JSON:
    """A point on the map, with a name if it is a venue."""
    point: dict[str, float] = {}
    for name, bound in (("latitude", 90), ("longitude", 180)):
        try:
            point[name] = float(call.text(name))
        except ValueError as error:
            raise bad_request(f"{name} is empty") from error
        if not abs(point[name]) <= bound:
            raise bad_request("wrong geo point specified")
    if call.method.lower() == "sendlocation":
        return deliver(call, {"location": point})
    venue = {"location": point, "title": call.text("title"), "address": call.text("address")}
    return deliver(call, {"venue": venue, "location": point})


@method("sendDice")
def send_dice(call: Call) -> JSON:
    """An animated die. The value is the same for the same message number, so that a test can rely on it."""
    emoji = call.text("emoji") or "🎲"
    values = {"🎲": 6, "🎯": 6, "🎳": 6, "🏀": 5, "⚽": 5, "🎰": 64}
    if emoji not in values:
        raise bad_request("wrong emoji is specified")
    return deliver(call, {"dice": {"emoji": emoji, "value": 1 + call.bot.last_message_id % values[emoji]}})


@method("sendPoll")
def send_poll(call: Call) -> JSON:
    """A poll; nobody votes in the sandbox."""
    options = call.nested("options", "options")
    if not isinstance(options, list) or not options:
        raise bad_request("poll must have at least one answer option")
    if len(options) > 12:
        raise bad_request("poll can't have more than 12 options")
    texts = [str(option.get("text", "")) if isinstance(option, dict) else str(option) for option in options]
    if not call.text("question").strip():
        raise bad_request("poll question must be non-empty")
    if units(call.text("question")) > 300:
        raise bad_request("poll question length must not exceed 300")
    if not all(texts):
        raise bad_request("poll option must be non-empty")
    if any(units(text) > 100 for text in texts):
        raise bad_request("poll options length must not exceed 100")
    anonymous = "is_anonymous" not in call.params or call.flag("is_anonymous")
    poll = {
        "id": str(5 * 10**15 + call.bot.last_message_id),
        "question": call.text("question"),
        "options": [
            {"persistent_id": str(number), "text": text, "voter_count": 0}
            for number, text in enumerate(texts)
        ],
        "total_voter_count": 0,
        "is_closed": call.flag("is_closed"),
        "is_anonymous": anonymous,
        "type": call.text("type") or "regular",
        "allows_multiple_answers": call.flag("allows_multiple_answers"),
        "allows_revoting": True,
        "members_only": False,
    }
    return deliver(call, {"poll": poll})


@method("copyMessage", "forwardMessage")
def repeat_message(call: Call) -> JSON:
    """A message once more: with its origin (forward) or without (copy)."""
    copying = call.method.lower() == "copymessage"
    verb = "copy" if copying else "forward"
    chat = call.chat(write=True)
    source = call.message(call.chat("from_chat_id"), f"message to {verb}")
    if is_notice(source) or source.protected:
        raise bad_request("the message can't be copied" if copying else "the message can't be forwarded")
    call.world.limits.check(chat.id)
    if not copying:
        message = put(call, chat, dict(source.content), None, origin=_origin(call, source))
        return message_json(call.world, call.bot, message)
    content = dict(source.content)
    if "caption" in call.params and "text" not in content:
        content.pop("caption", None)
        content.pop("caption_entities", None)
        content |= call.formatted("caption", CAPTION_LIMIT)
    message = put(call, chat, content, call.markup(chat), reply_to=call.reply_to(chat))
    return {"message_id": message.id}


@method("copyMessages", "forwardMessages")
def repeat_messages(call: Call) -> list[JSON]:
    """Several messages once more, at most 100; those that are gone are left out."""
    copying = call.method.lower() == "copymessages"
    chat, source_chat = call.chat(write=True), call.chat("from_chat_id")
    found = [call.world.find_message(call.bot, source_chat.id, number) for number in call.message_numbers()]
    sources = [source for source in found if source and not is_notice(source) and not source.protected]
    if not sources:
        raise bad_request(f"there are no messages to {'copy' if copying else 'forward'}")
    call.world.limits.check(chat.id, count=len(sources))
    made = [
        put(call, chat, dict(source.content), None, origin=None if copying else _origin(call, source))
        for source in sources
    ]
    return [{"message_id": message.id} for message in made]


def _origin(call: Call, source: Message) -> JSON:
    if source.origin is not None:
        return source.origin
    return {
        "type": "user",
        "sender_user": user_json(call.world, call.bot, source.sender_id),
        "date": source.date,
    }


def is_notice(message: Message) -> bool:
    """Whether it tells of an event («joined», «pinned») and holds no content of its own."""
    kinds = (
        "text",
        "caption",
        "document",
        "photo",
        "video",
        "audio",
        "voice",
        "animation",
        "video_note",
        "contact",
    )
    return not any(
        kind in message.content for kind in (*kinds, "location", "venue", "dice", "poll", "sticker")
    )
