"""A shared plan made a school's own: what changes, for whom, and what a newer version of the plan leaves alone."""

from datetime import date

import pytest
from sqlalchemy import select

from domain import adapting, documents, exports, progress, recalls, reports, revisions, roadmaps
from domain.actor import SYSTEM
from domain.adapting import ProposalState
from domain.errors import Forbidden, NotFound
from domain.outbox import OutboxMessage
from domain.progress import Decision
from domain.roadmaps import RoadmapView
from tests.changed_documents import DEADLINE, TITLE, changed, drop_row, set_cell
from tests.domain.test_progress import decide, hand_in
from tests.world import World

MEETINGS = "Информационно-организационные совещание со школьными"
OWN_WORDS = "Совещание со школьной командой нашей школы"


async def view(world: World) -> RoadmapView:
    async with world.db.read(await world.actor("Римма")) as tx:
        return await roadmaps.roadmap(tx, world.roadmap_id)


async def card(world: World, who: str, work_id: int) -> progress.WorkCard:
    async with world.db.read(await world.actor(who)) as tx:
        return await progress.work_card(tx, work_id)


async def reword(world: World, who: str, work_id: int, **fields: str) -> None:
    async with world.db.write(await world.actor(who)) as tx:
        await adapting.reword(tx, work_id, fields)


async def newer(world: World, content: bytes) -> revisions.Comparison:
    """Римма applies a changed version of her plan."""
    reading = documents.read_roadmap(content, "новая.docx", year=2022)
    async with world.db.write(await world.actor("Римма")) as tx:
        proposed = await revisions.propose(tx, world.roadmap_id, reading, file_name="новая.docx")
        compared = await revisions.comparison(tx, proposed.id)
        await revisions.apply(tx, proposed.id)
    return compared


async def test_own_words_are_the_schools_alone(world: World) -> None:
    here = await world.assignment_id("Тороповская", "2.1")
    there = await world.assignment_id("Климатинская", "2.1")
    await reword(world, "Тамара", here, title=OWN_WORDS, evidence_required="")
    assert (await card(world, "Дина", here)).measure.title == OWN_WORDS
    assert (await card(world, "Кирилл", here)).measure.title == OWN_WORDS
    theirs = (await card(world, "Клим", there)).measure
    assert theirs.title.startswith(MEETINGS)
    async with world.db.read(await world.actor("Дина")) as tx:
        labels = [row.measure.label for row in await progress.my_work(tx) if row.measure.number == "2.1"]
    assert labels == ["2.1 Совещание со школьной командой нашей…"]
    assert (await view(world)).measures[4].title.startswith(MEETINGS)  # the plan itself is as it was
    await reword(world, "Тамара", here, title=theirs.title)
    assert (await card(world, "Дина", here)).measure.title == theirs.title


@pytest.mark.parametrize(
    ("who", "refused"),
    [
        ("Дина", Forbidden),
        ("Кирилл", Forbidden),
        ("Клим", NotFound),
        ("Степан", NotFound),
        ("Ольга", Forbidden),
    ],
)
async def test_who_may_not_change_a_schools_plan(world: World, who: str, refused: type[Exception]) -> None:
    work_id = await world.assignment_id("Тороповская", "2.1")
    with pytest.raises(refused):
        await reword(world, who, work_id, title=OWN_WORDS)
    async with world.db.write(await world.actor(who)) as tx:
        with pytest.raises(refused):
            await adapting.move_date(tx, work_id, date(2022, 5, 20))


async def test_a_measure_keeps_some_words(world: World) -> None:
    work_id = await world.assignment_id("Тороповская", "2.1")
    with pytest.raises(adapting.TextNeeded):
        await reword(world, "Тамара", work_id, title="  ")


async def test_a_date_of_its_own_lies_inside_the_period(world: World) -> None:
    work_id = await world.assignment_id("Тороповская", "2.1")
    async with world.db.write(await world.actor("Тамара")) as tx:
        for day in (date(2023, 1, 1), date(2021, 12, 31)):
            with pytest.raises(adapting.OutsidePeriod):
                await adapting.move_date(tx, work_id, day)
        await adapting.move_date(tx, work_id, date(2022, 12, 31))
    await hand_in(world, "Дина", work_id)
    async with world.db.write(await world.actor("Тамара")) as tx:
        with pytest.raises(progress.AlreadySubmitted):
            await adapting.move_date(tx, work_id, date(2022, 6, 1))


