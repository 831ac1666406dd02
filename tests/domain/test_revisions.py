"""A newer version of a living plan: matched, compared, applied without losing work, taken back."""

from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from domain import audit, documents, giving, moving, progress, recalls, revisions, roadmaps
from domain.actor import SYSTEM
from domain.deadlines import Window
from domain.errors import Forbidden, NotFound
from domain.outbox import OutboxMessage
from domain.progress import Assignment, Decision, Status
from domain.revisions import ChangeKind, Comparison, RevisionState
from tests.changed_documents import (
    DEADLINE,
    TITLE,
    Change,
    add_row,
    changed,
    drop_row,
    move_row,
    set_cell,
)
from tests.domain.test_progress import decide, hand_in
from tests.world import World

THREE = ("Тороповская", "Климатинская", "Василёвская")
NEW_ROW = (
    "5.4",
    "Единый методический день",
    "до 1 июня",
    "ГАУ ДПО ЯО ИРО",
    "Не менее 5 мастер-классов",
    "Программа дня",
)
MEETINGS = "Информационно-организационные совещание со школьными"
MAY = set_cell(MEETINGS, DEADLINE, "Февраль-май")


async def propose(world: World, *changes: Change, who: str = "Римма") -> int:
    reading = documents.read_roadmap(changed(*changes), "new.docx")
    async with world.db.write(await world.actor(who)) as tx:
        made = await revisions.propose(tx, world.roadmap_id, reading, file_name="new.docx")
        return made.id


async def compare(world: World, revision_id: int) -> Comparison:
    async with world.db.read(await world.actor("Римма")) as tx:
        return await revisions.comparison(tx, revision_id)


async def apply(world: World, revision_id: int, **choices: Any) -> None:
    async with world.db.write(await world.actor("Римма")) as tx:
        await revisions.apply(tx, revision_id, **choices)


async def owed(world: World, title: str) -> dict[str, list[tuple[int, date | None, Status]]]:
    """What schools owe for a measure: school → (occurrence, due, status)."""
    async with world.db.read(SYSTEM) as tx:
        work = await progress.my_work(tx)
    result: dict[str, list[tuple[int, date | None, Status]]] = {}
    for r in sorted(work, key=lambda r: r.assignment.occurrence):
        if r.measure.roadmap_id == world.roadmap_id and plain(r.measure.title).startswith(title):
            line = r.assignment.occurrence, r.assignment.due_on, r.assignment.status
            result.setdefault(r.school.name.split()[0], []).append(line)
    return result


def plain(text: str) -> str:
    return " ".join(text.split())


async def dues(world: World, title: str) -> dict[str, list[date | None]]:
    """What days a measure is owed for: school → days by occurrence."""
    return {school: [due for _, due, _ in rows] for school, rows in (await owed(world, title)).items()}


async def told(world: World, subject: str) -> dict[str, int]:
    """Name → how many moves the one message tells."""
    names = {person_id: name for name, person_id in world.people.items()}
    async with world.db.read(SYSTEM) as tx:
        query = select(OutboxMessage).where(OutboxMessage.subject == subject, OutboxMessage.kind == "moved")
        rows = (await tx.session.scalars(query)).all()
    assert len(rows) == len({m.person_id for m in rows})
    return {names[m.person_id or 0]: len(m.params["moves"]) for m in rows if m.state != "cancelled"}


async def picture(world: World) -> list[Any]:
    """The roadmap and what is owed by it, as far as anybody can see."""
    async with world.db.read(SYSTEM) as tx:
        view = await roadmaps.roadmap(tx, world.roadmap_id)
        query = select(Assignment).where(Assignment.roadmap_id == world.roadmap_id).order_by(Assignment.id)
        work = (await tx.session.scalars(query)).all()
    tracks = [(t.id, t.title, t.position, t.goal) for t in view.tracks]
    measures = [
        (
            m.id,
            m.number,
            m.title,
            m.track_id,
            m.windows,
            m.deadline_text,
            m.expected_result,
            m.gone_at,
            m.reminds,
        )
        for m in view.measures
    ]
    return [
        tracks,
        measures,
        [(a.id, a.occurrence, a.starts_on, a.due_on, a.status, a.reminds) for a in work],
    ]


