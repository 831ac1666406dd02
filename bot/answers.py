"""What an answer of the Bot API means for a message: read from the HTTP status and the raw JSON.

aiogram's exceptions do not map onto this (RELIABILITY.md §2): a delivered message with an undecodable answer, a bare
500 and a file that is too large all look alike there.
"""

import json
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import aiohttp

DEFAULT_WAIT = 5.0  # seconds, where 429 does not say how long

# Refusals that mean: this chat does not take messages from the bot any more, or never did.
_GONE = re.compile(
    "chat not found|user not found|user is deactivated|peer_id_invalid|bot was kicked|group chat was deactivated"
    "|chat_write_forbidden|not enough rights to send|have no rights to send|need administrator rights",
    re.IGNORECASE,
)
_FORMAT = re.compile(
    "can't parse entities|message is too long|caption is too long|entities_too_long|button_.*invalid"
    "|unsupported url protocol|wrong http url",
    re.IGNORECASE,
)
_RETRY = re.compile(r"retry after (\d+)", re.IGNORECASE)


class Outcome(StrEnum):
    """What became of the message."""

    SENT = "sent"
    SLOW_DOWN = "slow_down"  # surely not sent, Telegram asks to wait
    NOT_CONNECTED = "not_connected"  # surely not sent, no byte arrived
    MIGRATED = "migrated"  # surely not sent, the group has a new address
    REFORMAT = "reformat"  # surely not sent, but plain text would pass
    STOPPED = "stopped"  # surely not sent, the token itself is refused
    BLOCKED = "blocked"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Answer:
    """The outcome, with what follows from it. `wait` in seconds."""

    outcome: Outcome
    error: str = ""
    message_id: int | None = None
    wait: float = 0.0
    new_chat_id: int | None = None
    file_id: str = ""  # Telegram's own, of the file that was sent


def classify(status: int, body: bytes | str) -> Answer:
    """An answer that came."""
    try:
        content = json.loads(body)
    except ValueError:
        return Answer(Outcome.UNKNOWN, f"{status}: not JSON")
    if not isinstance(content, dict) or "ok" not in content:
        # Not the Bot API: something in between answered, before or after the message went through.
        return Answer(Outcome.UNKNOWN, f"{status}: not an answer of the Bot API")
    if content["ok"] is True:
        return _accepted(status, content.get("result"))
    return _refused(status, content)


def _accepted(status: int, result: Any) -> Answer:
    if status >= 500:
        return Answer(Outcome.UNKNOWN, f"{status}: ok, yet a server error")
    first = result[0] if isinstance(result, list) and result else result
    if not isinstance(first, dict):
        return Answer(Outcome.SENT)
    message_id, file_id = first.get("message_id"), _file_id(first)
    return Answer(
        Outcome.SENT, message_id=message_id if isinstance(message_id, int) else None, file_id=file_id
    )


def _file_id(message: dict[str, Any]) -> str:
    sizes = message.get("photo")
    file = sizes[-1] if isinstance(sizes, list) and sizes else message.get("document")
    found = file.get("file_id") if isinstance(file, dict) else None
    return found if isinstance(found, str) else ""


def _refused(status: int, content: dict[str, Any]) -> Answer:
    code = content.get("error_code")
    code = code if isinstance(code, int) else status
    parameters = content.get("parameters")
    parameters = parameters if isinstance(parameters, dict) else {}
    description = str(content.get("description") or "")
    error = f"{code}: {description}"[:500]
    if code >= 500 or status >= 500:
        return Answer(Outcome.UNKNOWN, error)
    if code == 429:
        return Answer(Outcome.SLOW_DOWN, error, wait=_wait(parameters, description))
    if isinstance(new := parameters.get("migrate_to_chat_id"), int):
        return Answer(Outcome.MIGRATED, error, new_chat_id=new)
    if code == 401 or (code == 404 and description.casefold() in ("", "not found")):
        return Answer(Outcome.STOPPED, error)
    if code == 403 or _GONE.search(description):
        return Answer(Outcome.BLOCKED, error)
    if code == 400 and _FORMAT.search(description):
        return Answer(Outcome.REFORMAT, error)
    return Answer(Outcome.FAILED, error)


def _wait(parameters: dict[str, Any], description: str) -> float:
    seconds = parameters.get("retry_after")
    if isinstance(seconds, int | float) and not isinstance(seconds, bool):
        return max(1.0, float(seconds))
    found = _RETRY.search(description)
    return max(1.0, float(found[1])) if found else DEFAULT_WAIT


class ProxyFailed(aiohttp.ClientConnectionError):
    """The proxy did not lead to Telegram: no byte of the call has left."""


def classify_error(error: Exception) -> Answer:
    """No answer came: either no byte left this machine, or nobody knows."""
    not_connected = (
        aiohttp.ClientConnectorError,
        aiohttp.ConnectionTimeoutError,
        aiohttp.ClientHttpProxyError,
        ProxyFailed,
    )
    text = type(error).__name__
    if isinstance(error, not_connected):
        return Answer(Outcome.NOT_CONNECTED, text)
    return Answer(Outcome.UNKNOWN, text)
