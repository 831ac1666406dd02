"""From a document to a living plan: the four real documents, their doubts, and the hands of two editors."""

from datetime import date

import pytest

from domain import documents, drafts, giving, moving, progress, roadmaps
from domain.actor import SYSTEM
from domain.deadlines import BLOCKING_DOUBTS
from domain.drafts import Part
from domain.errors import Forbidden, NotFound
from domain.files import StoredFile
from domain.roadmaps import Measure, RoadmapState, RoadmapView, Settled
from tests.world import DATA, World

FOUR = {
    "000_yaroslavl_2022.docx": 19,
    "003_dergachi_dk.docx": 7,
    "003_dergachi_plan.docx": 22,
    "004_sverdlovsk_federal.docx": 5,
}
STORED = StoredFile("d" * 64, 20_000)


def read(name: str, **choices: object) -> documents.Reading:
    return documents.read_roadmap(DATA / "roadmaps" / name, name, **choices)  # type: ignore[arg-type]


async def draft(world: World, name: str = "000_yaroslavl_2022.docx", who: str = "Римма") -> int:
    owner = world.places["область"] if who == "Римма" else world.places["Даниловский"]
    async with world.db.write(await world.actor(who)) as tx:
        made = await roadmaps.import_draft(tx, owner, read(name), file_name=name, file=STORED)
        return made.id


async def view(world: World, roadmap_id: int) -> RoadmapView:
    async with world.db.read(SYSTEM) as tx:
        return await roadmaps.roadmap(tx, roadmap_id)


async def row(world: World, roadmap_id: int, start: str) -> Measure:
    found = [m for m in (await view(world, roadmap_id)).measures if m.title.startswith(start)]
    assert len(found) == 1
    return found[0]


@pytest.mark.parametrize("name", FOUR)
async def test_a_real_document_becomes_a_living_plan(world: World, name: str) -> None:
    roadmap_id = await draft(world, name)
    shown = await view(world, roadmap_id)
    assert len(shown.measures) == FOUR[name]
    # A deadline asks for a word exactly where it would otherwise keep silent; the lists count the same.
    asking = [m for m in shown.measures if m.doubts and not m.reminds]
    assert [m for m in shown.measures if m.is_doubtful] == asking
    async with world.db.read(await world.actor("Римма")) as tx:
        [listed] = [r for r in await roadmaps.roadmap_list(tx) if r.roadmap.id == roadmap_id]
    assert listed.doubts == len(asking)
    assert [m.title for m in shown.measures] == [item.activity for item in read(name).items]
    async with world.db.write(await world.actor("Римма")) as tx:
        for m in shown.measures:
            if m.is_doubtful:
                dated = any(due for _, due in m.windows)
                choice = Settled.AS_READ if dated else Settled.NO_REMINDERS
                await roadmaps.settle_deadline(tx, m.id, choice)
    async with world.db.write(await world.actor("Римма")) as tx:
        await roadmaps.approve(tx, roadmap_id)
        given = await giving.assign(tx, roadmap_id, [world.schools["Тороповская"].school_id or 0])
    shown = await view(world, roadmap_id)
    assert shown.roadmap.state is RoadmapState.APPROVED
    assert [m for m in shown.measures if m.is_doubtful] == []
    assert given == sum(max(1, len(m.windows)) for m in shown.measures)
    async with world.db.read(SYSTEM) as tx:
        work = await progress.my_work(tx, school_id=world.schools["Тороповская"].school_id)
    owed = [r.assignment for r in work if r.assignment.roadmap_id == roadmap_id]
    assert len(owed) == given
    assert all(a.due_on is not None for a in owed if a.reminds)


async def test_nothing_in_doubt_reminds_before_a_person_has_spoken(world: World) -> None:
    for name in FOUR:
        for m in (await view(world, await draft(world, name))).measures:
            assert not (m.reminds and BLOCKING_DOUBTS & set(m.doubts)), m.title
            assert not m.reminds or any(due for _, due in m.windows), m.title