def kinds(compared: Comparison) -> dict[str, int]:
    return {kind.value: n for kind, n in compared.counts.items()}


def line(compared: Comparison, kind: ChangeKind) -> revisions.Change:
    [found] = [c for c in compared.changes if c.kind is kind]
    return found


async def test_the_same_document_changes_nothing(world: World) -> None:
    before = await picture(world)
    revision_id = await propose(world)
    assert kinds(await compare(world, revision_id)) == {"same": 19}
    await apply(world, revision_id)
    assert await picture(world) == before
    assert await told(world, f"revision:{revision_id}") == {}


async def test_rows_in_another_order_are_still_themselves(world: World) -> None:
    order = move_row("Обучение педагогов", after="Мониторинг * динамики")
    compared = await compare(world, await propose(world, order))
    assert kinds(compared) == {"same": 19}
    # Two rows are called 1.3, two 4.3, and the first pair has one text: each is still its own.
    pairs = [(c.measure.number, c.measure.expected_result) for c in compared.changes if c.measure]
    rows = [
        (compared.revision.rows[c.row or 0][f])
        for c in compared.changes
        for f in ("number", "expected_result")
    ]
    assert [text for pair in pairs for text in pair] == rows


async def test_what_is_added_gone_moved_and_reworded_is_shown_and_nothing_happens_yet(world: World) -> None:
    before = await picture(world)
    revision_id = await propose(
        world,
        MAY,
        set_cell(
            "Адресная помощь ШНОР",
            TITLE,
            "Адресная помощь школам с низкими результатами (список 500+ 2021 г.)",
        ),
        drop_row("Организация обучения руководителей"),
        add_row("Цикл семинаров", *NEW_ROW),
    )
    compared = await compare(world, revision_id)
    assert kinds(compared) == {"same": 16, "moved": 1, "reworded": 1, "added": 1, "gone": 1}
    moved = line(compared, ChangeKind.MOVED)
    assert moved.texts == {"deadline_text": ("Февраль-апрель", "Февраль-май")}
    assert (moved.was[0].due, moved.now[0].due) == (date(2022, 4, 30), date(2022, 5, 31))
    assert list(line(compared, ChangeKind.REWORDED).texts) == ["title"]
    gone = line(compared, ChangeKind.GONE).measure
    assert gone is not None
    assert gone.number == "5.2"
    assert (compared.moving, compared.told, compared.holders, compared.worked) == (3, 4, 3, set())
    assert await picture(world) == before


async def test_applying_moves_what_is_open_and_tells_each_holder_once(world: World) -> None:
    number = await hand_in(world, "Дина", await world.assignment_id("Тороповская", "2.1"))
    revision_id = await propose(
        world,
        MAY,
        set_cell("Цикл семинаров", DEADLINE, "апрель-октябрь"),
        add_row("Цикл семинаров", *NEW_ROW),
    )
    await apply(world, revision_id)
    assert await owed(world, MEETINGS) == {
        "Тороповская": [(0, date(2022, 4, 30), Status.IN_REVIEW)],  # handed in: its date stands
        "Климатинская": [(0, date(2022, 5, 31), Status.NOT_DONE)],
        "Василёвская": [(0, date(2022, 5, 31), Status.NOT_DONE)],
    }
    assert {
        s: rows[0][1] for s, rows in (await owed(world, "Единый методический день")).items()
    } == dict.fromkeys(("Тороповская", "Климатинская", "Василёвская"), date(2022, 6, 1))
    assert await told(world, f"revision:{revision_id}") == {"Тамара": 1, "Дина": 1, "Клим": 2, "Вера": 2}
    await decide(world, "Кирилл", number, Decision.CONFIRM)  # the report was not touched
    async with world.db.read(await world.actor("Римма")) as tx:
        trail = await audit.entries(tx, actions=["measure.move", "roadmap.revise"])
    assert sorted(e.action for e in trail) == ["measure.move", "measure.move", "roadmap.revise"]
    assert {(e.details["was"], e.details["due_on"]) for e in trail if e.action == "measure.move"} == {
        ("2022-04-30", "2022-05-31"),
        ("2022-11-30", "2022-10-31"),
    }
    with pytest.raises(revisions.RevisionClosed):
        await apply(world, revision_id)


