"""The command line. Heavy imports happen inside the commands, so that `--help` answers at once."""

from vekha.commands import database, reading
from vekha.console import about, group, out, say

app = group(
    say("Vekha: schools report on roadmaps in Telegram, curators confirm, deadlines remind by themselves.")
)


@app.command("version", help=about(say("Prints the version."), "vekha version"))
def version() -> None:
    """Print the version."""
    from vekha import __version__

    out(__version__)


app.add_typer(reading.roadmap, name="roadmap")
app.add_typer(reading.deadline, name="deadline")
app.add_typer(database.db, name="db")
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


def main() -> None:
    """Entry point of the console script."""
    app(prog_name="vekha")
