"""Handing in and deciding: once, by the right person, with a comment, nothing lost."""

import asyncio

import pytest

from domain import moving, progress
from domain.errors import Forbidden, NotFound
from domain.files import StoredFile
from domain.progress import Decision, Source, Standing, Status
from tests.world import World

FILE = StoredFile("a" * 64, 1000)


async def hand_in(world: World, who: str, assignment_id: int, text: str = "Приказ № 41 от 12.04") -> int:
    async with world.db.write(await world.actor(who)) as tx:
        await progress.add_text(tx, assignment_id, text)
        return (await progress.submit(tx, assignment_id)).id


async def decide(world: World, who: str, number: int, decision: Decision, comment: str = "Хорошо") -> int:
    async with world.db.write(await world.actor(who)) as tx:
        return (await progress.decide(tx, number, decision, comment)).id


async def status(world: World, assignment_id: int) -> Status:
    async with world.db.read(await world.actor("Римма")) as tx:
        return (await progress.assignment(tx, assignment_id)).status


async def test_a_school_sees_what_it_owes_soonest_first(world: World) -> None:
    async with world.db.read(await world.actor("Дина")) as tx:
        work = await progress.my_work(tx)
    dates = [row.assignment.due_on for row in work if row.assignment.due_on]
    assert dates == sorted(dates)
    assert {row.school.name for row in work} == {"Тороповская ОШ"}
    assert work[0].standing is Standing.OVERDUE


async def test_the_path_from_draft_to_confirmed(world: World) -> None:
    work_id = await world.assignment_id("Тороповская", "2.1")
    number = await hand_in(world, "Дина", work_id)
    assert await status(world, work_id) is Status.IN_REVIEW
    await decide(world, "Кирилл", number, Decision.CONFIRM)
    assert await status(world, work_id) is Status.CONFIRMED
    with pytest.raises(progress.AssignmentClosed):
        await hand_in(world, "Дина", work_id)


async def test_sending_twice_is_sending_once(world: World) -> None:
    work_id = await world.assignment_id("Тороповская", "2.1")
    number = await hand_in(world, "Дина", work_id)
    async with world.db.write(await world.actor("Тамара")) as tx:
        with pytest.raises(progress.AlreadySubmitted) as caught:
            await progress.submit(tx, work_id)
    assert caught.value.params == {"number": number}


async def test_an_empty_draft_is_not_sent(world: World) -> None:
    work_id = await world.assignment_id("Тороповская", "2.1")
    async with world.db.write(await world.actor("Дина")) as tx:
        with pytest.raises(progress.NothingToSubmit):
            await progress.submit(tx, work_id)


async def test_the_same_message_twice_is_one_thing_in_the_draft(world: World) -> None:
    work_id = await world.assignment_id("Тороповская", "2.1")
    for _ in range(3):
        async with world.db.write(await world.actor("Дина")) as tx:
            await progress.add_file(tx, work_id, FILE, name="Приказ.pdf", source=Source(107, 5))
    async with world.db.read(await world.actor("Тамара")) as tx:
        card = await progress.work_card(tx, work_id)
    assert [(e.name, e.size) for e in card.draft] == [("Приказ.pdf", 1000)]


async def test_the_slot_holds_three_files_and_all_photos_are_one_of_them(world: World) -> None:
    work_id = await world.assignment_id("Тороповская", "2.1")
    async with world.db.write(await world.actor("Дина")) as tx:
        for n in range(5):
            await progress.add_file(tx, work_id, FILE, name=f"{n}.jpg", photo=True)
        for n in range(2):
            await progress.add_file(tx, work_id, FILE, name=f"{n}.pdf")
        with pytest.raises(progress.TooManyFiles):
            await progress.add_file(tx, work_id, FILE, name="3.pdf")
        await progress.add_file(tx, work_id, FILE, name="6.jpg", photo=True)
    other = await world.assignment_id("Тороповская", "2.2")
    async with world.db.write(await world.actor("Дина")) as tx:
        for n in range(3):
            await progress.add_file(tx, other, FILE, name=f"{n}.pdf")
        with pytest.raises(progress.TooManyFiles):
            await progress.add_file(tx, other, FILE, name="1.jpg", photo=True)


async def test_photos_end_where_a_pdf_would_not_be_readable(world: World) -> None:
    work_id = await world.assignment_id("Тороповская", "2.1")
    async with world.db.write(await world.actor("Дина")) as tx:
        for n in range(progress.MAX_PHOTOS):
            await progress.add_file(tx, work_id, FILE, name=f"{n}.jpg", photo=True)
        with pytest.raises(progress.TooManyPhotos):
            await progress.add_file(tx, work_id, FILE, name="more.jpg", photo=True)


async def test_a_return_reopens_the_same_draft_and_keeps_the_version(world: World) -> None:
    work_id = await world.assignment_id("Тороповская", "2.1")
    first = await hand_in(world, "Дина", work_id, "Приказ без подписи")
    await decide(world, "Кирилл", first, Decision.RETURN, "Документ не подтверждает факт")
    async with world.db.read(await world.actor("Дина")) as tx:
        card = await progress.work_card(tx, work_id)
    assert card.returned is not None
    assert card.returned.comment == "Документ не подтверждает факт"
    assert [e.text for e in card.draft] == ["Приказ без подписи"]
    second = await hand_in(world, "Тамара", work_id, "Подписанный приказ")
    async with world.db.read(await world.actor("Кирилл")) as tx:
        card = await progress.work_card(tx, work_id)
    assert [(v.submission.id, [e.text for e in v.evidence]) for v in card.submissions] == [
        (second, ["Приказ без подписи", "Подписанный приказ"]),
        (first, ["Приказ без подписи"]),
    ]
    assert card.draft == []


