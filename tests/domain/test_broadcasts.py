"""A message to exactly those people, once."""

import pytest
from sqlalchemy import select

from domain import broadcasts, progress
from domain.actor import SYSTEM, Role
from domain.broadcasts import Segment
from domain.errors import Forbidden, NotFound
from domain.outbox import OutboxMessage
from tests.domain.test_progress import hand_in
from tests.world import World


async def names(world: World, author: str, segment: Segment) -> list[str]:
    async with world.db.read(await world.actor(author)) as tx:
        return [r.person.name for r in (await broadcasts.preview(tx, segment)).recipients]


async def test_a_segment_is_role_by_place_by_not_handed_in(world: World) -> None:
    assert await names(world, "Ульяна", Segment()) == ["Вера", "Кирилл", "Клим"]
    assert await names(world, "Римма", Segment(roles=(Role.CURATOR,))) == ["Кирилл", "Клим"]
    assert await names(world, "Саша", Segment()) == ["Степан"]
    work_id = await world.assignment_id("Тороповская", "2.1")
    async with world.db.read(SYSTEM) as tx:
        measure_id = (await progress.assignment(tx, work_id)).measure_id
    owing = Segment(roles=(Role.SCHOOL_HEAD, Role.SCHOOL_MEMBER), measure_id=measure_id)
    assert await names(world, "Римма", owing) == ["Вера", "Дина", "Клим", "Тамара"]
    await hand_in(world, "Дина", work_id)
    assert await names(world, "Римма", owing) == ["Вера", "Клим"]


async def test_nobody_gets_it_twice_whoever_presses_what(world: World) -> None:
    for _ in range(2):
        async with world.db.write(await world.actor("Марина")) as tx:
            sent = await broadcasts.send(tx, "Коллеги, напоминаем", Segment(), request_key="k1")
    async with world.db.read(await world.actor("Марина")) as tx:
        view = await broadcasts.broadcast(tx, sent.id)
        rows = (
            await tx.session.scalars(select(OutboxMessage).where(OutboxMessage.kind == "broadcast"))
        ).all()
    assert [d.person.name for d in view.deliveries] == ["Дина", "Кирилл", "Тамара"]
    assert len(rows) == 3


async def test_reading_is_noted_once_and_only_for_recipients(world: World) -> None:
    async with world.db.write(await world.actor("Марина")) as tx:
        sent = await broadcasts.send(tx, "Коллеги", Segment(), request_key="k1")
    async with world.db.write(await world.actor("Дина")) as tx:
        assert await broadcasts.acknowledge(tx, sent.id)
    async with world.db.write(await world.actor("Степан")) as tx:
        assert not await broadcasts.acknowledge(tx, sent.id)
    async with world.db.read(await world.actor("Марина")) as tx:
        view = await broadcasts.broadcast(tx, sent.id)
    assert [d.person.name for d in view.deliveries if d.message.acknowledged_at] == ["Дина"]


async def test_empty_messages_and_circles_are_refused(world: World) -> None:
    async with world.db.write(await world.actor("Марина")) as tx:
        with pytest.raises(broadcasts.TextNeeded):
            await broadcasts.send(tx, "  ", Segment(), request_key="a")
        with pytest.raises(broadcasts.NobodyToWrite):
            await broadcasts.send(tx, "Да", Segment(roles=(Role.OBSERVER,)), request_key="b")
    async with world.db.write(await world.actor("Дина")) as tx:
        with pytest.raises(Forbidden):
            await broadcasts.send(tx, "Да", Segment(), request_key="c")


async def test_others_do_not_read_it(world: World) -> None:
    async with world.db.write(await world.actor("Марина")) as tx:
        sent = await broadcasts.send(tx, "Коллеги", Segment(), request_key="k1")
    for name, visible in (("Римма", True), ("Ульяна", False), ("Саша", False), ("Тамара", False)):
        async with world.db.read(await world.actor(name)) as tx:
            assert bool(await broadcasts.broadcast_list(tx)) is visible
            if not visible:
                with pytest.raises(NotFound):
                    await broadcasts.broadcast(tx, sent.id)
