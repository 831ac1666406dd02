"""Eleven zones, four hundred days: one digest a working day, nothing outside 09-20, no day early or late."""

import random
from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import update

from domain import people, reminders
from domain.actor import SYSTEM
from domain.dates import days_of, is_working, local_day
from domain.mornings import day_ends_at, is_digest_time, stands, step_day
from domain.outbox import allowed_at
from domain.programme import REMINDER_STEPS
from tests.bot.engine_kit import rows
from tests.world import World
from tests.zones import ZONES

FIRST = date(2025, 11, 20)  # two new years, the May holidays, moved Saturdays
DAYS = 400


@pytest.mark.parametrize("zone", ZONES)
def test_one_digest_a_working_day_and_nothing_outside_the_day(zone: str) -> None:
    dice = random.Random(zone)
    hour = dice.choice((9, 9, 12, 19))
    sent: dict[date, list[datetime]] = defaultdict(list)
    moment = datetime(FIRST.year, FIRST.month, FIRST.day, tzinfo=UTC)
    end = moment + timedelta(days=DAYS)
    while moment < end:
        # The clock of the planner: every half an hour, now and then put back a little.
        tick = moment - timedelta(minutes=5) if dice.random() < 0.05 else moment
        local = tick.astimezone(ZoneInfo(zone))
        assert local_day(tick, zone) == local.date()
        if is_digest_time(tick, zone, hour) and not sent[local.date()]:  # the key: a person and a local day
            sent[local.date()].append(local)
            assert tick < day_ends_at(tick, zone) <= tick + timedelta(hours=11)
        allowed = allowed_at(tick, zone)
        assert allowed >= tick
        assert 9 <= allowed.astimezone(ZoneInfo(zone)).hour < 20
        assert allowed - tick <= timedelta(hours=13)
        moment += timedelta(minutes=30)
    got = {day for day, times in sent.items() if times}
    began = min(sent)  # in the midst of a day, where it was already later
    assert {at.hour for day, times in sent.items() for at in times if day > began} == {hour}
    inner = list(days_of(FIRST + timedelta(days=1), FIRST + timedelta(days=DAYS - 2)))
    assert [day for day in inner if day in got] == [day for day in inner if is_working(day)]


def test_every_deadline_of_the_year_is_named_on_its_steps_and_no_day_early_or_late() -> None:
    working = [day for day in days_of(FIRST, FIRST + timedelta(days=DAYS + 40)) if is_working(day)]
    for due_on in days_of(FIRST + timedelta(days=20), FIRST + timedelta(days=DAYS)):
        expected = {step_day(due_on, step) for step in REMINDER_STEPS}
        named = {
            today
            for since, today in pairwise(working)
            if abs((today - due_on).days) < 30 and stands(due_on, since, today, REMINDER_STEPS)
        }
        assert named == {day for day in expected if day > working[0]}
        for step in REMINDER_STEPS:
            day = step_day(due_on, step)
            asked = due_on + timedelta(days=step)
            assert is_working(day)
            between = days_of(min(day, asked), max(day, asked))
            assert day <= asked if step <= 0 else day >= asked
            assert [other for other in between if other != day and is_working(other)] == []


async def test_the_planner_itself_keeps_to_every_zone_through_jumps_of_the_clock(world: World) -> None:
    names = ["Дина", "Тамара", "Клим", "Кирилл", "Марина", "Ульяна", "Римма", "Вера", "Саша", "Степан"]
    extra = [name for name in world.telegram if name not in names]
    zones = dict(zip([*names, *extra], ZONES, strict=False))
    async with world.db.write(SYSTEM) as tx:
        for name, zone in zones.items():
            telegram_id = world.telegram[name]
            await tx.session.execute(
                update(people.Person).where(people.Person.telegram_id == telegram_id).values(timezone=zone)
            )
    start = world.clock.moment
    dice = random.Random(7)
    for half_hour in range(2 * 24 * 3):
        world.clock.moment = start + timedelta(minutes=30 * half_hour)
        await reminders.plan(world.db)
        if dice.random() < 0.1:
            world.clock.moment -= timedelta(minutes=5)
            assert await reminders.plan(world.db) == 0
    planned = await rows(
        world.db,
        "SELECT m.person_id, p.timezone, m.created_at, m.dedupe_key FROM outbox_message m"
        " JOIN person p ON p.id = m.person_id WHERE m.kind = 'digest'",
    )
    assert len({zone for _, zone, _, _ in planned}) >= 6
    for person_id, zone, created_at, key in planned:
        local = datetime.fromisoformat(created_at).replace(tzinfo=UTC).astimezone(ZoneInfo(zone))
        assert key == f"digest:{person_id}:{local.date().isoformat()}"
        is_first_day = local.date() == start.astimezone(ZoneInfo(zone)).date()
        assert local.hour == 9 or (is_first_day and 9 <= local.hour < 20)
    assert len({key for *_, key in planned}) == len(planned)
