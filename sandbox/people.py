"""What a person can do in Telegram: write, press, send files, block the bot."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

from .bots import Bot
from .entities import trimmed, units, with_found
from .files import PHOTO_LIMIT, image_size
from .model import JSON, Callback, Chat, Message, Person, StoredFile
from .render import chat_json, member_json, message_json, user_json
from .world import World


class NotPossible(ValueError):
    """The Telegram app would not let the person do this; the text says why."""


def open_chat(world: World, bot: Bot, person: Person, chat_id: int | None) -> Chat:
    """The chat that the person writes to; their first message starts it, writing again unblocks the bot."""
    if chat_id is None or chat_id == person.id:
        chat = world.private_chat(bot, person.id)
        if chat.bot_status == "kicked":
            set_blocked(world, bot, person, False)
        if not chat.started:
            chat.started = True
            world.touch_chat(bot, chat)
        return chat
    found = bot.chats.get(chat_id)
    if found is None or found.members.get(str(person.id), "left") in ("left", "kicked"):
        raise NotPossible(f"person {person.id} is not a member of chat {chat_id}")
    if found.migrated_to is not None:
        raise NotPossible(f"group {chat_id} became supergroup {found.migrated_to}")
    return found


def post(
    world: World,
    bot: Bot,
    person: Person,
    content: JSON,
    *,
    chat_id: int | None = None,
    reply_to: int | None = None,
    album: str | None = None,
    origin: JSON | None = None,
) -> Message:
    """A message of a person: it stands in the chat, and the bot gets an update if it may see it."""
    chat = open_chat(world, bot, person, chat_id)
    message = world.add_message(bot, chat, person.id, content, reply_to=reply_to, album=album, origin=origin)
    if _one_time(chat):
        chat.keyboard = None
        world.touch_chat(bot, chat)
    if chat.is_private or visible_to_bot(world, bot, chat, message):
        bot.queue.put("message", message_json(world, bot, message), chat.id)
    return message


def _one_time(chat: Chat) -> bool:
    return bool(
        chat.keyboard and (chat.keyboard.get("one_time_keyboard") or chat.keyboard.get("force_reply"))
    )


def visible_to_bot(world: World, bot: Bot, chat: Chat, message: Message) -> bool:
    """Privacy mode in groups: commands for this bot and replies to it, unless it is an administrator."""
    if chat.bot_status not in ("member", "administrator"):
        return False
    if chat.bot_status == "administrator":
        return True
    if message.reply_to is not None:
        replied = world.find_message(bot, chat.id, message.reply_to)
        if replied is not None and replied.by_bot:
            return True
    words = message.words
    if not words.startswith("/"):
        return False
    name, _, target = words.split()[0].partition("@")
    return len(name) > 1 and (not target or target.lower() == bot.username.lower())


def text_content(text: str) -> JSON:
    """The content of a text message with the entities that Telegram finds. Raises NotPossible for an empty text."""
    text, _ = trimmed(text, [])
    if not text:
        raise NotPossible("the text is empty")
    if units(text) > 4096:
        raise NotPossible("the text is longer than 4096; the app would split it")
    found = with_found(text, [])
    return {"text": text, "entities": found} if found else {"text": text}


def caption_content(caption: str | None) -> JSON:
    """Caption fields, empty where there are no words."""
    text, _ = trimmed(caption or "", [])
    if not text:
        return {}
    if units(text) > 1024:
        raise NotPossible("the caption is longer than 1024")
    found = with_found(text, [])
    return {"caption": text, "caption_entities": found} if found else {"caption": text}


def file_json(stored: StoredFile, **more: Any) -> JSON:
    """What every kind of file tells of itself."""
    found: JSON = {"file_id": stored.file_id, "file_unique_id": stored.unique_id, **more}
    return {**found, "file_size": stored.size}


def document_content(stored: StoredFile) -> JSON:
    """The content of a message with a document."""
    return {"document": file_json(stored, file_name=stored.name, mime_type=stored.mime)}


def photo_content(world: World, stored: StoredFile) -> JSON:
    """The content of a message with a photo: a small size and the full one, made of the same bytes."""
    width, height = stored.meta.get("width", 1), stored.meta.get("height", 1)
    scale = min(1.0, 90 / max(width, height))
    thumb_id = stored.meta.get("thumb")
    if thumb_id is None:
        body = world.store.body(stored.unique_id)
        thumb = world.add_file(body, "thumb.jpg", "thumbnail")
        thumb_id = stored.meta["thumb"] = thumb.file_id
        world.touch("file", stored.file_id, stored)
    small = file_json(
        world.files[thumb_id], width=max(1, int(width * scale)), height=max(1, int(height * scale))
    )
    return {"photo": [small, file_json(stored, width=width, height=height)]}


def checked_photo(body: bytes) -> None:
    """Whether the app would send these bytes as a photo. Raises NotPossible."""
    if image_size(body) is None:
        raise NotPossible("not a picture")
    if len(body) > PHOTO_LIMIT:
        raise NotPossible("a photo has at most 10 MB")


def new_album() -> str:
    """The mark that messages of one album share."""
    return str(10**16 + secrets.randbelow(9 * 10**16))


def set_blocked(world: World, bot: Bot, person: Person, blocked: bool) -> None:
    """The person blocks the bot, or lets it write again; the bot hears it as my_chat_member."""
    chat = world.private_chat(bot, person.id)
    new = "kicked" if blocked else "member"
    if chat.bot_status == new:
        return
    old, chat.bot_status = chat.bot_status, new
    world.touch_chat(bot, chat)
    membership(world, bot, chat, by=person.id, who=bot.id, old=old, new=new, kind="my_chat_member")


def membership(
    world: World, bot: Bot, chat: Chat, *, by: int, who: int, old: str, new: str, kind: str = "chat_member"
) -> None:
    """Tell the bot that someone's status in a chat changed."""
    body: JSON = {
        "chat": chat_json(world, chat),
        "from": user_json(world, bot, by),
        "date": int(world.timestamp()),
        "old_chat_member": member_json(world, bot, who, old),
        "new_chat_member": member_json(world, bot, who, new),
    }
    bot.queue.put(kind, body, chat.id)


