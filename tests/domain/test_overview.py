"""Boards of places: every number opens into as many facts, nobody sees outside their scope, forecasts never fall."""

from datetime import timedelta
from fractions import Fraction

import pytest

from domain import (
    accounts,
    automatic,
    events,
    giving,
    monitoring,
    outcomes,
    overview,
    people,
    progress,
    risks,
    rubrics,
    schools,
)
from domain.actor import SYSTEM, Role
from domain.automatic import FactKind, Kind
from domain.broadcasts import Segment as Circle
from domain.outcomes import Cluster
from domain.overview import Board, Segment, State
from domain.progress import Decision
from domain.risks import Stage
from domain.schools import Settlement
from domain.tables import plain_rows
from domain.texts import texts
from tests.domain.by_rule import dynamics_table
from tests.world import START, World

TODAY = START.date()
AUTOMATIC = {
    "curators": {"scored_by": "automatic", "automatic": "curator_work"},
    "engagement": {"scored_by": "automatic", "automatic": "engagement"},
}


async def wave_of(world: World, *, all_automatic: bool = False) -> int:
    """An open wave; with `all_automatic` by a set in which the curators' work and engagement are computed."""
    document = rubrics.shipped_document("sverdlovsk-2022")
    if all_automatic:
        for criterion in document["groups"][1]["criteria"]:
            criterion.update(AUTOMATIC.get(criterion["key"], {}))
            criterion.pop("scale", None)
    async with world.db.write(await world.actor("Римма")) as tx:
        kept = await rubrics.save_set(tx, world.places["область"].region_id or 0, document)
        wave = await monitoring.open_wave(
            tx, kept.id, "Третий", starts_on=TODAY - timedelta(days=7), ends_on=TODAY + timedelta(days=12)
        )
    return wave.id


async def handed_in(world: World, name: str, school: str, assignment_id: int | None = None) -> int:
    async with world.db.write(await world.actor(name)) as tx:
        rows = await progress.my_work(tx, school_id=world.schools[school].school_id, open_only=True)
        chosen = assignment_id or rows[0].assignment.id
        await progress.add_text(tx, chosen, "Сделано.")
        return (await progress.submit(tx, chosen)).id


async def decided(world: World, name: str, submission_id: int) -> None:
    async with world.db.write(await world.actor(name)) as tx:
        await progress.decide(tx, submission_id, Decision.CONFIRM, "Документ подтверждает выполнение.")


async def board(world: World, name: str, wave_id: int, by: str = "municipality") -> Board:
    async with world.db.read(await world.actor(name)) as tx:
        return await overview.board(tx, await monitoring.wave(tx, wave_id), by=by)


async def test_every_number_opens_into_as_many_facts(world: World) -> None:
    wave_id = await wave_of(world)
    await decided(world, "Кирилл", await handed_in(world, "Тамара", "Тороповская"))
    await handed_in(world, "Вера", "Василёвская")
    found = await board(world, "Римма", wave_id)
    async with world.db.read(await world.actor("Римма")) as tx:
        wave = await monitoring.wave(tx, wave_id)
        for line in [*found.lines, found.whole]:
            segment = Segment(municipality_id=line.place.municipality_id)
            for state in State:
                rows, total = await overview.facts(tx, wave, segment, state)
                assert (len(rows), total) == (getattr(line.counts, state.value),) * 2, (line.name, state)
    assert [
        (line.name, line.schools, line.counts.confirmed, line.counts.in_review) for line in found.lines
    ] == [
        ("Даниловский МР", 1, 1, 0),
        ("Угличский МР", 3, 0, 1),
    ]
    assert (found.whole.counts.confirmed, found.whole.engaged, found.whole.schools) == (1, 2, 4)
    assert all(0 <= (line.counts.percent or 0) <= 100 for line in found.lines)


