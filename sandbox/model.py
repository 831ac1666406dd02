"""What the sandbox remembers: people, bots, chats, messages, files."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

JSON = dict[str, Any]


@dataclass
class Person:
    """A human account. ``about`` is the line under the name in the chooser; Telegram never sees it."""

    id: int
    first_name: str
    last_name: str = ""
    username: str | None = None
    language_code: str = "ru"
    about: str = ""
    position: int = 0

    @property
    def full_name(self) -> str:
        """First and last name as a chat title shows them."""
        return f"{self.first_name} {self.last_name}".strip()

    def as_user(self) -> JSON:
        """The Bot API object ``User``."""
        user: JSON = {"id": self.id, "is_bot": False, "first_name": self.first_name}
        if self.last_name:
            user["last_name"] = self.last_name
        if self.username:
            user["username"] = self.username
        if self.language_code:
            user["language_code"] = self.language_code
        return user


@dataclass
class Chat:
    """A private chat, a group or a supergroup, seen by one bot.

    ``members`` maps person → status (creator, administrator, member, left, kicked); ``bot_status`` is the bot's own.
    In a private chat ``started`` says that the person wrote once, ``bot_status`` «kicked» that the bot is blocked.
    """

    id: int
    type: str = "private"
    title: str = ""
    members: dict[str, str] = field(default_factory=dict)
    bot_status: str = "member"
    started: bool = False
    migrated_to: int | None = None
    last_message_id: int = 0
    pinned: list[int] = field(default_factory=list)
    keyboard: JSON | None = None
    menu_button: JSON | None = None
    description: str = ""
    links: list[JSON] = field(default_factory=list)

    @property
    def is_private(self) -> bool:
        """Whether it is a chat with one person."""
        return self.type == "private"

    def key(self, user_id: int) -> str:
        """How a member is named in ``members`` (JSON wants text keys)."""
        return str(user_id)


@dataclass
class Message:
    """One message. ``content`` holds the Bot API fields of its kind; ``history`` the contents before edits."""

    chat_id: int
    id: int
    date: int
    sender_id: int
    content: JSON
    by_bot: bool = False
    reply_to: int | None = None
    markup: JSON | None = None
    edit_date: int | None = None
    deleted: bool = False
    album: str | None = None
    origin: JSON | None = None
    protected: bool = False
    reactions: list[JSON] = field(default_factory=list)
    history: list[JSON] = field(default_factory=list)
    rev: int = 0

    @property
    def caption_field(self) -> str:
        """The field that holds its words: ``text`` or ``caption``."""
        return "text" if "text" in self.content else "caption"

    @property
    def words(self) -> str:
        """Its text or caption, empty where it has none."""
        return str(self.content.get(self.caption_field, ""))


@dataclass
class StoredFile:
    """A file that Telegram keeps. ``declared_size`` may exceed the bytes: a big file without its weight."""

    file_id: str
    unique_id: str
    kind: str
    name: str
    mime: str
    size: int
    path: str | None = None
    meta: JSON = field(default_factory=dict)


@dataclass
class PendingUpdate:
    """An update that the bot has not confirmed. ``lane`` keeps the order of one chat in webhook delivery."""

    id: int
    date: int
    kind: str
    body: JSON
    lane: int


@dataclass
class WebhookSettings:
    """What ``setWebhook`` said, and how the last delivery went."""

    url: str
    secret: str = ""
    max_connections: int = 40
    ip_address: str = ""
    last_error_date: int | None = None
    last_error_message: str = ""


@dataclass
class Callback:
    """A press that waits for ``answerCallbackQuery``."""

    id: str
    created: float
    user_id: int
    answered: bool = False
    text: str = ""
    show_alert: bool = False
    url: str = ""
    on_answer: Callable[[], None] | None = None
