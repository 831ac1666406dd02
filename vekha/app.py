"""One process: settings → database → bot, scheduler, sender and panel on one loop; it owns the signals."""

import asyncio
import contextlib
import logging
import signal
import socket
from collections.abc import Callable, Collection, Iterator
from typing import Any

import structlog
import uvicorn
from aiogram import Bot
from aiogram.exceptions import TelegramAPIError, TelegramNotFound, TelegramUnauthorizedError
from pydantic import SecretStr
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from admin.app import build_panel
from admin.pages import health
from bot import webhook
from bot.app import announce_commands, build_dispatcher
from bot.engine import BOT, WORKER, Engine
from bot.notices import RENDERERS
from bot.telegram import telegram_bot
from domain import people, reminders, weekly
from domain.db import Database
from domain.files import FileStore
from domain.settings import Settings
from vekha import metrics
from vekha.console import Refused, say

log = structlog.get_logger()

PANEL = "panel"
EVERYTHING = (BOT, WORKER, PANEL)
REREAD = 5.0  # seconds between looks at the settings for another token
ASK_AGAIN = 5.0  # seconds between questions who the bot is, while Telegram does not answer
BACKLOG = 128


class Server(uvicorn.Server):
    """uvicorn without its own hands on the signals: the process has one owner of them."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals alone."""
        yield


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens; refuses with a sentence where the port is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    found = socket.socket(family)
    found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        found.bind((host, port))
        found.listen(BACKLOG)
    except OSError as error:
        found.close()
        raise Refused(
            say("Port %(port)s is taken by another program. Choose another one: --port NUMBER", port=port)
            if error.errno in (98, 48, 10048)
            else say("Cannot listen on %(host)s:%(port)s: %(why)s", host=host, port=port, why=error.strerror)
        ) from error
    return found