def start_press(
    world: World,
    bot: Bot,
    person: Person,
    message: Message,
    *,
    data: str,
    on_answer: Callable[[], None] | None = None,
) -> Callback:
    """A press of a callback button: the bot gets a callback query and has to answer it."""
    oldest = world.timestamp() - world.callback_lifetime
    for number in [one.id for one in bot.callbacks.values() if one.created < oldest]:
        del bot.callbacks[number]
    callback = Callback(str(10**17 + secrets.randbelow(9 * 10**17)), world.timestamp(), person.id)
    callback.on_answer = on_answer
    bot.callbacks[callback.id] = callback
    body: JSON = {
        "id": callback.id,
        "from": person.as_user(),
        "message": message_json(world, bot, message),
        "chat_instance": str(-(7 * 10**17) - message.chat_id),
        "data": data,
    }
    bot.queue.put("callback_query", body, message.chat_id)
    return callback


def find_button(message: Message, data: str | None, text: str | None) -> JSON:
    """The inline button by its data, or by its words (exactly, else their beginning). Raises NotPossible."""
    rows = (message.markup or {}).get("inline_keyboard", [])
    buttons: list[JSON] = [button for row in rows for button in row]
    if data is not None:
        matches = [button for button in buttons if button.get("callback_data") == data]
    else:
        matches = [button for button in buttons if button["text"] == text]
        matches = matches or [button for button in buttons if button["text"].startswith(text or "")]
    if not matches:
        shown = [button["text"] for button in buttons]
        raise NotPossible(
            f"no button {data if data is not None else text!r} under message {message.id}: {shown}"
        )
    return matches[0]
