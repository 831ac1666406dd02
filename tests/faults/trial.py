"""One Telegram, one database, many lives of the process."""

import asyncio
import contextlib
import multiprocessing
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
from tests.faults.checker import IN_FLIGHT, Findings, Sent, check, in_flight
from tests.faults.child import GROUP, PEOPLE, Orders, main

# The children share one parent that has already imported everything: a start takes milliseconds.
FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["tests.faults.child"])


@dataclass
class Trial:
    """What a test does to the process and to the world around it."""

    telegram: Sandbox
    db: Database
    folder: Path
    ahead: float  # seconds that the clock of the child is ahead, so that it is noon there
    supergroup: int  # where the group will go
    mutant: str = ""
    patience: float = 30.0
    pages: int = 0
    sent: Sent = field(default_factory=Sent)
    most_in_flight: int = 0
    deaths: int = 0
    ready: Event = field(default_factory=FORKS.Event)  # the present life has begun
    background: list[asyncio.Task[None]] = field(default_factory=list)  # what happens meanwhile

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
            self.patience,
            self.pages,
        )
        self.ready = FORKS.Event()
        process = FORKS.Process(target=main, args=(orders, self.ready), daemon=True)
        process.start()
        return process

    async def is_ready(self) -> None:
        """Wait until the present life has begun."""
        assert await asyncio.to_thread(self.ready.wait, 120)

    async def say(self, *people: int) -> None:
        """Each of the people writes a word that nobody wrote before."""
        for person in people:
            number = self.telegram.bot.queue.next_id
            word = f"w{number}"
            await self.telegram.send_text(person, word)
            self.sent.by_number[number] = (person, word)

    async def say_nonsense(self, person: int) -> None:
        """An update that no program can read."""
        update = self.telegram.bot.queue.put("message", {"chat": {"id": person}, "text": 5}, person)
        assert update is not None
        self.sent.unreadable.add(update.id)

    async def let_work(self, prefix: str, calls: int, seconds: float = 3) -> None:
        """Wait until the process has tried so many messages that begin so, or for so long."""
        before = len(self.telegram.log)

        def is_enough() -> bool:
            new = self.telegram.log[before:]
            return sum(str(one.params.get("text", "")).startswith(prefix) for one in new) >= calls

        with contextlib.suppress(TimeoutError):
            await self.telegram.wait_for(is_enough, seconds)

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

    async def end(self, process: ForkServerProcess) -> None:
        """Let it end cleanly."""
        process.terminate()
        await asyncio.to_thread(process.join, 120)
        assert process.exitcode == 0

    async def calm_down(self, seconds: float = 120) -> None:
        """Two last lives, minutes apart, until nothing moves any more; what is planted still is met.

        The first finds what the last kill left in flight, the second repeats what is in doubt.
        """
        self.pages = 0
        for doubtful in (True, False):
            self.ahead += 120
            process = self.start()
            await self.is_ready()
            try:
                async with asyncio.timeout(seconds):
                    while moving := await self._moving(doubtful=doubtful):
                        assert process.exitcode is None, moving
                        await asyncio.sleep(0.1)
            except TimeoutError:
                process.kill()
                raise
            await self.end(process)

    async def hear_it_again(self) -> None:
        """A last life in which Telegram brings everything once more: nothing may come of it (I6)."""
        before = await self._traces()
        self.telegram.clear_faults()
        self.telegram.fault("getUpdates", "repeat")
        process = self.start()
        await self.is_ready()
        async with asyncio.timeout(120):
            while self.telegram.world.faults.planted or self.telegram.bot.queue.items:
                assert process.exitcode is None
                await asyncio.sleep(0.05)
        await asyncio.sleep(0.3)
        await self.end(process)
        assert await self._traces() == before

    async def _traces(self) -> list[Any]:
        effects = await rows(self.db, "SELECT chat_id, words FROM effect ORDER BY id")
        messages = await rows(self.db, "SELECT dedupe_key, state FROM outbox_message ORDER BY id")
        dialogues = await rows(self.db, "SELECT key, state, data FROM dialogue_state ORDER BY key")
        seen = await rows(self.db, "SELECT update_id, state FROM inbox_update ORDER BY id")
        sent = [entry.params.get("text") for entry in self.telegram.log.delivered("sendMessage")]
        return [effects, messages, dialogues, seen, sent]

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
        return [*found, *(update.id for update in self.telegram.bot.queue.items)]


@asynccontextmanager
async def trial(folder: Path) -> AsyncIterator[Trial]:
    """Telegram, the people, a group that they share, and the empty database."""
    now = datetime.now(UTC)
    noon = now.replace(hour=9, minute=0)
    async with Sandbox() as telegram:
        for person in PEOPLE:
            telegram.add_person(person, f"Person {person}")
            await telegram.send_text(person, "/start")
        group = telegram.create_group("Group", list(PEOPLE))
        assert group == GROUP
        larger = telegram.create_group("Supergroup", list(PEOPLE), supergroup=True)
        for chat in (group, larger):
            await telegram.add_bot_to_group(chat, PEOPLE[0])
        telegram.bot.queue.clear()
        db = Database(f"sqlite+aiosqlite:///{folder / 'test.db'}")
        await make_tables(db)
        try:
            yield Trial(telegram, db, folder, (noon - now).total_seconds(), larger)
        finally:
            await db.close()


async def conclude(run: Trial, capsys: pytest.CaptureFixture[str], title: str) -> Findings:
    """Calm down, check, and print the counts for the record."""
    await run.calm_down()
    findings = await check(run.telegram, run.db, run.sent)
    with capsys.disabled():
        print(f"\n{title}: {run.deaths} kills, at most {run.most_in_flight} in flight, {findings.counts}")
    assert findings.wrong == []
    assert run.most_in_flight <= IN_FLIGHT
    await run.hear_it_again()
    return findings