async def test_nobody_sees_a_number_outside_their_scope(world: World) -> None:
    wave_id = await wave_of(world)
    assert [line.name for line in (await board(world, "Марина", wave_id)).lines] == ["Даниловский МР"]
    (own,) = (await board(world, "Тамара", wave_id, by="school")).lines
    assert own.place == world.schools["Тороповская"]
    async with world.db.read(await world.actor("Саша")) as tx:
        inside = Segment(municipality_id=world.places["Даниловский"].municipality_id)
        assert await overview.facts(tx, None, inside, State.REQUIRED) == ([], 0)
        assert await overview.members(tx, inside) == {}
        assert [line.name for line in (await overview.board(tx, None)).lines] == ["Дергачевский район"]
    async with world.db.read(await world.actor("Марина")) as tx:
        wave = await monitoring.wave(tx, wave_id)
        elsewhere = Segment(municipality_id=world.places["Угличский"].municipality_id)
        assert (await overview.board(tx, wave, elsewhere)).lines == []


async def test_the_region_s_own_result_stands_beside_the_whole_region_only(world: World) -> None:
    wave_id = await wave_of(world)
    async with world.db.write(await world.actor("Римма")) as tx:
        await monitoring.enter_official(tx, wave_id, world.places["область"], {"total": 603}, source="Письмо")
    whole = (await board(world, "Римма", wave_id)).whole
    assert whole.official is not None
    assert (whole.official.source, int(whole.official.score.total)) == ("Письмо", 603)
    assert (await board(world, "Марина", wave_id)).whole.official is None
    async with world.db.read(await world.actor("Марина")) as tx:
        (point,) = await overview.wave_line(tx, world.places["область"])
    assert point.official is not None
    assert point.forecast is None  # her own schools are not the region


async def test_a_confirmed_measure_never_lowers_a_forecast(world: World) -> None:
    wave_id = await wave_of(world, all_automatic=True)
    totals = []
    for _ in range(7):
        forecast = (await board(world, "Римма", wave_id)).whole.forecast
        assert forecast is not None
        totals.append(forecast.total)
        await decided(world, "Кирилл", await handed_in(world, "Тамара", "Тороповская"))
    assert totals == sorted(totals)
    once, twice = await board(world, "Римма", wave_id), await board(world, "Римма", wave_id)
    assert (once.lines, once.whole) == (twice.lines, twice.whole)


async def test_what_is_lost_is_what_could_be_had_by_the_end(world: World) -> None:
    wave_id = await wave_of(world)
    found = await board(world, "Римма", wave_id, by="school")
    assert found.of is not None
    for line in [*found.lines, found.whole]:
        best = overview.possible(line, found.of)
        assert best is not None
        assert line.forecast is not None
        share = Fraction(100 * line.counts.at_stake, line.counts.required) if line.counts.required else 0
        expected = sum(share >= bound for bound in (25, 50, 75)) * 100
        assert overview.lost(best, line.forecast) == expected


async def test_filters_narrow_the_same_schools_everywhere(world: World) -> None:
    async with world.db.write(SYSTEM) as tx:
        for name, kind in (("Тороповская", Settlement.VILLAGE), ("16", Settlement.TOWN)):
            school = await schools.school(tx, world.schools[name].school_id or 0)
            school.settlement = kind
        for name, mark in (("Тороповская", Cluster.SEVERE), ("Василёвская", Cluster.BASIC)):
            school = await schools.school(tx, world.schools[name].school_id or 0)
            await outcomes.enter_cluster(tx, school, 2022, mark)
    async with world.db.read(await world.actor("Римма")) as reading:

        async def names(segment: Segment) -> list[str]:
            return sorted(row.school.name for row in (await overview.members(reading, segment)).values())

        assert await names(Segment(settlement=Settlement.TOWN)) == ["СШ № 16"]
        assert await names(Segment(cluster=Cluster.SEVERE)) == ["Тороповская ОШ"]
        assert await names(Segment(cluster=Cluster.SEVERE, year=2021)) == []
        uglich = world.places["Угличский"].municipality_id
        assert await names(Segment(municipality_id=uglich, cluster=Cluster.BASIC)) == ["Василёвская СОШ"]


