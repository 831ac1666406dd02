"""An event from the invitation to «приняли участие 100 %»."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from domain import events
from domain.actor import SYSTEM, Role
from domain.broadcasts import Segment
from domain.errors import Forbidden, NotFound
from domain.events import Answer, Event, EventSpec
from domain.outbox import OutboxMessage
from tests.world import START, World

BEGINS = START + timedelta(days=3)
SPEC = EventSpec(
    "Час муниципального координатора", BEGINS, BEGINS + timedelta(hours=1), "Зал; 2, этаж", "О сроках"
)


async def made(world: World) -> Event:
    async with world.db.write(await world.actor("Марина")) as tx:
        segment = Segment(roles=(Role.SCHOOL_HEAD, Role.SCHOOL_MEMBER))
        return await events.create(tx, SPEC, segment, request_key="k")


async def queued(world: World, kind: str) -> set[str]:
    names = {id_: name for name, id_ in world.people.items()}
    async with world.db.read(SYSTEM) as tx:
        query = select(OutboxMessage.person_id).where(OutboxMessage.kind == kind)
        rows = (await tx.session.scalars(query)).all()
    assert len(rows) == len(set(rows))
    return {names[i or 0] for i in rows}


async def say(world: World, name: str, event_id: int, word: Answer) -> None:
    async with world.db.write(await world.actor(name)) as tx:
        await events.answer(tx, event_id, word)


async def test_from_the_invitation_to_everybody_came(world: World) -> None:
    event = await made(world)
    assert (await made(world)).id == event.id
    assert await queued(world, "event_invitation") == {"Тамара", "Дина"}
    await say(world, "Тамара", event.id, Answer.NOT_COMING)
    await say(world, "Тамара", event.id, Answer.COMING)
    await say(world, "Дина", event.id, Answer.COMING)
    world.clock.moment = BEGINS
    async with world.db.write(await world.actor("Дина")) as tx:
        with pytest.raises(events.WrongCode):
            await events.attend(tx, event.id, "нет")
        await events.attend(tx, event.id, f" {event.code} ")
    async with world.db.write(await world.actor("Марина")) as tx:
        assert (await events.guests(tx, event.id)).percent == 50
        await events.mark(tx, event.id, world.people["Тамара"], came=True)
        found = await events.guests(tx, event.id)
    assert (found.coming, found.came, found.percent) == (2, 2, 100)


async def test_the_evening_before_reminds_once_all_but_those_who_declined(world: World) -> None:
    event = await made(world)
    await say(world, "Дина", event.id, Answer.NOT_COMING)
    counts = []
    for hour in (8, 14, 16):
        world.clock.moment = datetime(2022, 4, 20, hour, tzinfo=UTC)  # 11, 17 and 19 in Moscow
        async with world.db.write(SYSTEM) as tx:
            counts.append(await events.plan(tx))
    async with world.db.write(SYSTEM) as tx:
        await events.plan(tx)
    assert counts == [0, 0, 1]
    assert await queued(world, "event_reminder") == {"Тамара"}


async def test_a_code_works_only_while_it_goes_on(world: World) -> None:
    event = await made(world)
    for moment, refused in ((START, events.TooEarly), (BEGINS + timedelta(hours=4), events.EventOver)):
        world.clock.moment = moment
        async with world.db.write(await world.actor("Дина")) as tx:
            with pytest.raises(refused):
                await events.attend(tx, event.id, event.code)


async def test_strangers_neither_see_nor_answer(world: World) -> None:
    event = await made(world)
    async with world.db.write(await world.actor("Саша")) as tx:
        for asked in (
            events.guests(tx, event.id),
            events.answer(tx, event.id, Answer.COMING),
            events.ics(tx, event.id),
        ):
            with pytest.raises(NotFound):
                await asked
    async with world.db.write(await world.actor("Дина")) as tx:
        with pytest.raises(NotFound):
            await events.guests(tx, event.id)
        with pytest.raises(Forbidden):
            await events.create(tx, SPEC, Segment(), request_key="x")


async def test_what_was_cancelled_is_told_and_not_reminded_of(world: World) -> None:
    event = await made(world)
    async with world.db.write(await world.actor("Марина")) as tx:
        await events.cancel(tx, event.id)
    assert await queued(world, "event_cancelled") == {"Тамара", "Дина"}
    world.clock.moment = BEGINS - timedelta(hours=2)
    async with world.db.write(SYSTEM) as tx:
        assert await events.plan(tx) == 0
    async with world.db.write(await world.actor("Дина")) as tx:
        with pytest.raises(events.EventOver):
            await events.answer(tx, event.id, Answer.COMING)


async def test_the_calendar_file(world: World) -> None:
    event = await made(world)
    async with world.db.read(await world.actor("Дина")) as tx:
        body = (await events.ics(tx, event.id)).decode()
    lines = body.split("\r\n")
    assert all(len(line.encode()) <= 75 for line in lines)
    unfolded = body.replace("\r\n ", "").split("\r\n")
    assert "DTSTART:20220421T070000Z" in unfolded
    assert "SUMMARY:Час муниципального координатора" in unfolded
    assert "LOCATION:Зал\\; 2\\, этаж" in unfolded
    assert (unfolded[0], unfolded[-2:]) == ("BEGIN:VCALENDAR", ["END:VCALENDAR", ""])


@pytest.mark.parametrize(
    "spec", [SPEC._replace(title=" "), SPEC._replace(ends_at=BEGINS), SPEC._replace(starts_at=START)]
)
async def test_a_wrong_time_is_refused(world: World, spec: EventSpec) -> None:
    async with world.db.write(await world.actor("Марина")) as tx:
        with pytest.raises(events.WrongTime):
            await events.create(tx, spec, Segment(), request_key="x")


async def test_who_came_is_marked_from_two_hours_before_to_two_weeks_after(world: World) -> None:
    event = await made(world)
    said = []
    for moment in (
        BEGINS - timedelta(hours=3),
        BEGINS - timedelta(hours=1),
        BEGINS + timedelta(days=14),
        BEGINS + timedelta(days=16),
    ):
        world.clock.moment = moment
        async with world.db.write(await world.actor("Марина")) as tx:
            try:
                await events.mark(tx, event.id, world.people["Дина"], came=True)
            except (events.NotYet, events.EventOver) as error:
                said.append(type(error).__name__)
            else:
                said.append("marked")
    assert said == ["NotYet", "marked", "marked", "EventOver"]


async def test_shares_are_rounded_half_up(world: World) -> None:
    async with world.db.write(await world.actor("Римма")) as tx:
        segment = Segment(roles=(Role.SCHOOL_HEAD, Role.SCHOOL_MEMBER, Role.CURATOR, Role.EXPERT))
        event = await events.create(tx, SPEC, segment, request_key="k")
    world.clock.moment = BEGINS
    async with world.db.write(await world.actor("Римма")) as tx:
        guests = (await events.guests(tx, event.id)).guests
        await events.mark(tx, event.id, guests[0][0].person_id, came=True)
        found = await events.guests(tx, event.id)
    assert (len(guests), found.percent) == (6, 17)  # 16.67
