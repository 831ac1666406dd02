"""Refusals of the Bot API, worded as Telegram's own server words them."""

from __future__ import annotations

from typing import Any


class Refusal(Exception):
    """An answer with ``ok: false``: HTTP status, description and optional ``parameters``."""

    def __init__(self, code: int, description: str, **parameters: Any) -> None:
        super().__init__(f"{code} {description}")
        self.code = code
        self.description = description
        self.parameters = {name: value for name, value in parameters.items() if value is not None}

    def body(self) -> dict[str, Any]:
        """The JSON body that goes with the status."""
        answer: dict[str, Any] = {"ok": False, "error_code": self.code, "description": self.description}
        if self.parameters:
            answer["parameters"] = self.parameters
        return answer


def bad_request(reason: str, **parameters: Any) -> Refusal:
    """400. The server lowers the first letter unless the reason is a constant such as ``BUTTON_DATA_INVALID``."""
    if len(reason) > 1 and not (reason[1] == "_" or reason[1].isupper()):
        reason = reason[0].lower() + reason[1:]
    return Refusal(400, f"Bad Request: {reason}", **parameters)


def forbidden(reason: str) -> Refusal:
    """403: the chat does not want the bot."""
    return Refusal(403, f"Forbidden: {reason}")


def conflict(reason: str) -> Refusal:
    """409: two ways of receiving updates at once."""
    return Refusal(409, f"Conflict: {reason}")


def too_many(seconds: int) -> Refusal:
    """429 with the pause, in whole seconds, that Telegram asks for."""
    return Refusal(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds)
