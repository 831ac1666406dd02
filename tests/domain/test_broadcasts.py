"""A message to exactly those people, once."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from domain import broadcasts, outbox, progress
from domain.actor import SYSTEM, Role
from domain.broadcasts import Segment
from domain.db import WriteTx
from domain.errors import Forbidden, NotFound
from domain.files import StoredFile
from domain.outbox import OutboxMessage, OutboxState
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


async def states(world: World, broadcast_id: int) -> dict[str, str]:
    async with world.db.read(SYSTEM) as tx:
        view = await broadcasts.broadcast(tx, broadcast_id)
        return {d.person.name: str(d.message.state) for d in view.deliveries}


async def delivered(world: World, broadcast_id: int, state: OutboxState, *who: str) -> None:
    async with world.db.write(SYSTEM) as tx:
        await tx.session.execute(
            update(OutboxMessage)
            .where(
                OutboxMessage.subject == f"broadcast:{broadcast_id}",
                OutboxMessage.person_id.in_([world.people[name] for name in who]),
            )
            .values(state=state)
        )


async def test_a_scheduled_message_waits_pauses_and_is_cancelled(world: World) -> None:
    author = await world.actor("Марина")
    later = world.clock.now() + timedelta(days=1)
    async with world.db.write(author) as tx:
        sent = await broadcasts.send(tx, "Коллеги", Segment(), request_key="k", starts_at=later)
    async with world.db.read(SYSTEM) as tx:
        assert await outbox.due(tx) == []
    world.clock.forward(days=1)
    async with world.db.read(SYSTEM) as tx:
        assert len(await outbox.due(tx)) == 3
    async with world.db.write(author) as tx:
        await broadcasts.pause(tx, sent.id)
        assert await outbox.due(tx) == []
        await broadcasts.resume(tx, sent.id)
        assert len(await outbox.due(tx)) == 3
    await delivered(world, sent.id, OutboxState.SENT, "Дина")
    async with world.db.write(author) as tx:
        assert await broadcasts.cancel(tx, sent.id) == 2
    assert await states(world, sent.id) == {"Дина": "sent", "Кирилл": "cancelled", "Тамара": "cancelled"}
    async with world.db.write(author) as tx:
        for act in (broadcasts.cancel, broadcasts.pause):
            with pytest.raises(broadcasts.TooLate):
                await act(tx, sent.id)
    async with world.db.write(await world.actor("Ульяна")) as tx:
        with pytest.raises(NotFound):
            await broadcasts.cancel(tx, sent.id)


async def test_only_those_who_have_not_read_are_reminded_and_once_a_day(world: World) -> None:
    async with world.db.write(await world.actor("Марина")) as tx:
        sent = await broadcasts.send(tx, "Коллеги", Segment(), request_key="k")
    await delivered(world, sent.id, OutboxState.SENT, "Дина", "Тамара", "Кирилл")
    async with world.db.write(await world.actor("Дина")) as tx:
        await broadcasts.acknowledge(tx, sent.id)
    for now in (2, 0):
        async with world.db.write(await world.actor("Марина")) as tx:
            assert await broadcasts.remind(tx, sent.id) == now
    query = select(OutboxMessage.person_id).where(OutboxMessage.subject == f"broadcast_again:{sent.id}")
    async with world.db.read(SYSTEM) as tx:
        again = set((await tx.session.scalars(query)).all())
    assert again == {world.people["Тамара"], world.people["Кирилл"]}
    async with world.db.write(await world.actor("Тамара")) as tx:
        assert await broadcasts.acknowledge(tx, sent.id)
    world.clock.forward(days=1)
    async with world.db.write(await world.actor("Марина")) as tx:
        assert await broadcasts.remind(tx, sent.id) == 1


async def test_doubtful_messages_go_again_and_nothing_else_does(world: World) -> None:
    async with world.db.write(await world.actor("Марина")) as tx:
        sent = await broadcasts.send(tx, "Коллеги", Segment(), request_key="k")
    await delivered(world, sent.id, OutboxState.SENT, "Дина", "Тамара")
    await delivered(world, sent.id, OutboxState.UNKNOWN, "Кирилл")
    async with world.db.write(await world.actor("Марина")) as tx:
        assert await broadcasts.repeat_doubtful(tx, sent.id) == 1
    assert await states(world, sent.id) == {"Дина": "sent", "Кирилл": "pending", "Тамара": "sent"}


async def test_a_segment_knows_lateness_and_exceptions(world: World) -> None:
    heads = (Role.SCHOOL_HEAD,)
    assert await names(world, "Римма", Segment(roles=heads, late_days=30)) == ["Вера", "Клим", "Тамара"]
    assert await names(world, "Римма", Segment(roles=heads, late_days=400)) == []
    torop = world.schools["Тороповская"].school_id or 0
    spared = Segment(roles=heads, late_days=30, except_school_ids=(torop,))
    assert await names(world, "Римма", spared) == ["Вера", "Клим"]
    assert Segment.from_json(spared.to_json()) == spared


async def test_pressed_by_many_at_once_it_goes_once(world: World) -> None:
    author = await world.actor("Марина")

    async def send() -> int:
        async with world.db.write(author) as tx:
            return (await broadcasts.send(tx, "Коллеги", Segment(), request_key="k")).id

    async def press(act: Callable[[WriteTx, int], Awaitable[int]], name: str) -> None:
        async with world.db.write(await world.actor(name)) as tx:
            await act(tx, 1)

    assert set(await asyncio.gather(*(send() for _ in range(20)))) == {1}
    await delivered(world, 1, OutboxState.SENT, "Дина", "Тамара")
    await delivered(world, 1, OutboxState.UNKNOWN, "Кирилл")
    both = (broadcasts.remind, broadcasts.repeat_doubtful)
    await asyncio.gather(*(press(act, name) for name in ("Марина", "Римма") * 5 for act in both))
    async with world.db.read(SYSTEM) as tx:
        rows = (
            await tx.session.scalars(select(OutboxMessage).where(OutboxMessage.kind == "broadcast"))
        ).all()
    keys = sorted((row.subject, row.person_id or 0) for row in rows)
    first = sorted(("broadcast:1", world.people[name]) for name in ("Дина", "Тамара", "Кирилл"))
    again = sorted(("broadcast_again:1", world.people[name]) for name in ("Дина", "Тамара"))
    assert keys == [*first, *again]


async def test_files_put_aside_and_never_sent_are_forgotten(world: World) -> None:
    stored = StoredFile("0" * 64, 3)
    async with world.db.write(await world.actor("Марина")) as tx:
        lost = await broadcasts.keep_file(tx, stored, name="a.pdf")
        sent = await broadcasts.keep_file(tx, stored, name="b.pdf")
        extras = broadcasts.Extras(file_ids=(sent.id,))
        await broadcasts.send(tx, "Коллеги", Segment(), request_key="k", extras=extras)
    world.clock.forward(days=8)
    async with world.db.write(SYSTEM) as tx:
        assert [await broadcasts.forget_unsent(tx) for _ in range(2)] == [1, 0]
        assert await tx.session.get(broadcasts.BroadcastFile, lost.id) is None
        assert [file.id for file in await broadcasts.files_of(tx, 1)] == [sent.id]