async def test_decisions_in_time_count_and_late_ones_do_not(world: World) -> None:
    wave_id = await wave_of(world, all_automatic=True)
    in_time = await handed_in(world, "Тамара", "Тороповская")
    await decided(world, "Кирилл", in_time)
    late = await handed_in(world, "Вера", "Василёвская")
    world.clock.forward(days=8)
    await handed_in(world, "Тамара", "Тороповская")  # waits, and still has time: no fact yet
    async with world.db.read(await world.actor("Римма")) as tx:
        wave = await monitoring.wave(tx, wave_id)
        listed = await overview.automatic_facts(tx, wave, Segment(), Kind.CURATOR_WORK)
    decisions = [(name, fact.counts) for fact, name in listed if fact.kind is FactKind.DECISION]
    assert decisions == [("Василёвская СОШ", False), ("Тороповская ОШ", True)]
    logs = [(name, fact.counts) for fact, name in listed if fact.kind is FactKind.LOG]
    assert logs == [("Василёвская СОШ", False), ("Тороповская ОШ", False)]
    await decided(world, "Клим", late)  # late stays late
    async with world.db.read(await world.actor("Римма")) as tx:
        again = await overview.automatic_facts(tx, wave, Segment(), Kind.CURATOR_WORK)
        assert automatic.counted(f for f, _ in again) == automatic.counted(f for f, _ in listed) == (1, 4)
    async with world.db.read(await world.actor("Саша")) as tx:
        assert await overview.automatic_facts(tx, wave, Segment(), Kind.CURATOR_WORK) == []


async def test_a_stage_is_completed_when_all_of_it_is_confirmed(world: World) -> None:
    wave_id = await wave_of(world)
    async with world.db.read(await world.actor("Тамара")) as tx:
        school_id = world.schools["Тороповская"].school_id
        rows = await progress.my_work(tx, school_id=school_id, open_only=True)
    every = [row.measure.id for row in rows]
    once = next(row for row in rows if every.count(row.measure.id) == 1)
    async with world.db.write(SYSTEM) as tx:
        await risks.place_measures(tx, [once.measure.id], stage=Stage.SECOND)
    before = (await board(world, "Римма", wave_id)).whole.forecast
    await decided(world, "Кирилл", await handed_in(world, "Тамара", "Тороповская", once.assignment.id))
    async with world.db.read(await world.actor("Римма")) as tx:
        wave = await monitoring.wave(tx, wave_id)
        listed = await overview.automatic_facts(tx, wave, Segment(), Kind.STAGE_COMPLETED)
    assert [(name, fact.label, fact.counts) for fact, name in listed] == [
        ("Василёвская СОШ", "0/1", False),
        ("Климатинская СОШ", "0/1", False),
        ("Тороповская ОШ", "1/1", True),
    ]
    assert before is not None
    assert {line.key: line.share for line in before.lines}["stage_completed"] == 0


async def test_who_came_counts_and_who_was_invited_is_the_base(world: World) -> None:
    wave_id = await wave_of(world, all_automatic=True)
    starts = START + timedelta(hours=2)
    async with world.db.write(await world.actor("Римма")) as tx:
        spec = events.EventSpec("Вебинар", starts, starts + timedelta(hours=1), "", "")
        event = await events.create(tx, spec, Circle(roles=(Role.SCHOOL_HEAD,)), request_key="one")
    world.clock.forward(hours=2)
    async with world.db.write(await world.actor("Римма")) as tx:
        await events.mark(tx, event.id, world.people["Тамара"], came=True)
    world.clock.forward(hours=3)
    async with world.db.read(await world.actor("Римма")) as tx:
        wave = await monitoring.wave(tx, wave_id)
        listed = await overview.automatic_facts(tx, wave, Segment(), Kind.ENGAGEMENT)
    assert [(name, fact.counts) for fact, name in listed] == [
        ("Василёвская СОШ", False),
        ("Климатинская СОШ", False),
        ("СШ № 16", False),
        ("Тороповская ОШ", True),
    ]


