"""One call of the Bot API: its parameters, however they came, and the files with it."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

from .bots import Bot
from .entities import BadMarkup, parse_html, parse_markdown, trimmed, units, with_found
from .errors import Refusal, bad_request, forbidden
from .markup import checked_markup
from .model import JSON, Chat, Message
from .world import World


@dataclass
class Upload:
    """A file that came with the request."""

    name: str
    body: bytes
    mime: str | None = None


@dataclass
class Call:
    """A request that a method answers. Accessors raise Refusal in the server's words."""

    world: World
    bot: Bot
    method: str
    params: dict[str, Any]
    files: dict[str, Upload] = field(default_factory=dict)
    message_ids: list[int] = field(default_factory=list)

    def text(self, name: str) -> str:
        """A text parameter, empty where absent."""
        value = self.params.get(name)
        if value is None:
            return ""
        return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)

    def flag(self, name: str) -> bool:
        """A truth value, as forms write it."""
        return self.text(name).strip().lower() in ("true", "yes", "1")

    def number(self, name: str, default: int = 0) -> int:
        """A whole number; what is not a number counts as absent, as on the server."""
        found = re.match(r"\s*(-?\d+)", self.text(name))
        return int(found[1]) if found else default

    def nested(self, name: str, what: str) -> Any:
        """A JSON parameter, as a JSON text or an object; None where absent."""
        value = self.params.get(name)
        if value is None or value == "":
            return None
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value)
        except ValueError as error:
            raise bad_request(f"can't parse {what} JSON object") from error

    def message_numbers(self) -> list[int]:
        """The parameter ``message_ids``: 1-100 numbers."""
        given = self.nested("message_ids", "message identifiers")
        if not isinstance(given, list):
            raise bad_request("expected an Array of message identifiers")
        if not given:
            raise bad_request("message identifiers are not specified")
        if len(given) > 100:
            raise bad_request("too many message identifiers specified")
        if any(not re.fullmatch(r"\d{1,15}", str(number)) for number in given):
            raise bad_request("message identifier must be a Number")
        numbers = [int(number) for number in given]
        if numbers != sorted(set(numbers)) and self.method.lower() in ("copymessages", "forwardmessages"):
            raise bad_request("message identifiers must be in a strictly increasing order")
        return numbers

    # --- chats and messages -----------------------------------------------------------------------------------

    def chat(self, name: str = "chat_id", *, write: bool = False) -> Chat:
        """The chat that the call names; ``write`` asks whether the bot may send there."""
        raw = self.text(name).strip()
        if not raw:
            raise bad_request("chat_id is empty" if name == "chat_id" else f"{name} is empty")
        chat = self.bot.chats.get(int(raw)) if re.fullmatch(r"-?\d{1,18}", raw) else None
        if chat is None and raw.isdigit() and int(raw) in self.world.people:
            chat = self.world.private_chat(self.bot, int(raw))
        if chat is None:
            raise bad_request("chat not found")
        if chat.is_private:
            if write:
                self._reachable(chat)
        else:
            self._in_group(chat, write)
        return chat

    def _reachable(self, chat: Chat) -> None:
        if not chat.started:
            raise forbidden("bot can't initiate conversation with a user")
        if chat.bot_status == "kicked":
            raise forbidden("bot was blocked by the user")

    def _in_group(self, chat: Chat, write: bool) -> None:
        kind = "supergroup" if chat.type == "supergroup" else "group"
        if write and chat.migrated_to is not None:
            raise bad_request(
                "group chat was upgraded to a supergroup chat", migrate_to_chat_id=chat.migrated_to
            )
        if chat.migrated_to is not None:
            return
        if chat.bot_status == "kicked":
            raise forbidden(f"bot was kicked from the {kind} chat")
        if chat.bot_status == "left":
            raise forbidden(f"bot is not a member of the {kind} chat")

    def message(self, chat: Chat, what: str, name: str = "message_id") -> Message:
        """The message that the call names; ``what`` is the server's word for it («message to edit»)."""
        found = self.world.find_message(self.bot, chat.id, self.number(name))
        if found is None:
            raise bad_request(f"{what} not found")
        return found

    def reply_to(self, chat: Chat) -> int | None:
        """The message that the new one answers."""
        given = self.nested("reply_parameters", "reply parameters")
        if given is None:
            given = {"message_id": self.number("reply_to_message_id")}
            given["allow_sending_without_reply"] = self.flag("allow_sending_without_reply")
        if not isinstance(given, dict):
            raise bad_request("object expected as reply parameters")
        message_id = given.get("message_id") or 0
        if not isinstance(message_id, int):
            raise bad_request('can\'t parse reply parameters: Field "message_id" must be a Number')
        if not message_id:
            return None
        if self.world.find_message(self.bot, chat.id, message_id) is None:
            if given.get("allow_sending_without_reply"):
                return None
            raise bad_request("message to be replied not found")
        return message_id

    def markup(self, chat: Chat, *, inline_only: bool = False) -> JSON | None:
        """The keyboard of the call."""
        return checked_markup(
            self.params.get("reply_markup"), private=chat.is_private, inline_only=inline_only
        )

    # --- words ------------------------------------------------------------------------------------------------

    def formatted(self, name: str, limit: int) -> JSON:
        """Text or caption with entities, as fields of a message; empty where there are no words."""
        raw = self.text(name)
        if name == "text" and not raw:
            raise bad_request("message text is empty")
        return self.format(raw, self.text("parse_mode"), self._entities(name), name, limit)

    def _entities(self, name: str) -> list[JSON]:
        given = self.nested("entities" if name == "text" else "caption_entities", "entities")
        return given if isinstance(given, list) else []

    def format(self, raw: str, mode: str, given: list[JSON], name: str, limit: int) -> JSON:
        """The same for words that stand inside a nested object."""
        text, entities = _parsed(raw, mode, given)
        entities = [entity for entity in map(self._with_user, entities) if entity is not None]
        text, entities = trimmed(text, entities)
        if not text:
            if name == "text":
                raise bad_request("text must be non-empty")
            return {}
        if units(text) > limit:
            raise bad_request("message is too long" if name == "text" else "message caption is too long")
        found = with_found(text, entities)
        key = "entities" if name == "text" else "caption_entities"
        return {name: text, key: found} if found else {name: text}

    def _with_user(self, entity: JSON) -> JSON | None:
        """A mention by number becomes a mention of the person; of a stranger, nothing."""
        if entity["type"] != "text_mention":
            return entity
        user = entity.get("user")
        user_id = entity.pop("user_id", None) or (user.get("id") if isinstance(user, dict) else None)
        person = self.world.people.get(user_id) if isinstance(user_id, int) else None
        return {**entity, "user": person.as_user()} if person else None


def _parsed(raw: str, mode: str, given: list[JSON]) -> tuple[str, list[JSON]]:
    try:
        if mode.lower() == "html":
            return parse_html(raw)
        if mode.lower() == "markdownv2":
            return parse_markdown(raw)
    except BadMarkup as error:
        raise Refusal(400, f"Bad Request: can't parse entities: {error}") from error
    if mode and mode.lower() != "none":
        raise bad_request("unsupported parse_mode")
    return raw, [_given_entity(entity) for entity in given]


def _given_entity(entity: Any) -> JSON:
    if not isinstance(entity, dict) or not isinstance(entity.get("type"), str):
        raise bad_request("can't parse entities: expected an Object")
    for name in ("offset", "length"):
        if not isinstance(entity.get(name), int):
            raise bad_request(f"can't parse MessageEntity: Can't find field \"{name}\"")
    return dict(entity)
