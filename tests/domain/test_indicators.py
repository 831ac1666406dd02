"""Indicators as data, agreements, snapshots and the judgement of measures: exact counts, history that stays, rights."""

from datetime import date
from fractions import Fraction
from typing import Any

import pytest

from domain import accounts, effects, handouts, indicators, outcomes, progress, schools, seasons, snapshots
from domain.effects import Verdict
from domain.errors import Forbidden, InvalidInput, NotFound
from domain.indicators import AgreementKind, AgreementSpec, IndicatorSpec, Source, State, Unit, Value
from domain.outcomes import Cluster
from domain.seasons import Season
from domain.tables import Book
from domain.texts import texts
from tests.world import World

SAY = texts("ru", escape=False)
JANUARY = (date(2022, 1, 15), date(2023, 1, 15))


async def add(world: World, spec: IndicatorSpec, name: str = "Римма", place: str = "область") -> int:
    async with world.db.write(await world.actor(name)) as tx:
        return (await indicators.add_indicator(tx, world.places[place], spec)).id


async def enter(world: World, indicator_id: int, on: date, part: int, whole: int | None = None) -> None:
    async with world.db.write(await world.actor("Римма")) as tx:
        await indicators.enter_value(tx, indicator_id, on, part, whole, document="Справка № 14")


async def table(world: World, name: str = "Римма", **more: Any) -> indicators.IndicatorTable:
    async with world.db.read(await world.actor(name)) as tx:
        return await indicators.table(tx, **more)


async def test_january_beside_january_with_targets_and_states(world: World) -> None:
    share = await add(world, IndicatorSpec("Доля школ, где организована профилактика рисков", target="93"))
    seminars = await add(world, IndicatorSpec("Не менее 7 семинаров", unit=Unit.COUNT, target="7"))
    await add(world, IndicatorSpec("Без значений", target="1"))
    for day in JANUARY:
        await enter(world, share, day, 93, 100)
    await enter(world, seminars, JANUARY[1], 5)
    found = await table(world, dates=JANUARY)
    assert [[v.percent or v.numerator for v in row.values] for row in found.rows] == [[93, 93], [5], []]
    assert [row.state for row in found.rows] == [State.REACHED, State.SHORT, State.NO_VALUE]
    assert [row.missing for row in found.rows] == [0, 2, None]
    await enter(world, seminars, JANUARY[1], 7)
    assert (await table(world, dates=JANUARY)).rows[1].state is State.REACHED


async def test_a_share_is_compared_exactly_and_shown_rounded_half_up() -> None:
    value = Value(date(2022, 1, 1), 3, 24)
    assert (value.percent, value.exact) == (13, Fraction(25, 2))
    assert indicators.state([Value(date(2022, 1, 1), 929, 1000)], Fraction(93)) is State.SHORT
    assert indicators.state([Value(date(2022, 1, 1), 0, 0)], value.exact) is State.NO_VALUE
    assert Value(date(2022, 1, 1), *indicators.reduction(60, 87)).percent == -45


async def test_what_is_computed_follows_the_facts_of_its_date(world: World) -> None:
    municipal = await add(world, IndicatorSpec("МОУО", Source.AGREEMENT_MUNICIPALITIES, target="2"))
    await add(world, IndicatorSpec("Школы", Source.AGREEMENT_SCHOOLS, target="25"))
    await add(world, IndicatorSpec("В год", Source.AGREEMENTS, target="5"))
    await add(world, IndicatorSpec("Мероприятия", Source.MEASURES, roadmap_id=world.roadmap_id))
    spec = AgreementSpec(AgreementKind.METHODICAL, "ИРО", "№ 1", date(2022, 2, 1), date(2022, 6, 30))
    async with world.db.write(await world.actor("Римма")) as tx:
        await indicators.add_agreement(tx, world.schools["Климатинская"], spec)
        await indicators.add_agreement(tx, world.places["Даниловский"], spec)
        wrong = await indicators.add_agreement(tx, world.places["Угличский"], spec)
        await indicators.remove_agreement(tx, wrong.id)
    days = (date(2022, 1, 1), date(2022, 4, 1), date(2022, 7, 1))
    rows = (await table(world, dates=days)).rows
    counts = [[(v.numerator, v.denominator) for v in row.values] for row in rows]
    assert counts[:3] == [
        [(0, None), (2, None), (0, None)],
        [(0, 4), (1, 4), (0, 4)],
        [(0, None), (2, None), (2, None)],
    ]
    assert [v.numerator for v in rows[3].values] == [0, 0, 0]
    async with world.db.write(await world.actor("Римма")) as tx:
        with pytest.raises(indicators.NotEntered):
            await indicators.enter_value(tx, municipal, days[0], 1, None, document="x")