async def test_a_newer_version_of_the_plan_leaves_the_own_alone(world: World) -> None:
    here = await world.assignment_id("Тороповская", "2.1")
    there = await world.assignment_id("Климатинская", "2.1")
    done = await world.assignment_id("Василёвская", "2.1")
    await decide(world, "Клим", await hand_in(world, "Вера", done), Decision.CONFIRM)
    await reword(world, "Тамара", here, title=OWN_WORDS)
    async with world.db.write(await world.actor("Тамара")) as tx:
        await adapting.move_date(tx, here, date(2022, 5, 20))
    compared = await newer(
        world,
        changed(
            set_cell(MEETINGS, DEADLINE, "Февраль-июнь"),
            set_cell(MEETINGS, TITLE, "Совещания с командами ШНОР"),
        ),
    )
    assert (compared.moving, compared.keeping) == (1, 1)  # the third one has been confirmed
    own, other = await card(world, "Тамара", here), await card(world, "Клим", there)
    assert (own.measure.title, own.assignment.due_on) == (OWN_WORDS, date(2022, 5, 20))
    assert (other.measure.title, other.assignment.due_on) == ("Совещания с командами ШНОР", date(2022, 6, 30))
    assert (await card(world, "Вера", done)).assignment.status is progress.Status.CONFIRMED
    async with world.db.read(await world.actor("Римма")) as tx:
        (found,) = await adapting.adapted(tx, world.roadmap_id)
    assert (found.school.name, found.stale, len(found.rows)) == ("Тороповская ОШ", 1, 1)
    (row,) = found.rows
    assert [(d.field, d.own, d.plan, d.stale) for d in row.differences] == [
        ("title", OWN_WORDS, "Совещания с командами ШНОР", True)
    ]
    assert (row.moved, row.planned.due) == (True, date(2022, 6, 30))


async def test_a_plan_that_a_school_has_made_its_own_is_not_taken_back(world: World) -> None:
    school_id = world.schools["Тороповская"].school_id or 0
    async with world.db.write(await world.actor("Римма")) as tx:
        assert await recalls.may_reopen(tx, world.roadmap_id)
    async with world.db.write(await world.actor("Тамара")) as tx:
        await adapting.add_row(tx, world.roadmap_id, school_id, title="Своё", due_on=date(2022, 6, 1))
    async with world.db.write(await world.actor("Римма")) as tx:
        assert not await recalls.may_reopen(tx, world.roadmap_id)
        with pytest.raises(recalls.WorkBegun):
            await recalls.reopen_roadmap(tx, world.roadmap_id)


async def test_a_measure_that_the_plan_drops_stays_with_the_school_that_made_it_its_own(world: World) -> None:
    here = await world.assignment_id("Тороповская", "5.2")
    there = await world.assignment_id("Климатинская", "5.2")
    await reword(world, "Тамара", here, title="Обучение нашего директора")
    await newer(world, changed(drop_row("Организация обучения руководителей")))
    assert (await card(world, "Тамара", here)).measure.title == "Обучение нашего директора"
    with pytest.raises(NotFound):
        await card(world, "Клим", there)


async def test_a_row_of_the_schools_own_is_owed_reviewed_and_in_no_table_of_the_region(world: World) -> None:
    school_id = world.schools["Тороповская"].school_id or 0
    async with world.db.read(await world.actor("Римма")) as tx:
        before = (
            await reports.used_roadmaps(tx),
            await reports.matrix(tx),
            len(await roadmaps.roadmap_list(tx)),
        )
    async with world.db.write(await world.actor("Тамара")) as tx:
        with pytest.raises(adapting.OutsidePeriod):
            await adapting.add_row(tx, world.roadmap_id, school_id, title="Своё", due_on=date(2030, 1, 1))
        work = await adapting.add_row(
            tx,
            world.roadmap_id,
            school_id,
            title="Педсовет по итогам",
            due_on=date(2022, 6, 10),
            evidence="Протокол",
        )
        work_id = work.id
    async with world.db.read(await world.actor("Римма")) as tx:
        after = (
            await reports.used_roadmaps(tx),
            await reports.matrix(tx),
            len(await roadmaps.roadmap_list(tx)),
        )
        assert (await exports.execution(tx, world.roadmap_id)).schools == 3
        (found,) = await adapting.adapted(tx, world.roadmap_id)
    assert after == before
    assert [(row.shown.title, row.is_own) for row in found.rows] == [("Педсовет по итогам", True)]
    number = await hand_in(world, "Дина", work_id)
    await decide(world, "Кирилл", number, Decision.CONFIRM)
    async with world.db.write(await world.actor("Тамара")) as tx:
        with pytest.raises(progress.AssignmentClosed):
            await adapting.remove_row(tx, work_id)
    for who in ("Клим", "Степан"):
        with pytest.raises(NotFound):
            await card(world, who, work_id)


