"""A plan of years that are over: the warning, all dates moved at once, what is given of it, and that nobody is chased
on the first day."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from domain import chase, documents, drafts, giving, progress, reminders, roadmaps
from domain.actor import SYSTEM
from domain.deadlines import Context, parse
from domain.drafts.rules import in_figures, later_words
from domain.errors import InvalidInput, NotFound
from domain.giving import Past
from domain.outbox import OutboxMessage
from domain.roadmaps import RoadmapView, Settled, parse_windows
from tests.world import DATA, YAROSLAVL, World

TODAY = date(2026, 11, 23)  # a Monday
MORNING = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)


async def draft(world: World, who: str = "Римма", owner: str = "область") -> int:
    """The plan of Yaroslavl for 2022, brought in four years too late."""
    world.clock.moment = MORNING
    reading = documents.read_roadmap((DATA / YAROSLAVL).read_bytes(), "План на 2022.docx", year=2022)
    async with world.db.write(await world.actor(who)) as tx:
        return (await roadmaps.import_draft(tx, world.places[owner], reading, file_name="План.docx")).id


async def view(world: World, roadmap_id: int) -> RoadmapView:
    async with world.db.read(SYSTEM) as tx:
        return await roadmaps.roadmap(tx, roadmap_id)


async def test_the_warning_counts_and_offers_the_years_that_help(world: World) -> None:
    found = drafts.past_plan((await view(world, await draft(world))).measures, TODAY)
    assert found is not None
    assert (found.past, found.dates, found.last_on) == (21, 21, date(2022, 12, 31))
    assert [(s.years, s.last_on, s.past) for s in found.shifts] == [
        (5, date(2027, 12, 31), 0),
        (4, date(2026, 12, 31), 15),
    ]


@pytest.mark.parametrize("today", [date(2022, 4, 18), date(2022, 12, 1), date(2021, 5, 1)])
async def test_a_plan_of_this_year_is_no_plan_of_the_past(world: World, today: date) -> None:
    assert drafts.past_plan((await view(world, await draft(world))).measures, today) is None


async def test_all_dates_move_and_the_authors_words_stay(world: World) -> None:
    roadmap_id = await draft(world)
    before = await view(world, roadmap_id)
    async with world.db.write(await world.actor("Римма")) as tx:
        assert await drafts.shift_years(tx, roadmap_id, 5) == sum(
            any(due for _, due in m.windows) for m in before.measures
        )
    after = await view(world, roadmap_id)
    for old, new in zip(before.measures, after.measures, strict=True):
        moved = [(w.start, w.due) for w in parse_windows(new.windows)]
        assert moved == [(_later(w.start), _later(w.due)) for w in parse_windows(old.windows)]
        assert (new.deadline_text, new.reminds) == (old.deadline_text, old.reminds)
        assert new.is_doubtful == old.is_doubtful
    assert (after.roadmap.reference_year, after.roadmap.starts_on) == (2027, date(2027, 1, 1))
    assert drafts.past_plan(after.measures, TODAY) is None
    # No row needed other words: those without a year follow the plan's, the doubtful one is asked about as before.
    assert [m.deadline_typed for m in after.measures if m.deadline_typed] == []


def _later(day: date | None) -> date | None:
    return day.replace(year=day.year + 5) if day else None


async def test_what_a_person_has_settled_moves_too(world: World) -> None:
    roadmap_id = await draft(world)
    first, second = [m for m in (await view(world, roadmap_id)).measures if m.number in ("1.2", "2.1")][:2]
    async with world.db.write(await world.actor("Римма")) as tx:
        await roadmaps.retype_deadline(tx, first.id, "до 10 июня 2022")
        await roadmaps.settle_deadline(tx, second.id, Settled.NO_REMINDERS)
        await drafts.shift_years(tx, roadmap_id, 5)
    found = {m.id: m for m in (await view(world, roadmap_id)).measures}
    moved, silent = found[first.id], found[second.id]
    assert (moved.deadline_typed, moved.windows) == ("до 10 июня 2027", [[None, "2027-06-10"]])
    assert (silent.settled, silent.reminds) == (Settled.NO_REMINDERS, False)
    assert {due[:4] for _, due in silent.windows} == {"2027"}


@pytest.mark.parametrize(
    ("who", "years", "error"),
    [
        ("Саша", 5, NotFound),
        ("Римма", 0, InvalidInput),
        ("Римма", 99, InvalidInput),
    ],
)
async def test_who_may_not_move_it_and_by_what(
    world: World, who: str, years: int, error: type[Exception]
) -> None:
    roadmap_id = await draft(world)
    async with world.db.write(await world.actor(who)) as tx:
        with pytest.raises(error):
            await drafts.shift_years(tx, roadmap_id, years)


@given(
    st.lists(
        st.tuples(st.dates(date(2021, 1, 1), date(2030, 12, 31)), st.integers(0, 90)), min_size=1, max_size=3
    )
)
def test_dates_in_figures_are_read_as_these_dates(spans: list[tuple[date, int]]) -> None:
    first, length = spans[0]
    windows = [[first.isoformat(), (first + timedelta(days=length)).isoformat()]]
    read = parse(in_figures(windows), Context(year=None)).windows
    assert [[w.start and w.start.isoformat(), w.due and w.due.isoformat()] for w in read] == windows


def test_every_year_in_the_words_moves() -> None:
    words = "декабрь 2021 – январь 2022, приказ № 2021-5"
    assert later_words(words, 5) == "декабрь 2026 – январь 2027, приказ № 2026-5"


async def given_out(world: World, past: Past) -> int:
    """Schools get the plan as it is; its number of assignments."""
    roadmap_id = await draft(world)
    ids = [world.schools[name].school_id or 0 for name in ("Тороповская", "Климатинская", "Василёвская")]
    async with world.db.write(await world.actor("Римма")) as tx:
        await roadmaps.approve(tx, roadmap_id)
        return await giving.assign(tx, roadmap_id, ids, past=past)


async def old_work(world: World) -> None:
    """What the world owes already is done: only the plan of this test counts."""
    async with world.db.write(SYSTEM) as tx:
        for work in await tx.session.scalars(select(progress.Assignment)):
            work.status = progress.Status.CONFIRMED


@pytest.mark.parametrize("past", list(Past))
async def test_what_has_passed_is_given_as_was_chosen(world: World, past: Past) -> None:
    await old_work(world)
    count = await given_out(world, past)
    async with world.db.read(await world.actor("Римма")) as tx:
        open_ = select(progress.Assignment).where(progress.Assignment.status == progress.Status.NOT_DONE)
        owed = (await tx.session.scalars(open_)).all()
    dated = sum(work.due_on is not None for work in owed)
    reminds = sum(work.reminds for work in owed)
    assert len(owed) == count
    if past is Past.KEEP:
        assert dated == 3 * 21
    else:
        assert (dated, reminds) == (0, 0)


async def test_the_first_days_of_a_plan_of_the_past_chase_nobody(world: World) -> None:
    await old_work(world)
    await given_out(world, Past.KEEP)
    names = {person_id: name for name, person_id in world.people.items()}
    for day in range(3):
        assert await chase_lines(world) == [0, 0, 0]
        await reminders.plan(world.db)
        async with world.db.read(SYSTEM) as tx:
            rows = (await tx.session.scalars(select(OutboxMessage.person_id))).all()
        told = Counter(names[person_id or 0] for person_id in rows)
        # One digest each for the schools' own people on the first morning, and nothing for anybody above them.
        assert told == Counter(["Тамара", "Дина", "Клим", "Вера"]), day
        world.clock.forward(days=1)
    # After three working days the curators read one line a school, not one a measure.
    assert await chase_lines(world) == [1, 0, 0]
    world.clock.forward(days=6)
    assert await chase_lines(world) == [1, 1, 0]


async def chase_lines(world: World) -> list[int]:
    """Lines about silence that a curator, a municipal and a regional coordinator would read."""
    found = []
    for name in ("Кирилл", "Марина", "Римма"):
        async with world.db.read(await world.actor(name)) as tx:
            found.append(len(await chase.silences(tx)))
    return found
