"""Running Vekha: against Telegram, or as a demonstration without it."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vekha.console import Refused, about, run, say

if TYPE_CHECKING:
    from domain.settings import Settings

RUN_HELP = about(
    say("Runs the bot, the scheduler, the sender and the panel. Needs BOT_TOKEN; without it: vekha demo."),
    "vekha run",
    "vekha run --only panel",
)
DEMO_HELP = about(
    say("Shows everything without a token: a chat page in the browser, invented people, real roadmaps."),
    "vekha demo",
    "vekha demo --port 9000 --fresh",
)
DEMO_FOLDER = Path("var/demo")
LAST_PORT = 65535


class Part(StrEnum):
    """What one process can be asked to be."""

    BOT = "bot"
    WORKER = "worker"
    PANEL = "panel"


def run_all(
    only: Annotated[
        Part | None, typer.Option(help=say("Only this part in this process; for PostgreSQL."))
    ] = None,
    port: Annotated[int | None, typer.Option(min=1, max=LAST_PORT, help=say("Port of the panel."))] = None,
) -> None:
    """Run the installation."""
    from domain.settings import Settings

    settings = Settings() if port is None else Settings(panel_port=port)
    if not settings.bot_token.get_secret_value() and only is not Part.PANEL:
        raise Refused(
            say("BOT_TOKEN is not set: vekha init sets it up; vekha demo shows everything without one.")
        )
    _check_proxy(settings.telegram_proxy)
    from bot import logs
    from vekha import app, store

    logs.set_up(settings.log_level.upper(), as_json=settings.log_json, secrets=_secrets(settings))
    store.prepare(settings)
    run(app.run(settings, app.EVERYTHING if only is None else (only.value,)))


def demo(
    port: Annotated[
        int,
        typer.Option(
            min=1, max=LAST_PORT - 1, help=say("Port of the panel; the chat page is on the next one.")
        ),
    ] = 8080,
    host: Annotated[str, typer.Option(help=say("Address to listen on."))] = "127.0.0.1",
    fresh: Annotated[
        bool, typer.Option("--fresh", help=say("Begin anew: forget what was done in it."))
    ] = False,
    folder: Annotated[Path, typer.Option(help=say("Where the demonstration keeps its data."))] = DEMO_FOLDER,
) -> None:
    """Run the demonstration."""
    from bot import logs
    from vekha.app import listen
    from vekha.demo import running

    logs.set_up("WARNING")
    for needed in (port, port + 1):
        listen(host, needed).close()  # before anything of the old data is touched
    running.prepare(folder, fresh=fresh)
    run(running.run(folder, host, port))


def _check_proxy(proxy: str) -> None:
    """An address that is none, or SOCKS without its package: say so before the library does."""
    from vekha.proxy import ProxyWrong, parsed

    try:
        if proxy:
            parsed(proxy)
    except ProxyWrong as why:
        raise Refused(str(why)) from None


def _secrets(settings: "Settings") -> tuple[str, ...]:
    return settings.bot_token.get_secret_value(), settings.webhook_secret.get_secret_value()
