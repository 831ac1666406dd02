"""One digest a day, at a local hour, of working days, with what its reader holds."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select, update

from domain import programme, progress, reminders
from domain.actor import SYSTEM
from domain.dates import local_day
from domain.errors import Forbidden
from domain.outbox import OutboxMessage, OutboxState
from domain.programme import REMINDER_STEPS
from domain.progress import Assignment
from tests.domain.test_progress import decide, hand_in
from tests.world import START, World


async def digest(world: World, name: str) -> reminders.Digest:
    async with world.db.read(SYSTEM) as tx:
        return await reminders.digest(tx, world.people[name])


async def queued(world: World) -> list[str]:
    async with world.db.read(SYSTEM) as tx:
        rows = await tx.session.scalars(select(OutboxMessage.person_id).where(OutboxMessage.kind == "digest"))
        names = {id_: name for name, id_ in world.people.items()}
        return sorted(names[i or 0] for i in rows)


async def test_the_ball_moves_between_school_and_reviewer(world: World) -> None:
    work_id = await world.assignment_id("Тороповская", "1.2")
    before = await digest(world, "Дина")
    assert work_id in [r.assignment.id for r in before.overdue]
    number = await hand_in(world, "Дина", work_id)
    assert work_id not in [r.assignment.id for r in (await digest(world, "Дина")).overdue]
    assert [r.submission.id for r in (await digest(world, "Кирилл")).to_review] == [number]
    await decide(world, "Кирилл", number, progress.Decision.RETURN, "Нет показателя")
    assert [r.assignment.id for r in (await digest(world, "Дина")).returned] == [work_id]
    assert not (await digest(world, "Кирилл")).to_review


async def test_nothing_to_do_is_no_digest(world: World) -> None:
    assert not await digest(world, "Марина")
    assert not await digest(world, "Ольга")
    assert not await digest(world, "Эмма")


async def test_planning_twice_queues_once(world: World) -> None:
    assert await reminders.plan(world.db) == 5
    assert await reminders.plan(world.db) == 0
    assert await queued(world) == ["Вера", "Дина", "Клим", "Степан", "Тамара"]


@pytest.mark.parametrize(
    ("moment", "due"),
    [
        (datetime(2022, 4, 18, 5, 59, tzinfo=UTC), False),  # 08:59 in Moscow
        (datetime(2022, 4, 18, 6, 0, tzinfo=UTC), True),
        (datetime(2022, 4, 18, 16, 59, tzinfo=UTC), True),
        (datetime(2022, 4, 18, 17, 0, tzinfo=UTC), False),  # 20:00
        (datetime(2022, 4, 17, 9, 0, tzinfo=UTC), False),  # Sunday
        (datetime(2022, 5, 9, 9, 0, tzinfo=UTC), False),  # a holiday
    ],
)
def test_digest_time(moment: datetime, due: bool) -> None:
    assert reminders.is_digest_time(moment, "Europe/Moscow", 9) is due


def test_the_hour_is_local() -> None:
    moment = datetime(2022, 4, 18, 0, 30, tzinfo=UTC)
    assert reminders.is_digest_time(moment, "Asia/Chita", 9)
    assert not reminders.is_digest_time(moment, "Europe/Moscow", 9)


async def mornings(world: World, name: str, days: int) -> dict[int, list[str]]:
    """Which numbers stand in somebody's digest on each of the following days; the planner runs every morning."""
    heard = {}
    for day in range(days):
        if await reminders.plan(world.db) and (since := (await queued_on(world)).get(name)) is not None:
            async with world.db.read(SYSTEM) as tx:
                moment = datetime.fromisoformat(since) if since else None
                found = await reminders.digest(tx, world.people[name], since=moment)
            heard[day] = [row.measure.number or "" for row in (*found.overdue, *found.returned, *found.soon)]
        world.clock.forward(days=1)
    return heard