async def test_a_retired_indicator_stays_in_the_history(world: World) -> None:
    gone = await add(world, IndicatorSpec("Чат ИС МЭДК"))
    await enter(world, gone, JANUARY[0], 10, 42)
    async with world.db.write(await world.actor("Римма")) as tx:
        with pytest.raises(indicators.ReasonNeeded):
            await indicators.retire_indicator(tx, gone, reason=" ")
        await indicators.retire_indicator(tx, gone, reason="Чата больше нет")
        with pytest.raises(indicators.IndicatorRetired):
            await indicators.enter_value(tx, gone, JANUARY[1], 1, 2, document="x")
    found = await table(world)
    assert (list(found.rows), [r.indicator.retired_reason for r in found.retired]) == (
        [],
        ["Чата больше нет"],
    )
    assert [v.percent for v in found.retired[0].values] == [24]


@pytest.mark.parametrize(
    ("numbers", "document", "error"),
    [
        ((5, 4), "Справка", indicators.WrongValue),
        ((-1, 4), "Справка", indicators.WrongValue),
        ((0, 0), "Справка", indicators.WrongValue),
        ((1, None), "Справка", indicators.WrongValue),
        ((1, 4), "  ", indicators.DocumentNeeded),
    ],
)
async def test_impossible_values_and_hearsay_are_refused(
    world: World, numbers: tuple[int, int | None], document: str, error: type[Exception]
) -> None:
    share = await add(world, IndicatorSpec("Доля"))
    async with world.db.write(await world.actor("Римма")) as tx:
        with pytest.raises(error):
            await indicators.enter_value(tx, share, JANUARY[0], *numbers, document=document)


async def test_nobody_sees_the_indicators_of_another_place(world: World) -> None:
    region = await add(world, IndicatorSpec("Областной"))
    await add(world, IndicatorSpec("Районный"), "Марина", "Даниловский")
    seen = {
        name: [row.indicator.title for row in (await table(world, name)).rows]
        for name in ("Римма", "Ольга", "Марина", "Ульяна", "Тамара", "Саша", "Степан")
    }
    assert seen == {
        "Римма": ["Областной", "Районный"],
        "Ольга": ["Областной", "Районный"],
        "Марина": ["Районный"],
        "Ульяна": [],
        "Тамара": [],
        "Саша": [],
        "Степан": [],
    }
    for name, error in (("Ольга", Forbidden), ("Марина", NotFound), ("Саша", NotFound)):
        async with world.db.write(await world.actor(name)) as tx:
            with pytest.raises(error):
                await indicators.enter_value(tx, region, JANUARY[0], 1, 2, document="x")


