"""Somebody reviews for another person, for as long as it was said."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from domain import outbox, people, progress
from domain.actor import SYSTEM, Role
from domain.errors import Forbidden, InvalidInput, NotFound
from domain.progress import Decision
from tests.world import START, World

MONDAY = START.date()
FRIDAY = MONDAY + timedelta(days=4)


async def substitute(
    world: World, by: str, absent: str, stand_in: str, first: date = MONDAY, last: date = FRIDAY
) -> int:
    async with world.db.write(await world.actor(by)) as tx:
        given = await people.substitute(
            tx, world.people[absent], world.people[stand_in], starts_on=first, ends_on=last
        )
        return len(given)


async def reviewers(world: World, school: str) -> list[str]:
    async with world.db.read(await world.actor("Римма")) as tx:
        return [p.name for p in await people.reviewers(tx, world.schools[school])]


async def hand_in(world: World) -> int:
    work_id = await world.assignment_id("Тороповская", "2.1")
    async with world.db.write(await world.actor("Дина")) as tx:
        await progress.add_text(tx, work_id, "Приказ № 41")
        return (await progress.submit(tx, work_id)).id


async def test_a_substitute_reviews_in_the_period_and_not_outside_it(world: World) -> None:
    assert await substitute(world, "Римма", "Кирилл", "Клим", MONDAY + timedelta(days=1), FRIDAY) == 1
    seen = {}
    for day in range(7):
        seen[day] = await reviewers(world, "Тороповская")
        world.clock.forward(days=1)
    both = ["Кирилл", "Клим"]
    assert seen == {0: ["Кирилл"], 1: both, 2: both, 3: both, 4: both, 5: ["Кирилл"], 6: ["Кирилл"]}


async def test_a_substitute_decides_and_loses_the_right_with_the_last_day(world: World) -> None:
    report = await hand_in(world)
    await substitute(world, "Римма", "Кирилл", "Клим")
    async with world.db.read(await world.actor("Клим")) as tx:
        assert [row.submission.id for row in await progress.queue(tx)] == [report]
    async with world.db.write(await world.actor("Клим")) as tx:
        await progress.decide(tx, report, Decision.RETURN, "Нет подписи")
    report = await hand_in(world)
    world.clock.forward(days=5)
    async with world.db.write(await world.actor("Клим")) as tx:
        assert await progress.queue(tx) == []
        with pytest.raises(NotFound):
            await progress.decide(tx, report, Decision.CONFIRM, "Хорошо")


async def test_news_go_to_the_substitute_too(world: World) -> None:
    await substitute(world, "Римма", "Кирилл", "Клим")
    await hand_in(world)
    names = {person_id: name for name, person_id in world.people.items()}
    async with world.db.read(SYSTEM) as tx:
        query = select(outbox.OutboxMessage.person_id).where(outbox.OutboxMessage.kind == "submitted")
        told = {names[person_id or 0] for person_id in (await tx.session.scalars(query)).all()}
    assert told == {"Кирилл", "Клим"}


async def test_a_coordinator_is_substituted_too(world: World) -> None:
    await substitute(world, "Римма", "Ульяна", "Марина")
    assert sorted(await reviewers(world, "Климатинская")) == ["Марина", "Ульяна"]


async def test_a_lasting_role_outlives_the_substitution(world: World) -> None:
    async with world.db.write(await world.actor("Римма")) as tx:
        await people.grant_role(tx, world.people["Клим"], Role.CURATOR, world.schools["Тороповская"])
    await substitute(world, "Римма", "Кирилл", "Клим")
    world.clock.forward(days=30)
    assert await reviewers(world, "Тороповская") == ["Кирилл", "Клим"]


async def test_asked_twice_is_given_once(world: World) -> None:
    assert [await substitute(world, "Римма", "Кирилл", "Клим") for _ in range(2)] == [1, 1]
    async with world.db.read(await world.actor("Римма")) as tx:
        grants = await people.grants_of(tx, world.people["Клим"])
    assert sum(grant.substitute_for == world.people["Кирилл"] for grant in grants) == 1


async def told_of_it(world: World) -> int:
    async with world.db.read(SYSTEM) as tx:
        query = select(outbox.OutboxMessage.id).where(outbox.OutboxMessage.kind == "substitute_named")
        return len((await tx.session.scalars(query)).all())


async def test_named_again_after_the_end_is_told_again_and_asked_twice_is_not(world: World) -> None:
    for _ in range(2):
        await substitute(world, "Римма", "Кирилл", "Клим")
    assert await told_of_it(world) == 1
    async with world.db.write(await world.actor("Римма")) as tx:
        held = await people.grants_of(tx, world.people["Клим"])
        await people.revoke_role(tx, next(g.id for g in held if g.substitute_for == world.people["Кирилл"]))
    await substitute(world, "Римма", "Кирилл", "Клим")
    assert await told_of_it(world) == 2


async def test_a_substitute_hands_nothing_on(world: World) -> None:
    await substitute(world, "Римма", "Кирилл", "Клим")
    assert await substitute(world, "Римма", "Клим", "Кирилл") == 1  # only Клим's own school
    async with world.db.read(await world.actor("Римма")) as tx:
        grants = await people.grants_of(tx, world.people["Кирилл"])
    assert [g.place for g in grants if g.substitute_for] == [world.schools["Василёвская"]]


@pytest.mark.parametrize(
    ("by", "absent", "stand_in", "error"),
    [
        ("Римма", "Кирилл", "Дина", Forbidden),  # nobody reviews the own school
        ("Римма", "Дина", "Клим", Forbidden),  # has nothing to review
        ("Марина", "Марина", "Кирилл", Forbidden),  # never sideways
        ("Марина", "Кирилл", "Клим", NotFound),  # a person of another municipality
        ("Ульяна", "Кирилл", "Клим", Forbidden),  # his reviewing is elsewhere
        ("Саша", "Кирилл", "Клим", NotFound),
        ("Дина", "Кирилл", "Тамара", NotFound),
        ("Римма", "Кирилл", "Кирилл", InvalidInput),
    ],
)
async def test_wrong_substitutions_are_refused(
    world: World, by: str, absent: str, stand_in: str, error: type[Exception]
) -> None:
    with pytest.raises(error):
        await substitute(world, by, absent, stand_in)


async def test_the_last_day_is_not_before_the_first(world: World) -> None:
    with pytest.raises(InvalidInput):
        await substitute(world, "Римма", "Кирилл", "Клим", FRIDAY, MONDAY)
    assert await substitute(world, "Римма", "Кирилл", "Клим", MONDAY, MONDAY) == 1
