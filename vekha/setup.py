"""`vekha init`: a few questions, one file of settings, a database, an administrator."""

import asyncio
import os
import re
import secrets
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

import typer

from domain.settings import Settings
from vekha import admins, store
from vekha.console import Refused, note, out, say

_TOKEN = re.compile(r"\d+:[\w-]{20,}")


@dataclass(slots=True)
class Answers:
    """What was given on the command line; None is asked for, or left out where nothing is to be asked."""

    token: str | None = None
    host: str | None = None
    port: int | None = None
    public_url: str | None = None
    region: str | None = None
    timezone: str | None = None
    admin: str | None = None
    name: str | None = None
    password: str | None = None


def install(path: Path, answers: Answers, *, ask: bool, force: bool) -> None:
    """Write the settings (mode 0600), make the database, the region and the administrator."""
    if path.exists() and not force:
        raise Refused(say("%(path)s is there already. To write it anew: --force", path=path))
    if ask:
        _ask(answers)
    _check(answers)
    _write(path, answers)
    note(say("Wrote %(path)s; only you can read it.", path=path))
    settings = Settings()
    store.prepare(settings)
    if answers.admin:
        _administrator(settings, answers)
    elif answers.region:
        asyncio.run(admins.add_region(settings, answers.region))


def _ask(answers: Answers) -> None:
    answers.token = answers.token or typer.prompt(
        say("Token of the bot, from @BotFather"), default="", show_default=False
    )
    answers.host = answers.host or typer.prompt(say("Address where the panel listens"), default="127.0.0.1")
    answers.port = answers.port or typer.prompt(say("Port of the panel"), default=8080, type=int)
    if answers.public_url is None:
        answers.public_url = typer.prompt(
            say("Public address of the panel (https://…), Enter where there is none"),
            default="",
            show_default=False,
        )
    answers.region = answers.region or typer.prompt(say("The region of the installation"))
    answers.timezone = answers.timezone or typer.prompt(
        say("Time zone of the region"), default="Europe/Moscow"
    )
    answers.admin = answers.admin or typer.prompt(say("Login of the first administrator"), default="admin")
    answers.name = answers.name or typer.prompt(say("Name and surname of the administrator"))
    answers.password = answers.password or typer.prompt(
        say("Password, at least %(n)s characters", n=admins.SHORTEST),
        hide_input=True,
        confirmation_prompt=True,
    )


def _check(answers: Answers) -> None:
    if answers.token and not _TOKEN.fullmatch(answers.token):
        raise Refused(
            say("This does not look like a token. It is like 123456789:AAE… and comes from @BotFather.")
        )
    if answers.public_url and not re.match(r"https?://", answers.public_url):
        raise Refused(say("The public address begins with https://"))
    try:
        ZoneInfo(answers.timezone or "UTC")
    except (KeyError, ValueError) as error:
        raise Refused(
            say("TIMEZONE %(zone)s is unknown; an example: Europe/Moscow", zone=answers.timezone)
        ) from error
    if answers.admin and not (answers.region and answers.name):
        raise Refused(say("An administrator needs --name and --region."))
    if answers.password and len(answers.password) < admins.SHORTEST:
        raise Refused(say("The password is too short: at least %(n)s characters.", n=admins.SHORTEST))


def _write(path: Path, answers: Answers) -> None:
    values = {
        "BOT_TOKEN": answers.token,
        "PANEL_HOST": answers.host,
        "PANEL_PORT": answers.port,
        "PUBLIC_URL": answers.public_url,
        "TIMEZONE": answers.timezone,
    }
    lines = ["# " + say("Settings of Vekha; all of them are explained in .env.example")]
    lines += [f"{name}={value}" for name, value in values.items() if value not in (None, "")]
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")


def _administrator(settings: Settings, answers: Answers) -> None:
    given = answers.password
    password = given or secrets.token_urlsafe(12)
    made = asyncio.run(
        admins.create(
            settings,
            login=answers.admin or "",
            name=answers.name or "",
            region=answers.region or "",
            password=password,
        )
    )
    note(say("Administrator %(login)s. Add the line below to an authenticator app:", login=made["login"]))
    out(made["otpauth"])
    if not given:
        note(say("Password (shown once): %(password)s", password=password))
