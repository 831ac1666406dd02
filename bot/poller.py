"""Long polling: what comes is committed to the inbox, and only then confirmed by the next offset.

Raw JSON, because one update that the library cannot read must not stop the others. The offset is never stored: after
a restart Telegram repeats what was not confirmed, and the unique key of the inbox absorbs it.
"""

import asyncio
import contextlib
import json
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import structlog
from aiogram import Bot
from aiogram.methods import DeleteWebhook, GetUpdates
from aiohttp import ClientError

from bot.answers import classify
from bot.telegram import session_of
from domain import inbox
from domain.actor import SYSTEM
from domain.alarms import Trouble
from domain.db import Database
from domain.inbox import Waiting

log = structlog.get_logger()

LONG_POLL = 25  # seconds
PAUSE, LONGEST_PAUSE = 0.5, 30.0  # seconds between failed attempts, doubling
BATCH = 100


class NotPolled(Exception):
    """This request brought nothing; `wait` seconds until the next."""

    def __init__(self, reason: str, wait: float = 0.0) -> None:
        super().__init__(reason)
        self.wait = wait


class Poller:
    """Asks, keeps, confirms."""

    def __init__(
        self,
        db: Database,
        bot: Bot,
        offer: Callable[[Sequence[Waiting]], None],
        room: Callable[[], Awaitable[None]],
        allowed_updates: Sequence[str],
    ) -> None:
        self._db, self._bot, self._offer, self._room = db, bot, offer, room
        self._allowed = list(allowed_updates)
        self.failures = 0  # in a row
        self.trouble: Trouble | None = None  # why nothing comes, where a person has to do something
        self.longest_pause = LONGEST_PAUSE
        self._offset: int | None = None
        self._stopping = asyncio.Event()
        self._request: asyncio.Future[tuple[int, str]] | None = None

    async def run(self) -> None:
        """Poll until `stop`."""
        while not self._stopping.is_set():
            await self._room()
            try:
                updates = await self._ask()
                await self._keep(updates)
                self.failures = 0
                self.trouble = None
            except asyncio.CancelledError:
                if not self._stopping.is_set():
                    raise
            except Exception as error:
                self.failures += 1
                pause = max(PAUSE * 2 ** min(self.failures - 1, 10), getattr(error, "wait", 0.0))
                pause = min(self.longest_pause, pause)
                log.error("poll_failed", error=type(error).__name__, reason=str(error)[:300], pause=pause)
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._stopping.wait(), pause)

    def stop(self) -> None:
        """Break off the open request: what it would bring was not confirmed and comes again."""
        self._stopping.set()
        if self._request is not None:
            self._request.cancel()

    async def _ask(self) -> list[Any]:
        method = GetUpdates(
            offset=self._offset, limit=BATCH, timeout=LONG_POLL, allowed_updates=self._allowed
        )
        session = session_of(self._bot)
        self._request = asyncio.ensure_future(session.post(self._bot, method, LONG_POLL + 10))
        try:
            status, body = await self._request
        except (ClientError, TimeoutError) as error:
            raise NotPolled(type(error).__name__) from None  # the text of the error may hold the token
        finally:
            self._request = None
        return await self._updates(status, body)

    async def _updates(self, status: int, body: str) -> list[Any]:
        try:
            content = json.loads(body)
        except ValueError:
            raise NotPolled(f"HTTP {status}: not JSON") from None
        if (
            isinstance(content, dict)
            and content.get("ok") is True
            and isinstance(content.get("result"), list)
        ):
            return list(content["result"])
        answer = classify(status, body)
        if status == 409 and "webhook" in answer.error:
            log.warning("webhook_removed", reason="a webhook was set, but this installation polls")
            await self._bot(DeleteWebhook(drop_pending_updates=False))
            raise NotPolled("a webhook was set")
        if status == 409:
            self.trouble = Trouble.RIVAL
            raise NotPolled("another program is polling with this bot token: stop one of the two", 5.0)
        if status in (401, 404):
            self.trouble = Trouble.TOKEN
            raise NotPolled("Telegram does not know this bot token", LONGEST_PAUSE)
        raise NotPolled(answer.error, answer.wait)

    async def _keep(self, updates: list[Any]) -> None:
        if not updates:
            return
        async with self._db.write(SYSTEM, closes=False) as tx:
            rows = await inbox.accept(tx, self._bot.id, updates)
        self._offer(rows)
        numbers = [one["update_id"] for one in updates if isinstance(one, dict) and _is_number(one)]
        if not numbers:
            raise NotPolled("a batch without a single number: it cannot be confirmed", 5.0)
        self._offset = max(numbers) + 1


def _is_number(update: dict[str, Any]) -> bool:
    return type(update.get("update_id")) is int
