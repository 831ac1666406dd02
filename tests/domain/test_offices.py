"""What municipalities and the region owe themselves: the whole life of it, and that no school's count knows of it."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from domain import (
    accounts,
    chase,
    documents,
    exports,
    giving,
    obligations,
    people,
    progress,
    reminders,
    reports,
    revisions,
    roadmaps,
    talks,
    weekly,
)
from domain.actor import SYSTEM, Place, Role
from domain.audit import entries
from domain.chase import Side
from domain.db import Tx
from domain.errors import Forbidden, NotFound
from domain.files import StoredFile
from domain.packs import PackEmpty, Scope, pack_of
from domain.progress import Assignment, Decision, Standing, Status
from domain.tables import plain_rows
from domain.texts import texts
from tests.changed_documents import add_row, changed
from tests.domain.test_progress import decide, hand_in, status
from tests.domain.test_reminders import digest, queued
from tests.world import START, World

FILE = StoredFile("b" * 64, 1000)


async def give(world: World, office: str, number: str, *, due: date | None = None) -> int:
    """Римма gives a measure to an office; its assignment."""
    place = world.places[office]
    async with world.db.write(await world.actor("Римма")) as tx:
        view = await roadmaps.roadmap(tx, world.roadmap_id)
        ids = [m.id for m in view.measures if m.number == number]
        assert await giving.assign(tx, world.roadmap_id, [], offices=[place], measure_ids=ids) == 1
        found = await progress.office_work(tx, world.roadmap_id)
        work = next(r.assignment for r in found if (r.measure.number, r.assignment.place) == (number, place))
        if due is not None:
            work.due_on, work.reminds = due, True
        return work.id


async def add(world: World, work: Assignment) -> None:
    """Straight into the table, past every rule."""
    async with world.db.write(SYSTEM) as tx:
        tx.session.add(work)


async def second_regional(world: World) -> None:
    """Рита, another coordinator of the region."""
    async with world.db.write(SYSTEM) as tx:
        invited = await people.invite(tx, Role.REGIONAL_COORDINATOR, world.places["область"], name="Рита")
        world.telegram["Рита"] = 190
        person = await people.join(tx, invited.payload, telegram_id=190, name="Рита")
        world.people["Рита"] = person.id


async def test_a_municipal_measure_goes_from_its_coordinator_to_the_regional_one(world: World) -> None:
    work_id = await give(world, "Даниловский", "2.1")
    async with world.db.read(await world.actor("Марина")) as tx:
        (row,) = await progress.my_work(tx)
        assert (row.school.name, row.assignment.id, row.school.id) == ("Даниловский МР", work_id, None)
    number = await hand_in(world, "Марина", work_id)
    with pytest.raises(progress.OwnWork):
        await decide(world, "Марина", number, Decision.CONFIRM)
    async with world.db.read(await world.actor("Римма")) as tx:
        assert [(q.submission.id, q.school.name) for q in await progress.queue(tx)] == [
            (number, "Даниловский МР")
        ]
    async with world.db.read(await world.actor("Марина")) as tx:
        assert await progress.queue(tx) == []
    await decide(world, "Римма", number, Decision.RETURN, "Нет показателя результата.")
    async with world.db.read(await world.actor("Марина")) as tx:
        card = await progress.work_card(tx, work_id)
    assert (card.standing, card.returned and card.returned.comment) == (
        Standing.RETURNED, "Нет показателя результата.",
    )  # fmt: skip
    again = await hand_in(world, "Марина", work_id, "С показателем")
    await decide(world, "Римма", again, Decision.CONFIRM)
    assert await status(world, work_id) is Status.CONFIRMED
    async with world.db.read(await world.actor("Римма")) as tx:
        deeds = [e.action for e in await entries(tx, subject_kind="assignment", subject_id=work_id)]
    assert deeds == ["review.confirm", "submission.send", "review.return", "submission.send"]


@pytest.mark.parametrize("stranger", ["Ульяна", "Тамара", "Кирилл", "Саша", "Степан"])
async def test_an_office_is_no_business_of_schools_and_other_municipalities(
    world: World, stranger: str
) -> None:
    work_id = await give(world, "Даниловский", "2.1")
    async with world.db.write(await world.actor(stranger)) as tx:
        with pytest.raises(NotFound):
            await progress.work_card(tx, work_id)
        with pytest.raises(NotFound):
            await progress.add_text(tx, work_id, "Моё")
        assert work_id not in [row.assignment.id for row in await progress.my_work(tx)]


async def test_a_coordinator_hands_nothing_in_for_a_school(world: World) -> None:
    work_id = await world.assignment_id("Тороповская", "2.1")
    for name in ("Марина", "Римма"):
        async with world.db.write(await world.actor(name)) as tx:
            with pytest.raises(NotFound):
                await progress.add_text(tx, work_id, "За школу")


async def test_the_only_regional_coordinator_notes_with_a_document_and_confirms_nothing(world: World) -> None:
    work_id = await give(world, "область", "2.1")
    with pytest.raises(progress.DocumentNeeded):
        await hand_in(world, "Римма", work_id, "Сделали, честное слово")
    assert await status(world, work_id) is Status.NOT_DONE
    async with world.db.write(await world.actor("Римма")) as tx:
        await progress.add_file(tx, work_id, FILE, name="Приказ.pdf")
        sent = await progress.submit(tx, work_id)
    assert await status(world, work_id) is Status.NOTED
    with pytest.raises(progress.OwnWork):
        await decide(world, "Римма", sent.id, Decision.CONFIRM)
    # A colleague who comes later may look at it.
    await second_regional(world)
    await decide(world, "Рита", sent.id, Decision.CONFIRM)
    assert await status(world, work_id) is Status.CONFIRMED


async def test_what_was_noted_can_be_taken_back(world: World) -> None:
    work_id = await give(world, "область", "2.1")
    number = await hand_in(world, "Римма", work_id, "https://example.org/prikaz")
    async with world.db.write(await world.actor("Римма")) as tx:
        await progress.withdraw(tx, number)
    assert await status(world, work_id) is Status.NOT_DONE


async def test_another_regional_coordinator_decides_about_the_regions_own(world: World) -> None:
    await second_regional(world)
    work_id = await give(world, "область", "2.1")
    number = await hand_in(world, "Римма", work_id)
    assert await status(world, work_id) is Status.IN_REVIEW
    for name, expected in (("Римма", []), ("Рита", [number])):
        async with world.db.read(await world.actor(name)) as tx:
            assert [q.submission.id for q in await progress.queue(tx)] == expected
    with pytest.raises(progress.OwnWork):
        await decide(world, "Римма", number, Decision.CONFIRM)
    await decide(world, "Рита", number, Decision.RETURN, "Приложите приказ.")
    # Who added the missing document has worked on it as well.
    async with world.db.write(await world.actor("Рита")) as tx:
        await progress.add_file(tx, work_id, FILE, name="Приказ.pdf")
        number = (await progress.submit(tx, work_id)).id
    assert await status(world, work_id) is Status.NOTED
    for name in ("Рита", "Римма"):
        with pytest.raises(progress.OwnWork):
            await decide(world, name, number, Decision.CONFIRM)


async def packed(tx: Tx) -> list[str]:
    """Files of the region's evidence pack."""
    try:
        return [file.proof.name for file in (await pack_of(tx, Scope())).files]
    except PackEmpty:
        return []