async def test_a_measure_that_is_gone_stays_where_work_was_done(world: World) -> None:
    done = await world.assignment_id("Тороповская", "5.1")
    number = await hand_in(world, "Дина", done)
    async with world.db.write(await world.actor("Вера")) as tx:  # a draft counts as work
        await progress.add_text(tx, await world.assignment_id("Василёвская", "5.1"), "Черновик")
    revision_id = await propose(world, drop_row("Обучение педагогов"), drop_row("Организация обучения"))
    compared = await compare(world, revision_id)
    assert len(compared.worked) == 1
    await apply(world, revision_id)
    assert sorted(await owed(world, "Обучение педагогов")) == ["Василёвская", "Тороповская"]
    assert await owed(world, "Организация обучения") == {}
    async with world.db.read(SYSTEM) as tx:
        measures = (await roadmaps.roadmap(tx, world.roadmap_id)).measures
        assert [m.number for m in measures if m.gone_at] == ["5.1"]
        assert "5.2" not in [m.number for m in measures]
    await decide(world, "Кирилл", number, Decision.CONFIRM)
    async with world.db.write(await world.actor("Римма")) as tx:  # nobody receives what is gone
        await giving.assign(tx, world.roadmap_id, [world.schools["16"].school_id or 0])
    assert "Средняя" not in await owed(world, "Обучение педагогов")
    again = await propose(world)  # and it comes back with the document
    assert kinds(await compare(world, again)) == {"same": 17, "reworded": 1, "added": 1}


async def test_milestones_keep_their_places(world: World) -> None:
    name = "Мониторинг позитивных"
    async with world.db.write(await world.actor("Вера")) as tx:
        work = await progress.my_work(tx)
        june = next(r for r in work if r.measure.title.startswith(name) and r.assignment.occurrence == 0)
        await progress.add_text(tx, june.assignment.id, "Черновик")
    june_and_september = [date(2022, 6, 30), date(2022, 9, 30)]
    assert await dues(world, name) == dict.fromkeys(THREE, june_and_september)
    revision_id = await propose(world, set_cell(name, DEADLINE, "сентябрь, ноябрь, декабрь"))
    await apply(world, revision_id)
    autumn = [date(2022, 9, 30), date(2022, 11, 30), date(2022, 12, 31)]
    assert await dues(world, name) == dict.fromkeys(THREE, autumn)
    second = await propose(world, set_cell(name, DEADLINE, "декабрь"))
    await apply(world, second)
    # What was June has become November and holds a draft of one school: that date stays, September does not.
    left = [date(2022, 11, 30), date(2022, 12, 31)]
    assert await dues(world, name) == dict.fromkeys(THREE, left)
    assert [n for n, _, _ in (await owed(world, name))["Василёвская"]] == [0, 1]


async def test_a_doubtful_new_date_moves_nothing_until_a_person_has_said_it(world: World) -> None:
    name = MEETINGS
    revision_id = await propose(world, set_cell(name, DEADLINE, "по плану ИРО"))
    compared = await compare(world, revision_id)
    assert compared.moving == 0
    await apply(world, revision_id)
    assert (await owed(world, name))["Климатинская"] == [(0, date(2022, 4, 30), Status.NOT_DONE)]
    async with world.db.read(SYSTEM) as tx:
        m = next(
            m for m in (await roadmaps.roadmap(tx, world.roadmap_id)).measures if m.title.startswith(name)
        )
    assert (m.deadline_text, m.is_doubtful, m.windows) == (
        "по плану ИРО",
        True,
        [["2022-02-01", "2022-04-30"]],
    )

    second = await propose(world, set_cell(name, DEADLINE, "по графику"))
    row = next(c.row for c in (await compare(world, second)).changes if c.texts)
    async with world.db.write(await world.actor("Римма")) as tx:
        with pytest.raises(roadmaps.DeadlineUnclear):
            await revisions.retype_row(tx, second, row or 0, "когда-нибудь")
    async with world.db.write(await world.actor("Римма")) as tx:
        await revisions.retype_row(tx, second, row or 0, "до 20 мая")
    await apply(world, second)
    assert (await owed(world, name))["Климатинская"] == [(0, date(2022, 5, 20), Status.NOT_DONE)]