async def test_a_date_of_another_year_is_kept_and_asked_about(world: World) -> None:
    roadmap_id = await draft(world)
    m = await row(world, roadmap_id, "Мониторинг\n")
    assert m.windows == [["2021-12-01", "2022-01-31"], ["2022-12-01", "2022-12-31"]]
    assert "outside_period" in m.doubts
    assert not m.reminds


async def test_words_of_a_person_settle_a_deadline(world: World) -> None:
    roadmap_id = await draft(world)
    m = await row(world, roadmap_id, "Мониторинг позитивных")
    async with world.db.write(await world.actor("Римма")) as tx:
        await roadmaps.retype_deadline(tx, m.id, "до 15 сентября")
    m = await row(world, roadmap_id, "Мониторинг позитивных")
    assert (m.deadline_text, m.deadline_typed) == ("Июнь/сентябрь", "до 15 сентября")
    assert (m.windows, m.settled, m.reminds) == ([[None, "2022-09-15"]], Settled.RETYPED, True)
    async with world.db.write(await world.actor("Римма")) as tx:
        with pytest.raises(roadmaps.DeadlineUnclear):
            await roadmaps.retype_deadline(tx, m.id, "как получится")


@pytest.mark.parametrize(
    ("who", "error"),
    [
        ("Марина", NotFound),
        ("Ольга", NotFound),
        ("Тамара", NotFound),
        ("Саша", NotFound),
        ("Степан", NotFound),
    ],
)
async def test_a_draft_is_its_planners_own(world: World, who: str, error: type[Exception]) -> None:
    roadmap_id = await draft(world)
    [m, *_] = (await view(world, roadmap_id)).measures
    async with world.db.write(await world.actor(who)) as tx:
        assert roadmap_id not in [r.roadmap.id for r in await roadmaps.roadmap_list(tx)]
        for attempt in (
            lambda: roadmaps.roadmap(tx, roadmap_id),
            lambda: roadmaps.settle_deadline(tx, m.id, Settled.AS_READ),
            lambda: roadmaps.edit_measure(tx, m.id, title="Моё"),
            lambda: roadmaps.drop_measure(tx, m.id),
            lambda: drafts.split_measure(tx, m.id, [Part("а"), Part("б")]),
            lambda: drafts.merge_next(tx, m.id),
            lambda: drafts.set_period(tx, roadmap_id, year=2022, school_year=True),
            lambda: drafts.set_report_dates(tx, roadmap_id, "10 июня"),
            lambda: roadmaps.approve(tx, roadmap_id),
            lambda: roadmaps.discard(tx, roadmap_id),
        ):
            with pytest.raises(error):
                await attempt()


async def test_an_approved_plan_is_read_by_its_schools_and_not_edited_as_a_draft(world: World) -> None:
    async with world.db.write(await world.actor("Тамара")) as tx:
        shown = await roadmaps.roadmap(tx, world.roadmap_id)
        with pytest.raises(Forbidden):
            await roadmaps.edit_measure(tx, shown.measures[0].id, title="Моё")
    async with world.db.write(await world.actor("Римма")) as tx:
        with pytest.raises(roadmaps.RoadmapClosed):
            await roadmaps.edit_measure(tx, shown.measures[0].id, title="Моё")
    async with world.db.read(await world.actor("Степан")) as tx:
        with pytest.raises(NotFound):
            await roadmaps.roadmap(tx, world.roadmap_id)


async def test_the_second_of_two_editors_is_told_what_the_first_has_changed(world: World) -> None:
    roadmap_id = await draft(world)
    m = await row(world, roadmap_id, "Определение школ")
    async with world.db.write(await world.actor("Римма")) as tx:
        await roadmaps.edit_measure(tx, m.id, seen=m.version, number="1.2а", title=m.title)
    async with world.db.write(SYSTEM) as tx:
        with pytest.raises(roadmaps.DraftChanged) as caught:
            await roadmaps.edit_measure(tx, m.id, seen=m.version, number="1.2б")
    assert caught.value.params == {"name": "Римма", "fields": ["number"], "measure_id": m.id}
    after = await row(world, roadmap_id, "Определение школ")
    assert (after.number, after.edited) == ("1.2а", ["number"])
    async with world.db.write(SYSTEM) as tx:  # having looked again, one may
        await roadmaps.edit_measure(tx, m.id, seen=after.version, number="1.2б")
    assert (await row(world, roadmap_id, "Определение школ")).number == "1.2б"


