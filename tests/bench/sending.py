"""A broadcast to 10,000 people against a Telegram that enforces 30 a second and misbehaves, while people talk to the bot.

    python -m tests.bench sending                 # 10,000 recipients: about six minutes
    RECIPIENTS=1000 python -m tests.bench sending

Compared with the time that the limit itself allows: (recipients + answers) / 30 a second. One message in a thousand is delivered
and then dropped, one dropped before, one answered 500, and now and then Telegram asks to wait for a second.
"""

import asyncio
import itertools
import os
import random
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.engine import Engine
from bot.telegram import telegram_bot
from domain import outbox
from domain.actor import SYSTEM
from domain.db import Clock, Database
from sandbox import Sandbox
from tests.bot.engine_kit import (
    Directory,
    TestAddress,
    make_tables,
    recording,
    rows,
    say_words,
    settings_for,
)

RECIPIENTS = int(os.environ.get("RECIPIENTS", "10000"))
FIRST = 100_000  # Telegram ids of the recipients
TALKERS = range(1, 9)
LIMIT = 30  # a second
EVERY = 3_000  # messages of which one is put off by 429
ENDED = "('sent', 'unknown', 'failed', 'blocked', 'cancelled', 'expired')"


@asynccontextmanager
async def running(folder: Path) -> AsyncIterator[tuple[Sandbox, Database]]:
    """The engine with its own pace, and everybody in the sandbox."""
    async with Sandbox(enforce_limits=True) as telegram:
        telegram.limits.per_second = LIMIT
        for number in (*TALKERS, *range(FIRST, FIRST + RECIPIENTS)):
            telegram.add_person(number, f"Person {number}")
            telegram.world.private_chat(telegram.bot, number).started = True
        telegram.bot.queue.clear()
        settings = settings_for(telegram, folder)
        now = datetime.now(UTC)
        noon = now.replace(hour=9) - now  # in Moscow: a broadcast waits for the morning
        clock = Clock(lambda: datetime.now(UTC) + noon)
        db = Database(f"sqlite+aiosqlite:///{folder / 'test.db'}", clock)
        await make_tables(db)
        directory = Directory({n: TestAddress(n) for n in range(FIRST, FIRST + RECIPIENTS)})
        bot = telegram_bot(settings)
        engine = Engine(
            db,
            bot,
            recording(db),
            {"broadcast": say_words},
            settings,
            find_address=directory.find,
            mark_unreachable=directory.mark,
        )
        await engine.start()
        try:
            yield telegram, db
        finally:
            await engine.stop()
            await bot.session.close()
            await db.close()


def misbehave(telegram: Sandbox) -> None:
    """Plant what will happen on the way, spread evenly."""
    dice = random.Random(1)
    for kind in ("drop_after", "drop_before", "error"):
        for nth in dice.sample(range(RECIPIENTS), max(1, RECIPIENTS // 1000)):
            telegram.fault("sendMessage", kind, chat_id=FIRST + nth, code=500 if kind == "error" else None)
    for nth in range(EVERY // 2, RECIPIENTS + EVERY // 2, EVERY):
        telegram.fault("sendMessage", "error", chat_id=FIRST + min(nth, RECIPIENTS - 1), retry_after=1)


async def talk(telegram: Sandbox, waits: list[float]) -> None:
    """Somebody writes every half a second; how long the answer takes."""
    for number in itertools.count(1):
        person = TALKERS[number % len(TALKERS)]
        start = time.perf_counter()
        await telegram.send_text(person, f"question {number}")
        await telegram.next_message(person, timeout=30, containing=f"question {number}")
        waits.append(time.perf_counter() - start)
        await asyncio.sleep(max(0.0, 0.5 - waits[-1]))


async def _measure() -> list[str]:
    with TemporaryDirectory() as name:
        async with running(Path(name)) as (telegram, db):
            misbehave(telegram)
            waits: list[float] = []
            talking = asyncio.create_task(talk(telegram, waits))
            async with db.write(SYSTEM) as tx:
                await outbox.put_many(
                    tx,
                    "broadcast",
                    [
                        {
                            "person_id": n,
                            "subject": "broadcast:1",
                            "dedupe_key": f"broadcast:1:{n}",
                            "params": {"words": "Коллеги, напоминаем: до 30 апреля"},
                        }
                        for n in range(FIRST, FIRST + RECIPIENTS)
                    ],
                )
            start = time.perf_counter()
            while (await rows(db, f"SELECT count(*) FROM outbox_message WHERE state IN {ENDED}"))[0][
                0
            ] < RECIPIENTS:
                await asyncio.sleep(0.25)
                if talking.done():
                    talking.result()
            seconds = time.perf_counter() - start
            talking.cancel()
            return await _report(telegram, db, seconds, waits)


async def _report(telegram: Sandbox, db: Database, seconds: float, waits: list[float]) -> list[str]:
    copies = Counter(entry.chat_id for entry in telegram.log.delivered("sendMessage"))
    states = dict(await rows(db, "SELECT state, count(*) FROM outbox_message GROUP BY state"))
    listed = {n for (n,) in await rows(db, "SELECT person_id FROM outbox_message WHERE state = 'unknown'")}
    everybody = range(FIRST, FIRST + RECIPIENTS)
    doubled = sum(copies[n] > 1 for n in everybody)
    lost = sum(not copies[n] and n not in listed for n in everybody)
    refused = sum(entry.code == 429 for entry in telegram.log)
    planted = sum(entry.code == 429 and entry.fault is not None for entry in telegram.log)
    allowed = (RECIPIENTS + len(waits)) / LIMIT  # answers to people come out of the same thirty
    slowest = sorted(waits)
    return [
        f"{RECIPIENTS} recipients and {len(waits)} answers in {seconds:.1f} s, the limit of {LIMIT} a second allows "
        f"{allowed:.1f} s, ratio {seconds / allowed:.3f} (aim ≤ 1.05)",
        f"doubled {doubled}, lost {lost}, states {states}; 429 {refused} times, {planted} of them planted",
        f"{len(waits)} interactive answers meanwhile: median {slowest[len(waits) // 2]:.3f} s, "
        f"slowest {slowest[-1]:.2f} s (aim ≤ 2)",
    ]


def run() -> Iterator[str]:
    """Lines of the report."""
    yield from asyncio.run(_measure())
