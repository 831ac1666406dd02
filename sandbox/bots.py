"""One bot as Telegram keeps it: its token, texts, commands, chats and the queue of updates."""

from __future__ import annotations

from dataclasses import dataclass, field

from .model import JSON, Callback, Chat, Message, WebhookSettings
from .updates import UpdateQueue


@dataclass
class Bot:
    """The account behind a token."""

    token: str
    username: str
    name: str
    queue: UpdateQueue
    commands: dict[str, list[JSON]] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    menu_button: JSON | None = None
    rights: JSON = field(default_factory=dict)
    webhook: WebhookSettings | None = None
    last_message_id: int = 0
    chats: dict[int, Chat] = field(default_factory=dict)
    messages: dict[int, dict[int, Message]] = field(default_factory=dict)
    callbacks: dict[str, Callback] = field(default_factory=dict)
    typing: dict[int, tuple[str, float]] = field(default_factory=dict)

    @property
    def id(self) -> int:
        """The account number: the token's part before the colon."""
        return int(self.token.partition(":")[0])

    def as_user(self, *, full: bool = False) -> JSON:
        """The Bot API object ``User``; ``full`` as getMe answers."""
        user: JSON = {"id": self.id, "is_bot": True, "first_name": self.text("name") or self.name}
        user["username"] = self.username
        if full:
            user |= {
                "can_join_groups": True,
                "can_read_all_group_messages": False,
                "supports_inline_queries": False,
                "can_connect_to_business": False,
                "has_main_web_app": False,
            }
        return user

    def text(self, kind: str, language: str = "") -> str:
        """Name, description or short description, in a language if the bot set one."""
        return self.texts.get(f"{kind}:{language}") or self.texts.get(f"{kind}:", "")

    def settings(self) -> JSON:
        """What is kept of the bot itself."""
        return {
            "commands": self.commands,
            "texts": self.texts,
            "menu_button": self.menu_button,
            "rights": self.rights,
            "webhook": vars(self.webhook) if self.webhook else None,
            "last_message_id": self.last_message_id,
            "next_update_id": self.queue.next_id,
            "allowed": self.queue.allowed,
        }

    def restore(self, doc: JSON) -> None:
        """Take over kept settings."""
        self.commands, self.texts = doc["commands"], doc["texts"]
        self.menu_button, self.rights = doc["menu_button"], doc["rights"]
        self.webhook = WebhookSettings(**doc["webhook"]) if doc["webhook"] else None
        self.last_message_id = doc["last_message_id"]
        self.queue.next_id, self.queue.allowed = doc["next_update_id"], doc["allowed"]