async def test_a_measure_is_judged_beside_the_schools_that_did_it(world: World) -> None:
    async with world.db.write(await world.actor("Римма")) as tx:
        for name, before, after in (("Тороповская", 5, 1), ("Климатинская", 1, 5), ("Василёвская", 2, 2)):
            school = await schools.school(tx, world.schools[name].school_id or 0)
            for year, below in ((2021, before), (2022, after)):
                await outcomes.enter_result(tx, school, "oge_math", year, participants=10, below=below)
        for name, year, cluster in (
            ("Тороповская", 2021, Cluster.SEVERE),
            ("Тороповская", 2022, Cluster.BASIC),
            ("Климатинская", 2021, Cluster.BASIC),
            ("Климатинская", 2022, Cluster.SEVERE),
            ("16", 2022, Cluster.BASIC),
        ):
            school = await schools.school(tx, world.schools[name].school_id or 0)
            await outcomes.enter_cluster(tx, school, year, cluster)
            below = 0 if name == "Климатинская" else 3
            await outcomes.enter_result(tx, school, "oge_russian", year, participants=6, below=below)
    done = await world.assignment_id("Тороповская", "2.1")
    async with world.db.write(await world.actor("Тамара")) as tx:
        await progress.add_text(tx, done, "Сделано.")
        sent = await progress.submit(tx, done)
    async with world.db.write(await world.actor("Кирилл")) as tx:
        await progress.decide(tx, sent.id, progress.Decision.CONFIRM, "Хорошо")
    async with world.db.read(await world.actor("Римма")) as tx:
        found = await effects.analysis(tx, world.roadmap_id)
        row = next(r for r in found.rows if r.measure.number == "2.1")
        assert (row.required, row.done, row.done_percent) == (3, 1, 33)
        # In mathematics and Russian; of «СШ № 16» the results of one year say nothing.
        assert (row.covered, row.others) == ((2, 1), (3, 1))
        assert (row.covered_clusters, row.other_clusters) == ((1, 1), (1, 0))
    async with world.db.write(await world.actor("Римма")) as tx:
        with pytest.raises(effects.JudgementNeeded):
            await effects.judge(
                tx, row.measure.id, effect="", problem="", proposal="x", verdict=Verdict.EFFECTIVE
            )
        await effects.judge(
            tx, row.measure.id, effect="Есть", problem="", proposal="", verdict=Verdict.EFFECTIVE
        )
        book = await handouts.report("effectiveness").build(tx, accounts.Filters(), SAY)
    assert [line[7] for line in book.main.rows if line[4]] == ["эффективна"]  # type: ignore[union-attr]


async def test_a_kept_report_is_shown_again_and_compared(world: World) -> None:
    async with world.db.write(await world.actor("Марина")) as tx:
        place = world.places["Даниловский"]
        before = await snapshots.take(tx, await _engagement(tx), {}, place)
    world.clock.forward(days=60)
    async with world.db.write(await world.actor("Марина")) as tx:
        after = await snapshots.take(tx, await _engagement(tx), {}, place)
    headers, changes = snapshots.compare(before.document, after.document)
    (change,) = changes
    late = dict(zip(headers, change.numbers, strict=True))["Просрочено"]
    assert (change.key[:2], change.differs, late[0] < late[1]) == (
        ("Даниловский МР", "Тороповская ОШ"),
        True,
        True,
    )
    _, unchanged = snapshots.compare(before.document, before.document)
    assert [c.differs for c in unchanged] == [False]
    again = snapshots.book_of(before.what, before.title, before.taken_at, before.document)
    assert [list(row) for row in again.main.rows] == before.document["rows"]  # type: ignore[union-attr]
    for name, sees in (
        ("Римма", True),
        ("Ольга", True),
        ("Ульяна", False),
        ("Тамара", False),
        ("Саша", False),
    ):
        async with world.db.read(await world.actor(name)) as tx:
            assert (len(await snapshots.snapshots(tx)) == 2) is sees, name


async def _engagement(tx: Any) -> Book:
    return await handouts.report("engagement").build(tx, accounts.Filters(), SAY)


async def test_ratings_and_corrections_come_with_their_months(world: World) -> None:
    assert [seasons.period_of(date(2022, month, 9)) is not None for month in range(1, 13)] == [
        month in (1, 5, 6, 12) for month in range(1, 13)
    ]
    async with world.db.read(await world.actor("Марина")) as tx:
        assert await seasons.season_tasks(tx) == []  # April
    world.clock.forward(days=20)
    async with world.db.write(await world.actor("Марина")) as tx:
        (task,) = await seasons.season_tasks(tx)
        assert (task.season, task.month, task.done) == (Season.CORRECTION, date(2022, 5, 1), None)
        await seasons.finish(tx, task.place, task.season)
        await seasons.finish(tx, task.place, task.season)
        with pytest.raises(NotFound):
            await seasons.finish(tx, task.place, Season.RATING)
    async with world.db.read(await world.actor("Марина")) as tx:
        assert [t.done is not None for t in await seasons.season_tasks(tx)] == [True]
    async with world.db.read(await world.actor("Ульяна")) as tx:
        assert [t.done for t in await seasons.season_tasks(tx)] == [None]


@pytest.mark.parametrize("target", ["семь", "1e999999999", "1/0"])
async def test_a_target_is_a_number_of_people_s_size(world: World, target: str) -> None:
    with pytest.raises(InvalidInput):
        await add(world, IndicatorSpec("Доля", target=target))