async def counted(world: World) -> dict[str, Any]:
    """Everything that counts schools, as the region's coordinator sees it."""
    async with world.db.read(await world.actor("Римма")) as tx:
        matrix = await reports.matrix(tx, reports.Filters(roadmap_id=world.roadmap_id))
        execution = await exports.execution(tx, world.roadmap_id)
        return {
            "matrix": [(row.school, row.done, row.total) for row in matrix.rows],
            "late": [row.assignment_id for row in await reports.overdue(tx)],
            "progress": await reports.school_progress(tx),
            "execution": [(r.measure.id, r.total, r.handed_in, r.overdue) for r in execution.rows],
            "schools": execution.schools,
            "pack": await packed(tx),
            "week": await weekly.summary(tx),
            "uninvolved": await chase.uninvolved(tx, days=1),
            "attention": await reports.attention(tx),
        }


async def test_offices_are_in_no_count_of_schools(world: World) -> None:
    before = await counted(world)
    due = START.date() - timedelta(days=1)
    late = await give(world, "Даниловский", "2.1", due=due)
    await give(world, "Угличский", "2.1", due=due)
    own = await give(world, "область", "4.1")
    await hand_in(world, "Римма", own, "https://example.org/prikaz")
    assert await counted(world) == before
    number = await hand_in(world, "Марина", late)
    await decide(world, "Римма", number, Decision.CONFIRM)
    assert await counted(world) == before


