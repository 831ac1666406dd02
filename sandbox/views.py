"""What a person sees: messages and chats as snapshots for tests and for the page."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from .bots import Bot
from .entities import to_html
from .model import JSON, Chat, Message, StoredFile
from .render import message_json
from .world import World

_FILES = ("document", "photo", "video", "audio", "voice", "animation", "video_note")


@dataclass(frozen=True)
class Button:
    """A button under a message. Exactly one of ``data`` and ``url`` is set for the two usual kinds."""

    text: str
    data: str | None = None
    url: str | None = None
    raw: JSON = field(default_factory=dict, compare=False)


@dataclass(frozen=True)
class FileView:
    """A file in a message; ``body`` reads its bytes."""

    file_id: str
    name: str
    mime: str
    size: int
    _world: World = field(repr=False, compare=False)
    _unique_id: str = field(repr=False, compare=False)

    @property
    def body(self) -> bytes:
        """The bytes; empty for a file whose size was only declared."""
        return self._world.store.body(self._unique_id)


@dataclass(frozen=True)
class SentMessage:
    """A message as it stands at the moment of asking."""

    chat_id: int
    message_id: int
    date: datetime
    sender_id: int
    by_bot: bool
    kind: str
    text: str
    html: str
    buttons: list[list[Button]]
    keyboard: list[list[str]] | None
    document: FileView | None
    photo: FileView | None
    file: FileView | None
    edited: bool
    deleted: bool
    pinned: bool
    history: list[str]
    media_group_id: str | None
    reply_to: int | None
    rev: int
    raw: JSON = field(repr=False, compare=False)

    @property
    def labels(self) -> list[str]:
        """The words on all inline buttons, row by row."""
        return [button.text for row in self.buttons for button in row]

    @property
    def urls(self) -> list[str]:
        """The addresses of link buttons and of links in the text."""
        found = [button.url for row in self.buttons for button in row if button.url]
        for name in ("entities", "caption_entities"):
            for entity in self.raw.get(name, []):
                if entity["type"] == "text_link":
                    found.append(entity["url"])
        return found

    def button(self, text: str) -> Button:
        """The inline button with these words, or whose words begin so. Raises LookupError."""
        buttons = [button for row in self.buttons for button in row]
        exact = [button for button in buttons if button.text == text]
        close = exact or [button for button in buttons if button.text.startswith(text)]
        if not close:
            raise LookupError(f"no button {text!r} among {self.labels}")
        return close[0]


@dataclass(frozen=True)
class ChatView:
    """A chat from top to bottom. ``messages`` holds deleted ones too, marked; ``visible`` does not."""

    chat_id: int
    messages: list[SentMessage]
    pinned: list[int]
    keyboard: list[list[str]] | None
    blocked: bool
    started: bool
    rev: int

    @property
    def visible(self) -> list[SentMessage]:
        """The messages that one sees."""
        return [message for message in self.messages if not message.deleted]

    @property
    def from_bot(self) -> list[SentMessage]:
        """What the bot wrote and what is still there."""
        return [message for message in self.visible if message.by_bot]

    @property
    def last(self) -> SentMessage:
        """The newest message of the bot. Raises LookupError."""
        if not self.from_bot:
            raise LookupError(f"the bot wrote nothing in chat {self.chat_id}")
        return self.from_bot[-1]

    @property
    def texts(self) -> list[str]:
        """The words of all visible messages."""
        return [message.text for message in self.visible]

    def message(self, message_id: int) -> SentMessage:
        """The message of that number. Raises LookupError."""
        for message in self.messages:
            if message.message_id == message_id:
                return message
        raise LookupError(f"no message {message_id} in chat {self.chat_id}")


def kind_of(content: JSON) -> str:
    """What a message is: text, document, photo… or the name of the event it tells of."""
    for name in ("text", "animation", *_FILES, "contact", "venue", "location", "poll", "dice"):
        if name in content:
            return name
    return next(iter(content), "")


def _file(world: World, content: JSON, kind: str) -> FileView | None:
    if kind not in content:
        return None
    found: Any = content[kind]
    stored: StoredFile = world.files[(found[-1] if kind == "photo" else found)["file_id"]]
    return FileView(stored.file_id, stored.name, stored.mime, stored.size, world, stored.unique_id)


def keyboard_rows(markup: JSON | None) -> list[list[str]] | None:
    """The words on a reply keyboard."""
    if not markup or "keyboard" not in markup:
        return None
    return [[str(button["text"]) for button in row] for row in markup["keyboard"]]


def view_message(world: World, bot: Bot, message: Message) -> SentMessage:
    """A snapshot of one message."""
    content = message.content
    kind = kind_of(content)
    entities: list[JSON] = content.get("entities") or content.get("caption_entities") or []
    rows = (message.markup or {}).get("inline_keyboard", [])
    chat = bot.chats[message.chat_id]
    return SentMessage(
        chat_id=message.chat_id,
        message_id=message.id,
        date=datetime.fromtimestamp(message.date, UTC),
        sender_id=message.sender_id,
        by_bot=message.by_bot,
        kind=kind,
        text=message.words,
        html=to_html(message.words, entities),
        buttons=[
            [Button(one["text"], one.get("callback_data"), one.get("url"), one) for one in row]
            for row in rows
        ],
        keyboard=keyboard_rows(message.markup),
        document=_file(world, content, "document"),
        photo=_file(world, content, "photo"),
        file=_file(world, content, kind) if kind in _FILES else None,
        edited=message.edit_date is not None,
        deleted=message.deleted,
        pinned=message.id in chat.pinned,
        history=[str(old.get("text", old.get("caption", ""))) for old in message.history],
        media_group_id=message.album,
        reply_to=message.reply_to,
        rev=message.rev,
        raw=message_json(world, bot, message),
    )


def view_chat(world: World, bot: Bot, chat: Chat) -> ChatView:
    """A snapshot of a chat."""
    messages = sorted(bot.messages.get(chat.id, {}).values(), key=lambda message: message.id)
    return ChatView(
        chat_id=chat.id,
        messages=[view_message(world, bot, message) for message in messages],
        pinned=list(chat.pinned),
        keyboard=keyboard_rows(chat.keyboard),
        blocked=chat.bot_status == "kicked",
        started=chat.started,
        rev=world.rev,
    )
