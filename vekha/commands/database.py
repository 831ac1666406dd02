"""The database: its shape, its copies."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from vekha.console import Refused, about, emit, group, note, run, say

db = group(say("The database and its version."))


@db.command("upgrade", help=about(say("Creates the database or brings it up to date."), "vekha db upgrade"))
def upgrade() -> None:
    """Migrate to the newest revision."""
    from domain.settings import Settings
    from vekha import schema, store

    settings = Settings()
    store.prepare(settings)
    note(say("Database version: %(revision)s", revision=run(schema.revision_of(settings.database))))


@db.command(
    "downgrade",
    help=about(
        say("Takes the database back to an older version. Data of newer tables is lost, so --yes is needed."),
        "vekha db downgrade base --yes",
    ),
)
def downgrade(
    revision: Annotated[
        str, typer.Argument(help=say("A revision, -1 for one step, base for an empty database."))
    ],
    yes: Annotated[bool, typer.Option("--yes", help=say("I have a backup."))] = False,
) -> None:
    """Migrate back."""
    from domain.settings import Settings
    from vekha import schema

    if not yes:
        raise Refused(say("This deletes data. Make a backup first (vekha backup FILE), then add --yes."))
    settings = Settings()
    schema.downgrade(settings.database, revision)
    note(say("Database version: %(revision)s", revision=run(schema.revision_of(settings.database)) or "—"))


def backup(
    file: Annotated[Path, typer.Argument(help=say("Where to write the archive."))],
    as_json: Annotated[bool, typer.Option("--json", help=say("One JSON document on stdout."))] = False,
) -> None:
    """Save the database and the evidence files into one archive."""
    from domain.settings import Settings
    from vekha import backup as archive

    size = archive.save(Settings(), file, now=datetime.now(UTC))
    if as_json:
        emit({"file": str(file), "size": size})
    note(
        say(
            "Saved: %(file)s, %(size)s. Keep it somewhere else than this machine.",
            file=file,
            size=say.size(size),
        )
    )


def restore(
    file: Annotated[Path, typer.Argument(help=say("An archive made by vekha backup."))],
    force: Annotated[bool, typer.Option("--force", help=say("Replace the data that is there."))] = False,
) -> None:
    """Put a saved archive in place. Stop the program first."""
    from domain.settings import Settings
    from vekha import backup as archive

    if not file.exists():
        raise Refused(say("There is no file %(path)s", path=file))
    restored = archive.restore(Settings(), file, now=datetime.now(UTC), force=force)
    note(say("Restored the state of %(moment)s.", moment=restored.saved_at[:16].replace("T", " ")))
    if restored.doubtful:
        note(
            say.n(
                "%(n)s message was queued then and may have left since: see «Needs attention» in the panel.",
                "%(n)s messages were queued then and may have left since: see «Needs attention» in the panel.",
                restored.doubtful,
            )
        )