async def queued_on(world: World) -> dict[str, str]:
    """Who gets a digest today, and since when things are new for them (empty: from the beginning)."""
    day = local_day(world.clock.now(), "Europe/Moscow").isoformat()
    async with world.db.read(SYSTEM) as tx:
        query = select(OutboxMessage).where(OutboxMessage.dedupe_key.endswith(f":{day}"))
        names = {id_: name for name, id_ in world.people.items()}
        return {names[m.person_id or 0]: m.params["since"] or "" for m in await tx.session.scalars(query)}


async def only(world: World, school: str, number: str, due_on: date) -> int:
    """Leave a school one open assignment, due on a day."""
    work_id = await world.assignment_id(school, number)
    async with world.db.write(SYSTEM) as tx:
        school_id = world.schools[school].school_id
        await tx.session.execute(
            update(Assignment)
            .where(Assignment.school_id == school_id, Assignment.id != work_id)
            .values(status=progress.Status.CONFIRMED)
        )
        await tx.session.execute(
            update(Assignment).where(Assignment.id == work_id).values(due_on=due_on, reminds=True)
        )
    return work_id


@pytest.mark.parametrize(
    ("due_on", "days"),
    [
        # Thursday 28 April from Monday 18 April on: a week, three and one day before, the day, 1, 3 and 7 after,
        # where 2, 3, 9 and 10 May are days off and what falls on them comes on the next working day.
        (date(2022, 4, 28), [3, 7, 9, 10, 11, 16, 17]),
        # A Sunday: every step before it comes on the working day before.
        (date(2022, 5, 15), [11, 18, 23, 25, 28, 30, 34]),
    ],
)
async def test_a_deadline_is_named_on_its_steps_only(world: World, due_on: date, days: list[int]) -> None:
    await only(world, "Тороповская", "2.1", due_on)
    heard = await mornings(world, "Дина", 40)
    for day in heard:
        assert heard[day] == ["2.1"]
    expected = sorted(
        {
            (reminders.step_day(due_on, step) - START.date()).days
            for step in REMINDER_STEPS
            if reminders.step_day(due_on, step) >= START.date()
        }
    )
    assert [day for day in heard if day > 0] == [day for day in expected if day > 0]


async def test_after_downtime_a_subject_is_said_once(world: World) -> None:
    await only(world, "Тороповская", "2.1", date(2022, 4, 28))
    assert list(await mornings(world, "Дина", 4)) == [3]
    world.clock.forward(days=14)  # -3, -1, 0, +1, +3 and +7 went by
    assert await mornings(world, "Дина", 3) == {0: ["2.1"]}


async def test_what_changed_stands_the_next_morning(world: World) -> None:
    work_id = await only(world, "Тороповская", "2.1", date(2022, 6, 30))
    assert await mornings(world, "Дина", 2) == {}
    number = await hand_in(world, "Дина", work_id)
    await decide(world, "Кирилл", number, progress.Decision.RETURN, "Нет показателя")
    # At once on Wednesday 20 April, then after 2, 4 and 8 working days; 2 May is a day off.
    assert list(await mornings(world, "Дина", 16)) == [0, 2, 6, 13]


async def test_a_waiting_report_is_named_after_two_four_and_eight_working_days(world: World) -> None:
    await reminders.plan(world.db)
    world.clock.forward(minutes=1)
    await hand_in(world, "Дина", await only(world, "Тороповская", "2.1", date(2022, 6, 30)))
    world.clock.forward(days=1)
    heard = await mornings_of_reviewer(world, "Кирилл", 16)
    assert heard == [1, 2, 4, 10]


async def mornings_of_reviewer(world: World, name: str, days: int) -> list[int]:
    heard = []
    for day in range(1, days + 1):
        await reminders.plan(world.db)
        if name in await queued_on(world):
            heard.append(day)
        world.clock.forward(days=1)
    return heard


async def test_a_programme_has_its_own_steps(world: World) -> None:
    await only(world, "Тороповская", "2.1", date(2022, 4, 28))
    async with world.db.write(SYSTEM) as tx:
        programme_id = (await programme.programme(tx, "500+")).id
        await programme.set_steps(tx, programme_id, [-2])
    assert list(await mornings(world, "Дина", 20)) == [8]


