"""What Telegram and the network can do to a call: each behaviour is tried against each fault point.

A behaviour is planted anew for each life of the process: for a note that leaves by the outbox, for the bot's answer, or
for getUpdates; so the message at hand meets it, whichever way the process then goes.
"""

import asyncio
import sqlite3
import time
from collections.abc import Awaitable, Callable
from typing import Any

from tests.faults.child import GROUP, PEOPLE
from tests.faults.trial import Trial

Behaviour = Callable[[Trial], Awaitable[None]]


def sending(kind: str, **fault: Any) -> Behaviour:
    """Meets one answer and one note."""

    async def plant(run: Trial) -> None:
        run.telegram.fault("sendMessage", kind, containing="note ", **fault)
        run.telegram.fault("sendMessage", kind, containing="ok ", skip=2, **fault)

    return plant


def asking(kind: str, **fault: Any) -> Behaviour:
    """Meets getUpdates."""

    async def plant(run: Trial) -> None:
        run.telegram.fault("getUpdates", kind, **fault)

    return plant


async def nothing(run: Trial) -> None:
    """Telegram as it should be."""


async def moved_group(run: Trial) -> None:
    """Every note to the group is refused with its new address."""
    run.telegram.fault("sendMessage", "error", migrate_to=run.supergroup, chat_id=GROUP)


async def unreadable(run: Trial) -> None:
    """An update that no program can read, between the others."""
    await run.say_nonsense(PEOPLE[3])


async def out_of_reach(run: Trial) -> None:
    """The network is gone for a moment once the updates have come."""

    async def vanish() -> None:
        for _ in range(200):
            if not run.telegram.bot.queue.items:
                break
            await asyncio.sleep(0.005)
        await run.telegram.go_offline()
        await asyncio.sleep(0.3)
        await run.telegram.go_online()

    run.background.append(asyncio.create_task(vanish()))


async def locked(run: Trial) -> None:
    """Another program holds the database for a while."""

    def hold() -> None:
        connection = sqlite3.connect(run.folder / "test.db", timeout=30, isolation_level=None)
        connection.execute("BEGIN IMMEDIATE")
        time.sleep(0.3)
        connection.execute("ROLLBACK")
        connection.close()

    run.background.append(asyncio.create_task(asyncio.to_thread(hold)))


BEHAVIOURS: dict[str, Behaviour] = {
    "as it should be": nothing,
    "429 with retry_after": sending("error", retry_after=1),
    "500 refused": sending("error", code=500),
    "502 after delivery": sending("deliver_502"),
    "dropped before": sending("drop_before"),
    "dropped after": sending("drop_after"),
    "undecodable answer": sending("garbage"),
    "slow": sending("delay", delay=0.2, count=4),
    "no answer": sending("hang"),
    "unauthorized": sending("error", code=401),
    "403 blocked": sending("error", code=403, description="Forbidden: bot was blocked by the user"),
    "400 chat not found": sending("error", code=400, description="Bad Request: chat not found"),
    "400 something else": sending("error", code=400, description="Bad Request: wrong something"),
    "group migrated": moved_group,
    "409 conflict": asking("error", code=409, description="Conflict: terminated by other getUpdates request"),
    "updates dropped": asking("drop_after"),
    "updates 502": asking("deliver_502"),
    "updates again": asking("repeat"),
    "unreadable update": unreadable,
    "out of reach": out_of_reach,
    "database locked": locked,
}
