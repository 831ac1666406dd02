"""Backup and restore: everything comes back, old messages wait for a person, nothing is overwritten unasked."""

import asyncio
import json
import sqlite3
import tarfile
from pathlib import Path

import pytest

from domain import outbox, schools
from domain.actor import SYSTEM
from domain.db import Database
from domain.files import FileStore
from domain.settings import Settings
from tests.vekha.conftest import Vekha

BYTES = b"%PDF-1.4 an order"


async def fill() -> str:
    """A region, a file and a message that waits; the hash of the file."""
    settings = Settings()
    stored = await FileStore(settings.files_dir).keep(BYTES)
    db = Database(settings.database)
    async with db.write(SYSTEM) as tx:
        await schools.add_region(tx, "Ярославская область", timezone="Europe/Moscow")
        await outbox.put(tx, "decided", person_id=1, subject="submission:1", dedupe_key="decided:1:1")
    await db.close()
    return stored.sha256


def rows(query: str) -> list[tuple[object, ...]]:
    with sqlite3.connect("var/vekha.db") as connection:
        found = connection.execute(query).fetchall()
    connection.close()
    return found


def test_everything_comes_back_and_old_messages_wait_for_a_person(vekha: Vekha, folder: Path) -> None:
    vekha("db", "upgrade")
    sha256 = asyncio.run(fill())
    saved = vekha("backup", "copies/vekha.tar.gz", "--json")
    assert saved.exit_code == 0
    archive = folder / "copies/vekha.tar.gz"
    assert json.loads(saved.stdout) == {"file": "copies/vekha.tar.gz", "size": archive.stat().st_size}
    assert archive.stat().st_mode & 0o777 == 0o600
    assert [p.name for p in archive.parent.iterdir()] == ["vekha.tar.gz"]  # nothing half-done is left
    (folder / "var").rename(folder / "lost")

    assert vekha("restore", "copies/vekha.tar.gz").exit_code == 0
    assert rows("SELECT name FROM region") == [("Ярославская область",)]
    assert rows("SELECT state FROM outbox_message") == [("unknown",)]
    assert FileStore(Settings().files_dir).path(sha256).read_bytes() == BYTES
    # The sender does not touch it by itself: it counts as doubtful for good.
    assert rows("SELECT doubts FROM outbox_message") == [(2,)]


def test_restore_does_not_overwrite_unasked(vekha: Vekha, folder: Path) -> None:
    vekha("db", "upgrade")
    vekha("backup", "vekha.tar.gz")
    asyncio.run(fill())
    refused = vekha("restore", "vekha.tar.gz")
    assert refused.exit_code == 1
    assert "--force" in refused.stderr
    assert rows("SELECT name FROM region") == [("Ярославская область",)]
    assert vekha("restore", "vekha.tar.gz", "--force").exit_code == 0
    assert rows("SELECT name FROM region") == []
    assert (folder / "var/vekha-before-restore.db").exists()


def archive_of(folder: Path, **files: bytes) -> str:
    with tarfile.open(folder / "other.tar.gz", "w:gz") as archive:
        for name, content in files.items():
            (folder / "member").write_bytes(content)
            archive.add(folder / "member", name.replace("__", "/").replace("_dot_", "."))
    return "other.tar.gz"


def test_what_is_not_a_backup_is_refused_and_changes_nothing(vekha: Vekha, folder: Path) -> None:
    (folder / "text.tar.gz").write_text("not an archive")
    strange = archive_of(folder, vekha_dot_db=b"not a database", backup_dot_json=b'{"saved_at": "2026"}')
    for name in ("text.tar.gz", strange, "nowhere.tar.gz"):
        assert vekha("restore", name).exit_code == 1
    assert not (folder / "var/vekha.db").exists()
    assert not (folder / "var/restoring").exists()


def test_a_backup_cut_short_is_refused(vekha: Vekha, folder: Path) -> None:
    vekha("db", "upgrade")
    vekha("backup", "vekha.tar.gz")
    whole = (folder / "vekha.tar.gz").read_bytes()
    (folder / "cut.tar.gz").write_bytes(whole[: len(whole) // 2])
    assert vekha("restore", "cut.tar.gz", "--force").exit_code == 1
    assert rows("SELECT count(*) FROM region") == [(0,)]


@pytest.mark.parametrize("words", [("backup", "x.tar.gz"), ("restore", "nowhere.tar.gz")])
def test_without_data_or_archive_it_says_so(vekha: Vekha, words: tuple[str, ...]) -> None:
    assert vekha(*words).exit_code == 1


def test_a_downgrade_needs_a_yes(vekha: Vekha) -> None:
    vekha("db", "upgrade")
    assert vekha("db", "downgrade", "base").exit_code == 1
    assert rows("SELECT count(*) FROM region") == [(0,)]
    assert vekha("db", "downgrade", "base", "--yes").exit_code == 0
    with pytest.raises(sqlite3.OperationalError):
        rows("SELECT count(*) FROM region")