async def test_the_export_says_how_the_offices_stand(world: World) -> None:
    await give(world, "область", "2.1")
    work_id = await give(world, "Даниловский", "2.1")
    await hand_in(world, "Марина", work_id)
    async with world.db.read(await world.actor("Римма")) as tx:
        found = await exports.execution(tx, world.roadmap_id)
    row = next(r for r in found.rows if r.measure.number == "2.1")
    assert [(found.offices[s.place].name, s.standing) for s in row.offices] == [
        ("Ярославская область", Standing.LATER), ("Даниловский МР", Standing.IN_REVIEW),
    ]  # fmt: skip


async def test_the_same_is_given_to_an_office_once(world: World) -> None:
    await give(world, "Даниловский", "2.1")
    async with world.db.write(await world.actor("Римма")) as tx:
        view = await roadmaps.roadmap(tx, world.roadmap_id)
        ids = [m.id for m in view.measures if m.number == "2.1"]
        offices = [world.places["Даниловский"]]
        seen = await giving.preview(tx, world.roadmap_id, [], ids, offices=offices)
        assert (seen.new, seen.known, seen.schools) == (0, 1, 0)
        assert await giving.assign(tx, world.roadmap_id, [], offices=offices, measure_ids=ids) == 0
    async with world.db.read(SYSTEM) as tx:
        kept = (await tx.session.scalars(select(Assignment).where(Assignment.school_id.is_(None)))).one()
        twin = {c.key: getattr(kept, c.key) for c in Assignment.__table__.columns if c.key != "id"}
    with pytest.raises(IntegrityError):
        await add(world, Assignment(**twin))


async def test_nobody_gives_to_an_office_that_is_not_below_them(world: World) -> None:
    async with world.db.read(await world.actor("Римма")) as tx:
        names = [office.name for office in await giving.offices(tx, world.roadmap_id)]
        assert names == ["Ярославская область", "Даниловский МР", "Угличский МР"]
        for place in (world.places["Дергачевский"], Place(world.places["Дергачевский"].region_id)):
            with pytest.raises(NotFound):
                await giving.preview(tx, world.roadmap_id, [], offices=[place])
    async with world.db.write(await world.actor("Марина")) as tx:
        with pytest.raises(Forbidden):
            await giving.assign(tx, world.roadmap_id, [], offices=[world.places["Даниловский"]])


async def test_the_morning_names_what_the_office_owes_and_whose_turn_it_is(world: World) -> None:
    work_id = await give(world, "Даниловский", "2.1", due=START.date() - timedelta(days=1))
    assert [r.assignment.id for r in (await digest(world, "Марина")).overdue] == [work_id]
    assert not await digest(world, "Ульяна")
    await reminders.plan(world.db)
    assert await queued(world) == ["Вера", "Дина", "Клим", "Марина", "Степан", "Тамара"]
    world.clock.forward(hours=2)
    number = await hand_in(world, "Марина", work_id)
    assert not await digest(world, "Марина")
    assert [r.submission.id for r in (await digest(world, "Римма")).to_review] == [number]
    world.clock.forward(days=1)
    await reminders.plan(world.db)
    assert (await queued(world)).count("Римма") == 1


async def test_a_silent_municipality_is_heard_of_by_the_region_and_by_nobody_else(world: World) -> None:
    await give(world, "Даниловский", "2.1", due=START.date() - timedelta(days=1))
    municipality = world.places["Даниловский"].municipality_id or 0
    async with world.db.write(SYSTEM) as tx:
        await tx.session.execute(
            update(Assignment).where(Assignment.school_id.is_not(None)).values(status=Status.CONFIRMED)
        )
    heard: dict[str, date] = {}
    for day in range(15):
        for name in ("Римма", "Марина", "Ульяна", "Кирилл", "Саша"):
            async with world.db.read(await world.actor(name)) as tx:
                for line in await chase.silences(tx):
                    assert (line.side, line.school, line.things) == (Side.OFFICE, "Даниловский МР", 1)
                    heard.setdefault(name, START.date() + timedelta(days=day))
        world.clock.forward(days=1)
    assert heard == {"Римма": date(2022, 4, 27)}  # seven working days after it was given
    async with world.db.write(await world.actor("Марина")) as tx:
        with pytest.raises(Forbidden):
            await chase.take(tx, Side.OFFICE, municipality)
    async with world.db.write(await world.actor("Саша")) as tx:
        with pytest.raises(NotFound):
            await chase.take(tx, Side.OFFICE, municipality)
    async with world.db.write(await world.actor("Римма")) as tx:
        await chase.take(tx, Side.OFFICE, municipality)
        assert await chase.silences(tx) == []
        (line,) = await chase.silences(tx, all_of_them=True)
    assert line.taken_by == "Римма"