async def test_the_planner_and_the_digest_agree_about_everybody(world: World) -> None:
    await hand_in(world, "Дина", await world.assignment_id("Тороповская", "2.1"))
    for _ in range(30):
        async with world.db.read(SYSTEM) as tx:
            since = {n: await reminders.last_looked(tx, i) for n, i in world.people.items()}
            planned = await reminders.morning(tx, 9)
            names = {id_: name for name, id_ in world.people.items()}
            said = {
                names[p.person_id]
                for p in planned.looked
                if await reminders.digest(tx, p.person_id, since=since[names[p.person_id]])
            }
            assert said == {names[i] for i in planned.receivers}
        await reminders.plan(world.db)
        world.clock.forward(days=1)


async def test_a_digest_that_could_not_leave_is_said_again(world: World) -> None:
    await only(world, "Тороповская", "2.1", date(2022, 4, 28))
    await mornings(world, "Дина", 3)
    assert await reminders.plan(world.db)
    async with world.db.write(SYSTEM) as tx:
        await tx.session.execute(
            update(OutboxMessage)
            .where(OutboxMessage.person_id == world.people["Дина"])
            .values(state=OutboxState.EXPIRED)
        )
    world.clock.forward(days=1)
    assert await mornings(world, "Дина", 1) == {0: ["2.1"]}
    assert await mornings(world, "Дина", 1) == {}


async def test_people_choose_hour_days_and_leave(world: World) -> None:
    async with world.db.write(await world.actor("Дина")) as tx:
        await reminders.choose_hour(tx, 15)
        await reminders.choose_days(tx, [1, 2, 3, 4])
        with pytest.raises(reminders.BadChoice):
            await reminders.choose_hour(tx, 22)
        with pytest.raises(reminders.BadChoice):
            await reminders.choose_days(tx, [6])
    await reminders.plan(world.db)
    assert "Дина" not in await queued_on(world)
    world.clock.forward(hours=6)
    await reminders.plan(world.db)
    assert "Дина" not in await queued_on(world)  # Mondays are not chosen
    world.clock.forward(days=1)
    await reminders.plan(world.db)
    assert "Дина" in await queued_on(world)


async def test_leave_is_quiet_and_a_substitute_reviews(world: World) -> None:
    await hand_in(world, "Дина", await world.assignment_id("Тороповская", "2.1"))
    first, last = START.date(), START.date() + timedelta(days=4)
    async with world.db.write(await world.actor("Кирилл")) as tx:
        await reminders.pause(tx, first, last)
        assert [p.name for p in await reminders.stand_ins(tx)] == ["Марина"]
        with pytest.raises(Forbidden):
            await reminders.hand_over(tx, world.people["Степан"])
        assert await reminders.hand_over(tx, world.people["Марина"]) == 1
    await reminders.plan(world.db)
    assert {"Кирилл", "Марина"} & set(await queued_on(world)) == {"Марина"}
    world.clock.forward(days=7)
    await reminders.plan(world.db)
    assert "Кирилл" in await queued_on(world)


async def test_a_snoozed_digest_comes_back_whole(world: World) -> None:
    await reminders.plan(world.db)
    before = await digest(world, "Дина")
    async with world.db.write(await world.actor("Дина")) as tx:
        await reminders.snooze(tx, START.date() + timedelta(days=2))
    world.clock.forward(days=1)
    await reminders.plan(world.db)
    assert "Дина" not in await queued_on(world)
    world.clock.forward(days=1)
    await reminders.plan(world.db)
    assert "Дина" in await queued_on(world)
    async with world.db.read(SYSTEM) as tx:
        message = await tx.session.scalar(
            select(OutboxMessage)
            .where(OutboxMessage.person_id == world.people["Дина"])
            .order_by(OutboxMessage.id.desc())
        )
    assert message is not None
    assert message.params == {"since": None}
    assert len(before) > 0
