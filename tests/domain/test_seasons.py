"""Ratings and corrections: whom a month asks, what closes them, and on which mornings they are named."""

from datetime import date, datetime

import pytest
from sqlalchemy import select

from domain import adapting, handouts, mornings, progress, ratings, reminders, seasons, snapshots, weekly
from domain.accounts import Filters
from domain.actor import SYSTEM
from domain.errors import Forbidden, NotFound
from domain.looks import look
from domain.outbox import OutboxMessage
from domain.seasons import Season
from domain.tables import plain_rows
from domain.texts import texts
from tests.world import START, World

SAY = texts("ru", escape=False)


def go_to(world: World, day: date) -> None:
    world.clock.moment = START.replace(year=day.year, month=day.month, day=day.day)


async def open_of(world: World, name: str) -> list[tuple[str, int | None]]:
    async with world.db.read(await world.actor(name)) as tx:
        return [(task.season.value, task.place.school_id) for task in await seasons.open_tasks(tx)]


def test_days_and_halves() -> None:
    assert seasons.due_of(date(2022, 5, 1)) == date(2022, 5, 31)
    assert seasons.due_of(date(2024, 12, 1)) == date(2024, 12, 31)
    assert seasons.half_of(date(2022, 6, 1)) == (1, 2022)
    assert seasons.half_of(date(2023, 1, 1)) == (2, 2022)
    assert seasons.start_of(date(2022, 5, 1), "Europe/Moscow").isoformat() == "2022-05-01T00:00:00+03:00"


async def test_a_correction_asks_coordinators_and_heads_of_schools_with_plans(world: World) -> None:
    assert await open_of(world, "Тамара") == []  # April
    go_to(world, date(2022, 5, 16))
    school = world.schools["Тороповская"].school_id
    assert await open_of(world, "Тамара") == [("correction", school)]
    assert await open_of(world, "Марина") == [("correction", None)]
    assert await open_of(world, "Дина") == []  # a member of the team does not answer for the plan
    assert await open_of(world, "Кирилл") == []
    go_to(world, date(2022, 6, 14))
    assert await open_of(world, "Тамара") == []
    assert await open_of(world, "Римма") == [("rating", None)]


async def test_a_school_closes_it_by_a_correction_or_a_word(world: World) -> None:
    go_to(world, date(2022, 5, 16))
    async with world.db.write(await world.actor("Тамара")) as tx:
        rows = await progress.my_work(tx, open_only=True)
        await adapting.reword(tx, rows[0].assignment.id, {"title": "Совещание с родителями"})
    assert await open_of(world, "Тамара") == []
    async with world.db.write(await world.actor("Клим")) as tx:
        place = world.schools["Климатинская"]
        await seasons.nothing_to_change(tx, place)
        await seasons.nothing_to_change(tx, place)  # twice is once
    assert await open_of(world, "Клим") == []
    async with world.db.read(await world.actor("Римма")) as tx:
        found = await seasons.answered(tx)
        owing = set(await tx.session.scalars(seasons.schools_with_plans()))
    assert found is not None
    assert found.done == 2
    assert found.total < len(owing)  # the other region's school is not hers
    assert len(await open_of(world, "Марина")) == 1  # what a school does is not the office's own correction


@pytest.mark.parametrize(("who", "error"), [("Дина", Forbidden), ("Кирилл", Forbidden), ("Степан", NotFound)])
async def test_others_do_not_answer_for_the_plan(world: World, who: str, error: type[Exception]) -> None:
    go_to(world, date(2022, 5, 16))
    async with world.db.write(await world.actor(who)) as tx:
        with pytest.raises(error):
            await seasons.nothing_to_change(tx, world.schools["Тороповская"])


async def test_out_of_season_nothing_is_closed(world: World) -> None:
    async with world.db.write(await world.actor("Тамара")) as tx:
        with pytest.raises(NotFound):
            await seasons.nothing_to_change(tx, world.schools["Тороповская"])
        with pytest.raises(NotFound):
            await ratings.publish(tx, world.schools["Тороповская"], SAY)


