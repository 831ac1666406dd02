"""The delivery log: what the bot asked for and what came of it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

_KEEP = 200_000


@dataclass(frozen=True)
class DeliveryEntry:
    """One call of the Bot API.

    ``outcome`` is the truth on Telegram's side: «delivered» (it took effect, whatever the caller heard), «refused»
    (with ``code`` and ``description``) or «dropped» (the connection ended before anything happened). ``fault`` names
    the planted fault that met the call, ``message_id`` the (first) message that it made or changed.
    """

    at: datetime
    seq: int
    method: str
    chat_id: int | None
    params: dict[str, Any]
    outcome: str
    code: int | None = None
    description: str = ""
    message_id: int | None = None
    message_ids: tuple[int, ...] = ()
    fault: str | None = None

    def as_json(self) -> dict[str, Any]:
        """The entry for ``GET /_sandbox/log``."""
        return {**asdict(self), "at": self.at.isoformat(), "message_ids": list(self.message_ids)}


class DeliveryLog(list[DeliveryEntry]):
    """All calls but getUpdates, oldest first."""

    def __init__(self) -> None:
        super().__init__()
        self._seq = 0

    def record(
        self, at: datetime, method: str, chat_id: int | None, params: dict[str, Any], **rest: Any
    ) -> None:
        """Add one entry; the oldest fall out beyond a bound that no test reaches."""
        self._seq += 1
        self.append(DeliveryEntry(at, self._seq, method, chat_id, params, **rest))
        if len(self) > _KEEP:
            del self[: _KEEP // 10]

    def since(self, seq: int) -> list[DeliveryEntry]:
        """Entries with a larger number than ``seq``."""
        return [entry for entry in self if entry.seq > seq]

    def delivered(self, method: str | None = None, chat_id: int | None = None) -> list[DeliveryEntry]:
        """What truly took effect, by method and chat."""
        return [
            entry
            for entry in self
            if entry.outcome == "delivered"
            and method in (None, entry.method)
            and chat_id in (None, entry.chat_id)
        ]
