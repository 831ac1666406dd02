"""Reading just enough of a raw update to keep it and to keep its order."""

import json
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

# An update that has no number of its own cannot be asked for again; it is kept for a person to look at.
NO_NUMBER = -1
NO_LANE = 0


@dataclass(frozen=True, slots=True)
class Arrival:
    """One update as it will be kept; `readable` is False where only its text could be saved."""

    update_id: int
    lane: int
    raw: str
    raw_sha256: str
    readable: bool


@dataclass(frozen=True, slots=True)
class Waiting:
    """A kept update that waits for its handler."""

    id: int
    update_id: int
    lane: int
    raw: str
    attempts: int = 0


@dataclass(frozen=True, slots=True)
class OpenDialogue:
    """A conversation that waits for something, and what it remembers."""

    chat_id: int
    data: dict[str, Any]


def arrival(update: Any) -> Arrival:
    """Any decoded JSON value, or the text of a body that is not JSON, as a row to keep."""
    if not isinstance(update, dict) or not _is_number(update.get("update_id")):
        raw = update if isinstance(update, str) else _encode(update)
        return Arrival(NO_NUMBER, NO_LANE, raw, _digest(raw), readable=False)
    raw = _encode(update)
    return Arrival(update["update_id"], lane_of(update), raw, _digest(raw), readable=True)


def lane_of(update: dict[str, Any]) -> int:
    """The chat in which order matters; for what has no chat, the user; else one lane for all the rest."""
    for name, event in update.items():
        if name == "update_id" or not isinstance(event, dict):
            continue
        message = event.get("message")  # of a pressed button
        for holder in (event, message if isinstance(message, dict) else {}):
            if (found := _identity(holder.get("chat"))) is not None:
                return found
        for field in ("from", "user", "actor_chat", "voter_chat"):
            if (found := _identity(event.get(field))) is not None:
                return found
    return NO_LANE


def _identity(value: Any) -> int | None:
    number = value.get("id") if isinstance(value, dict) else None
    return number if _is_number(number) else None


def _is_number(value: Any) -> bool:
    # Telegram's identifiers fit into 52 bits; anything larger would not fit into the column.
    return type(value) is int and abs(value) < 2**63


def _encode(update: Any) -> str:
    # Sorted, so that a repeat with another order of fields is still the same update. Lone surrogates of broken
    # text have no UTF-8 form: then everything beyond ASCII stays escaped.
    raw = json.dumps(update, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    try:
        raw.encode()
    except UnicodeEncodeError:
        raw = json.dumps(update, ensure_ascii=True, sort_keys=True, separators=(",", ":"))
    return raw


def _digest(raw: str) -> str:
    return sha256(raw.encode(errors="backslashreplace")).hexdigest()