async def test_a_dropped_row_can_be_taken_back_to_its_place(world: World) -> None:
    roadmap_id = await draft(world)
    before = [m.title for m in (await view(world, roadmap_id)).measures]
    m = await row(world, roadmap_id, "Определение школ")
    async with world.db.write(await world.actor("Римма")) as tx:
        await roadmaps.drop_measure(tx, m.id, seen=m.version)
    shown = await view(world, roadmap_id)
    assert [s["why"] for s in shown.roadmap.skipped] == ["dropped"]
    assert len(shown.measures) == 18
    async with world.db.write(await world.actor("Римма")) as tx:
        back = await drafts.restore_row(tx, roadmap_id, shown.roadmap.skipped[0]["key"])
        assert (back.number, back.windows, back.evidence_required) == (
            m.number,
            m.windows,
            m.evidence_required,
        )
        with pytest.raises(drafts.NoSuchRow):
            await drafts.restore_row(tx, roadmap_id, shown.roadmap.skipped[0]["key"])
    shown = await view(world, roadmap_id)
    assert [m.title for m in shown.measures] == before
    assert shown.roadmap.skipped == []


async def test_a_row_that_the_reader_passed_over_can_be_taken_in(world: World) -> None:
    roadmap_id = await draft(world, "003_dergachi_dk.docx")
    entry = (await view(world, roadmap_id)).roadmap.skipped[0]
    async with world.db.write(await world.actor("Римма")) as tx:
        taken = await drafts.restore_row(tx, roadmap_id, entry["key"])
    assert taken.title == entry["text"]
    assert not taken.reminds


async def test_a_row_falls_into_parts_and_two_rows_become_one(world: World) -> None:
    roadmap_id = await draft(world)
    m = await row(world, roadmap_id, "Мониторинг\n")
    assert drafts.suggested_parts(m.title) == [
        "Мониторинг",
        "динамики образовательных результатов",
        "рисков снижения образовательных результатов",
        "профилактики учебной неуспешности",
    ]
    parts = [Part("Мониторинг динамики", "до 31 января 2022"), Part("Мониторинг рисков"), Part("  ")]
    async with world.db.write(await world.actor("Римма")) as tx:
        rows = await drafts.split_measure(tx, m.id, parts, seen=m.version)
    assert [r.position for r in rows] == [0, 1]
    shown = await view(world, roadmap_id)
    assert [x.title for x in shown.measures[:3]] == [
        "Мониторинг динамики", "Мониторинг рисков", shown.measures[2].title,
    ]  # fmt: skip
    assert shown.measures[0].windows == [[None, "2022-01-31"]]
    assert shown.measures[1].windows == m.windows
    assert [x.evidence_required for x in shown.measures[:2]] == ["Аналитическая справка"] * 2
    async with world.db.write(await world.actor("Римма")) as tx:
        one = await drafts.merge_next(tx, rows[0].id)
    assert one.title == "Мониторинг динамики\nМониторинг рисков"
    assert one.evidence_required == "Аналитическая справка"
    assert one.is_doubtful
    assert len((await view(world, roadmap_id)).measures) == 19
    async with world.db.write(await world.actor("Римма")) as tx:
        last = (await roadmaps.roadmap(tx, roadmap_id)).measures[-1]
        with pytest.raises(drafts.NothingToMerge):
            await drafts.merge_next(tx, last.id)
        with pytest.raises(drafts.OnePart):
            await drafts.split_measure(tx, last.id, [Part("Одна")])


