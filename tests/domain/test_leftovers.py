"""What lies in the store and is named by no row leaves it after a week; everything else stays."""

import os
from datetime import timedelta
from pathlib import Path

import domain.models  # noqa: F401 - every table is known
from domain import documents, leftovers, progress, roadmaps
from domain.actor import SYSTEM
from domain.db import Base
from domain.files import FileStore, StoredFile
from tests.world import DATA, World

PLAN = DATA / "roadmaps" / "003_dergachi_dk.docx"


def age(world: World, path: Path, days: float) -> None:
    then = (world.db.clock.now() - timedelta(days=days)).timestamp()
    os.utime(path, (then, then))


async def kept(world: World, store: FileStore, body: bytes, days: float) -> StoredFile:
    stored = await store.keep(body)
    age(world, store.path(stored.sha256), days)
    return stored


async def test_only_what_no_row_names_goes_and_only_when_it_is_old(world: World, tmp_path: Path) -> None:
    store = FileStore(tmp_path / "files")
    lost, young = (
        await kept(world, store, b"a list nobody confirmed", 8),
        await kept(world, store, b"a list of today", 6),
    )
    evidence, document = (
        await kept(world, store, b"%PDF evidence", 400),
        await kept(world, store, PLAN.read_bytes(), 400),
    )
    broken, fresh = store.incoming(), store.incoming()
    age(world, broken, 8)
    other = store.folder / "packs" / "pack.zip"
    other.parent.mkdir()
    other.write_bytes(b"PK")
    age(world, other, 400)
    work_id = await world.assignment_id("Тороповская", "1.2")
    async with world.db.write(await world.actor("Дина")) as tx:
        await progress.add_file(tx, work_id, evidence, name="Приказ.pdf")
    async with world.db.write(await world.actor("Марина")) as tx:
        draft = await roadmaps.import_draft(
            tx, world.places["Даниловский"], documents.read_roadmap(PLAN), file_name="a.docx", file=document
        )
    assert await leftovers.sweep(world.db, store) == 2
    assert not store.path(lost.sha256).exists()
    assert not broken.exists()
    assert fresh.exists()
    assert other.exists()
    for stored in (young, evidence, document):
        assert store.path(stored.sha256).exists()
    async with world.db.write(await world.actor("Марина")) as tx:
        await roadmaps.discard(tx, draft.id)
    assert await leftovers.sweep(world.db, store) == 1
    assert not store.path(document.sha256).exists()
    assert store.path(evidence.sha256).exists()


async def test_bytes_that_come_again_are_young_again(world: World, tmp_path: Path) -> None:
    store = FileStore(tmp_path / "files")
    lost = await kept(world, store, b"a list nobody confirmed", 8)
    assert await store.keep(b"a list nobody confirmed") == lost
    assert await leftovers.sweep(world.db, store) == 0
    assert await leftovers.sweep(world.db, FileStore(tmp_path / "nowhere")) == 0


async def test_every_table_that_names_bytes_is_asked(world: World) -> None:
    async with world.db.read(SYSTEM) as tx:
        asked = {f"{table}.{column}" for table, column in await leftovers.holders(tx)}
    named = {
        f"{table.name}.{column.name}"
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if "sha256" in column.name
    }
    assert asked == named - {"inbox_update.raw_sha256"}
    assert {"evidence.sha256", "roadmap.file_sha256", "revision.file_sha256"} <= asked
