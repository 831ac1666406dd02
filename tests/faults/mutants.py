"""Mistakes to plant into the product: each must be found by the checker."""

import asyncio
import itertools
from collections.abc import Iterable
from typing import Any

from sqlalchemy import update

from bot import delivery
from bot.answers import Answer, Outcome, classify
from bot.handling import Handling
from bot.lanes import Lanes
from bot.poller import Poller
from bot.updates import Updates
from domain import inbox, outbox
from domain.actor import SYSTEM
from domain.db import WriteTx
from domain.inbox import Waiting
from domain.outbox import Lease, OutboxState
from domain.outbox.models import ROWS

_later: list[asyncio.Task[None]] = []
_lanes = itertools.count(1)
_offer = Lanes.offer
_sweep = outbox.sweep
_handle = Updates.handle


async def _confirm_first(self: Poller, updates: list[Any]) -> None:
    """What aiogram's polling does: the next request confirms what is not kept yet."""

    async def keep() -> None:
        await asyncio.sleep(60)  # longer than any machine is in seeing the confirmation and killing
        async with self._db.write(SYSTEM) as tx:
            self._offer(await inbox.accept(tx, self._bot.id, updates))

    if updates:
        self._offset = max(update["update_id"] for update in updates) + 1
        _later.append(asyncio.create_task(keep()))


async def _mark_nothing(self: Handling, tx: WriteTx) -> None:
    """The effect is committed without its mark."""


async def _finish_first(self: Updates, row: Waiting) -> None:
    """Marked as handled, and then handled."""
    async with self._db.write(SYSTEM, closes=False) as tx:
        await inbox.finish(tx, [row.id])
    await _handle(self, row)


def _offer_apart(self: Lanes, rows: Iterable[Waiting]) -> None:
    """Every update runs at once, whatever chat it is from; the newest first."""
    apart = [Waiting(row.id, row.update_id, next(_lanes), row.raw, row.attempts) for row in rows]
    _offer(self, reversed(apart))


async def _send_unmarked(tx: WriteTx, lease: Lease, message_id: int) -> bool:
    """Bytes leave before `sending` is committed."""
    return True


def _takes_for_sent(status: int, body: bytes | str) -> Answer:
    """Believes that whatever was refused for the moment has arrived."""
    answer = classify(status, body)
    return Answer(Outcome.SENT) if answer.outcome == Outcome.SLOW_DOWN else answer


async def _repeat_everything(tx: WriteTx) -> dict[str, int]:
    """Every doubtful message goes again, whatever its policy, as often as it takes."""
    doubtful = update(ROWS).where(ROWS.c.state == OutboxState.UNKNOWN)
    await tx.session.execute(doubtful.values(state=OutboxState.PENDING, lease_owner=None, doubts=0))
    return await _sweep(tx)


MUTANTS: dict[str, tuple[Any, str, Any]] = {
    "confirms_first": (Poller, "_keep", _confirm_first),
    "effect_without_mark": (Handling, "before_commit", _mark_nothing),
    "finishes_first": (Updates, "handle", _finish_first),
    "lanes_apart": (Lanes, "offer", _offer_apart),
    "sends_unmarked": (outbox, "begin_sending", _send_unmarked),
    "takes_for_sent": (delivery, "classify", _takes_for_sent),
    "repeats_everything": (outbox, "sweep", _repeat_everything),
}
