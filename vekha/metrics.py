"""Numbers for a monitoring system, in the text format of Prometheus.

Closed unless METRICS_TOKEN is set; then `Authorization: Bearer …` opens it. Counts only: nothing of persons or places.
"""

import hmac
from collections.abc import Iterable, Mapping

from bot.engine import Engine
from domain import alarms, inbox, outbox
from domain.actor import SYSTEM
from domain.alarms import Trouble
from domain.db import Database

TYPE = "text/plain; version=0.0.4; charset=utf-8"


def is_allowed(token: str, header: str | None) -> bool:
    """Whether the request carries the token of the settings; without one nobody may ask."""
    return bool(token) and hmac.compare_digest((header or "").encode(), f"Bearer {token}".encode())


async def page(db: Database, bot_id: int, engine: Engine | None) -> str:
    """Everything that is counted, as one page."""
    async with db.read(SYSTEM) as tx:
        updates, messages = await inbox.counts(tx), await outbox.counts(tx)
        since = {"inbox": await inbox.oldest_waiting_at(tx), "outbox": await outbox.oldest_due_at(tx)}
        sender = await outbox.find_sender(tx, bot_id)
        ringing = {alarm.trouble for alarm in await alarms.ringing(tx)}
        now = tx.now
    lag = {queue: (now - at).total_seconds() if at else 0.0 for queue, at in since.items()}
    held_until = sender.lease_until if sender is not None else None
    paused_until = sender.paused_until if sender is not None else None
    blocks = [
        _block("inbox_updates", "gauge", "Updates kept, by state", "state", updates),
        _block("outbox_messages", "gauge", "Messages, by state", "state", messages),
        _block("lag_seconds", "gauge", "How long the oldest of a queue has waited", "queue", lag),
        _block(
            "trouble",
            "gauge",
            "1 while the installation is in this trouble",
            "kind",
            {trouble.value: int(trouble in ringing) for trouble in Trouble},
        ),
        _one("sender_epoch", "counter", "Owners of the lease so far", sender.epoch if sender else 0),
        _one(
            "sender_lease_seconds",
            "gauge",
            "For how long the lease of the only sender holds",
            max(0.0, (held_until - now).total_seconds()) if held_until else 0.0,
        ),
        _one(
            "sender_pause_seconds",
            "gauge",
            "For how long Telegram asked to wait",
            max(0.0, (paused_until - now).total_seconds()) if paused_until else 0.0,
        ),
    ]
    if engine is not None:
        blocks.append(
            _block("events_total", "counter", "What happened since the start", "event", engine.counters)
        )
        blocks.append(_one("send_rate", "gauge", "Messages a second that may leave now", engine.sender.rate))
    return "".join(blocks)


def _block(name: str, kind: str, text: str, label: str, values: Mapping[str, float]) -> str:
    lines = [f'vekha_{name}{{{label}="{key}"}} {value:g}' for key, value in sorted(values.items())]
    return _lines(name, kind, text, lines)


def _one(name: str, kind: str, text: str, value: float) -> str:
    return _lines(name, kind, text, [f"vekha_{name} {value:g}"])


def _lines(name: str, kind: str, text: str, lines: Iterable[str]) -> str:
    return "\n".join([f"# HELP vekha_{name} {text}", f"# TYPE vekha_{name} {kind}", *lines]) + "\n"