@pytest.mark.parametrize(
    ("names", "municipality", "details", "kind"),
    [
        (["МОУ «ООШ п. Тимонин»"], "Дергачевский район", {}, "village"),
        (
            ["МКОУ «Ундино-Посельская СОШ»"],
            "Балейский район",
            {"Расположение": "село, 50 км от г. Балей"},
            "village",
        ),
        (["МОУ Средняя школа № 16"], "Угличский МР", {}, None),
        (["МОУ СШ № 3"], "г. Переславль-Залесский", {}, "town"),
        (["МБОУ СОШ № 14 г. Балей"], "Балейский район", {}, "town"),
        (["МОУ Школа"], "ГО Рыбинск", {}, "town"),
        (["МОУ Школа с. Отрадное"], "ГО Рыбинск", {}, "village"),
    ],
)
def test_town_or_village_is_taken_from_words_not_guessed(
    names: list[str], municipality: str, details: dict[str, str], kind: str | None
) -> None:
    assert schools.settlement_of(names, municipality, details) == kind


async def test_an_expert_of_the_world_is_nobody_s_curator(world: World) -> None:
    wave_id = await wave_of(world)
    async with world.db.write(SYSTEM) as tx:
        await people.grant_role(tx, world.people["Кирилл"], Role.EXPERT, world.places["область"])
    async with world.db.read(await world.actor("Римма")) as tx:
        experts = await monitoring.experts(tx, await monitoring.wave(tx, wave_id))
    own = {world.schools["16"].school_id, world.schools["Тороповская"].school_id}
    assert dict(experts.values()) == {"Кирилл": own, "Эмма": frozenset()}


async def test_a_kept_board_says_the_same_and_when_it_was_counted(world: World) -> None:
    wave_id = await wave_of(world, all_automatic=True)
    async with world.db.write(SYSTEM) as tx:
        school_id = world.schools["Тороповская"].school_id or 0
        await monitoring.give_to_expert(tx, wave_id, school_id, world.people["Эмма"])
    async with world.db.write(await world.actor("Эмма")) as tx:
        await monitoring.give_mark(tx, wave_id, school_id, "tasks", 1)
    await decided(world, "Кирилл", await handed_in(world, "Тамара", "Тороповская"))
    fresh = await board(world, "Римма", wave_id)
    assert await overview.keep_boards(world.db) == 0  # a small region is counted on every look
    assert await overview.keep_boards(world.db, least=1) == 1
    assert await overview.keep_boards(world.db, least=1) == 1  # once more takes its place
    await handed_in(world, "Вера", "Василёвская")
    async with world.db.read(await world.actor("Римма")) as tx:
        kept = await overview.region_board(tx, await monitoring.wave(tx, wave_id))
    assert (kept.lines, kept.whole, kept.taken_at) == (fresh.lines, fresh.whole, START)
    async with world.db.read(await world.actor("Марина")) as tx:
        own = await overview.region_board(tx, await monitoring.wave(tx, wave_id))
    assert ([line.name for line in own.lines], own.taken_at) == (["Даниловский МР"], None)
    world.clock.forward(hours=2)
    async with world.db.read(await world.actor("Римма")) as tx:
        counted = await overview.region_board(tx, await monitoring.wave(tx, wave_id))
    assert (counted.taken_at, counted.whole.counts.in_review) == (None, 1)


