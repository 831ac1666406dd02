"""`vekha demo`: the sandbox with its chat page, the bot, the sender, the scheduler and the panel in one process."""

import asyncio
import shutil
from pathlib import Path

from domain import reminders
from domain.db import Database
from domain.files import FileStore
from domain.settings import Settings
from domain.texts import Raw
from sandbox import DEFAULT_TOKEN, Extra, Sandbox
from vekha import store
from vekha.app import Installation, listen, owning_signals
from vekha.console import out, say
from vekha.demo import loading
from vekha.demo.cast import CAST, Played, about
from vekha.demo.clock import DemoClock

BOT = "vekha_demo_bot"
OWN = ("vekha.db", "vekha.db-wal", "vekha.db-shm", "files", "telegram", "clock.json")


def settings_of(folder: Path, host: str, port: int, api: str) -> Settings:
    """The settings of the demonstration: nothing of a real installation's .env takes part."""
    usual = Settings()
    return Settings(
        _env_file=None,
        bot_token=DEFAULT_TOKEN,
        telegram_api_url=api,
        telegram_proxy="",
        webhook_secret="",
        database_url=f"sqlite+aiosqlite:///{folder / 'vekha.db'}",
        data_dir=folder,
        panel_host=host,
        panel_port=port,
        public_url="",
        timezone="Europe/Moscow",
        digest_hour=9,
        log_level=usual.log_level,
        log_json=usual.log_json,
    )


def prepare(folder: Path, *, fresh: bool) -> None:
    """The folder and the tables; with `fresh`, without what was there."""
    if fresh:
        for name in OWN:
            path = folder / name
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    store.prepare(settings_of(folder, "", 1, ""), quiet=True)


async def run(folder: Path, host: str, port: int) -> None:
    """Load what is not there yet, start everything, say where it is, run until a signal."""
    stop = owning_signals()
    chat_port = port + 1
    door = listen(host, port)
    listen(host, chat_port).close()
    clock = DemoClock(folder / "clock.json")
    settings = settings_of(folder, host, port, f"http://127.0.0.1:{chat_port}")
    db = Database(settings.database, clock)
    telegram = Sandbox(
        host=host,
        port=chat_port,
        tokens=[DEFAULT_TOKEN],
        data_dir=folder / "telegram",
        clock=clock.now,
        extras=[Extra(say("Show tomorrow's digest"), _Mornings(db, clock, settings))],
        bot_username=BOT,
        bot_name="Веха",
    )
    try:
        if not await loading.is_loaded(db):
            await loading.load(db, FileStore(settings.files_dir), settings.timezone)
        await telegram.start()
        await _come_in(telegram)
        _tell(host, port, chat_port)
        await Installation(settings, db).run(stop, door)
    finally:
        await telegram.stop()
        door.close()


class _Mornings:
    """The extra button: the clock goes on to the next working morning, and the digests of that day go out."""

    def __init__(self, db: Database, clock: DemoClock, settings: Settings) -> None:
        self._db, self._clock, self._settings = db, clock, settings
        self._turn = asyncio.Lock()

    async def __call__(self, person: int | None) -> str:
        """Move on; the line is shown on the page."""
        async with self._turn:
            moment = self._clock.to_next_morning(self._settings.timezone, self._settings.digest_hour)
            count = await reminders.plan(self._db, default_hour=self._settings.digest_hour)
        when = Raw(say.time(moment, self._settings.timezone))
        return say.n(
            "It is now %(when)s in the demonstration. %(n)s person gets a digest.",
            "It is now %(when)s in the demonstration. %(n)s people get a digest.",
            count,
            when=when,
        )


async def _come_in(telegram: Sandbox) -> None:
    """Everyone of the cast has an account; who has not written to the bot yet presses «Start»."""
    for played in CAST:
        telegram.add_person(
            played.number, played.first, last_name=played.last, username=_nick(played), about=about(played)
        )
        if not telegram.chat(played.number).messages:
            await telegram.start_bot(played.number)


def _nick(played: Played) -> str:
    return f"demo{played.number}"


def _tell(host: str, port: int, chat_port: int) -> None:
    shown = "127.0.0.1" if host in ("0.0.0.0", "::") else host  # noqa: S104 - what a browser can open
    out(say("Vekha, the demonstration. All people are invented."))
    out(
        say(
            "Chat:  http://%(host)s:%(port)s  choose who you are, on the left and on the right",
            host=shown,
            port=chat_port,
        )
    )
    out(
        say(
            "Panel: http://%(host)s:%(port)s  sign in: send /panel to the bot and type the code",
            host=shown,
            port=port,
        )
    )
    out(say("To stop: Ctrl-C. To begin anew: vekha demo --fresh"))