async def test_questions_and_not_required_of_an_office_go_to_the_region(world: World) -> None:
    work_id = await give(world, "Даниловский", "2.1")
    async with world.db.write(await world.actor("Марина")) as tx:
        await talks.say(tx, work_id, "Какой приказ нужен?")
        waiver = await obligations.ask_waiver(tx, work_id, "Школ в списке нет")
        with pytest.raises(progress.OwnWork):
            await obligations.grant_waiver(tx, waiver.id)
    async with world.db.write(await world.actor("Римма")) as tx:
        assert [q.school.name for q in await talks.open_questions(tx)] == ["Даниловский МР"]
        assert [row.school.name for row in await obligations.open_waivers(tx)] == ["Даниловский МР"]
        await talks.say(tx, work_id, "Любой")
        await obligations.grant_waiver(tx, waiver.id)
    assert await status(world, work_id) is Status.WAIVED


async def test_a_new_measure_goes_to_whom_its_words_name(world: World) -> None:
    await give(world, "область", "2.1")
    regional = ("5.4", "Методический день", "до 1 июня", "ГАУ ДПО ЯО ИРО", "Проведён", "Программа")
    school = ("5.5", "Открытые уроки", "до 1 июня", "Школы, включенные в проект", "Проведены", "Справка")
    newer = changed(add_row("Цикл семинаров", *regional), add_row("Цикл семинаров", *school))
    async with world.db.write(await world.actor("Римма")) as tx:
        reading = documents.read_roadmap(newer, "новая.docx", year=2022)
        proposed = await revisions.propose(tx, world.roadmap_id, reading, file_name="новая.docx")
        compared = await revisions.comparison(tx, proposed.id)
        assert (compared.holders, compared.to_offices) == (3, 1)
        await revisions.apply(tx, proposed.id)
    async with world.db.read(SYSTEM) as tx:
        region = [r.measure.number for r in await progress.my_work(tx, office=world.places["область"])]
        school_id = world.schools["Тороповская"].school_id
        theirs = [r.measure.number for r in await progress.my_work(tx, school_id=school_id)]
    assert (sorted(n or "" for n in region), "5.4" in theirs, "5.5" in theirs) == (
        ["2.1", "5.4"],
        False,
        True,
    )


async def test_the_table_to_take_away_names_the_offices_below_the_schools(world: World) -> None:
    due = START.date() - timedelta(days=1)
    await give(world, "Даниловский", "2.1", due=due)
    own = await give(world, "область", "2.1", due=START.date() + timedelta(days=30))
    await give(world, "Угличский", "4.1")
    await hand_in(world, "Римма", own, "https://example.org/prikaz")
    say = texts("ru", escape=False)
    async with world.db.read(await world.actor("Римма")) as tx:
        book = await accounts.missing(tx, accounts.Filters(), say)
        late = await accounts.late(tx, accounts.Filters(), say)
    rows = list(plain_rows(book.main))
    keys = [column.key for column in book.main.columns]
    offices = [dict(zip(keys, row, strict=True)) for row in rows if row[1] == "орган управления образованием"]
    assert [(o["municipality"], o["done"], o["total"]) for o in offices] == [
        ("Даниловский МР", 0, 1), ("Угличский МР", 0, 1), ("Ярославская область", 1, 1),
    ]  # fmt: skip
    assert rows[-3:] == [row for row in rows if row[1] == "орган управления образованием"]
    by_measure = {row[0]: row for row in plain_rows(book.sheets[1])}
    whole = next(row for label, row in by_measure.items() if label.startswith("2.1"))
    assert (whole[1], whole[6]) == (3, "Даниловский МР")  # three schools; the region has handed in
    assert [row[1:4] for row in plain_rows(late.main) if row[3] == "орган управления образованием"] == [
        [due, "Даниловский МР", "орган управления образованием"]
    ]
    async with world.db.read(await world.actor("Марина")) as tx:
        book = await accounts.missing(tx, accounts.Filters(), say)
    names = [row[0] for row in plain_rows(book.main) if row[1] == "орган управления образованием"]
    assert names == ["Даниловский МР"]