async def test_a_persons_words_outlive_a_newer_version(world: World) -> None:
    """Corrections, settled dates, dropped and added rows of the draft stay as the person left them."""
    reading = documents.read_roadmap(changed(), "plan.docx")
    async with world.db.write(await world.actor("Римма")) as tx:
        plan = await roadmaps.import_draft(tx, world.places["область"], reading, file_name="plan.docx")
        rows = {plain(m.title)[:12]: m for m in (await roadmaps.roadmap(tx, plan.id)).measures}
        await roadmaps.edit_measure(tx, rows["Определение "].id, expected_result="Список школ")
        await roadmaps.retype_deadline(tx, rows["Адресная пом"].id, "до 1 октября")
        await roadmaps.drop_measure(tx, rows["Реализация м"].id)
        await roadmaps.add_measure(tx, plan.id, title="Своё мероприятие", deadline_text="до 1 июня")
        await roadmaps.approve(tx, plan.id)
        newer = documents.read_roadmap(changed(MAY), "plan2.docx")
        revision = await revisions.propose(tx, plan.id, newer, file_name="plan2.docx")
        compared = await revisions.comparison(tx, revision.id)
        assert kinds(compared) == {"same": 17, "moved": 1, "left_out": 1}
        await revisions.apply(tx, revision.id)
        after = {plain(m.title)[:12]: m for m in (await roadmaps.roadmap(tx, plan.id)).measures}
    assert len(after) == len({*rows, "Своё меропри"}) - 1
    assert after["Определение "].expected_result == "Список школ"
    assert after["Адресная пом"].windows == [[None, "2022-10-01"]]
    assert "Реализация м" not in after


async def test_a_person_can_say_which_measure_a_row_is(world: World) -> None:
    other = set_cell("IX Летняя школа", TITLE, "Августовский сбор команд")
    number = set_cell("Августовский сбор", 0, "9.9")
    revision_id = await propose(world, other, number)
    compared = await compare(world, revision_id)
    assert kinds(compared) == {"same": 18, "added": 1, "gone": 1}
    gone, added = line(compared, ChangeKind.GONE), line(compared, ChangeKind.ADDED)
    assert gone.measure is not None
    async with world.db.write(await world.actor("Римма")) as tx:
        await revisions.pair(tx, revision_id, added.row or 0, gone.measure.id, seen=compared.revision.version)
        with pytest.raises(revisions.RevisionChanged):
            await revisions.apply(tx, revision_id, seen=compared.revision.version)
    assert kinds(await compare(world, revision_id)) == {"same": 18, "reworded": 1}
    await apply(world, revision_id)
    assert len(await owed(world, "Августовский сбор")) == 3


FULL = (
    MAY,
    set_cell("Мониторинг позитивных", DEADLINE, "сентябрь"),
    set_cell("Адресная помощь ШНОР", TITLE, "Адресная помощь школам (список 500+ 2021)"),
    drop_row("Организация обучения руководителей"),
    add_row("Цикл семинаров", *NEW_ROW),
    set_cell("Трек 4.", TITLE, "Трек 4. Профилактика"),
)


