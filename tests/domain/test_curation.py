"""The curator's log keeps itself; meetings and visits are noted; silence is seen by week."""

from datetime import date, timedelta

import pytest

from domain import curation, progress, talks
from domain.curation import EntryKind, NoteKind, Week
from domain.errors import Forbidden, NotFound
from domain.progress import Decision
from tests.world import START, World

TODAY = START.date()  # a Monday
FIRST, LAST = TODAY - timedelta(days=13), TODAY + timedelta(days=6)


async def note(
    world: World,
    who: str,
    school: str,
    kind: NoteKind = NoteKind.VISIT,
    on: date = TODAY,
    line: str = "Уроки",
) -> int:
    async with world.db.write(await world.actor(who)) as tx:
        return (await curation.note(tx, world.schools[school].school_id or 0, kind, on, line)).id


async def entries(world: World, who: str, **narrow: int) -> list[tuple[EntryKind, str, str, str]]:
    async with world.db.read(await world.actor(who)) as tx:
        found = await curation.log(tx, first=FIRST, last=LAST, **narrow)
    return [(e.kind, e.person, e.school, e.line) for e in found]


async def work(world: World) -> None:
    """Кирилл answers, returns, confirms and visits; Клим confirms for his own school's neighbour."""
    work_id = await world.assignment_id("Тороповская", "2.1")
    for decision in (Decision.RETURN, Decision.CONFIRM):
        async with world.db.write(await world.actor("Дина")) as tx:
            await talks.say(tx, work_id, "Нужна подпись?")
            await progress.add_text(tx, work_id, "Приказ")
            number = (await progress.submit(tx, work_id)).id
        world.clock.forward(hours=1)
        async with world.db.write(await world.actor("Кирилл")) as tx:
            await talks.say(tx, work_id, "Нужна")
            await progress.decide(tx, number, decision, "Посмотрел")
        world.clock.forward(hours=1)
    await note(world, "Кирилл", "Тороповская", on=TODAY - timedelta(days=7))
    await note(world, "Клим", "Василёвская", NoteKind.MEETING, line="Совещание")


TOROPOVO = [
    (EntryKind.CONFIRMED, "Кирилл", "Тороповская ОШ", "Посмотрел"),
    (EntryKind.ANSWERED, "Кирилл", "Тороповская ОШ", "Нужна"),
    (EntryKind.RETURNED, "Кирилл", "Тороповская ОШ", "Посмотрел"),
    (EntryKind.ANSWERED, "Кирилл", "Тороповская ОШ", "Нужна"),
    (EntryKind.VISIT, "Кирилл", "Тороповская ОШ", "Уроки"),
]
VASILYOVO = [(EntryKind.MEETING, "Клим", "Василёвская СОШ", "Совещание")]


async def test_the_log_keeps_itself(world: World) -> None:
    await work(world)
    assert sorted(await entries(world, "Кирилл")) == sorted(TOROPOVO)
    assert (await entries(world, "Кирилл"))[-1] == TOROPOVO[-1]
    assert sorted(await entries(world, "Римма")) == sorted(TOROPOVO + VASILYOVO)
    assert sorted(await entries(world, "Марина")) == sorted(TOROPOVO)
    assert await entries(world, "Клим") == VASILYOVO
    for stranger in ("Дина", "Ольга", "Саша", "Степан"):
        assert await entries(world, stranger) == []


async def test_the_log_of_one_school_or_one_person(world: World) -> None:
    await work(world)
    school_id = world.schools["Василёвская"].school_id or 0
    assert await entries(world, "Римма", school_id=school_id) == VASILYOVO
    assert await entries(world, "Римма", person_id=world.people["Клим"]) == VASILYOVO
    assert await entries(world, "Клим", person_id=world.people["Кирилл"]) == []


async def test_days_are_the_readers(world: World) -> None:
    """A decision on Sunday at 22:30 UTC is Monday's in Moscow."""
    work_id = await world.assignment_id("Тороповская", "2.1")
    async with world.db.write(await world.actor("Дина")) as tx:
        await progress.add_text(tx, work_id, "Приказ")
        number = (await progress.submit(tx, work_id)).id
    world.clock.forward(days=6, hours=15, minutes=30)
    async with world.db.write(await world.actor("Кирилл")) as tx:
        await progress.decide(tx, number, Decision.CONFIRM, "Хорошо")
    next_monday = TODAY + timedelta(days=7)
    async with world.db.read(await world.actor("Кирилл")) as tx:
        assert await curation.log(tx, first=TODAY, last=next_monday - timedelta(days=1)) == []
        assert len(await curation.log(tx, first=next_monday, last=next_monday)) == 1


async def test_activity_by_week_shows_the_silent_first(world: World) -> None:
    await work(world)
    async with world.db.read(await world.actor("Римма")) as tx:
        rows = await curation.activity(tx, first=FIRST, last=LAST)
    assert [(r.person.name, r.schools, r.total, r.last_day) for r in rows] == [
        ("Клим", ["Василёвская СОШ"], 1, TODAY),
        ("Кирилл", ["Тороповская ОШ"], 5, TODAY),
    ]
    week = timedelta(days=7)
    assert rows[1].weeks == [
        Week(TODAY, 2, 2, 0),
        Week(TODAY - week, 0, 0, 1),
        Week(TODAY - 2 * week, 0, 0, 0),
    ]
    async with world.db.read(await world.actor("Кирилл")) as tx:
        assert [r.person.name for r in await curation.activity(tx, first=FIRST, last=LAST)] == ["Кирилл"]
    async with world.db.read(await world.actor("Дина")) as tx:
        assert await curation.activity(tx, first=FIRST, last=LAST) == []


async def test_the_same_note_twice_is_one_and_can_be_taken_back(world: World) -> None:
    number = await note(world, "Кирилл", "Тороповская")
    assert await note(world, "Кирилл", "Тороповская", line=" Уроки ") == number
    async with world.db.write(await world.actor("Марина")) as tx:
        with pytest.raises(NotFound):
            await curation.remove_note(tx, number)
    for _ in range(2):
        async with world.db.write(await world.actor("Кирилл")) as tx:
            await curation.remove_note(tx, number)
    assert await entries(world, "Кирилл") == []


@pytest.mark.parametrize(
    ("who", "school", "error"),
    [
        ("Клим", "Климатинская", progress.OwnSchool),
        ("Дина", "Тороповская", progress.OwnSchool),
        ("Ольга", "Тороповская", Forbidden),
        ("Клим", "Тороповская", NotFound),
        ("Саша", "Тороповская", NotFound),
    ],
)
async def test_nobody_else_notes(world: World, who: str, school: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        await note(world, who, school)


@pytest.mark.parametrize(
    ("on", "line", "error"),
    [
        (TODAY + timedelta(days=1), "Уроки", curation.BadDay),
        (TODAY - timedelta(days=401), "Уроки", curation.BadDay),
        (TODAY, " \n", curation.LineNeeded),
    ],
)
async def test_notes_that_are_no_record(world: World, on: date, line: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        await note(world, "Кирилл", "Тороповская", on=on, line=line)


async def test_a_curator_notes_for_the_schools_that_were_given(world: World) -> None:
    async with world.db.read(await world.actor("Клим")) as tx:
        assert [school.name for school in await curation.my_schools(tx)] == ["Василёвская СОШ"]
    async with world.db.read(await world.actor("Марина")) as tx:
        assert await curation.my_schools(tx) == []
