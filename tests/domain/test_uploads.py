"""Large files: one link, one use, one day, one draft."""

import pytest

from domain import people, progress, uploads
from domain.actor import SYSTEM
from domain.errors import NotFound
from domain.files import StoredFile
from domain.progress import Decision
from tests.world import World

FILE = StoredFile("a" * 64, 25_000_000)


@pytest.fixture
async def work_id(world: World) -> int:
    return await world.assignment_id("Тороповская", "2.1")


async def offer(world: World, work_id: int, who: str = "Дина") -> str:
    async with world.db.write(await world.actor(who)) as tx:
        return (await uploads.offer_upload(tx, work_id)).token


async def receive(world: World, token: str, who: str = "Дина", stored: StoredFile = FILE) -> int | None:
    async with world.db.write(await world.actor(who)) as tx:
        found = await uploads.receive_upload(tx, token, stored, name="Скан.pdf")
        return found.id if found else None


async def draft(world: World, work_id: int) -> list[tuple[str | None, int | None]]:
    async with world.db.read(await world.actor("Тамара")) as tx:
        return [(e.name, e.added_by) for e in (await progress.work_card(tx, work_id)).draft]


async def test_a_file_comes_into_the_draft_once(world: World, work_id: int) -> None:
    token = await offer(world, work_id)
    first = await receive(world, token)
    assert await receive(world, token, stored=StoredFile("b" * 64, 1)) == first
    assert await draft(world, work_id) == [("Скан.pdf", world.people["Дина"])]
    async with world.db.read(SYSTEM) as tx:
        assert (await uploads.upload_pass(tx, token)).found.used_at == world.clock.moment


async def test_a_file_taken_out_of_the_draft_does_not_come_back(world: World, work_id: int) -> None:
    token = await offer(world, work_id)
    item = await receive(world, token)
    async with world.db.write(await world.actor("Тамара")) as tx:
        await progress.remove_evidence(tx, item or 0)
    assert await receive(world, token) is None
    assert await draft(world, work_id) == []


async def test_a_refused_file_leaves_the_link_alive(world: World, work_id: int) -> None:
    token = await offer(world, work_id)
    async with world.db.write(await world.actor("Дина")) as tx:
        for n in range(3):
            await progress.add_file(tx, work_id, FILE, name=f"{n}.pdf")
    with pytest.raises(progress.TooManyFiles):
        await receive(world, token)
    async with world.db.write(await world.actor("Дина")) as tx:
        card = await progress.work_card(tx, work_id)
        await progress.remove_evidence(tx, card.draft[0].id)
    assert await receive(world, token) is not None


async def test_a_link_lives_a_day(world: World, work_id: int) -> None:
    token = await offer(world, work_id)
    world.clock.forward(days=1)
    with pytest.raises(uploads.UploadExpired):
        await receive(world, token)
    async with world.db.read(SYSTEM) as tx:
        with pytest.raises(uploads.UploadExpired):
            await uploads.upload_pass(tx, token)
        with pytest.raises(uploads.UploadUnknown):
            await uploads.upload_pass(tx, "other")


async def test_a_file_that_arrives_after_sending_is_told_so(world: World, work_id: int) -> None:
    token = await offer(world, work_id)
    async with world.db.write(await world.actor("Тамара")) as tx:
        await progress.add_text(tx, work_id, "Сделано")
        number = (await progress.submit(tx, work_id)).id
    with pytest.raises(progress.AlreadySubmitted):
        await receive(world, token)
    async with world.db.write(await world.actor("Кирилл")) as tx:
        await progress.decide(tx, number, Decision.RETURN, "Где скан?")
    assert await receive(world, token) is not None


async def test_the_link_ends_with_the_role(world: World, work_id: int) -> None:
    token = await offer(world, work_id)
    async with world.db.write(await world.actor("Тамара")) as tx:
        for grant in await people.grants_of(tx, world.people["Дина"]):
            await people.revoke_role(tx, grant.id)
    async with world.db.read(SYSTEM) as tx:
        with pytest.raises(NotFound):
            await uploads.upload_pass(tx, token)
    with pytest.raises(NotFound):
        await receive(world, token)


async def test_nobody_else_uses_it_and_nobody_else_gets_one(world: World, work_id: int) -> None:
    token = await offer(world, work_id)
    with pytest.raises(uploads.UploadUnknown):
        await receive(world, token, "Тамара")
    for stranger in ("Степан", "Кирилл", "Марина"):
        with pytest.raises(NotFound):
            await offer(world, work_id, stranger)
