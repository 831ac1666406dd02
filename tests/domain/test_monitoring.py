"""Waves: what the next point costs, who may score whom, official results beside the forecast."""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain import monitoring, people, progress, rubrics
from domain.actor import SYSTEM, Role
from domain.errors import Forbidden, NotFound
from domain.monitoring import Tally, Work
from domain.progress import Decision, Status
from tests.world import World

SVERDLOVSK = rubrics.shipped_sets()["sverdlovsk-2022"]
ANTIRISK = SVERDLOVSK.groups[0].criteria[0]
UNTIL = date(2022, 11, 25)


def score_of(found: monitoring.Forecast) -> rubrics.Score:
    """The sum of a set that says what each of its criteria gives."""
    assert found.score is not None
    return found.score


def works_(*statuses: Status) -> list[Work]:
    return [Work(number, 1, status, date(2022, 5, number % 28 + 1)) for number, status in enumerate(statuses)]


works = st.lists(st.sampled_from(Status), max_size=40).map(lambda found: works_(*found))


@pytest.mark.parametrize(
    ("done", "of", "price"),
    [
        (0, 4, (1, 1)),
        (5, 20, (5, 1)),
        (4, 20, (1, 1)),
        (1, 3, (1, 1)),
        (2, 3, (1, 1)),
        (3, 4, None),
        (0, 0, None),
        (0, 1, (1, 3)),  # one confirmation leaps over two bands
    ],
)
def test_the_price_of_the_next_point(done: int, of: int, price: tuple[object, ...] | None) -> None:
    assert monitoring.needed(ANTIRISK, Tally(done, of)) == price


def test_the_cheapest_steps_are_those_that_wait_for_a_reviewer() -> None:
    found = monitoring.forecast(
        SVERDLOVSK,
        works_(
            Status.NOT_DONE,
            Status.RETURNED,
            Status.IN_REVIEW,
            Status.NOT_DONE,
            Status.CONFIRMED,
            Status.WAIVED,
        ),
        {"tasks": 1},
        UNTIL,
    )
    (step,) = found.steps
    assert (found.tally, int(score_of(found).total)) == (Tally(1, 5), 100)
    assert (step.criterion, step.needed) == ("antirisk_programme", 1)
    assert (float(step.gain), float(step.total_gain)) == (1.0, 100.0)
    assert (step.assignments, found.in_review, found.at_stake) == ([2], 1, [0, 1, 2, 3])


@given(works, st.data())
def test_a_confirmed_measure_never_lowers_a_forecast(found: list[Work], data: st.DataObject) -> None:
    before = score_of(monitoring.forecast(SVERDLOVSK, found, {}, UNTIL))
    if found:
        at = data.draw(st.integers(0, len(found) - 1))
        found[at] = found[at]._replace(status=Status.CONFIRMED)
    after = score_of(monitoring.forecast(SVERDLOVSK, found, {}, UNTIL))
    assert before.total <= after.total
    assert 0 <= after.index <= 100


@given(works)
def test_the_steps_lead_to_the_point_that_they_promise(found: list[Work]) -> None:
    forecast = monitoring.forecast(SVERDLOVSK, found, {}, UNTIL)
    for step in forecast.steps:
        assert len(step.assignments) == step.needed
        done = [
            w._replace(status=Status.CONFIRMED) if w.assignment_id in step.assignments else w for w in found
        ]
        assert score_of(monitoring.forecast(SVERDLOVSK, done, {}, UNTIL)).total == (
            score_of(forecast).total + step.total_gain
        )
    assert monitoring.forecast(SVERDLOVSK, found, {}, UNTIL) == forecast


def document() -> dict[str, Any]:
    return rubrics.shipped_document("sverdlovsk-2022")


async def opened(world: World, *experts: tuple[str, str]) -> int:
    """A wave of the region that is open today, with schools given to experts."""
    async with world.db.write(await world.actor("Римма")) as tx:
        kept = await rubrics.save_set(tx, world.places["область"].region_id or 0, document())
        wave = await monitoring.open_wave(
            tx, kept.id, "Третий", starts_on=date(2022, 4, 1), ends_on=date(2022, 4, 30)
        )
        for expert, school in experts:
            await monitoring.give_to_expert(tx, wave.id, school_id(world, school), world.people[expert])
    return wave.id