async def test_another_column_is_read_and_what_a_person_has_changed_stays(world: World) -> None:
    roadmap_id = await draft(world)
    first = await row(world, roadmap_id, "Определение школ")
    doubtful = await row(world, roadmap_id, "Мониторинг позитивных")
    dropped = await row(world, roadmap_id, "Реализация мероприятий")
    async with world.db.write(await world.actor("Римма")) as tx:
        await roadmaps.edit_measure(tx, first.id, expected_result="Список школ")
        await roadmaps.retype_deadline(tx, doubtful.id, "до 15 сентября")
        await roadmaps.drop_measure(tx, dropped.id)
        await roadmaps.add_measure(tx, roadmap_id, title="Совещание", deadline_text="до 1 июня")
    shown = await view(world, roadmap_id)
    assert [role for role, _ in shown.roadmap.layout][-2:] == ["result", "document"]
    columns: dict[str, str | int] = {"result": "Документы, фиксирующие результат", "document": "Результаты"}
    async with world.db.write(await world.actor("Римма")) as tx:
        anew = read("000_yaroslavl_2022.docx", columns=columns)
        await drafts.read_anew(tx, roadmap_id, anew, columns, seen=shown.roadmap.layout_version)
    after = await view(world, roadmap_id)
    assert after.roadmap.columns["document"] == "Результаты"
    assert len(after.measures) == 19
    assert dropped.title not in [m.title for m in after.measures]
    assert after.measures[-1].title == "Совещание"
    by_title = {m.title: m for m in after.measures}
    assert by_title[first.title].expected_result == "Список школ"
    assert by_title[first.title].evidence_required == first.expected_result
    assert by_title[doubtful.title].windows == [[None, "2022-09-15"]]
    assert by_title[doubtful.title].id == doubtful.id
    async with world.db.write(await world.actor("Римма")) as tx:
        with pytest.raises(roadmaps.ReadAnew):
            await drafts.read_anew(tx, roadmap_id, anew, columns, seen=shown.roadmap.layout_version)


async def test_the_year_is_asked_once_and_moves_what_nobody_has_settled(world: World) -> None:
    roadmap_id = await draft(world, "003_dergachi_plan.docx")
    shown = await view(world, roadmap_id)
    assert drafts.asks_period(shown.roadmap, shown.measures)
    fixed = next(m for m in shown.measures if m.number == "2.2.")
    async with world.db.write(await world.actor("Римма")) as tx:
        await roadmaps.retype_deadline(tx, fixed.id, "до 1 мая 2021")
    async with world.db.write(await world.actor("Римма")) as tx:
        changed = await drafts.set_period(tx, roadmap_id, year=2021, school_year=True)
    after = await view(world, roadmap_id)
    assert changed > 0
    assert (after.roadmap.starts_on, after.roadmap.ends_on) == (date(2021, 9, 1), date(2022, 8, 31))
    assert not drafts.asks_period(after.roadmap, after.measures)
    whole = next(m for m in after.measures if m.number == "2.4.")
    assert whole.windows[0][1] in {"2022-05-31", "2022-08-31"}
    assert next(m for m in after.measures if m.number == "2.2.").windows == [[None, "2021-05-01"]]
    async with world.db.write(await world.actor("Римма")) as tx:
        for years in ((1999, None), (2022, 2021), (2022, 2040)):
            with pytest.raises(Exception, match="InvalidInput"):
                await drafts.set_period(tx, roadmap_id, year=years[0], school_year=False, last_year=years[1])


async def test_what_goes_on_all_the_time_gets_its_report_dates_once(world: World) -> None:
    roadmap_id = await draft(world, "003_dergachi_plan.docx")
    asked = drafts.asks_report_dates((await view(world, roadmap_id)).measures)
    assert [m.deadline_text for m in asked] == ["Постоянно", "постоянно", "Постоянно", "Постоянно"]
    async with world.db.write(await world.actor("Римма")) as tx:
        with pytest.raises(roadmaps.DeadlineUnclear):
            await drafts.set_report_dates(tx, roadmap_id, "постоянно")
    async with world.db.write(await world.actor("Римма")) as tx:
        done = await drafts.set_report_dates(tx, roadmap_id, "10 июня, 20 декабря")
    assert done == 4
    after = await view(world, roadmap_id)
    assert drafts.asks_report_dates(after.measures) == []
    ids = {m.id for m in asked}
    assert {tuple(due for _, due in m.windows) for m in after.measures if m.id in ids} == {
        ("2021-06-10", "2021-12-20")
    }


