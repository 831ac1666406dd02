"""The command line. Heavy imports happen inside the commands, so that `--help` answers at once."""

import os
import sys

from vekha.commands import (
    database,
    importing,
    papers,
    persons,
    reading,
    reporting,
    results,
    running,
    setting_up,
    token,
    waves,
)
from vekha.console import about, group, out, say

app = group(
    say("Vekha: schools report on roadmaps in Telegram, curators confirm, deadlines remind by themselves.")
)


@app.command("version", help=about(say("Prints the version."), "vekha version"))
def version() -> None:
    """Print the version."""
    from vekha import __version__

    out(__version__)


app.command("demo", help=running.DEMO_HELP)(running.demo)
app.command("run", help=running.RUN_HELP)(running.run_all)
app.command("init", help=setting_up.INIT_HELP)(setting_up.init)
app.command("doctor", help=setting_up.DOCTOR_HELP)(setting_up.doctor)
app.command(
    "invite",
    help=about(
        say("Makes a personal link into the bot: one role, one place, one use, 14 days."),
        'vekha invite school_head "Тороповская ОШ" --json',
        'vekha invite municipal_coordinator "Даниловский МР"',
    ),
)(persons.invite)
app.command(
    "backup",
    help=about(say("Saves the database and the files into one archive."), "vekha backup vekha.tar.gz"),
)(database.backup)
app.command(
    "restore",
    help=about(
        say("Puts a saved archive in place; stop the program first. Does not overwrite without --force."),
        "vekha restore vekha.tar.gz --force",
    ),
)(database.restore)
app.add_typer(importing.imports, name="import")
app.add_typer(reading.roadmap, name="roadmap")
app.add_typer(reading.deadline, name="deadline")
reporting.report.command("paper", help=papers.PAPER_HELP)(papers.paper)
app.add_typer(reporting.report, name="report")
app.add_typer(waves.monitoring, name="monitoring")
app.add_typer(results.outcomes, name="outcomes")
app.add_typer(persons.admin, name="admin")
app.add_typer(database.db, name="db")
app.add_typer(token.token, name="token")


def main() -> None:
    """Entry point of the console script. What it writes is for its own user only: files hold personal data."""
    os.umask(0o077)
    try:
        app(prog_name="vekha")
    except SystemExit as end:
        if "aiogram" in sys.modules and isinstance(end.code, int):
            # Taking its thousands of types apart takes the interpreter a second, and Ctrl-C must be prompt.
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(end.code)
        raise
