"""Misbehaviour on demand: what a network and a busy Telegram do to a bot."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .errors import Refusal, too_many

KINDS = ("error", "drop_after", "drop_before", "deliver_502", "garbage", "delay", "hang", "repeat")
_TITLES = {400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 409: "Conflict"}
_SERVER = {
    500: "Internal Server Error",
    502: "Bad Gateway",
    503: "Service Unavailable",
    504: "Gateway Timeout",
}


@dataclass
class Fault:
    """One planted fault. ``count`` calls meet it (negative: all), after ``skip`` calls that pass.

    Kinds: «error» refuses with ``code`` (``retry_after``, ``migrate_to`` go into parameters); «drop_after» delivers and
    drops the connection; «drop_before» drops it at once; «deliver_502» delivers, then answers 502; «garbage» delivers,
    then answers 200 with a body that is not JSON; «delay» answers ``delay`` seconds late; «hang» never answers;
    «repeat» (getUpdates) forgets what was confirmed and brings it again. ``chat_id`` and ``containing`` (words of the
    text or caption) aim at some calls only.
    """

    method: str
    kind: str
    count: int = 1
    code: int | None = None
    retry_after: int | None = None
    description: str = ""
    delay: float = 0.0
    migrate_to: int | None = None
    chat_id: int | None = None
    skip: int = 0
    containing: str = ""

    def refusal(self) -> Refusal:
        """The error that kind «error» answers with."""
        if self.retry_after and self.code in (None, 429):
            return too_many(self.retry_after)
        parameters: dict[str, Any] = {"retry_after": self.retry_after}
        if self.migrate_to is not None:
            text = "Bad Request: group chat was upgraded to a supergroup chat"
            return Refusal(self.code or 400, self.description or text, migrate_to_chat_id=self.migrate_to)
        code = self.code or 500
        title = {**_TITLES, **_SERVER}.get(code, "Error")
        return Refusal(code, self.description or title, **parameters)


class Faults:
    """The planted faults, in the order in which they were planted."""

    def __init__(self) -> None:
        self.planted: list[Fault] = []

    def plant(self, fault: Fault) -> None:
        """Add one. Raises ValueError for an unknown kind."""
        if fault.kind not in KINDS:
            raise ValueError(f"unknown kind of fault: {fault.kind}; known: {', '.join(KINDS)}")
        self.planted.append(fault)

    def take(self, method: str, chat_id: int | None, words: str = "") -> Fault | None:
        """The fault that this call meets; it is used up."""
        for fault in self.planted:
            if fault.method not in ("*", method.lower()) and fault.method.lower() != method.lower():
                continue
            if fault.chat_id not in (None, chat_id) or fault.containing not in words:
                continue
            if fault.skip > 0:
                fault.skip -= 1
                continue
            if fault.count > 0:
                fault.count -= 1
                if fault.count == 0:
                    self.planted.remove(fault)
            return fault
        return None

    def clear(self) -> None:
        """Behave again."""
        self.planted.clear()
