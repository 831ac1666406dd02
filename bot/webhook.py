"""Updates that Telegram brings itself: committed to the inbox before the answer 200."""

import hmac
import json
from typing import Any

import structlog

from domain import inbox
from domain.actor import SYSTEM
from domain.db import Database

log = structlog.get_logger()

PATH = "/telegram/webhook"
HEADER = "X-Telegram-Bot-Api-Secret-Token"
LARGEST = 1_000_000  # bytes; Telegram's updates are a few kilobytes


async def accept_webhook(db: Database, bot_id: int, secret: str, header: str | None, body: bytes) -> int:
    """Keep one posted update; the HTTP status to answer with.

    403 without the right secret (an installation without one takes no webhooks), 413 for a body beyond reason. A body
    that is not an update is kept too, as `dead`: refusing it would make Telegram repeat it for a day.
    """
    if not secret or not hmac.compare_digest((header or "").encode(), secret.encode()):
        log.warning("webhook_refused")
        return 403
    if len(body) > LARGEST:
        return 413
    try:
        update: Any = json.loads(body)
    except ValueError:
        update = body.decode("utf-8", "backslashreplace").replace("\x00", "\\x00")
    async with db.write(SYSTEM, closes=False) as tx:
        await inbox.accept(tx, bot_id, [update])
        tx.announce("inbox")
    return 200
