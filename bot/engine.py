"""Everything that moves: poller → inbox → lanes → dispatcher, and outbox → sender, and the timetable."""

import asyncio
from collections import Counter
from collections.abc import Collection, Sequence

import structlog
from aiogram import Bot, Dispatcher
from aiogram.methods import SetWebhook

from bot import rendering, webhook
from bot.finishing import Finisher
from bot.jobs import Job, timetable
from bot.lanes import Lanes
from bot.notice import FindAddress, MarkUnreachable, Renderers
from bot.poller import Poller
from bot.sender import Sender
from bot.storage import DatabaseStorage
from bot.updates import Updates
from domain import inbox, outbox
from domain.actor import SYSTEM
from domain.db import Database
from domain.settings import Settings

log = structlog.get_logger()

BOT, WORKER = "bot", "worker"  # what a process may run: updates in, messages out
GRACE = 0.6  # seconds for what is in flight when we stop
RETRY = 5.0
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
        parts: Collection[str] = (BOT, WORKER),
        allowed_updates: Sequence[str] | None = None,
        strict: bool = False,
    ) -> None:
        self.counters: Counter[str] = Counter()
        self._db, self._bot, self._settings, self._parts = db, bot, settings, parts
        storage = dispatcher.storage
        remember = storage.remember if isinstance(storage, DatabaseStorage) else lambda saved: None
        self._finisher = Finisher(db)
        updates = Updates(
            db, bot, dispatcher, self._finisher, remember=remember, strict=strict, counters=self.counters
        )
        self._lanes = Lanes(db, bot.id, updates.handle)
        self._finisher.on_finished = self._lanes.finished
        wanted = allowed_updates or sorted({*dispatcher.resolve_used_update_types(), *ALWAYS_WANTED})
        self._wanted = [name for name in wanted if name != "error"]
        self._poller = Poller(db, bot, self._lanes.offer, self._lanes.room, self._wanted)
        self.sender = Sender(
            db,
            bot,
            {"interrupted": rendering.interrupted, **renderers},
            find_address,
            mark_unreachable,
            timezone=settings.timezone,
            counters=self.counters,
        )
        self._timetable = timetable(db, plan_digests)
        self._running: list[asyncio.Task[None]] = []  # cancelled when we stop
        self._polling: asyncio.Task[None] | None = None
        self._sending: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin with what an earlier run left behind, then with what comes."""
        if BOT in self._parts:
            await self._close_interrupted()
            self._running = [
                asyncio.create_task(self._finisher.run(), name="finisher"),
                asyncio.create_task(self._lanes.watch(), name="lanes"),
            ]
            self._polling = asyncio.create_task(self._receive(), name="poller")
        if WORKER in self._parts:
            self._sending = asyncio.create_task(self.sender.run(), name="sender")
            self._timetable.start()

    async def stop(self) -> None:
        """End within a second: what is in flight is finished, what is not begun stays for the next start."""
        if self._timetable.running:
            self._timetable.shutdown(wait=False)
        self._poller.stop()
        await asyncio.gather(self._lanes.stop(GRACE), self._stop_sending())
        for task in (*self._running, *filter(None, (self._polling,))):
            task.cancel()
        await asyncio.gather(
            *self._running, *filter(None, (self._polling, self._sending)), return_exceptions=True
        )
        await self._finisher.flush()

    async def _stop_sending(self) -> None:
        if self._sending is not None:
            await self.sender.stop(GRACE)

    async def _close_interrupted(self) -> None:
        """People whose answer was lost in a crash are told that their last step is saved."""
        async with self._db.write(SYSTEM) as tx:
            lanes = await inbox.close_interrupted(tx, self._bot.id)
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
        await self._lanes.refill()
        secret = self._settings.webhook_secret.get_secret_value()
        if not secret:
            await self._poller.run()
            return
        url = self._settings.public_url.rstrip("/") + webhook.PATH
        method = SetWebhook(url=url, secret_token=secret, allowed_updates=self._wanted)
        while True:
            try:
                await self._bot(method)
            except Exception as error:
                log.error("webhook_not_set", error=type(error).__name__)
                await asyncio.sleep(RETRY)
            else:
                log.info("webhook_set", url=url)
                return
