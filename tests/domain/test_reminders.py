"""One digest a day, at a local hour, of working days, with what its reader holds."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from domain import progress, reminders
from domain.actor import SYSTEM
from domain.outbox import OutboxMessage
from tests.domain.test_progress import decide, hand_in
from tests.world import World


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