class Installation:
    """A running installation, or the part of one that this process is asked to be."""

    def __init__(
        self,
        settings: Settings,
        db: Database,
        parts: Collection[str] = EVERYTHING,
        reread: Callable[[], Settings] | None = None,
    ) -> None:
        """`reread` gives the settings as they are now: another token in them is taken over while running."""
        self._reread, self._refused_token = reread, ""
        self.settings, self.db, self.parts = settings, db, frozenset(parts)
        self.files = FileStore(settings.files_dir)
        self.bot_name = ""
        self.is_ready = False
        self._bot: Bot | None = telegram_bot(settings) if settings.bot_token.get_secret_value() else None
        self._engine: Engine | None = None

    async def run(self, stop: asyncio.Event, door: socket.socket | None = None) -> None:
        """Run until `stop`; `door` is the panel's listening socket. Raises Refused for a token nobody knows."""
        tasks: list[asyncio.Task[Any]] = [asyncio.create_task(stop.wait(), name="stop")]
        server: Server | None = None
        if PANEL in self.parts and door is not None:
            server = Server(self._panel_config())
            tasks.append(asyncio.create_task(server.serve(sockets=[door]), name="panel"))
        if self._reread is not None and self._bot is not None:
            tasks.append(asyncio.create_task(self._watch_token(self._reread), name="token"))
        starting = asyncio.create_task(self._start_engine(), name="engine")
        try:
            watched: set[asyncio.Task[Any]] = {*tasks, starting}
            while watched:
                done, watched = await asyncio.wait(watched, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    task.result()  # what went wrong ends the process, loudly
                if done - {starting}:
                    break
        finally:
            await self._end(server, [*tasks, starting])

    async def _end(self, server: Server | None, tasks: list[asyncio.Task[Any]]) -> None:
        self.is_ready = False
        # Whatever is broken off now is rolled back by the database: nothing that a person has to read.
        logging.getLogger("sqlalchemy.pool").setLevel(logging.CRITICAL)
        if server is not None:
            server.should_exit = True
        if self._engine is not None:
            await self._engine.stop()
        _, late = await asyncio.wait(tasks, timeout=1)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)
        if self._bot is not None:
            await self._bot.session.close()
        await self.db.close()

    def _panel_config(self) -> uvicorn.Config:
        routes = [Route("/readyz", self._ready), Route("/metrics", self._metrics)]
        if self.settings.webhook_secret.get_secret_value() and BOT in self.parts:
            routes.append(Route(webhook.PATH, self._update, methods=["POST"]))
        panel = build_panel(
            self.db, self.settings, self.files, bot_username=lambda: self.bot_name, extra_routes=routes
        )
        return uvicorn.Config(
            panel,
            log_config=None,
            access_log=False,
            lifespan="off",
            ws="none",
            server_header=False,
            timeout_graceful_shutdown=1,
        )

    async def _ready(self, request: Request) -> Response:
        """Whether updates are being asked for and the data can be reached."""
        return await health.ready(request) if self.is_ready else PlainTextResponse("starting", 503)

    async def _metrics(self, request: Request) -> Response:
        """Counts for a monitoring system that knows the token; for others there is no such page."""
        token = self.settings.metrics_token.get_secret_value()
        if not metrics.is_allowed(token, request.headers.get("Authorization")):
            return PlainTextResponse("not found", 404)
        bot_id = self._bot.id if self._bot is not None else 0
        return Response(await metrics.page(self.db, bot_id, self._engine), media_type=metrics.TYPE)

    async def _update(self, request: Request) -> Response:
        """The webhook: 200 only once the update is kept."""
        header = request.headers.get(webhook.HEADER)
        secret = self.settings.webhook_secret.get_secret_value()
        bot_id = self._bot.id if self._bot is not None else 0
        status = await webhook.accept_webhook(self.db, bot_id, secret, header, await request.body())
        return Response(status_code=status)

    async def _start_engine(self) -> None:
        """The bot and the sender, once Telegram has said who the bot is."""
        moving = self.parts & {BOT, WORKER}
        if self._bot is not None:
            self.bot_name = await self._ask_name(self._bot)
        if self._bot is not None and moving:
            dispatcher = build_dispatcher(self.db, self.settings, self.files, bot_name=self.bot_name)
            self._engine = Engine(
                self.db,
                self._bot,
                dispatcher,
                RENDERERS,
                self.settings,
                find_address=people.find_address,
                mark_unreachable=people.mark_unreachable,
                files=self.files,
                plan_digests=self._plan,
                parts=moving,
            )
            await self._engine.start()
        self.is_ready = True
        log.info("started", parts=sorted(self.parts), bot=self.bot_name)
        if self._bot is not None and BOT in moving:
            try:
                await announce_commands(self._bot)
            except TelegramAPIError as error:
                log.warning("commands_not_announced", error=type(error).__name__)

    async def _watch_token(self, reread: Callable[[], Settings]) -> None:
        """Take over another token from the settings: what waits and what is in doubt stays as it is."""
        while True:
            await asyncio.sleep(REREAD)
            with contextlib.suppress(ValueError, OSError):  # a file that is just being written
                token = (await asyncio.to_thread(reread)).bot_token.get_secret_value()
                known = self.settings.bot_token.get_secret_value()
                if self.is_ready and token and token not in (known, self._refused_token):
                    await self._take_token(token)

    async def _take_token(self, token: str) -> None:
        settings = self.settings.model_copy(update={"bot_token": SecretStr(token)})
        bot, former = telegram_bot(settings), self._bot
        try:
            await bot.get_me()
        except TelegramAPIError as error:
            await bot.session.close()
            if isinstance(error, TelegramUnauthorizedError | TelegramNotFound):
                self._refused_token = token
                log.error("new_token_refused")
            return
        self.is_ready = False
        if self._engine is not None:
            await self._engine.stop()
            self._engine = None
        if former is not None:
            await former.session.close()
        self.settings, self._bot = settings, bot
        log.warning("token_replaced", is_same_bot=former is not None and former.id == bot.id)
        await self._start_engine()

    async def _plan(self) -> int:
        """What the calendar causes: digests, and on Mondays the summaries."""
        hour = self.settings.digest_hour
        return await reminders.plan(self.db, default_hour=hour) + await weekly.plan(
            self.db, default_hour=hour
        )

    async def _ask_name(self, bot: Bot) -> str:
        while True:
            try:
                return (await bot.get_me()).username or ""
            except (TelegramUnauthorizedError, TelegramNotFound):
                server = self.settings.telegram_api_url
                raise Refused(say("%(server)s does not know this token.", server=server)) from None
            except TelegramAPIError as error:
                log.warning("telegram_unreachable", error=type(error).__name__, next_try_in=ASK_AGAIN)
                await asyncio.sleep(ASK_AGAIN)


def owning_signals() -> asyncio.Event:
    """An event that SIGINT and SIGTERM set; to be called on the running loop."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    return stop


async def run(settings: Settings, parts: Collection[str] = EVERYTHING) -> None:
    """Run an installation until a signal. The database must be migrated."""
    door = listen(settings.panel_host, settings.panel_port) if PANEL in parts else None
    try:
        installation = Installation(settings, Database(settings.database), parts, reread=Settings)
        await installation.run(owning_signals(), door)
    finally:
        if door is not None:
            door.close()