async def test_a_target_is_accepted_once(world: World) -> None:
    roadmap_id = await draft(world)
    m = await row(world, roadmap_id, "Заключение соглашений")
    assert [t.quote for t in roadmaps.offered_targets(m)] == ["Не менее 25% школ", "не менее 14 МОУО"]
    async with world.db.write(await world.actor("Римма")) as tx:
        m = await drafts.accept_targets(tx, m.id, ["не менее 14 МОУО"])
        assert [(t["kind"], t["value"], t["noun"]) for t in m.targets] == [("count", 14.0, "МОУО")]
        m = await drafts.accept_targets(tx, m.id)
        assert [t["quote"] for t in m.targets] == ["не менее 14 МОУО", "Не менее 25% школ"]
        assert roadmaps.offered_targets(m) == []


async def test_a_discarded_draft_is_gone_and_an_empty_one_is_not_approved(world: World) -> None:
    roadmap_id = await draft(world, "004_sverdlovsk_federal.docx")
    async with world.db.write(await world.actor("Римма")) as tx:
        for m in (await roadmaps.roadmap(tx, roadmap_id)).measures:
            await roadmaps.drop_measure(tx, m.id)
        await tx.session.flush()
        with pytest.raises(roadmaps.RoadmapEmpty):
            await roadmaps.approve(tx, roadmap_id)
    async with world.db.write(await world.actor("Римма")) as tx:
        await roadmaps.discard(tx, roadmap_id)
    async with world.db.read(SYSTEM) as tx:
        with pytest.raises(NotFound):
            await roadmaps.roadmap(tx, roadmap_id)


async def test_the_preview_says_what_the_assignment_then_does(world: World) -> None:
    roadmap_id = await draft(world)
    ids = [world.schools[name].school_id or 0 for name in ("Тороповская", "Климатинская")]
    chosen = [m.id for m in (await view(world, roadmap_id)).measures if m.number in ("1.2", "2.1", "5.3")]
    async with world.db.write(await world.actor("Римма")) as tx:
        seen = await giving.preview(tx, roadmap_id, ids, chosen)
        later = await giving.preview(tx, roadmap_id, ids, chosen, past=giving.Past.LEAVE)
        await roadmaps.approve(tx, roadmap_id)
        given = await giving.assign(tx, roadmap_id, ids, measure_ids=chosen, past=giving.Past.LEAVE)
        rest = await giving.preview(tx, roadmap_id, ids, chosen)
    assert (seen.new, seen.known, seen.schools, seen.past, seen.undated) == (6, 0, 2, 2, 0)
    assert seen.by_month == {"2022-02": 2, "2022-04": 2, "2022-11": 2}
    assert seen.by_school == dict.fromkeys(ids, 3)
    assert (seen.first_on, seen.last_on) == (date(2022, 2, 28), date(2022, 11, 30))
    assert (later.new, later.past, given) == (4, 0, 4)
    assert (rest.new, rest.known) == (2, 4)


async def test_a_moved_deadline_is_told_to_its_holders_once(world: World) -> None:
    work_id = await world.assignment_id("Тороповская", "2.1")
    async with world.db.write(await world.actor("Римма")) as tx:
        work = await progress.assignment(tx, work_id)
        for _ in range(2):  # the second press moves nothing and tells nobody
            await moving.move_due(tx, work.measure_id, 0, date(2022, 5, 20))
    assert await queued(world, f"measure:{work.measure_id}") == {
        name: [[i, "2022-04-30", "2022-05-20"]]
        for name, i in (
            ("Тамара", work_id),
            ("Дина", work_id),
            ("Клим", await world.assignment_id("Климатинская", "2.1")),
            ("Вера", await world.assignment_id("Василёвская", "2.1")),
        )
    }


async def queued(world: World, subject: str) -> dict[str, list[list[object]]]:
    """Messages about a subject: name → the moves that they tell."""
    from sqlalchemy import select

    from domain.outbox import OutboxMessage

    names = {person_id: name for name, person_id in world.people.items()}
    async with world.db.read(SYSTEM) as tx:
        rows = await tx.session.scalars(select(OutboxMessage).where(OutboxMessage.subject == subject))
        return {names[m.person_id or 0]: m.params["moves"] for m in rows}