def school_id(world: World, name: str) -> int:
    return world.schools[name].school_id or 0


async def make_expert(world: World, name: str) -> None:
    async with world.db.write(SYSTEM) as tx:
        await people.grant_role(tx, world.people[name], Role.EXPERT, world.places["область"])


async def confirm_one(world: World) -> None:
    """Тороповская hands in its first measure and the curator confirms it."""
    async with world.db.read(await world.actor("Тамара")) as tx:
        first, *_ = await progress.my_work(tx, school_id=school_id(world, "Тороповская"))
    async with world.db.write(await world.actor("Тамара")) as tx:
        await progress.add_text(tx, first.assignment.id, "Сделано")
        sent = await progress.submit(tx, first.assignment.id)
    async with world.db.write(await world.actor("Кирилл")) as tx:
        await progress.decide(tx, sent.id, Decision.CONFIRM, "Принято")


async def test_the_forecast_is_made_of_assignments_that_can_be_listed(world: World) -> None:
    wave_id = await opened(world)
    await confirm_one(world)
    place = world.schools["Тороповская"]
    async with world.db.read(await world.actor("Тамара")) as tx:
        found = await monitoring.standing(tx, wave_id, place)
        behind = await monitoring.works(tx, found.wave, place)
    assert found.forecast.tally == Tally(1, len(behind))
    assert [w.status for w in behind].count(Status.CONFIRMED) == 1
    (step,) = found.forecast.steps
    assert step.needed == -(-len(behind) // 4) - 1
    assert set(step.assignments) <= {w.assignment_id for w in behind}


async def test_no_number_is_seen_outside_its_scope(world: World) -> None:
    wave_id = await opened(world)
    async with world.db.read(await world.actor("Тамара")) as tx:
        with pytest.raises(NotFound):
            await monitoring.standing(tx, wave_id, world.schools["Василёвская"])
    async with world.db.read(await world.actor("Саша")) as tx:
        assert list(await monitoring.waves(tx)) == []
        with pytest.raises(NotFound):
            await monitoring.standing(tx, wave_id, world.places["область"])


async def test_an_expert_scores_the_sample_and_two_who_differ_are_settled(world: World) -> None:
    await make_expert(world, "Вера")
    wave_id = await opened(world, ("Эмма", "Тороповская"), ("Вера", "Тороповская"))
    school = school_id(world, "Тороповская")
    async with world.db.write(await world.actor("Эмма")) as tx:
        assert [(r.school.id, r.marked, r.criteria) for r in await monitoring.queue(tx)] == [(school, 0, 5)]
        await monitoring.give_mark(tx, wave_id, school, "tasks", "да")
        await monitoring.give_mark(tx, wave_id, school, "tasks", "частично", remark="не поставлены задачи")
        await monitoring.give_mark(tx, wave_id, school, "curators", 2)
    async with world.db.write(await world.actor("Вера")) as tx:
        await monitoring.give_mark(tx, wave_id, school, "tasks", 2)
    async with world.db.read(await world.actor("Римма")) as tx:
        (differing,) = await monitoring.divergences(tx, wave_id)
        found = await monitoring.standing(tx, wave_id, world.schools["Тороповская"])
    assert (differing.criterion, sorted(float(points) for _, points in differing.points)) == (
        "tasks",
        [1.0, 2.0],
    )
    assert score_of(found.forecast).total == 100 * Fraction(3, 2) + 2
    async with world.db.write(await world.actor("Римма")) as tx:
        await monitoring.settle(tx, wave_id, school, "tasks", 1, reason="Задач нет")
    async with world.db.read(await world.actor("Римма")) as tx:
        assert await monitoring.divergences(tx, wave_id) == []
        found = await monitoring.standing(tx, wave_id, world.schools["Тороповская"])
        assert score_of(found.forecast).total == 102
        (kept,) = await rubrics.kept_sets(tx, world.places["область"].region_id or 0)
    assert kept.scored_at is not None
    async with world.db.write(await world.actor("Римма")) as tx:
        with pytest.raises(rubrics.SetScored):
            await rubrics.save_set(tx, kept.region_id, {**document(), "title": "Другой"})


@pytest.mark.parametrize(("expert", "school"), [("Клим", "Климатинская"), ("Клим", "Василёвская")])
async def test_nobody_scores_their_own_or_curated_school(world: World, expert: str, school: str) -> None:
    await make_expert(world, expert)
    with pytest.raises(monitoring.ConflictOfInterest):
        await opened(world, (expert, school))


async def test_an_interest_that_arises_later_stops_the_expert_too(world: World) -> None:
    wave_id = await opened(world, ("Эмма", "Тороповская"))
    async with world.db.write(SYSTEM) as tx:
        await people.grant_role(tx, world.people["Эмма"], Role.CURATOR, world.schools["Тороповская"])
    async with world.db.write(await world.actor("Эмма")) as tx:
        with pytest.raises(monitoring.ConflictOfInterest):
            await monitoring.give_mark(tx, wave_id, school_id(world, "Тороповская"), "tasks", 2)


@pytest.mark.parametrize(
    ("school", "criterion", "points", "error"),
    [
        ("Василёвская", "tasks", 1, monitoring.NotYourSample),
        ("Тороповская", "antirisk_programme", 1, monitoring.NotForExperts),
        ("Тороповская", "moon", 1, monitoring.NotForExperts),
        ("Тороповская", "tasks", 3, rubrics.FactTooLarge),
        ("Тороповская", "curators", {"mean_of": [1, 2]}, rubrics.FactUnclear),
    ],
)
async def test_marks_that_cannot_be(
    world: World, school: str, criterion: str, points: Any, error: type[Exception]
) -> None:
    wave_id = await opened(world, ("Эмма", "Тороповская"))
    async with world.db.write(await world.actor("Эмма")) as tx:
        with pytest.raises(error):
            await monitoring.give_mark(tx, wave_id, school_id(world, school), criterion, points)


async def test_a_wave_closes(world: World) -> None:
    wave_id = await opened(world, ("Эмма", "Тороповская"))
    world.clock.forward(days=30)
    async with world.db.write(await world.actor("Эмма")) as tx:
        assert await monitoring.queue(tx) == []
        with pytest.raises(monitoring.WaveClosed):
            await monitoring.give_mark(tx, wave_id, school_id(world, "Тороповская"), "tasks", 1)


async def test_official_results_stand_beside_with_their_source(world: World) -> None:
    wave_id = await opened(world)
    region = world.places["область"]
    async with world.db.write(await world.actor("Римма")) as tx:
        with pytest.raises(monitoring.SourceNeeded):
            await monitoring.enter_official(tx, wave_id, region, {"total": 603}, source=" ")
        with pytest.raises(rubrics.FactTooLarge):
            await monitoring.enter_official(tx, wave_id, region, {"total": 906}, source="письмо")
        await monitoring.enter_official(tx, wave_id, region, {"total": 603}, source="письмо ФИОКО")
    async with world.db.read(await world.actor("Тамара")) as tx:
        found = await monitoring.standing(tx, wave_id, region)
    assert [(r.source, int(s.total), s.index) for r, s in found.official] == [
        ("письмо ФИОКО", 603, Decimal("66.6"))
    ]


@pytest.mark.parametrize(("name", "error"), [("Марина", NotFound), ("Ольга", Forbidden), ("Саша", NotFound)])
async def test_only_the_region_opens_waves(world: World, name: str, error: type[Exception]) -> None:
    async with world.db.write(await world.actor("Римма")) as tx:
        kept = await rubrics.save_set(tx, world.places["область"].region_id or 0, document())
    async with world.db.write(await world.actor(name)) as tx:
        with pytest.raises(error):
            await monitoring.open_wave(tx, kept.id, "X", starts_on=UNTIL, ends_on=UNTIL)
    async with world.db.write(await world.actor("Римма")) as tx:
        with pytest.raises(monitoring.WrongWindow):
            await monitoring.open_wave(tx, kept.id, "X", starts_on=UNTIL, ends_on=date(2022, 1, 1))
