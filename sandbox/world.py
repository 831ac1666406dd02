"""The whole of a small Telegram: people, bots, files, and who must be told of a change."""

from __future__ import annotations

import asyncio
import hashlib
import secrets
from collections import deque
from collections.abc import Callable
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from .bots import Bot
from .faults import Faults
from .files import clean_name, image_size, mime_of
from .limits import Limits
from .log import DeliveryLog
from .model import JSON, Chat, Message, PendingUpdate, Person, StoredFile
from .signal import Signal
from .store import Store
from .updates import UpdateQueue

_PREFIX = {
    "document": "BQAC",
    "photo": "AgAC",
    "video": "BAAC",
    "voice": "AwAC",
    "audio": "CQAC",
    "animation": "CgAC",
}
T = TypeVar("T")


def _shallow(value: Any) -> JSON:
    return dict(vars(value))


class World:
    """State shared by the Bot API, the people and the chat page. Everything happens on one event loop."""

    def __init__(
        self, *, data_dir: Path | None, clock: Callable[[], datetime] | None, enforce_limits: bool
    ) -> None:
        self._clock = clock or (lambda: datetime.now(UTC))
        self.store = Store(data_dir)
        self.people: dict[int, Person] = {}
        self.bots: dict[str, Bot] = {}
        self.files: dict[str, StoredFile] = {}
        self.paths: dict[str, StoredFile] = {}
        self.log = DeliveryLog()
        self.faults = Faults()
        self.limits = Limits(self.timestamp, enforce=enforce_limits)
        self.callback_lifetime = 30.0
        self.changed = Signal()
        self.rev = 0
        self.stopping = asyncio.Event()
        self.tasks: set[asyncio.Task[None]] = set()

    # --- time -------------------------------------------------------------------------------------------------

    def now(self) -> datetime:
        """The sandbox's clock, aware."""
        return self._clock()

    def timestamp(self) -> float:
        """The sandbox's clock as seconds since 1970."""
        return self._clock().timestamp()

    # --- changes ----------------------------------------------------------------------------------------------

    def touch(self, kind: str, key: str, value: Any = None) -> None:
        """Remember a changed object and wake those who watch. None as value deletes it."""
        self.store.mark(kind, key, None if value is None else lambda: _shallow(value))
        self.rev += 1
        self.changed.fire()

    def touch_bot(self, bot: Bot) -> None:
        """Remember the bot's own settings."""
        self.store.mark("bot", bot.token, bot.settings)
        self.rev += 1
        self.changed.fire()

    def touch_chat(self, bot: Bot, chat: Chat) -> None:
        """Remember a changed chat."""
        self.touch("chat", f"{bot.token}/{chat.id}", chat)

    def touch_message(self, bot: Bot, message: Message) -> None:
        """Remember a new or changed message and number the change."""
        self.touch("message", f"{bot.token}/{message.chat_id}/{message.id}", message)
        message.rev = self.rev

    # --- bots and people --------------------------------------------------------------------------------------

    def add_bot(self, token: str, username: str, name: str) -> Bot:
        """A bot with this token; what was kept of it comes back."""

        def mark(update: PendingUpdate, kept: bool) -> None:
            self.store.mark("update", f"{token}/{update.id}", (lambda: _shallow(update)) if kept else None)
            if kept:
                self.store.mark("bot", token, bot.settings)
            self.changed.fire()

        bot = Bot(token, username, name, UpdateQueue(self.timestamp, mark, self.changed.fire))
        self.bots[token] = bot
        return bot

    def add_person(self, person: Person) -> Person:
        """A person, or the one known by that number with the new particulars."""
        known = self.people.get(person.id)
        person.position = known.position if known else len(self.people)
        if known is not None and _shallow(known) == _shallow(person):
            return known
        if known is not None:
            for name, value in _shallow(person).items():
                setattr(known, name, value)
            person = known
        self.people[person.id] = person
        self.touch("person", str(person.id), person)
        return person

    def person(self, user_id: int) -> Person:
        """The person of that number; someone unknown appears under a plain name."""
        known = self.people.get(user_id)
        return known or self.add_person(Person(user_id, f"Person {user_id}"))

    # --- chats and messages -----------------------------------------------------------------------------------

    def private_chat(self, bot: Bot, user_id: int) -> Chat:
        """The chat of a person with the bot, made at first use."""
        chat = bot.chats.get(user_id)
        if chat is None:
            chat = bot.chats[user_id] = Chat(user_id)
            self.touch_chat(bot, chat)
        return chat

    def next_message_id(self, bot: Bot, chat: Chat) -> int:
        """Supergroups count their own messages; all other chats of an account share one counter."""
        if chat.type == "supergroup":
            chat.last_message_id += 1
            return chat.last_message_id
        bot.last_message_id += 1
        self.store.mark("bot", bot.token, bot.settings)
        return bot.last_message_id

    def add_message(self, bot: Bot, chat: Chat, sender_id: int, content: JSON, **rest: Any) -> Message:
        """A new message at the end of a chat."""
        number = self.next_message_id(bot, chat)
        message = Message(chat.id, number, int(self.timestamp()), sender_id, content, **rest)
        bot.messages.setdefault(chat.id, {})[number] = message
        self.touch_message(bot, message)
        return message

    def find_message(self, bot: Bot, chat_id: int, message_id: int) -> Message | None:
        """A message that is still there."""
        message = bot.messages.get(chat_id, {}).get(message_id)
        return None if message is None or message.deleted else message

    # --- files ------------------------------------------------------------------------------------------------

    def add_file(
        self, body: bytes, name: str, kind: str, *, mime: str | None = None, declared_size: int | None = None
    ) -> StoredFile:
        """Keep a file. The same bytes sent again get a new ``file_id`` and the same ``file_unique_id``."""
        size = len(body) if declared_size is None else declared_size
        unique = "AgAD" + hashlib.sha256(f"{kind}:{size}:".encode() + body).hexdigest()[:20]
        name = clean_name(name)
        stored = StoredFile(
            _PREFIX.get(kind, "BQAC") + secrets.token_urlsafe(40),
            unique,
            kind,
            name,
            mime or mime_of(name),
            size,
        )
        if kind == "photo" and (found := image_size(body)):
            stored.meta = {"width": found[0], "height": found[1]}
        self.store.put_body(unique, body)
        self.files[stored.file_id] = stored
        self.touch("file", stored.file_id, stored)
        return stored

    def file_path(self, stored: StoredFile) -> str:
        """Where the bot can download it, given out by getFile."""
        if stored.path is None:
            ending = "." + stored.name.rsplit(".", 1)[1] if "." in stored.name else ""
            if not ending.isascii() or len(ending) > 12:
                ending = ""
            stored.path = f"{stored.kind}s/file_{len(self.paths)}{ending}"
            self.paths[stored.path] = stored
            self.touch("file", stored.file_id, stored)
        return stored.path

    # --- keeping ----------------------------------------------------------------------------------------------

    def load(self) -> None:
        """Bring back what an earlier run kept; bots must have been added before."""
        for _, doc in self.store.all("person"):
            self.people[doc["id"]] = Person(**doc)
        self.people = dict(sorted(self.people.items(), key=lambda item: item[1].position))
        for _, doc in self.store.all("file"):
            stored = StoredFile(**doc)
            self.files[stored.file_id] = stored
            if stored.path:
                self.paths[stored.path] = stored
        for token, doc in self.store.all("bot"):
            if token in self.bots:
                self.bots[token].restore(doc)
        for key, doc in self.store.all("chat"):
            if bot := self.bots.get(key.split("/", 1)[0]):
                bot.chats[doc["id"]] = _build(Chat, doc)
        for key, doc in self.store.all("message"):
            if bot := self.bots.get(key.split("/", 1)[0]):
                message = _build(Message, doc)
                bot.messages.setdefault(message.chat_id, {})[message.id] = message
                self.rev = max(self.rev, message.rev)
        for key, doc in self.store.all("update"):
            if bot := self.bots.get(key.split("/", 1)[0]):
                bot.queue.items.append(_build(PendingUpdate, doc))
        for bot in self.bots.values():
            bot.messages = {chat: dict(sorted(found.items())) for chat, found in bot.messages.items()}
            bot.queue.items = deque(sorted(bot.queue.items, key=lambda update: update.id))

    def spawn(self, task: asyncio.Task[None]) -> None:
        """Keep a background task until it ends; ``stop`` cancels what is left."""
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)


def _build(kind: type[T], doc: JSON) -> T:
    known = {field.name for field in fields(kind)}  # type: ignore[arg-type]
    return kind(**{name: value for name, value in doc.items() if name in known})
