"""Kill the real process again and again, at named points and at random moments, while Telegram misbehaves.

`VEKHA_KILLS` sets the number of random kills (30 by default, to stay within a minute).
"""

import asyncio
import contextlib
import multiprocessing
import os
import random
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from multiprocessing.context import ForkServerProcess
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Any

import pytest

from domain.db import Database
from sandbox import Sandbox
from tests.bot.engine_kit import make_tables, rows
from tests.faults.checker import IN_FLIGHT, Sent, check, in_flight
from tests.faults.child import MUTANTS, PEOPLE, POINTS, Orders, main

KILLS = int(os.environ.get("VEKHA_KILLS", "30"))
FAULTS = ("drop_after", "drop_before", "deliver_502", "garbage")

# The children share one parent that has already imported everything: a start takes milliseconds.
FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["tests.faults.child"])


@dataclass
class Trial:
    """One Telegram, one database, many lives of the process."""

    telegram: Sandbox
    db: Database
    folder: Path
    ahead: float
    mutant: str = ""
    sent: Sent = field(default_factory=Sent)
    most_in_flight: int = 0
    deaths: int = 0
    ready: Event = field(default_factory=FORKS.Event)  # the present life has begun

    def start(self, point: str = "", after: int = 1) -> ForkServerProcess:
        """A new life."""
        orders = Orders(
            self.telegram.base_url,
            self.telegram.token,
            str(self.folder),
            point,
            after,
            self.ahead,
            self.mutant,
        )
        self.ready = FORKS.Event()
        process = FORKS.Process(target=main, args=(orders, self.ready), daemon=True)
        process.start()
        return process

    async def say(self, *people: int) -> None:
        """Each of the people writes a word that nobody wrote before."""
        for person in people:
            number = self.telegram.bot.queue.next_id
            word = f"w{number}"
            await self.telegram.send_text(person, word)
            self.sent.by_number[number] = (person, word)

    async def let_work(self, prefix: str, calls: int) -> None:
        """Wait until the process has tried so many messages that begin so, or three seconds."""
        before = len(self.telegram.log)

        def is_enough() -> bool:
            new = self.telegram.log[before:]
            return sum(str(one.params.get("text", "")).startswith(prefix) for one in new) >= calls

        with contextlib.suppress(TimeoutError):
            await self.telegram.wait_for(is_enough, 3)

    async def wait_for_death(self, process: ForkServerProcess, seconds: float) -> bool:
        """Let it die by itself, or kill it after so many seconds; look at what it left in flight.

        Returns whether it died by itself.
        """
        await asyncio.to_thread(process.join, seconds)
        if is_alive := process.exitcode is None:
            process.kill()
            await asyncio.to_thread(process.join)
        assert process.exitcode == -signal.SIGKILL
        self.deaths += 1
        self.most_in_flight = max(self.most_in_flight, len(await in_flight(self.db)))
        return not is_alive

    async def calm_down(self, seconds: float = 30) -> None:
        """Two last lives with a well-behaved Telegram, minutes apart, until nothing moves any more.

        The first finds what the last kill left in flight, the second repeats what is in doubt.
        """
        self.telegram.clear_faults()
        for doubtful in (True, False):
            self.ahead += 120
            process = self.start()
            await asyncio.to_thread(self.ready.wait, 10)
            async with asyncio.timeout(seconds):
                while moving := await self._moving(doubtful=doubtful):
                    assert process.exitcode is None, moving
                    await asyncio.sleep(0.1)
            process.terminate()
            await asyncio.to_thread(process.join, 10)
            assert process.exitcode == 0

    async def _moving(self, *, doubtful: bool) -> list[Any]:
        found = await rows(
            self.db,
            "SELECT id, state FROM outbox_message WHERE state IN ('pending', 'claimed', 'sending')"
            " UNION ALL SELECT id, state FROM inbox_update WHERE state IN ('new', 'committed')",
        )
        if not doubtful:
            found += await rows(
                self.db,
                "SELECT id, state FROM outbox_message"
                " WHERE state = 'unknown' AND policy = 'at_least_once' AND doubts = 1",
            )
        arrived = {number for (number,) in await rows(self.db, "SELECT update_id FROM inbox_update")}
        return [*found, *(set(self.sent.by_number) - arrived)]