async def test_tables_by_track_count_a_school_in_each_of_its_tracks(world: World) -> None:
    async with world.db.write(SYSTEM) as tx:
        for name, (was, now) in {"Тороповская": (5, 3), "Климатинская": (4, 6), "16": (2, 2)}.items():
            school = await schools.school(tx, world.schools[name].school_id or 0)
            for year, below in ((2021, was), (2022, now)):
                await outcomes.enter_result(tx, school, "oge_math", year, participants=20, below=below)
    async with world.db.read(await world.actor("Римма")) as tx:
        tracks = await giving.by_track(tx)
        one, two, three = (world.schools[n].school_id or 0 for n in ("Тороповская", "Климатинская", "16"))
        given = {"А": {one, two}, "Б": {one}}
        table = await dynamics_table(tx, before=2021, after=2022, by="track", tracks=given)
        book = await accounts.dynamics(tx, accounts.Filters(by="track"), texts("ru", escape=False))
    totals = {name: cells["oge_math"].column.total for name, cells in table.groups.items()}
    assert totals == {"А": 2, "Б": 1, "all": 3}
    assert table.overlap == outcomes.Overlap(schools=3, counted=3, shared=1, nowhere=1)
    assert table.overlap.again == 1
    inside = {name: len(ids & {one, two, three}) for name, ids in tracks.items() if ids & {one, two, three}}
    assert len(inside) > 1
    rows = {row[0]: row[7] for row in plain_rows(book.main)}
    assert rows == {**inside, "Все школы": 3}
    again = sum(inside.values()) - len(set.union(*tracks.values()) & {one, two, three})
    assert again > 0
    assert book.remarks[-1].startswith(
        f"Проверка: в группах {sum(inside.values())} = всего 3 + повторно {again}"
    )
    async with world.db.read(await world.actor("Саша")) as tx:
        foreign = await giving.by_track(tx)
    assert not {one, two, three} & {id_ for ids in foreign.values() for id_ in ids}


async def test_a_wave_that_is_over_shows_what_was_scored_beside_what_was_published(world: World) -> None:
    wave_id = await wave_of(world)
    region = world.places["область"]
    school_id = world.schools["Тороповская"].school_id or 0
    async with world.db.write(SYSTEM) as tx:
        await monitoring.give_to_expert(tx, wave_id, school_id, world.people["Эмма"])
    async with world.db.write(await world.actor("Эмма")) as tx:
        await monitoring.give_mark(tx, wave_id, school_id, "tasks", 2)
        await monitoring.give_mark(tx, wave_id, school_id, "evidence", 1)
    world.clock.forward(days=60)
    async with world.db.read(await world.actor("Римма")) as tx:
        (point,) = await overview.wave_line(tx, region)
    assert (point.forecast, point.official) == (None, None)
    assert point.scored is not None
    assert point.scored.total == 300
    assert point.known == (2, 7)
    drawing = overview.trend_drawing(texts("ru", escape=False), [point])
    assert "прогноз 33,1 %" in drawing
    async with world.db.write(await world.actor("Римма")) as tx:
        await monitoring.enter_official(tx, wave_id, region, {"total": 603}, source="Письмо ФИОКО")
    async with world.db.read(await world.actor("Римма")) as tx:
        (point,) = await overview.wave_line(tx, region)
    assert point.official is not None
    assert point.official.score.total == 603
    assert point.scored is not None
    assert point.scored.total == 300
    async with world.db.read(await world.actor("Марина")) as tx:
        (point,) = await overview.wave_line(tx, region)
    assert point.scored is None  # a part of a region is no point of its line


def test_a_step_is_said_to_a_school_of_itself() -> None:
    step = monitoring.Step("stage", "2 этап", 1, Fraction(1), Fraction(1), (), Kind.STAGE_COMPLETED)
    say, most = texts("ru", escape=False), Fraction(905)
    assert [overview.step_words(say, step, most, alone=alone) for alone in (False, True)] == [
        "ещё 1 школа завершит 2 этап → +1 по критерию → +1 из 905",
        "завершить 2 этап → +1 по критерию → +1 из 905",
    ]