async def test_an_import_is_undone_to_the_last_detail(world: World) -> None:
    before = await picture(world)
    revision_id = await propose(world, *FULL)
    await apply(world, revision_id)
    assert await picture(world) != before
    async with world.db.write(await world.actor("Римма")) as tx:
        await recalls.undo_import(tx, revision_id)
    assert await picture(world) == before
    assert await told(world, f"revision:{revision_id}") == {}  # not sent yet: nobody needs to hear of either
    assert await told(world, f"revision-undone:{revision_id}") == {}
    async with world.db.write(await world.actor("Римма")) as tx:  # twice is as good as once
        assert (await recalls.undo_import(tx, revision_id)).state is RevisionState.UNDONE
    again = await propose(world, *FULL)
    await apply(world, again)


async def test_whoever_heard_of_the_move_hears_that_it_was_undone(world: World) -> None:
    revision_id = await propose(world, MAY)
    await apply(world, revision_id)
    async with world.db.write(SYSTEM) as tx:
        query = select(OutboxMessage).where(
            OutboxMessage.subject == f"revision:{revision_id}",
            OutboxMessage.person_id == world.people["Дина"],
        )
        (await tx.session.scalars(query)).one().state = "sent"
    async with world.db.write(await world.actor("Римма")) as tx:
        await recalls.undo_import(tx, revision_id)
    assert await told(world, f"revision-undone:{revision_id}") == {"Дина": 1}


async def test_an_import_stays_once_work_was_handed_in_on_it(world: World) -> None:
    revision_id = await propose(world, *FULL)
    await apply(world, revision_id)
    await hand_in(world, "Дина", await world.assignment_id("Тороповская", "1.2"))  # not touched by the import
    number = await hand_in(world, "Дина", await world.assignment_id("Тороповская", "5.4"))
    after = await picture(world)
    async with world.db.write(await world.actor("Римма")) as tx:
        with pytest.raises(recalls.WorkHandedIn):
            await recalls.undo_import(tx, revision_id)
    assert await picture(world) == after
    assert number > 0


async def test_undoing_goes_backwards_and_never_over_a_later_giving(world: World) -> None:
    first = await propose(world, MAY)
    await apply(world, first)
    second = await propose(world, MAY, drop_row("Организация обучения"))
    await apply(world, second)
    async with world.db.write(await world.actor("Римма")) as tx:
        with pytest.raises(recalls.NewerRevision):
            await recalls.undo_import(tx, first)
    async with world.db.write(await world.actor("Римма")) as tx:
        await giving.assign(tx, world.roadmap_id, [world.schools["16"].school_id or 0])
        with pytest.raises(recalls.GivenSince):
            await recalls.undo_import(tx, second)
        [handout, *_] = await recalls.handouts(tx, world.roadmap_id)
        assert await recalls.take_back(tx, handout.id) > 0
        await recalls.undo_import(tx, second)
        await recalls.undo_import(tx, first)
    assert kinds(await compare(world, await propose(world))) == {"same": 19}


async def test_a_giving_is_taken_back_until_a_school_has_begun(world: World) -> None:
    async with world.db.write(await world.actor("Римма")) as tx:
        [handout] = await recalls.handouts(tx, world.roadmap_id)
    async with world.db.write(await world.actor("Дина")) as tx:
        item = await progress.add_text(tx, await world.assignment_id("Тороповская", "2.1"), "Черновик")
    async with world.db.write(await world.actor("Римма")) as tx:
        with pytest.raises(recalls.WorkBegun) as caught:
            await recalls.take_back(tx, handout.id)
    assert caught.value.params == {"n": 1}
    async with world.db.write(await world.actor("Дина")) as tx:
        await progress.remove_evidence(tx, item.id)
    async with world.db.write(await world.actor("Римма")) as tx:
        await roadmaps_reopened(tx, world)
        assert await recalls.handouts(tx, world.roadmap_id) == []
    assert await owed(world, "") == {}


async def roadmaps_reopened(tx: Any, world: World) -> None:
    assert (await recalls.reopen_roadmap(tx, world.roadmap_id)).state is roadmaps.RoadmapState.DRAFT


