"""«Не требуется» with a reason, and «сделано 3 из 7»."""

import pytest
from sqlalchemy import select

from domain import obligations, outbox, progress
from domain.actor import SYSTEM
from domain.errors import Forbidden, NotFound
from domain.obligations import Count, WaiverState
from domain.progress import Decision, Status
from domain.roadmaps import Measure
from tests.world import World

REASON = "В школе нет девятых классов"


@pytest.fixture
async def work_id(world: World) -> int:
    return await world.assignment_id("Тороповская", "2.1")


async def ask(world: World, who: str, work_id: int, reason: str = REASON) -> int:
    async with world.db.write(await world.actor(who)) as tx:
        return (await obligations.ask_waiver(tx, work_id, reason)).id


async def grant(world: World, who: str, waiver_id: int, answer: str = "") -> WaiverState:
    async with world.db.write(await world.actor(who)) as tx:
        return (await obligations.grant_waiver(tx, waiver_id, answer)).state


async def status(world: World, work_id: int) -> Status:
    async with world.db.read(SYSTEM) as tx:
        return (await progress.assignment(tx, work_id)).status


async def news(world: World, kind: str) -> list[str]:
    names = {person_id: name for name, person_id in world.people.items()}
    async with world.db.read(SYSTEM) as tx:
        query = select(outbox.OutboxMessage.person_id).where(outbox.OutboxMessage.kind == kind)
        return sorted(names[i or 0] for i in (await tx.session.scalars(query)).all())


async def test_a_school_asks_and_the_coordinator_grants(world: World, work_id: int) -> None:
    waiver_id = await ask(world, "Дина", work_id)
    assert await news(world, "waiver_asked") == ["Марина"]
    assert await grant(world, "Марина", waiver_id, "Согласна") is WaiverState.GRANTED
    assert await status(world, work_id) is Status.WAIVED
    assert await news(world, "waiver_answered") == ["Дина"]
    with pytest.raises(progress.AssignmentClosed):
        async with world.db.write(await world.actor("Дина")) as tx:
            await progress.add_text(tx, work_id, "Всё же сделали")


async def test_a_refusal_needs_a_word_and_leaves_the_work_as_it_is(world: World, work_id: int) -> None:
    waiver_id = await ask(world, "Дина", work_id)
    async with world.db.write(await world.actor("Марина")) as tx:
        with pytest.raises(obligations.ReasonNeeded):
            await obligations.decline_waiver(tx, waiver_id, " ")
        waiver = await obligations.decline_waiver(tx, waiver_id, "Классы есть в филиале")
    assert (waiver.state, waiver.answer) == (WaiverState.DECLINED, "Классы есть в филиале")
    assert await status(world, work_id) is Status.NOT_DONE
    again = await ask(world, "Тамара", work_id, "Филиал закрыт")
    async with world.db.read(await world.actor("Дина")) as tx:
        found = [(w.id, w.reason) for w in await obligations.waivers(tx, work_id)]
    assert found == [(again, "Филиал закрыт"), (waiver_id, REASON)]


async def test_asking_twice_is_asking_once(world: World, work_id: int) -> None:
    assert await ask(world, "Дина", work_id) == await ask(world, "Тамара", work_id, "Другая причина")
    assert await news(world, "waiver_asked") == ["Марина"]


async def test_the_second_coordinator_is_told_who_and_when(world: World, work_id: int) -> None:
    waiver_id = await ask(world, "Дина", work_id)
    assert [await grant(world, "Марина", waiver_id) for _ in range(2)] == [WaiverState.GRANTED] * 2
    async with world.db.write(await world.actor("Римма")) as tx:
        with pytest.raises(obligations.AlreadyAnswered) as caught:
            await obligations.decline_waiver(tx, waiver_id, "Нет")
    assert caught.value.params == {
        "name": "Марина",
        "at": world.clock.moment,
        "state": WaiverState.GRANTED,
    }


async def test_what_was_handed_in_meanwhile_is_not_waived(world: World, work_id: int) -> None:
    waiver_id = await ask(world, "Дина", work_id)
    async with world.db.write(await world.actor("Дина")) as tx:
        await progress.add_text(tx, work_id, "Сделали")
        number = (await progress.submit(tx, work_id)).id
        await obligations.take_waiver_back(tx, waiver_id)
        with pytest.raises(progress.AlreadySubmitted):
            await obligations.ask_waiver(tx, work_id, REASON)
    with pytest.raises(obligations.AlreadyAnswered):
        await grant(world, "Марина", waiver_id)
    async with world.db.write(await world.actor("Кирилл")) as tx:
        await progress.decide(tx, number, Decision.RETURN, "Нет подписи")
    second = await ask(world, "Дина", work_id)
    async with world.db.write(await world.actor("Дина")) as tx:
        await progress.submit(tx, work_id)
    with pytest.raises(obligations.HandedInMeanwhile):
        await grant(world, "Марина", second)