async def test_an_untouched_own_row_goes_and_a_shared_one_does_not(world: World) -> None:
    school_id = world.schools["Тороповская"].school_id or 0
    shared = await world.assignment_id("Тороповская", "2.1")
    async with world.db.write(await world.actor("Тамара")) as tx:
        work = await adapting.add_row(tx, world.roadmap_id, school_id, title="Своё", due_on=date(2022, 6, 1))
        await adapting.remove_row(tx, work.id)
        with pytest.raises(Forbidden):
            await adapting.remove_row(tx, shared)
        plan = await adapting.school_plan(tx, world.roadmap_id, school_id)
    assert [row for row in plan.rows if row.is_own] == []


async def test_a_curator_proposes_and_the_head_decides(world: World) -> None:
    work_id = await world.assignment_id("Тороповская", "2.1")
    async with world.db.write(await world.actor("Кирилл")) as tx:
        with pytest.raises(adapting.NothingProposed):
            await adapting.propose(tx, work_id, {})
        taken = await adapting.propose(
            tx, work_id, {"title": OWN_WORDS}, due_on=date(2022, 5, 20), why="Точнее"
        )
        left = await adapting.propose(tx, work_id, {"indicator": "7 из 7"})
        with pytest.raises(Forbidden):
            await adapting.answer(tx, taken.id, take=True)
    async with world.db.write(await world.actor("Марина")) as tx:
        with pytest.raises(Forbidden):
            await adapting.answer(tx, taken.id, take=True)
    for who in ("Клим", "Степан"):
        async with world.db.write(await world.actor(who)) as tx:
            with pytest.raises(NotFound):
                await adapting.answer(tx, taken.id, take=True)
    async with world.db.write(await world.actor("Тамара")) as tx:
        plan = await adapting.school_plan(tx, world.roadmap_id, world.schools["Тороповская"].school_id or 0)
        waiting = [p.id for row in plan.rows for p in row.proposals]
        await adapting.answer(tx, taken.id, take=True)
        await adapting.answer(tx, left.id, take=False)
        with pytest.raises(adapting.ProposalClosed):
            await adapting.answer(tx, left.id, take=True)
    assert waiting == [taken.id, left.id]
    seen = await card(world, "Кирилл", work_id)
    assert (seen.measure.title, seen.assignment.due_on, seen.measure.indicator) == (
        OWN_WORDS, date(2022, 5, 20), (await view(world)).measures[4].indicator,
    )  # fmt: skip
    async with world.db.read(SYSTEM) as tx:
        found = await tx.session.scalars(
            select(OutboxMessage).where(OutboxMessage.kind.like("edit_%")).order_by(OutboxMessage.id)
        )
        told = [(message.kind, message.person_id) for message in found]
    tamara, kirill = world.people["Тамара"], world.people["Кирилл"]
    assert told == [("edit_proposed", tamara)] * 2 + [("edit_answered", kirill)] * 2
    async with world.db.read(await world.actor("Кирилл")) as tx:
        assert (await adapting.proposal(tx, left.id)).state is ProposalState.DECLINED


async def test_a_stranger_finds_no_plan(world: World) -> None:
    school_id = world.schools["Тороповская"].school_id or 0
    for who in ("Клим", "Степан", "Саша"):
        async with world.db.read(await world.actor(who)) as tx:
            with pytest.raises(NotFound):
                await adapting.school_plan(tx, world.roadmap_id, school_id)
    async with world.db.read(await world.actor("Ульяна")) as tx:
        assert await adapting.adapted(tx, world.roadmap_id) == []


async def test_the_export_of_one_school_is_in_its_own_words(world: World) -> None:
    school_id = world.schools["Тороповская"].school_id or 0
    work_id = await world.assignment_id("Тороповская", "2.1")
    await reword(world, "Тамара", work_id, title=OWN_WORDS)
    async with world.db.write(await world.actor("Тамара")) as tx:
        work = await adapting.add_row(
            tx, world.roadmap_id, school_id, title="Педсовет", due_on=date(2022, 6, 1)
        )
        own_id = work.id
    number = await hand_in(world, "Дина", own_id, "Протокол педсовета")
    async with world.db.read(await world.actor("Римма")) as tx:
        own = await exports.execution(tx, world.roadmap_id, school_id=school_id)
        whole = await exports.execution(tx, world.roadmap_id)
        other = await exports.execution(
            tx, world.roadmap_id, school_id=world.schools["Климатинская"].school_id
        )
    titles = [[row.measure.title for row in found.rows] for found in (own, whole, other)]
    assert (OWN_WORDS in titles[0], OWN_WORDS in titles[1], OWN_WORDS in titles[2]) == (True, False, False)
    assert (titles[0][-1], titles[1] == titles[2], len(titles[0])) == ("Педсовет", True, len(titles[1]) + 1)
    assert (own.rows[-1].documents, number > 0) == (["Протокол педсовета"], True)
