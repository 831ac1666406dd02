"""The production calendar: transfers by order, the law for other years, a region's own days."""

from datetime import date, timedelta

import pytest

from domain import calendars
from domain.actor import SYSTEM
from domain.dates import days_of, is_working, working_day_after, working_days_back, working_days_between
from domain.errors import Forbidden, NotFound
from tests.world import World


# Working days of a year by the published production calendars (five-day week).
@pytest.mark.parametrize(("year", "days"), [(2024, 248), (2025, 247), (2026, 247)])
def test_working_days_of_a_year(year: int, days: int) -> None:
    assert sum(map(is_working, days_of(date(year, 1, 1), date(year, 12, 31)))) == days


@pytest.mark.parametrize(
    ("day", "works"),
    [
        ("2024-04-27", True),  # a Saturday at work
        ("2024-04-29", False),
        ("2025-11-01", True),
        ("2025-11-03", False),
        ("2025-12-31", False),
        ("2026-01-09", False),
        ("2026-01-12", True),
        ("2026-03-09", False),
        ("2026-11-05", True),
        ("2027-06-14", False),
        ("2022-05-02", False),  # the law alone: 1 May 2022 was a Sunday
        ("2028-01-10", True),  # January's holidays do not move by themselves
    ],
)
def test_days_of_the_orders(day: str, works: bool) -> None:
    assert is_working(date.fromisoformat(day)) is works


def test_working_days_are_counted_over_holidays() -> None:
    thirtieth = date(2025, 12, 30)
    assert working_days_between(thirtieth, date(2026, 1, 12)) == 1
    assert working_days_back(date(2026, 1, 12), 1) == date(2026, 1, 11)
    assert working_day_after(date(2026, 1, 1)) == date(2026, 1, 12)


def test_counting_back_is_the_mirror_of_counting_on() -> None:
    for day in days_of(date(2026, 1, 1), date(2026, 6, 30)):
        for count in (1, 2, 4, 8):
            since = working_days_back(day, count)
            assert working_days_between(since, day) == count
            assert working_days_between(since + timedelta(days=1), day) < count


async def test_a_region_decides_days_for_itself(world: World) -> None:
    region = world.places["область"].region_id or 0
    flood = date(2022, 4, 20)
    async with world.db.write(await world.actor("Римма")) as tx:
        await calendars.set_day(tx, region, flood, works=True)
        day = await calendars.set_day(tx, region, flood, works=False, note="Паводок")
    async with world.db.read(await world.actor("Римма")) as tx:
        assert [d.note for d in await calendars.calendar_days(tx, region)] == ["Паводок"]
    async with world.db.read(SYSTEM) as tx:
        own = await calendars.own_days(tx, region)
        assert await calendars.all_own_days(tx) == {region: own}
    assert is_working(flood)
    assert not is_working(flood, own)
    async with world.db.write(await world.actor("Римма")) as tx:
        await calendars.forget_day(tx, day.id)
    async with world.db.read(SYSTEM) as tx:
        assert await calendars.own_days(tx, region) == {}


async def test_only_the_regional_coordinator_changes_days(world: World) -> None:
    region = world.places["область"].region_id or 0
    for name, error in (("Марина", NotFound), ("Ольга", Forbidden), ("Саша", NotFound)):
        async with world.db.write(await world.actor(name)) as tx:
            with pytest.raises(error):
                await calendars.set_day(tx, region, date(2022, 4, 20), works=False)
