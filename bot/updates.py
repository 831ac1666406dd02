"""One kept update: read it, feed it to the dispatcher, up to three times, and settle its fate."""

import asyncio
import json
from collections import Counter

import structlog
from aiogram import Bot, Dispatcher
from aiogram.dispatcher.event.bases import UNHANDLED
from aiogram.methods import TelegramMethod
from aiogram.types import Update
from pydantic import ValidationError

from bot.finishing import Finisher
from bot.handling import Handling, Remember, handling
from domain import inbox
from domain.actor import SYSTEM
from domain.db import Database, closing
from domain.inbox import AlreadyHandled, InboxState, Waiting

log = structlog.get_logger()

PAUSES = (0.2, 1.0)  # seconds before the second and the third attempt
LONGEST = 300.0  # seconds for one attempt: downloads of 20 MB over a slow line


class Updates:
    """The handler of the lanes. Errors of a handler are not swallowed: they lead to another attempt."""

    def __init__(
        self,
        db: Database,
        bot: Bot,
        dispatcher: Dispatcher,
        finisher: Finisher,
        *,
        remember: Remember = lambda saved: None,
        strict: bool = False,
        counters: Counter[str] | None = None,
    ) -> None:
        self._db, self._bot, self._dispatcher, self._finisher = db, bot, dispatcher, finisher
        self._remember, self._strict = remember, strict
        self.counters = counters if counters is not None else Counter()

    async def handle(self, row: Waiting) -> None:
        """Handle one update to its end."""
        try:
            update = Update.model_validate(json.loads(row.raw), context={"bot": self._bot})
        except (ValidationError, ValueError) as error:
            await self._bury(row, 1, f"unreadable: {error}")
            return
        for attempt in range(1, len(PAUSES) + 2):
            is_last = attempt > len(PAUSES)
            current = Handling(row.id, self._remember, strict=self._strict)
            try:
                state = await self._feed(update, current, attempt, is_last=is_last)
            except AlreadyHandled:
                self._finisher.on_finished([row.id])
                return
            except Exception as error:
                if not current.is_committed:
                    log.warning("attempt_failed", inbox_id=row.id, attempt=attempt, exc_info=True)
                    if is_last:
                        await self._bury(row, attempt, f"{type(error).__name__}: {error}")
                    else:
                        await asyncio.sleep(PAUSES[attempt - 1])
                    continue
                # The effect is durable; only the answer to it is missing.
                self.counters["answers_failed"] += 1
                log.exception("answer_failed", inbox_id=row.id)
                state = InboxState.DONE
            self.counters[f"updates_{state}"] += 1
            self._remember(current.unsaved)
            self._finisher.add(row.id, state, current.unsaved)
            return

    async def _feed(self, update: Update, current: Handling, attempt: int, *, is_last: bool) -> InboxState:
        tokens = closing.set(current), handling.set(current)
        try:
            async with asyncio.timeout(LONGEST):
                result = await self._dispatcher.feed_update(
                    self._bot, update, attempt=attempt, last_attempt=is_last
                )
                if isinstance(result, TelegramMethod):
                    await self._bot(result)
        finally:
            closing.reset(tokens[0])
            handling.reset(tokens[1])
        return InboxState.IGNORED if result is UNHANDLED else InboxState.DONE

    async def _bury(self, row: Waiting, attempts: int, error: str) -> None:
        self.counters["updates_dead"] += 1
        log.error("update_dead", inbox_id=row.id, update_id=row.update_id, attempts=attempts)
        async with self._db.write(SYSTEM, closes=False) as tx:
            await inbox.bury(tx, row.id, attempts, error)
        self._finisher.on_finished([row.id])
