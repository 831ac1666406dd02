"""Everything that moves: poller → inbox → lanes → dispatcher, and outbox → sender, and the timetable."""

import asyncio
import contextlib
from collections import Counter
from collections.abc import Collection, Sequence
from typing import Any

import structlog
from aiogram import Bot, Dispatcher
from aiogram.methods import SetWebhook

from bot import rendering, webhook
from bot.clockwatch import ClockWatch
from bot.finishing import Finisher
from bot.jobs import Job, Timetable
from bot.lanes import Lanes
from bot.notice import FindAddress, MarkUnreachable, Renderers
from bot.poller import Poller
from bot.sender import Sender
from bot.storage import DatabaseStorage
from bot.telegram import session_of
from bot.updates import Updates
from domain import alarms, inbox, outbox
from domain.actor import SYSTEM
from domain.alarms import Trouble
from domain.db import Database
from domain.files import FileStore
from domain.retention import Ages
from domain.settings import Settings

log = structlog.get_logger()

BOT, WORKER = "bot", "worker"  # what a process may run: updates in, messages out
GRACE = 0.4  # seconds for what is in flight when we stop
JOB_GRACE = 1.0  # for transactions: one broken off would only be begun anew
RETRY = 5.0
LOOK_AROUND = 5.0  # seconds between looks at the clock and the other troubles
ALWAYS_WANTED = ("message", "callback_query", "my_chat_member")


class Engine:
    """Start it after the database is migrated; stop it before the database is closed.

    `strict` (tests): a handler that writes in two transactions fails instead of leaving an error in the log.
    `counters` are for the metrics.
    """

    def __init__(
        self,
        db: Database,
        bot: Bot,
        dispatcher: Dispatcher,
        renderers: Renderers,
        settings: Settings,
        *,
        find_address: FindAddress,
        mark_unreachable: MarkUnreachable,
        plan_digests: Job | None = None,
        files: FileStore | None = None,
        parts: Collection[str] = (BOT, WORKER),
        allowed_updates: Sequence[str] | None = None,
        strict: bool = False,
    ) -> None:
        self.counters: Counter[str] = Counter()
        self._db, self._bot, self._settings, self._parts = db, bot, settings, parts
        storage = dispatcher.storage
        remember = storage.remember if isinstance(storage, DatabaseStorage) else lambda saved: None
        self._lasting = storage.lasting if isinstance(storage, DatabaseStorage) else ()
        self._finisher = Finisher(db)
        updates = Updates(
            db, bot, dispatcher, self._finisher, remember=remember, strict=strict, counters=self.counters
        )
        self._lanes = Lanes(db, bot.id, updates.handle)
        self._finisher.on_finished = self._lanes.finished
        wanted = allowed_updates or sorted({*dispatcher.resolve_used_update_types(), *ALWAYS_WANTED})
        self._wanted = [name for name in wanted if name != "error"]
        self._poller = Poller(db, bot, self._lanes.offer, self._lanes.room, self._wanted)
        self.watch = ClockWatch(db.clock)
        session_of(bot).hear = self.watch.hear
        self.sender = Sender(
            db,
            bot,
            {"interrupted": rendering.interrupted, **renderers},
            find_address,
            mark_unreachable,
            timezone=settings.timezone,
            counters=self.counters,
            files=files or FileStore(settings.files_dir),
            is_clock_right=self.watch.look,
        )
        self._timetable = Timetable(db, plan_digests, files, self.watch.look, Ages.of(settings))
        self._noted: dict[Trouble, dict[str, Any]] | None = None  # as the database has it
        self._stopping = asyncio.Event()
        self._running: list[asyncio.Task[None]] = []
        self._sending: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin with what an earlier run left behind, then with what comes."""
        if BOT in self._parts:
            await self._close_interrupted()
            self._running = [
                asyncio.create_task(self._finisher.run(), name="finisher"),
                asyncio.create_task(self._receive(), name="receiver"),
            ]
        if WORKER in self._parts:
            self._sending = asyncio.create_task(self.sender.run(), name="sender")
            self._running.append(self._sending)
            self._running.append(asyncio.create_task(self._look_around(), name="watch"))
            self._timetable.start()

    async def stop(self) -> None:
        """End within a second: what is in flight is finished, what is not begun stays for the next start."""
        self._stopping.set()
        self._poller.stop()
        await asyncio.gather(
            self._lanes.stop(JOB_GRACE), self._stop_sending(), self._timetable.stop(JOB_GRACE)
        )
        self._finisher.stop()
        if self._running:
            _, late = await asyncio.wait(self._running, timeout=GRACE)
            for task in late:
                task.cancel()
            await asyncio.gather(*self._running, return_exceptions=True)

    async def _stop_sending(self) -> None:
        if self._sending is not None:
            await self.sender.stop(GRACE)

    async def _look_around(self) -> None:
        """Troubles that a person should know of; and what the clock had planned begins anew after a jump."""
        jumps = 0
        while not self._stopping.is_set():
            try:
                await self.note_troubles()
            except Exception:
                log.exception("troubles_not_noted")
            if self.watch.jumps != jumps:
                jumps = self.watch.jumps
                self._timetable.begin_anew()
            await self._wait(LOOK_AROUND)

    async def note_troubles(self) -> None:
        """Write down what is wrong with the installation, where it is not written down yet."""
        found: dict[Trouble, dict[str, Any]] = {}
        if not self.watch.look():
            found[Trouble.CLOCK] = {"ahead": round(self.watch.seconds_off)}
        for trouble in (self._poller.trouble, self.sender.trouble):
            if trouble is not None:
                found[trouble] = {}
        if found.keys() != (self._noted or {}).keys() or self._noted is None:
            async with self._db.write(SYSTEM) as tx:
                await alarms.note(tx, found)
            self._noted = found

    async def _close_interrupted(self) -> None:
        """People whose answer was lost in a crash are told that their last step is saved."""
        async with self._db.write(SYSTEM) as tx:
            lanes = await inbox.close_interrupted(tx, self._bot.id, self._lasting)
            for chat_id in lanes:
                if chat_id > 0:  # nothing personal in groups
                    await outbox.put(
                        tx,
                        "interrupted",
                        chat_id=chat_id,
                        subject=f"chat:{chat_id}",
                        dedupe_key=f"interrupted:{chat_id}:{tx.now.isoformat()}",
                    )

    async def _receive(self) -> None:
        """First what waits, in its order; then what comes."""
        while not self._stopping.is_set():
            try:
                await self._lanes.refill()
                break
            except Exception:
                log.exception("start_failed")
                await self._wait(RETRY)
        secret = self._settings.webhook_secret.get_secret_value()
        coming = self._set_webhook(secret) if secret else self._poller.run()
        await asyncio.gather(self._lanes.watch(), coming)

    async def _set_webhook(self, secret: str) -> None:
        url = self._settings.public_url.rstrip("/") + webhook.PATH
        method = SetWebhook(url=url, secret_token=secret, allowed_updates=self._wanted)
        while not self._stopping.is_set():
            try:
                await self._bot(method)
            except Exception as error:
                log.error("webhook_not_set", error=type(error).__name__)
                await self._wait(RETRY)
            else:
                log.info("webhook_set", url=url)
                return

    async def _wait(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), seconds)
