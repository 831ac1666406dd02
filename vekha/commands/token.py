"""Another token for the bot, while the program runs."""

import os
import re
from pathlib import Path
from typing import Annotated

import typer

from vekha.console import Refused, about, group, note, say

token = group(say("The token of the bot."))
FORM = re.compile(r"(\d+):[\w-]{20,}")
LINE = re.compile(r"^BOT_TOKEN=.*$", re.MULTILINE)


@token.command(
    "set",
    help=about(
        say("Puts another token into .env; a running program takes it over within seconds."),
        "vekha token set 123456789:AAE…",
    ),
)
def set_token(
    new: Annotated[str, typer.Argument(metavar="TOKEN", help=say("Token of the bot, from @BotFather."))],
    *,
    other_bot: Annotated[
        bool, typer.Option("--other-bot", help=say("It is another bot, and people will have to start it."))
    ] = False,
) -> None:
    """Check the token, ask Telegram, write it down."""
    from pydantic import SecretStr

    from domain.settings import Settings
    from vekha import telegram

    found, path = FORM.fullmatch(new), Path(".env")
    if found is None:
        raise Refused(
            say("This does not look like a token. It is like 123456789:AAE… and comes from @BotFather.")
        )
    if os.environ.get("BOT_TOKEN"):
        raise Refused(
            say("BOT_TOKEN comes from the environment, not from .env: change it there and start anew.")
        )
    settings = Settings()
    old = settings.bot_token.get_secret_value().partition(":")[0]
    if old and old != found[1] and not other_bot:
        raise Refused(
            say(
                "This is another bot: messages reach only people who have started it. If it is meant: --other-bot"
            )
        )
    try:
        name = telegram.bot_name(settings.model_copy(update={"bot_token": SecretStr(new)}))
    except telegram.Unreachable as why:
        raise Refused(str(why)) from None
    write(path, new)
    note(say("Written to %(path)s: the bot @%(name)s.", path=path, name=name))


def write(path: Path, new: str) -> None:
    """Replace the line of the token, at once or not at all; only the owner can read the file."""
    text = path.read_text("utf-8") if path.exists() else ""
    line = f"BOT_TOKEN={new}"
    text = LINE.sub(lambda _: line, text) if LINE.search(text) else f"{text.rstrip()}\n{line}\n".lstrip()
    partial = path.with_name(path.name + ".part")
    partial.unlink(missing_ok=True)
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)