@pytest.mark.parametrize(("who", "error"), [("Марина", Forbidden), ("Тамара", Forbidden), ("Саша", NotFound)])
async def test_only_the_planner_of_the_plan_revises_it(
    world: World, who: str, error: type[Exception]
) -> None:
    revision_id = await propose(world, MAY)
    with pytest.raises(error):
        await propose(world, MAY, who=who)
    async with world.db.write(await world.actor(who)) as tx:
        attempts: list[Callable[[], Awaitable[object]]] = [
            lambda: revisions.comparison(tx, revision_id),
            lambda: revisions.revision_list(tx, world.roadmap_id),
            lambda: revisions.pair(tx, revision_id, 0, None),
            lambda: revisions.retype_row(tx, revision_id, 0, "до 1 мая"),
            lambda: revisions.apply(tx, revision_id),
            lambda: revisions.discard(tx, revision_id),
            lambda: recalls.undo_import(tx, revision_id),
            lambda: recalls.handouts(tx, world.roadmap_id),
            lambda: recalls.take_back(tx, 1),
            lambda: recalls.reopen_roadmap(tx, world.roadmap_id),
        ]
        for attempt in attempts:
            with pytest.raises(error):
                await attempt()


WINDOWS = st.lists(
    st.builds(
        lambda day, length: Window(day - timedelta(length), day),
        st.dates(date(2022, 1, 1), date(2022, 12, 31)),
        st.integers(0, 60),
    ),
    max_size=6,
    unique=True,
)


@given(WINDOWS, WINDOWS, st.sets(st.integers(0, 5)))
def test_dates_are_laid_out_without_losing_one_that_holds_work(
    was: list[Window], now: list[Window], worked: set[int]
) -> None:
    layout = moving.laid_out(was, now, worked)
    old = range(len(was) or 1)
    assert set(layout.places) | set(layout.dropped) == set(old)
    assert not set(layout.places) & set(layout.dropped)
    assert not set(layout.dropped) & worked
    final = layout.windows or [Window(None, None)]
    assert sorted({*layout.places.values(), *layout.fresh}) == list(range(len(final)))
    assert len(set(layout.places.values())) == len(layout.places)
    assert set(now) <= set(final)
    assert list(final) == sorted(final, key=lambda w: (w.due or date.max, w.start or date.max))
    for index, window in enumerate(was):
        if window in now:
            assert final[layout.places[index]] == window


@given(st.data())
def test_rows_and_measures_are_matched_one_to_one(data: st.DataObject) -> None:
    titles = st.sampled_from(["Совещание", "Совещание с командами", "Мониторинг", "Анализ", "Курсы", ""])
    faces = st.lists(st.tuples(titles, st.sampled_from([None, "1.1", "1.2"])), max_size=8)
    measures = [
        roadmaps.Measure(id=n + 1, title=title, number=number, as_read={})
        for n, (title, number) in enumerate(data.draw(faces))
    ]
    rows = [
        {"title": title, "number": number, "section": None, "expected_result": None}
        for title, number in data.draw(faces)
    ]
    found = revisions.matched(rows, measures, {})
    used = [i for i in found if i is not None]
    assert len(used) == len(set(used))
    same = [
        {"title": m.title, "number": m.number, "section": None, "expected_result": None} for m in measures
    ]
    by_id = {m.id: (m.title, m.number) for m in measures}
    assert [by_id[i or 0] for i in revisions.matched(same, measures, {})] == [
        (m.title, m.number) for m in measures
    ]


def test_a_long_plan_is_matched_by_number_and_neighbourhood() -> None:
    titles = [f"Мероприятие о предмете {n * 7919 % 997} в школе {n}" for n in range(800)]
    measures = [
        roadmaps.Measure(id=n + 1, title=title, number=str(n), as_read={}) for n, title in enumerate(titles)
    ]
    rows = [
        {
            "title": f"{title}, новая формулировка",
            "number": str(n),
            "section": None,
            "expected_result": None,
        }
        for n, title in enumerate(titles)
    ]
    assert revisions.matched(rows, measures, {}) == [n + 1 for n in range(800)]
