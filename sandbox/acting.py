"""People of the sandbox played by code: what a test or a demonstration lets them do."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from .bots import Bot
from .groups import create_group, migrate, set_bot_status, set_member_status
from .model import JSON, Message, Person, StoredFile
from .people import (
    NotPossible,
    caption_content,
    checked_photo,
    document_content,
    file_json,
    find_button,
    new_album,
    photo_content,
    post,
    set_blocked,
    start_press,
    text_content,
)
from .render import message_json
from .views import SentMessage, view_message
from .world import World

PATIENCE = 60.0  # seconds to wait for the bot, unless said otherwise: a busy machine is no failure


@dataclass(frozen=True)
class CallbackAnswer:
    """What the presser of a button saw: a toast, or an alert to close."""

    text: str
    show_alert: bool
    url: str = ""


@dataclass(frozen=True)
class Item:
    """One file of an album: a document, or a photo."""

    body: bytes
    name: str
    kind: str = "document"
    caption: str | None = None
    mime: str | None = None
    declared_size: int | None = None


class Acting:
    """The people's side. All methods speak to the first bot; ``chat_id`` names a group, else it is the private chat.

    Methods raise NotPossible where the Telegram app would not let a person do so.
    """

    def __init__(self, world: World, bot: Bot) -> None:
        self.world = world
        self.bot = bot

    def add_person(
        self,
        user_id: int,
        first_name: str,
        *,
        last_name: str = "",
        username: str | None = None,
        language_code: str = "ru",
        about: str = "",
    ) -> Person:
        """Someone with an account. Again with the same number: the particulars are brought up to date."""
        person = self.world.add_person(Person(user_id, first_name, last_name, username, language_code, about))
        self.world.store.flush()
        return person

    def people(self) -> list[Person]:
        """Everyone, in the order of being added."""
        return list(self.world.people.values())

    def _posted(self, user_id: int, content: JSON, **rest: Any) -> SentMessage:
        message = post(self.world, self.bot, self.world.person(user_id), content, **rest)
        self.world.store.flush()
        return self._view(message)

    def _view(self, message: Message) -> SentMessage:
        return view_message(self.world, self.bot, message)

    # --- messages ---------------------------------------------------------------------------------------------

    async def send_text(
        self, user_id: int, text: str, *, chat_id: int | None = None, reply_to: int | None = None
    ) -> SentMessage:
        """Write to the bot; commands, addresses and mentions get their entities as in the app."""
        return self._posted(user_id, text_content(text), chat_id=chat_id, reply_to=reply_to)

    async def start_bot(self, user_id: int, payload: str = "") -> SentMessage:
        """Open a deep link of the bot and press «Start»."""
        return await self.send_text(user_id, f"/start {payload}".strip())

    def _stored(self, item: Item) -> tuple[StoredFile, JSON]:
        if item.kind == "photo":
            checked_photo(item.body)
        stored = self.world.add_file(
            item.body, item.name, item.kind, mime=item.mime, declared_size=item.declared_size
        )
        content = photo_content(self.world, stored) if item.kind == "photo" else document_content(stored)
        return stored, content | caption_content(item.caption)

    async def send_document(
        self,
        user_id: int,
        body: bytes,
        name: str,
        *,
        mime: str | None = None,
        caption: str | None = None,
        media_group_id: str | None = None,
        declared_size: int | None = None,
        chat_id: int | None = None,
        reply_to: int | None = None,
    ) -> SentMessage:
        """Send a file. ``declared_size`` fakes a big one without its bytes; getFile refuses it above 20 MB."""
        _, content = self._stored(Item(body, name, "document", caption, mime, declared_size))
        return self._posted(user_id, content, album=media_group_id, chat_id=chat_id, reply_to=reply_to)

    async def send_photo(
        self,
        user_id: int,
        body: bytes,
        *,
        caption: str | None = None,
        media_group_id: str | None = None,
        chat_id: int | None = None,
        reply_to: int | None = None,
    ) -> SentMessage:
        """Send a picture (PNG, JPEG, GIF, WebP) as a photo."""
        _, content = self._stored(Item(body, "photo.jpg", "photo", caption))
        return self._posted(user_id, content, album=media_group_id, chat_id=chat_id, reply_to=reply_to)

    async def send_album(
        self, user_id: int, items: Sequence[Item | tuple[str, bytes]], *, chat_id: int | None = None
    ) -> list[SentMessage]:
        """Send 2-10 files at once: as many messages with one ``media_group_id``, as many updates."""
        if not 2 <= len(items) <= 10:
            raise NotPossible("an album has 2-10 files")
        album = new_album()
        given = [item if isinstance(item, Item) else Item(item[1], item[0]) for item in items]
        return [self._posted(user_id, self._stored(item)[1], album=album, chat_id=chat_id) for item in given]

    async def send_voice(self, user_id: int, body: bytes = b"OggS", *, duration: int = 3) -> SentMessage:
        """Send a voice message of ``duration`` seconds."""
        stored = self.world.add_file(body, "voice.ogg", "voice", mime="audio/ogg")
        return self._posted(user_id, {"voice": file_json(stored, duration=duration, mime_type="audio/ogg")})

    async def send_video(
        self, user_id: int, body: bytes, name: str = "video.mp4", *, duration: int = 5
    ) -> SentMessage:
        """Send a video of ``duration`` seconds."""
        stored = self.world.add_file(body, name, "video")
        more = {
            "width": 640,
            "height": 360,
            "duration": duration,
            "file_name": name,
            "mime_type": stored.mime,
        }
        return self._posted(user_id, {"video": file_json(stored, **more)})

    async def send_contact(
        self, user_id: int, phone: str, first_name: str | None = None, *, own: bool = True
    ) -> SentMessage:
        """Share a contact; ``own`` as by the button «share my phone»."""
        contact: JSON = {
            "phone_number": phone,
            "first_name": first_name or self.world.person(user_id).first_name,
        }
        if own:
            contact["user_id"] = user_id
        return self._posted(user_id, {"contact": contact})

    async def send_location(self, user_id: int, latitude: float, longitude: float) -> SentMessage:
        """Share a place, in degrees."""
        return self._posted(user_id, {"location": {"latitude": latitude, "longitude": longitude}})

    async def send_sticker(self, user_id: int, emoji: str = "👍") -> SentMessage:
        """Send a sticker."""
        stored = self.world.add_file(b"sticker", "sticker.webp", "sticker", mime="image/webp")
        more = {"type": "regular", "width": 512, "height": 512, "is_animated": False, "is_video": False}
        return self._posted(user_id, {"sticker": file_json(stored, **more, emoji=emoji)})

    async def forward(self, user_id: int, message: SentMessage, *, chat_id: int | None = None) -> SentMessage:
        """Forward a message to the bot."""
        origin = {"type": "user", "sender_user": message.raw["from"], "date": message.raw["date"]}
        source = self.bot.messages[message.chat_id][message.message_id]
        return self._posted(user_id, dict(source.content), origin=origin, chat_id=chat_id)

    async def edit_text(
        self, user_id: int, message_id: int, text: str, *, chat_id: int | None = None
    ) -> SentMessage:
        """Change an own message or caption; the bot gets ``edited_message``."""
        message = self.world.find_message(self.bot, chat_id or user_id, message_id)
        if message is None or message.sender_id != user_id:
            raise NotPossible(f"message {message_id} is not one that person {user_id} can edit")
        message.history.append(message.content)
        if "text" in message.content:
            message.content = text_content(text)
        else:
            kept = {name: value for name, value in message.content.items() if not name.startswith("caption")}
            message.content = kept | caption_content(text)
        message.edit_date = int(self.world.timestamp())
        self.world.touch_message(self.bot, message)
        self.bot.queue.put("edited_message", message_json(self.world, self.bot, message), message.chat_id)
        self.world.store.flush()
        return self._view(message)

    async def delete(self, user_id: int, message_id: int) -> None:
        """Delete a message of the private chat for both; the bot hears nothing of it."""
        message = self.world.find_message(self.bot, user_id, message_id)
        if message is None:
            raise NotPossible(f"message {message_id} is not there")
        message.deleted = True
        self.world.touch_message(self.bot, message)
        self.world.store.flush()

    # --- buttons ----------------------------------------------------------------------------------------------

    async def press(
        self,
        user_id: int,
        message_id: int,
        data: str | None = None,
        *,
        text: str | None = None,
        chat_id: int | None = None,
        timeout: float = PATIENCE,  # noqa: ASYNC109
    ) -> CallbackAnswer | None:
        """Press an inline button, found by its data or its words (exactly, else their beginning).

        Waits for answerCallbackQuery; None where the bot did not answer within ``timeout`` seconds (0 does not wait).
        """
        message = self.world.find_message(self.bot, chat_id or user_id, message_id)
        if message is None:
            raise NotPossible(f"message {message_id} is not there")
        button = find_button(message, data, text)
        if "callback_data" not in button:
            raise NotPossible(f"button {button['text']!r} opens a link; it calls nothing back")
        return await self.press_data(user_id, message, button["callback_data"], timeout)

    async def press_data(
        self,
        user_id: int,
        message: Message,
        data: str,
        timeout: float = PATIENCE,  # noqa: ASYNC109
    ) -> CallbackAnswer | None:
        """Send any callback data, also such as no button carries: an app that was tampered with can."""
        answered: asyncio.Future[None] = asyncio.get_running_loop().create_future()

        def on_answer() -> None:
            if not answered.done():
                answered.set_result(None)

        callback = start_press(
            self.world, self.bot, self.world.person(user_id), message, data=data, on_answer=on_answer
        )
        self.world.store.flush()
        if timeout <= 0:
            return None
        try:
            await asyncio.wait_for(answered, timeout)
        except TimeoutError:
            return None
        return CallbackAnswer(callback.text, callback.show_alert, callback.url)

    # --- the chat itself --------------------------------------------------------------------------------------

    async def block(self, user_id: int) -> None:
        """Block the bot: it hears my_chat_member, and every sending is refused with 403."""
        set_blocked(self.world, self.bot, self.world.person(user_id), True)
        self.world.store.flush()

    async def unblock(self, user_id: int) -> None:
        """Let the bot write again."""
        set_blocked(self.world, self.bot, self.world.person(user_id), False)
        self.world.store.flush()

    def create_group(self, title: str, members: Sequence[int], *, supergroup: bool = False) -> int:
        """A group of these people, the first its owner; returns its number. The bot is not in it yet."""
        people = [self.world.person(user_id) for user_id in members]
        return create_group(self.world, self.bot, title, people, supergroup=supergroup).id

    async def add_bot_to_group(self, chat_id: int, by: int, *, administrator: bool = False) -> None:
        """A member brings the bot in, or makes it an administrator."""
        status = "administrator" if administrator else "member"
        set_bot_status(self.world, self.bot, self.bot.chats[chat_id], by, status)
        self.world.store.flush()

    async def remove_bot_from_group(self, chat_id: int, by: int) -> None:
        """A member removes the bot; sending there is refused with 403."""
        set_bot_status(self.world, self.bot, self.bot.chats[chat_id], by, "kicked")
        self.world.store.flush()

    async def set_member(
        self, chat_id: int, user_id: int, status: str = "member", *, by: int | None = None
    ) -> None:
        """Change a person's status in a group: member, administrator, left, kicked."""
        set_member_status(self.world, self.bot, self.bot.chats[chat_id], user_id, status, by=by or user_id)
        self.world.store.flush()

    async def migrate_to_supergroup(self, chat_id: int) -> int:
        """The group becomes a supergroup; returns the new number. The old one is refused with ``migrate_to_chat_id``."""
        chat = self.bot.chats[chat_id]
        owner = next(int(user_id) for user_id, status in chat.members.items() if status == "creator")
        new = migrate(self.world, self.bot, chat, owner)
        self.world.store.flush()
        return new.id