async def test_the_queue_holds_what_the_actor_may_answer(world: World, work_id: int) -> None:
    await ask(world, "Дина", work_id)
    await ask(world, "Степан", await world.assignment_id("Тимонин", "2.1"))
    submitted = await world.assignment_id("Василёвская", "2.1")
    await ask(world, "Вера", submitted)
    async with world.db.write(await world.actor("Вера")) as tx:
        await progress.add_text(tx, submitted, "Сделали")
        await progress.submit(tx, submitted)
    world.clock.forward(days=3)
    found = {}
    for who in ("Марина", "Римма", "Ульяна", "Саша", "Кирилл", "Дина", "Ольга"):
        async with world.db.read(await world.actor(who)) as tx:
            found[who] = [(r.school.name, r.waiting) for r in await obligations.open_waivers(tx)]
    ours = [("Тороповская ОШ", 3)]
    assert found == {
        "Марина": ours,
        "Римма": ours,
        "Ульяна": [],
        "Саша": [("ООШ п. Тимонин", 3)],
        "Кирилл": [],
        "Дина": [],
        "Ольга": [],
    }


@pytest.mark.parametrize(
    ("who", "error"),
    [("Дина", progress.OwnSchool), ("Кирилл", Forbidden), ("Ольга", Forbidden), ("Саша", NotFound)],
)
async def test_nobody_else_answers(world: World, work_id: int, who: str, error: type[Exception]) -> None:
    waiver_id = await ask(world, "Дина", work_id)
    with pytest.raises(error):
        await grant(world, who, waiver_id)


@pytest.mark.parametrize(("who", "error"), [("Кирилл", Forbidden), ("Марина", Forbidden), ("Клим", NotFound)])
async def test_only_the_school_asks(world: World, work_id: int, who: str, error: type[Exception]) -> None:
    with pytest.raises((error, NotFound)):
        await ask(world, who, work_id)


async def test_a_coordinator_waives_unasked_and_requires_again(world: World, work_id: int) -> None:
    async with world.db.write(await world.actor("Римма")) as tx:
        await obligations.waive(tx, work_id, "Мероприятие отменили")
    assert await status(world, work_id) is Status.WAIVED
    async with world.db.write(await world.actor("Римма")) as tx:
        await obligations.require_again(tx, work_id, "Всё же проводим")
    assert await status(world, work_id) is Status.NOT_DONE
    assert await news(world, "required_again") == ["Дина", "Тамара"]
    async with world.db.write(await world.actor("Римма")) as tx:
        with pytest.raises(obligations.NotWaived):
            await obligations.require_again(tx, work_id, "Ещё раз")


async def test_waiving_unasked_grants_what_was_asked(world: World, work_id: int) -> None:
    waiver_id = await ask(world, "Дина", work_id)
    async with world.db.write(await world.actor("Марина")) as tx:
        assert (await obligations.waive(tx, work_id, "Согласна")).id == waiver_id


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("Проведено не менее 7 семинаров", (7, "семинаров")),
        ("не менее 25% школ", None),
        ("не менее 14 МОУО", None),
        ("100 % охват", None),
        ("Повышение качества", None),
        ("не более 3 совещаний", None),
    ],
)
def test_the_number_that_a_plan_asks_of_a_school(words: str, wanted: tuple[int, str] | None) -> None:
    found = obligations.wanted_of(Measure(title="Семинары", expected_result=words))
    assert (found and (int(found.value), found.noun)) == wanted


async def test_three_of_seven(world: World, work_id: int) -> None:
    async with world.db.write(SYSTEM) as tx:
        work = await progress.assignment(tx, work_id)
        measure = await tx.session.get_one(Measure, work.measure_id)
        measure.indicator = "не менее 7 семинаров"
    async with world.db.read(await world.actor("Дина")) as tx:
        assert await obligations.counts(tx, [(work, measure)]) == {work_id: Count(0, 7, "семинаров")}
    for done in (2, 3, 3):
        async with world.db.write(await world.actor("Дина")) as tx:
            await obligations.note_count(tx, work_id, done)
        world.clock.forward(days=1)
    async with world.db.read(await world.actor("Кирилл")) as tx:
        [(_, count)] = (await obligations.counts(tx, [(work, measure)])).items()
        history = [(n.done, n.wanted) for n in await obligations.count_notes(tx, work_id)]
    assert (count.done, count.wanted, count.left, count.reached) == (3, 7, 4, False)
    assert history == [(3, 7), (2, 7)]
    async with world.db.write(await world.actor("Тамара")) as tx:
        await obligations.note_count(tx, work_id, 5, wanted=5, note="Два объединили")
        [(_, count)] = (await obligations.counts(tx, [(work, measure)])).items()
    assert (count.left, count.reached) == (0, True)


@pytest.mark.parametrize(("done", "wanted"), [(-1, None), (100_001, None), (1, 0), (1, 100_001)])
async def test_numbers_that_cannot_be_are_refused(
    world: World, work_id: int, done: int, wanted: int | None
) -> None:
    async with world.db.write(await world.actor("Дина")) as tx:
        with pytest.raises(obligations.CountOutside):
            await obligations.note_count(tx, work_id, done, wanted=wanted)


async def test_only_the_school_notes_its_count(world: World, work_id: int) -> None:
    for who in ("Кирилл", "Марина", "Степан"):
        async with world.db.write(await world.actor(who)) as tx:
            with pytest.raises(NotFound):
                await obligations.note_count(tx, work_id, 1)
