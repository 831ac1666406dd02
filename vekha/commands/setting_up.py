"""Setting an installation up and looking it over."""

from pathlib import Path
from typing import Annotated

import typer

from vekha.commands.reading import AsJson
from vekha.console import about, emit, note, run, say

INIT_HELP = about(
    say("Asks for what an installation needs, writes .env and makes the first administrator."),
    "vekha init",
    'vekha init --token 123:ABC --region "Ярославская область" --admin anna --name "Анна Петрова" --yes',
)
DOCTOR_HELP = about(
    say("Says in plain words what is missing or wrong."), "vekha doctor", "vekha doctor --json"
)


def init(
    *,
    token: Annotated[str | None, typer.Option(help=say("Token of the bot, from @BotFather."))] = None,
    host: Annotated[str | None, typer.Option(help=say("Address where the panel listens."))] = None,
    port: Annotated[int | None, typer.Option(min=1, max=65535, help=say("Port of the panel."))] = None,
    public_url: Annotated[
        str | None, typer.Option(help=say("Public address of the panel, if there is one."))
    ] = None,
    region: Annotated[str | None, typer.Option(help=say("The region of the installation."))] = None,
    timezone: Annotated[str | None, typer.Option(help=say("Time zone of the region: Europe/Moscow."))] = None,
    admin: Annotated[str | None, typer.Option(help=say("Login of the first administrator."))] = None,
    name: Annotated[str | None, typer.Option(help=say("Name of the first administrator."))] = None,
    password: Annotated[
        str | None, typer.Option(envvar="ADMIN_PASSWORD", help=say("Password of the administrator."))
    ] = None,
    yes: Annotated[
        bool, typer.Option("--yes", help=say("Ask nothing: what is not given stays as it is."))
    ] = False,
    force: Annotated[bool, typer.Option("--force", help=say("Replace an existing .env."))] = False,
) -> None:
    """Write .env and prepare the database."""
    from vekha import setup

    answers = setup.Answers(token, host, port, public_url, region, timezone, admin, name, password)
    setup.install(Path(".env"), answers, ask=not yes, force=force)
    note(say("Next: vekha doctor, then vekha run."))


def doctor(as_json: AsJson = False) -> None:
    """Check the installation."""
    from vekha import checks

    results = run(checks.examine())
    if as_json:
        emit([{"check": r.name, "state": r.state.value, "text": r.text} for r in results])
    else:
        signs = {"ok": "✓", "advice": "!", "wrong": "✗"}
        for result in results:
            note(f"{signs[result.state.value]} {result.text}")
    if any(result.state is checks.State.WRONG for result in results):
        raise typer.Exit(1)
