"""Photos of a report are made into one PDF after it was handed in: once, whatever breaks between."""

import io
from dataclasses import dataclass
from pathlib import Path

import pytest
from PIL import Image

from domain import progress, proof
from domain.actor import SYSTEM
from domain.errors import Forbidden
from domain.files import FileStore, StoredFile
from domain.progress import Decision, Kind
from domain.proof import Unjoined
from tests.world import World


@dataclass
class Desk:
    """A school's assignment and the store of its files."""

    world: World
    store: FileStore
    work_id: int

    async def send(self, photos: int, *, start: int = 0) -> int:
        for n in range(start, start + photos):
            body = io.BytesIO()
            Image.new("RGB", (60, 40), (n, 0, 0)).save(body, "JPEG")
            kept = await self.store.keep(body.getvalue())
            async with self.world.db.write(await self.world.actor("Дина")) as tx:
                await progress.add_file(tx, self.work_id, kept, name=f"{n}.jpg", photo=True)
        async with self.world.db.write(await self.world.actor("Дина")) as tx:
            return (await progress.submit(tx, self.work_id)).id

    async def join(self) -> int:
        return await proof.join_photos(self.world.db, self.store, lambda n: f"Фото_{n}.pdf")

    async def files(self) -> list[tuple[int, list[str]]]:
        async with self.world.db.read(await self.world.actor("Кирилл")) as tx:
            card = await progress.work_card(tx, self.work_id)
        return [
            (v.submission.version, [e.name or "" for e in v.evidence if e.kind is Kind.FILE])
            for v in card.submissions
        ]


@pytest.fixture
async def desk(world: World, tmp_path: Path) -> Desk:
    return Desk(world, FileStore(tmp_path / "files"), await world.assignment_id("Тороповская", "2.1"))


async def test_the_report_has_one_pdf_beside_its_photos(desk: Desk) -> None:
    number = await desk.send(3)
    assert await desk.join() == 1
    assert await desk.files() == [(1, [f"Фото_{number}.pdf"])]
    async with desk.world.db.read(await desk.world.actor("Кирилл")) as tx:
        [version] = (await progress.work_card(tx, desk.work_id)).submissions
    pdf = version.evidence[-1]
    body = desk.store.path(pdf.sha256 or "").read_bytes()
    assert (body[:5], len(body), body.count(b"/Type/Page/")) == (b"%PDF-", pdf.size, 3)
    assert [e.kind for e in version.evidence] == [Kind.PHOTO] * 3 + [Kind.FILE]


async def test_joining_again_changes_nothing(desk: Desk) -> None:
    await desk.send(2)
    assert [await desk.join() for _ in range(3)] == [1, 0, 0]
    assert [len(names) for _, names in await desk.files()] == [1]


async def test_two_at_once_record_one(desk: Desk) -> None:
    number = await desk.send(1)
    async with desk.world.db.read(SYSTEM) as tx:
        [report] = await proof.unjoined(tx)
    results = []
    for size in (10, 20):
        async with desk.world.db.write(SYSTEM) as wtx:
            kept = StoredFile("b" * 64, size)
            results.append(await proof.keep_joined(wtx, report, kept, name=f"Фото_{number}.pdf"))
    assert results == [True, False]


async def test_photos_changed_meanwhile_are_joined_anew(desk: Desk) -> None:
    number = await desk.send(2)
    async with desk.world.db.read(SYSTEM) as tx:
        [report] = await proof.unjoined(tx)
    older = Unjoined(number, report.photos[:1])
    async with desk.world.db.write(SYSTEM) as wtx:
        assert not await proof.keep_joined(wtx, older, StoredFile("b" * 64, 1), name="Фото.pdf")
    assert await desk.join() == 1


async def test_a_returned_draft_holds_the_photos_and_its_next_version_a_pdf_of_its_own(desk: Desk) -> None:
    first = await desk.send(2)
    await desk.join()
    async with desk.world.db.write(await desk.world.actor("Кирилл")) as tx:
        await progress.decide(tx, first, Decision.RETURN, "Нет подписи")
    async with desk.world.db.read(await desk.world.actor("Дина")) as tx:
        assert [e.kind for e in (await progress.work_card(tx, desk.work_id)).draft] == [Kind.PHOTO] * 2
    second = await desk.send(1, start=2)
    await desk.join()
    assert await desk.files() == [(2, [f"Фото_{second}.pdf"]), (1, [f"Фото_{first}.pdf"])]


async def test_a_picture_that_does_not_open_leaves_the_others_alone(desk: Desk) -> None:
    broken = await desk.store.keep(b"\xff\xd8\xff broken")
    other = await desk.world.assignment_id("Тороповская", "2.2")
    async with desk.world.db.write(await desk.world.actor("Дина")) as tx:
        await progress.add_file(tx, other, broken, name="x.jpg", photo=True)
        await progress.submit(tx, other)
    await desk.send(1)
    desk.world.clock.forward(days=30)  # however long the joiner was down
    assert [await desk.join() for _ in range(2)] == [1, 0]
    async with desk.world.db.read(SYSTEM) as tx:
        assert await proof.unjoined(tx) == []  # the broken one is not tried again


async def test_a_report_without_photos_needs_no_pdf(desk: Desk) -> None:
    async with desk.world.db.write(await desk.world.actor("Дина")) as tx:
        await progress.add_file(tx, desk.work_id, StoredFile("c" * 64, 5), name="a.pdf")
        await progress.submit(tx, desk.work_id)
    assert await desk.join() == 0


async def test_nobody_else_records_files_of_a_report(desk: Desk) -> None:
    await desk.send(1)
    async with desk.world.db.write(await desk.world.actor("Римма")) as tx:
        with pytest.raises(Forbidden):
            await proof.unjoined(tx)
        with pytest.raises(Forbidden):
            await proof.keep_joined(tx, Unjoined(1, ()), StoredFile("c" * 64, 5), name="x")


async def test_the_one_who_hands_in_wakes_the_joiner(desk: Desk) -> None:
    woken = []
    desk.world.db.listen("photos", lambda: woken.append(1))
    await desk.send(1)
    assert woken == [1]
