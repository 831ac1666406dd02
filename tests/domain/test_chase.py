"""Silence climbs in working days, on both sides, and ends by itself."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select, update

from domain import chase, people, progress
from domain.actor import SYSTEM, Role
from domain.chase import Side
from domain.errors import Forbidden, NotFound
from domain.outbox import OutboxMessage
from domain.progress import Assignment
from tests.domain.test_progress import decide, hand_in
from tests.world import START, World

HEARERS = {"Кирилл", "Марина", "Римма", "Ульяна", "Клим"}


async def late(world: World, *numbers: str) -> None:
    """Leave Тороповская these measures, due yesterday; everything else of the region is done."""
    keep = [await world.assignment_id("Тороповская", number) for number in numbers]
    async with world.db.write(SYSTEM) as tx:
        region = world.places["область"].region_id
        others = (Assignment.region_id == region, Assignment.id.not_in(keep))
        await tx.session.execute(update(Assignment).where(*others).values(status=progress.Status.CONFIRMED))
        due = START.date() - timedelta(days=1)
        await tx.session.execute(
            update(Assignment).where(Assignment.id.in_(keep)).values(due_on=due, reminds=True)
        )


async def heard_by(world: World) -> dict[str, list[tuple[Side, str, int]]]:
    """What has reached whose level."""
    found = {}
    for name in sorted(HEARERS):
        async with world.db.read(await world.actor(name)) as tx:
            lines = [(s.side, s.school, s.things) for s in await chase.silences(tx)]
        if lines:
            found[name] = lines
    return found


async def test_a_silent_school_climbs_to_the_region_and_one_hand_in_ends_it(world: World) -> None:
    await late(world, "2.1")
    line = [(Side.SCHOOL, "Тороповская ОШ", 1)]
    when: dict[str, date] = {}
    for day in range(30):
        for name, lines in (await heard_by(world)).items():
            assert lines == line
            when.setdefault(name, START.date() + timedelta(days=day))
        world.clock.forward(days=1)
    # 3, 7 and 14 working days after Monday 18 April, when it was given: 2 and 9 May do not count.
    assert when == {"Кирилл": date(2022, 4, 21), "Марина": date(2022, 4, 27), "Римма": date(2022, 5, 10)}
    await hand_in(world, "Дина", await world.assignment_id("Тороповская", "2.1"))
    assert await heard_by(world) == {}


async def test_a_silent_reviewer_climbs_past_the_curator(world: World) -> None:
    await late(world, "2.1")
    number = await hand_in(world, "Дина", await world.assignment_id("Тороповская", "2.1"))
    line = [(Side.REVIEWER, "Тороповская ОШ", 1)]
    seen = {}
    for day in range(12):
        seen[day] = await heard_by(world)
        world.clock.forward(days=1)
    assert {day: sorted(heard) for day, heard in seen.items() if heard} == {
        **{day: ["Марина"] for day in (4, 5, 6, 7, 8, 9)},
        **{day: ["Марина", "Римма"] for day in (10, 11)},
    }
    assert seen[10] == {"Марина": line, "Римма": line}
    await decide(world, "Кирилл", number, progress.Decision.CONFIRM, "Хорошо")
    assert await heard_by(world) == {}


async def test_a_level_hears_of_it_once(world: World) -> None:
    await late(world, "2.1", "4.1")
    world.clock.forward(days=3)
    async with world.db.read(await world.actor("Кирилл")) as tx:
        today = progress.today(tx)
        assert len(await chase.silences(tx, since=today - timedelta(days=1))) == 1
        assert await chase.silences(tx, since=today) == []
        assert [s.things for s in await chase.silences(tx)] == [2]


async def test_taking_it_on_keeps_it_quiet_for_five_working_days(world: World) -> None:
    await late(world, "2.1")
    world.clock.forward(days=9)
    assert set(await heard_by(world)) == {"Кирилл", "Марина"}
    school_id = world.schools["Тороповская"].school_id or 0
    async with world.db.write(await world.actor("Марина")) as tx:
        await chase.take(tx, Side.SCHOOL, school_id)
    assert await heard_by(world) == {}
    async with world.db.read(await world.actor("Марина")) as tx:
        assert [s.taken_by for s in await chase.silences(tx, all_of_them=True)] == ["Марина"]
    world.clock.forward(days=8)
    assert set(await heard_by(world)) == {"Кирилл", "Марина"}
    for name, error in (("Тамара", Forbidden), ("Ольга", Forbidden), ("Ульяна", NotFound)):
        async with world.db.write(await world.actor(name)) as tx:
            with pytest.raises(error):
                await chase.take(tx, Side.SCHOOL, school_id)


async def test_a_level_without_anybody_is_named(world: World) -> None:
    async with world.db.read(await world.actor("Римма")) as tx:
        assert await chase.unheard_levels(tx) == []
    async with world.db.write(SYSTEM) as tx:
        await people.mark_unreachable(tx, world.people["Марина"], "blocked")
    async with world.db.read(await world.actor("Римма")) as tx:
        assert await chase.unheard_levels(tx) == [(Role.MUNICIPAL_COORDINATOR, "Даниловский МР")]


async def test_schools_that_do_not_take_part(world: World) -> None:
    async with world.db.read(await world.actor("Римма")) as tx:
        assert {s.school for s in await chase.uninvolved(tx)} == {
            "Тороповская ОШ",
            "Климатинская СОШ",
            "Василёвская СОШ",
        }
    await hand_in(world, "Дина", await world.assignment_id("Тороповская", "1.2"))
    async with world.db.read(await world.actor("Римма")) as tx:
        assert "Тороповская ОШ" not in {s.school for s in await chase.uninvolved(tx)}
    world.clock.forward(days=31)
    async with world.db.read(await world.actor("Марина")) as tx:
        found = await chase.uninvolved(tx)
        assert [(s.school, s.last_at) for s in found] == [("Тороповская ОШ", START)]


async def test_a_joint_action_is_agreed_followed_up_and_closed(world: World) -> None:
    school_id = world.schools["Тороповская"].school_id or 0
    async with world.db.write(await world.actor("Марина")) as tx:
        step = await chase.add_step(
            tx, school_id, what="Выезд в школу", until=START.date() + timedelta(days=3)
        )
    for _ in range(6):
        async with world.db.write(SYSTEM) as tx:
            await chase.plan_steps(tx)
        world.clock.forward(days=1)
    async with world.db.read(SYSTEM) as tx:
        query = select(OutboxMessage).where(OutboxMessage.kind == "joint_step").order_by(OutboxMessage.id)
        rows = (await tx.session.scalars(query)).all()
    assert [(r.person_id, r.dedupe_key) for r in rows] == [
        (world.people["Марина"], f"joint_step:{step.id}:before"),
        (world.people["Марина"], f"joint_step:{step.id}:after"),
    ]
    async with world.db.write(await world.actor("Марина")) as tx:
        await chase.close_step(tx, step.id, "Съездили, отчёты пошли")
        assert await chase.joint_steps(tx, open_only=True) == []
        assert [s.outcome for s in await chase.joint_steps(tx)] == ["Съездили, отчёты пошли"]
    async with world.db.write(await world.actor("Ульяна")) as tx:
        with pytest.raises(NotFound):
            await chase.close_step(tx, step.id, "")
        with pytest.raises(NotFound):
            await chase.add_step(tx, school_id, what="Выезд", until=START.date() + timedelta(days=90))