async def test_a_rating_is_published_with_its_table(world: World) -> None:
    go_to(world, date(2022, 6, 14))
    place = world.places["Даниловский"]
    async with world.db.write(await world.actor("Марина")) as tx:
        with pytest.raises(NotFound):
            await ratings.publish(tx, world.places["Угличский"], SAY)
        kept = await ratings.publish(tx, place, SAY)
    async with world.db.write(await world.actor("Марина")) as tx:
        assert (await ratings.publish(tx, place, SAY)).id == kept.id  # pressed twice: the first table stays
        assert len(await snapshots.snapshots(tx)) == 1
    assert await open_of(world, "Марина") == []
    assert len(await open_of(world, "Ульяна")) == 1
    async with world.db.read(await world.actor("Марина")) as tx:
        again = snapshots.book_of("engagement", "", kept.taken_at, kept.document)
        book = await handouts.report("engagement").build(tx, Filters(), SAY)
    assert [row[1] for row in plain_rows(again.main)] == [row[1] for row in plain_rows(book.main)]
    async with world.db.read(await world.actor("Ульяна")) as tx:
        with pytest.raises(NotFound):
            await snapshots.snapshot(tx, kept.id)


async def test_the_trail_of_a_region_is_not_read_through_for_a_few_corrections(world: World) -> None:
    if not world.db.is_sqlite:
        pytest.skip("another server chooses its way by what it knows of the rows")
    go_to(world, date(2022, 5, 16))
    async with world.db.read(await world.actor("Тамара")) as tx:
        with look() as found:
            await seasons.season_tasks(tx)
        asked = next(s for s in found.statements if "FROM audit_entry" in s)
        connection = await tx.session.connection()
        plan = await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {asked}", ("",) * asked.count("?"))
        ways = [str(way) for *_, way in plan.all() if "audit_entry" in way]
    assert ways == [
        "SEARCH audit_entry USING INDEX ix_audit_entry_action (region_id=? AND action=? AND at>?)"
    ]


async def named_on(world: World, name: str, first: date, days: int) -> list[int]:
    """On which days of a month the task stands in the digest, with the planner running every morning."""
    heard = []
    for number in range(first.day, first.day + days):
        go_to(world, first.replace(day=number))
        await reminders.plan(world.db)
        async with world.db.read(SYSTEM) as tx:
            query = select(OutboxMessage).where(
                OutboxMessage.kind == "digest",
                OutboxMessage.person_id == world.people[name],
                OutboxMessage.created_at == world.clock.moment,
            )
            message = await tx.session.scalar(query)
            if message is None:
                continue
            since = message.params.get("since")
            found = await reminders.digest(
                tx, world.people[name], since=datetime.fromisoformat(since) if since else None
            )
            if found.cycle:
                heard.append(number)
    return heard


async def test_it_is_named_on_step_days_only(world: World) -> None:
    go_to(world, date(2022, 4, 29))
    await reminders.plan(world.db)  # the first of all mornings says everything that is due
    # 31 May is a Tuesday: two weeks, a week, three days before (a Saturday: the Friday), the day before, the day.
    assert await named_on(world, "Тамара", date(2022, 5, 2), 30) == [17, 24, 27, 30, 31]
    assert await named_on(world, "Марина", date(2022, 6, 1), 30) == [16, 23, 27, 29, 30]


async def test_who_is_done_hears_nothing_of_it(world: World) -> None:
    go_to(world, date(2022, 5, 16))
    await reminders.plan(world.db)
    async with world.db.write(await world.actor("Тамара")) as tx:
        await seasons.nothing_to_change(tx, world.schools["Тороповская"])
    assert await named_on(world, "Тамара", date(2022, 5, 17), 15) == []


async def test_the_planner_asks_the_same_people_as_the_digest(world: World) -> None:
    go_to(world, date(2022, 5, 31))
    async with world.db.read(SYSTEM) as tx:
        planned = (await mornings.morning(tx, 9)).receivers
        for person_id in world.people.values():
            has = bool((await reminders.digest(tx, person_id)).cycle)
            assert not has or person_id in planned


async def test_the_week_names_it_and_counts_the_schools(world: World) -> None:
    go_to(world, date(2022, 5, 16))
    async with world.db.write(await world.actor("Тамара")) as tx:
        await seasons.nothing_to_change(tx, world.schools["Тороповская"])
    async with world.db.read(await world.actor("Марина")) as tx:
        found = await weekly.summary(tx)
    assert [task.season for task in found.cycle] == [Season.CORRECTION]
    assert found.corrected == seasons.Answered(1, 1)
    async with world.db.read(await world.actor("Саша")) as tx:
        assert (await weekly.summary(tx)).corrected == seasons.Answered(0, 1)