async def test_the_second_reviewer_is_told_who_and_when(world: World) -> None:
    work_id = await world.assignment_id("Тороповская", "2.1")
    number = await hand_in(world, "Дина", work_id)
    world.clock.forward(days=7)  # five working days of silence: the coordinator may decide as well
    await decide(world, "Марина", number, Decision.CONFIRM)
    with pytest.raises(progress.AlreadyDecided) as caught:
        await decide(world, "Кирилл", number, Decision.RETURN)
    assert caught.value.params == {"name": "Марина", "at": world.clock.moment, "decision": Decision.CONFIRM}


async def test_a_hundred_presses_are_one_decision(world: World) -> None:
    work_id = await world.assignment_id("Тороповская", "2.1")
    number = await hand_in(world, "Дина", work_id)
    pressed = await asyncio.gather(*(decide(world, "Кирилл", number, Decision.CONFIRM) for _ in range(100)))
    assert len(set(pressed)) == 1


@pytest.mark.parametrize(
    ("who", "error"),
    [
        ("Тамара", progress.OwnSchool),
        ("Дина", progress.OwnSchool),
        ("Марина", progress.NotYourTurn),  # the curator has not been silent yet
        ("Ольга", Forbidden),
        ("Клим", NotFound),
        ("Саша", NotFound),
        ("Степан", NotFound),
    ],
)
async def test_nobody_else_decides(world: World, who: str, error: type[Exception]) -> None:
    number = await hand_in(world, "Дина", await world.assignment_id("Тороповская", "2.1"))
    with pytest.raises(error):
        await decide(world, who, number, Decision.CONFIRM)


async def test_a_decision_needs_a_word(world: World) -> None:
    number = await hand_in(world, "Дина", await world.assignment_id("Тороповская", "2.1"))
    with pytest.raises(progress.CommentNeeded):
        await decide(world, "Кирилл", number, Decision.CONFIRM, "  ")


async def test_a_report_can_be_taken_back_until_it_is_decided(world: World) -> None:
    work_id = await world.assignment_id("Тороповская", "2.1")
    number = await hand_in(world, "Дина", work_id)
    async with world.db.write(await world.actor("Тамара")) as tx:
        await progress.withdraw(tx, number)
    assert await status(world, work_id) is Status.NOT_DONE
    with pytest.raises(progress.Withdrawn):
        await decide(world, "Кирилл", number, Decision.CONFIRM)
    again = await hand_in(world, "Тамара", work_id)
    await decide(world, "Кирилл", again, Decision.CONFIRM)
    async with world.db.write(await world.actor("Тамара")) as tx:
        with pytest.raises(progress.AlreadyDecided):
            await progress.withdraw(tx, again)


async def test_the_queue_holds_only_what_waits_for_this_reviewer(world: World) -> None:
    first = await hand_in(world, "Дина", await world.assignment_id("Тороповская", "2.1"))
    await hand_in(world, "Вера", await world.assignment_id("Василёвская", "2.1"))
    await hand_in(world, "Клим", await world.assignment_id("Климатинская", "2.1"))
    world.clock.forward(days=1)
    queues = {}
    for name in ("Кирилл", "Клим", "Марина", "Ульяна", "Римма", "Саша", "Дина"):
        async with world.db.read(await world.actor(name)) as tx:
            queues[name] = [(row.school.name, row.waiting) for row in await progress.queue(tx)]
    assert queues == {
        "Кирилл": [("Тороповская ОШ", 1)],
        "Клим": [("Василёвская СОШ", 1)],
        "Марина": [],
        "Ульяна": [("Климатинская СОШ", 1)],
        "Римма": [],
        "Саша": [],
        "Дина": [],
    }
    assert first > 0


async def test_moving_a_deadline_moves_what_is_open(world: World) -> None:
    work_id = await world.assignment_id("Тороповская", "2.1")
    async with world.db.write(await world.actor("Римма")) as tx:
        work = await progress.assignment(tx, work_id)
        moved = await moving.move_due(tx, work.measure_id, work.occurrence, world.clock.moment.date())
    assert moved == 3
    async with world.db.write(await world.actor("Марина")) as tx:
        with pytest.raises(Forbidden):
            await moving.move_due(tx, work.measure_id, 0, world.clock.moment.date())


@pytest.mark.parametrize("who", ["Степан", "Саша", "Клим", "Вера"])
async def test_a_card_of_another_school_is_not_found(world: World, who: str) -> None:
    work_id = await world.assignment_id("Тороповская", "2.1")
    async with world.db.read(await world.actor(who)) as tx:
        with pytest.raises(NotFound):
            await progress.work_card(tx, work_id)


async def test_a_draft_is_seen_by_the_school_alone(world: World) -> None:
    work_id = await world.assignment_id("Тороповская", "2.1")
    async with world.db.write(await world.actor("Дина")) as tx:
        item = await progress.add_text(tx, work_id, "Черновик")
    async with world.db.read(await world.actor("Кирилл")) as tx:
        assert (await progress.work_card(tx, work_id)).draft == []
        with pytest.raises(NotFound):
            await progress.evidence(tx, item.id)