@asynccontextmanager
async def trial(folder: Path) -> AsyncIterator[Trial]:
    """Telegram, the people and the empty database."""
    now = datetime.now(UTC)
    noon = now.replace(hour=9, minute=0)
    async with Sandbox() as telegram:
        for person in PEOPLE:
            telegram.add_person(person, f"Person {person}")
            await telegram.send_text(person, "/start")
        telegram.bot.queue.clear()
        db = Database(f"sqlite+aiosqlite:///{folder / 'test.db'}")
        await make_tables(db)
        try:
            yield Trial(telegram, db, folder, (noon - now).total_seconds())
        finally:
            await db.close()


async def conclude(run: Trial, capsys: pytest.CaptureFixture[str], title: str) -> None:
    """Check, and print the counts for the record."""
    await run.calm_down()
    findings = await check(run.telegram, run.db, run.sent)
    with capsys.disabled():
        print(f"\n{title}: {run.deaths} kills, at most {run.most_in_flight} in flight, {findings.counts}")
    assert findings.wrong == []
    assert run.most_in_flight <= IN_FLIGHT


async def test_killed_at_every_point(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    async with trial(tmp_path) as run:
        for point in POINTS:
            for after in (1, 2):
                process = run.start(point, after)
                await run.say(*PEOPLE)
                died = await run.wait_for_death(process, 10 if after == 1 else 0.6)
                assert died or after > 1, f"{point} was never passed"
        await conclude(run, capsys, "named points")


@pytest.mark.parametrize("seed", [1])
async def test_killed_at_random_while_telegram_misbehaves(
    tmp_path: Path, seed: int, capsys: pytest.CaptureFixture[str]
) -> None:
    dice = random.Random(seed)
    async with trial(tmp_path) as run:
        for _ in range(KILLS):
            process = run.start()
            run.telegram.clear_faults()
            for kind in dice.sample(FAULTS, 2):
                run.telegram.fault("sendMessage", kind, skip=dice.randrange(8))
            if dice.random() < 0.5:
                run.telegram.fault("sendMessage", "delay", delay=0.15, count=-1)
            if dice.random() < 0.2:
                run.telegram.fault("sendMessage", "error", retry_after=1, skip=dice.randrange(8))
            for _ in range(3):
                await run.say(*dice.sample(PEOPLE, 4))
            await run.let_work(dice.choice(("ok", "note")), dice.randrange(1, 12))
            await run.wait_for_death(process, dice.uniform(0, 0.03))
        await conclude(run, capsys, "random kills")


@pytest.mark.parametrize(
    ("mutant", "point", "breaks"),
    [
        ("confirms_first", "before_accept", "I1"),
        ("effect_without_mark", "before_answer", "I2"),
        ("sends_unmarked", "after_response", "O"),
    ],
)
async def test_the_checker_finds_planted_mistakes(
    tmp_path: Path, mutant: str, point: str, breaks: str
) -> None:
    assert mutant in MUTANTS
    async with trial(tmp_path) as run:
        run.mutant = mutant
        await run.say(*PEOPLE)
        if mutant == "confirms_first":
            process = run.start()
            async with asyncio.timeout(10):
                while run.telegram.bot.queue.items:  # until they are confirmed, and not yet kept
                    await asyncio.sleep(0.005)
            await run.wait_for_death(process, 0)
        else:
            for _ in range(3):
                await run.wait_for_death(run.start(point), 5)
        with contextlib.suppress(TimeoutError):
            await run.calm_down(4)
        wrong = (await check(run.telegram, run.db, run.sent)).wrong
        assert [finding for finding in wrong if finding.startswith(breaks)] != []