async def test_a_report_of_an_office_that_nobody_decides_is_heard_of(world: World) -> None:
    await second_regional(world)
    work_id = await give(world, "Даниловский", "2.1")
    own = await give(world, "область", "4.1")
    await hand_in(world, "Марина", work_id)
    await hand_in(world, "Римма", own, "https://example.org/prikaz")
    async with world.db.write(SYSTEM) as tx:
        await tx.session.execute(
            update(Assignment).where(Assignment.school_id.is_not(None)).values(status=Status.CONFIRMED)
        )
    heard: dict[str, date] = {}
    for day in range(9):
        for name in ("Римма", "Рита", "Марина", "Ульяна", "Кирилл", "Саша"):
            async with world.db.read(await world.actor(name)) as tx:
                for line in await chase.silences(tx):
                    assert (line.side, line.school) == (Side.OFFICE_REVIEWER, "Даниловский МР")
                    heard.setdefault(name, START.date() + timedelta(days=day))
        world.clock.forward(days=1)
    assert heard == {"Римма": date(2022, 4, 22), "Рита": date(2022, 4, 22)}  # after four working days
    async with world.db.read(await world.actor("Рита")) as tx:
        waiting = await reports.silent_reviews(tx)
    assert sorted((r.school, r.assignment_id) for r in waiting) == [
        ("Даниловский МР", work_id), ("Ярославская область", own),
    ]  # fmt: skip
    async with world.db.read(await world.actor("Ульяна")) as tx:
        assert await reports.silent_reviews(tx) == []
    municipality = world.places["Даниловский"].municipality_id or 0
    async with world.db.write(await world.actor("Рита")) as tx:
        await chase.take(tx, Side.OFFICE_REVIEWER, municipality)
    async with world.db.read(await world.actor("Римма")) as tx:
        assert await chase.silences(tx) == []


async def own_silences(world: World, name: str) -> list[chase.OwnSilence]:
    async with world.db.read(await world.actor(name)) as tx:
        return await chase.own_silences(tx)


async def test_a_silent_office_of_the_region_has_only_its_own_coordinators_to_hear_of_it(
    world: World,
) -> None:
    await second_regional(world)
    first = await give(world, "область", "2.1", due=START.date() - timedelta(days=3))  # Friday
    last = await give(world, "область", "4.1", due=START.date())
    assert await own_silences(world, "Римма") == []  # given today: overdue, and yet nobody has been silent
    world.clock.forward(days=7)
    expected = [chase.OwnSilence("Ярославская область", 2, 5, last)]
    for name in ("Римма", "Рита"):
        assert await own_silences(world, name) == expected
        async with world.db.read(await world.actor(name)) as tx:
            assert ((await weekly.summary(tx)).own, (await reports.attention(tx)).own) == (expected, expected)
            assert [s.side for s in await chase.silences(tx) if s.school == "Ярославская область"] == []
    for name in ("Марина", "Кирилл", "Ольга", "Тамара", "Саша"):
        assert await own_silences(world, name) == []
    # It ends by itself: what waits for a colleague becomes a silence of its own after as long as elsewhere.
    number = await hand_in(world, "Римма", last)
    assert await own_silences(world, "Римма") == [chase.OwnSilence("Ярославская область", 1, 5, first)]
    world.clock.forward(days=3)
    await hand_in(world, "Римма", first)
    assert await own_silences(world, "Рита") == []
    world.clock.forward(days=1)
    assert await own_silences(world, "Рита") == [chase.OwnSilence("Ярославская область", 0, 0, last, 1, 4)]
    await decide(world, "Рита", number, Decision.CONFIRM)
    assert await own_silences(world, "Рита") == []


async def test_a_municipal_coordinator_reads_of_the_own_office_too(world: World) -> None:
    await give(world, "Даниловский", "2.1", due=START.date() - timedelta(days=3))
    world.clock.forward(days=1)
    assert [(s.office, s.late) for s in await own_silences(world, "Марина")] == [("Даниловский МР", 1)]
    assert await own_silences(world, "Ульяна") == []
