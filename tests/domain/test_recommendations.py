"""Recommendations after a wave, samples, conflicts and the text of criteria sets."""

import tomllib
from datetime import date

import pytest
from sqlalchemy import select

from admin.criteria_text import written
from domain import audit, monitoring, rubrics
from domain.errors import Forbidden, NotFound
from domain.outbox import OutboxMessage
from tests.domain.test_monitoring import make_expert, opened, school_id
from tests.world import World

SOON = date(2022, 4, 25)


async def test_the_school_hears_and_answers_once(world: World) -> None:
    wave_id = await opened(world)
    async with world.db.write(await world.actor("Марина")) as tx:
        made = await monitoring.recommend(
            tx,
            wave_id,
            school_id(world, "Тороповская"),
            " Назовите показатели. ",
            due_on=SOON,
            criterion="tasks",
        )
    async with world.db.read(await world.actor("Дина")) as tx:
        ((found, school),) = await monitoring.recommendations(tx, open_only=True)
    assert (found.text, found.due_on, school.name) == ("Назовите показатели.", SOON, "Тороповская ОШ")
    async with world.db.write(await world.actor("Дина")) as tx:
        await monitoring.close_recommendation(tx, made.id, "Назвали")
    with pytest.raises(monitoring.AlreadyClosed):
        async with world.db.write(await world.actor("Тамара")) as tx:
            await monitoring.close_recommendation(tx, made.id, "И ещё раз")
    async with world.db.read(await world.actor("Марина")) as tx:
        assert await monitoring.recommendations(tx, open_only=True) == []
        deeds = [entry.action for entry in await audit.entries(tx, school_id=school_id(world, "Тороповская"))]
    assert [deed for deed in deeds if deed.startswith("wave.")] == ["wave.mended", "wave.recommend"]


async def test_it_is_sent_to_the_school_s_team_and_to_nobody_else(world: World) -> None:
    wave_id = await opened(world)
    async with world.db.write(await world.actor("Римма")) as tx:
        await monitoring.recommend(tx, wave_id, school_id(world, "Тороповская"), "Назовите.", due_on=SOON)
    async with world.db.read(await world.actor("Римма")) as tx:
        query = select(OutboxMessage.person_id).where(OutboxMessage.kind == "recommended")
        sent = (await tx.session.scalars(query)).all()
    assert sorted(person for person in sent if person) == sorted(
        (world.people["Тамара"], world.people["Дина"])
    )


async def test_words_and_days_are_asked_for(world: World) -> None:
    wave_id = await opened(world)
    place = school_id(world, "Тороповская")
    with pytest.raises(monitoring.WordsNeeded):
        async with world.db.write(await world.actor("Римма")) as tx:
            await monitoring.recommend(tx, wave_id, place, "  ", due_on=SOON)
    with pytest.raises(monitoring.DayPassed):
        async with world.db.write(await world.actor("Римма")) as tx:
            await monitoring.recommend(tx, wave_id, place, "Назовите.", due_on=date(2022, 4, 17))


async def test_who_may_recommend(world: World) -> None:
    wave_id = await opened(world, ("Эмма", "Тороповская"))
    place = school_id(world, "Тороповская")
    async with world.db.write(await world.actor("Эмма")) as tx:
        await monitoring.recommend(tx, wave_id, place, "Назовите.", due_on=SOON)
    for name, error in (
        ("Кирилл", Forbidden),
        ("Тамара", Forbidden),
        ("Ульяна", NotFound),
        ("Саша", NotFound),
    ):
        with pytest.raises(error):
            async with world.db.write(await world.actor(name)) as tx:
                await monitoring.recommend(tx, wave_id, place, "Назовите.", due_on=SOON)
    with pytest.raises(Forbidden):  # a school of nobody's sample is not the expert's matter
        async with world.db.write(await world.actor("Эмма")) as tx:
            await monitoring.recommend(tx, wave_id, school_id(world, "Василёвская"), "Назовите.", due_on=SOON)


async def test_a_school_taken_from_an_expert_is_not_scored_by_them(world: World) -> None:
    wave_id = await opened(world, ("Эмма", "Тороповская"))
    place = school_id(world, "Тороповская")
    async with world.db.write(await world.actor("Эмма")) as tx:
        await monitoring.give_mark(tx, wave_id, place, "tasks", 1)
    async with world.db.write(await world.actor("Римма")) as tx:
        await monitoring.take_from_expert(tx, wave_id, place, world.people["Эмма"])
    with pytest.raises(monitoring.NotYourSample):
        async with world.db.write(await world.actor("Эмма")) as tx:
            await monitoring.give_mark(tx, wave_id, place, "tasks", 2)
    async with world.db.read(await world.actor("Римма")) as tx:
        assert await monitoring.sample(tx, wave_id) == []
        marks = await monitoring.marks_of(tx, await monitoring.wave(tx, wave_id))
    assert marks[place]["tasks"][world.people["Эмма"]].points == "1"  # what was given stays


async def test_a_conflict_of_interest_is_impossible(world: World) -> None:
    wave_id = await opened(world)
    await make_expert(world, "Кирилл")
    for name in ("16", "Тороповская"):  # his own school, and the one that he curates
        with pytest.raises(monitoring.ConflictOfInterest):
            async with world.db.write(await world.actor("Римма")) as tx:
                await monitoring.give_to_expert(tx, wave_id, school_id(world, name), world.people["Кирилл"])


@pytest.mark.parametrize("key", sorted(rubrics.shipped_sets()))
def test_a_set_as_text_reads_back_as_the_same_set(key: str) -> None:
    document = rubrics.shipped_document(key)
    assert tomllib.loads(written(document)) == document


def test_the_usual_remarks_stand_where_a_set_has_none() -> None:
    document = rubrics.shipped_document("sverdlovsk-2022")
    tasks = document["groups"][0]["criteria"][1]["parts"][0]
    usual = rubrics.remarks_for(rubrics.read_set(document).leaves()[1])
    tasks["remarks"] = ["Задачи не измеримы."]
    assert rubrics.remarks_for(rubrics.read_set(document).leaves()[1]) == ("Задачи не измеримы.",)
    assert "Не поставлены задачи." in usual


async def test_a_kept_set_written_and_read_is_the_same(world: World) -> None:
    async with world.db.write(await world.actor("Римма")) as tx:
        kept = await rubrics.save_set(
            tx, world.places["область"].region_id or 0, rubrics.shipped_document("2022-wave-3")
        )
    async with world.db.read(await world.actor("Римма")) as tx:
        found = await rubrics.kept_set(tx, kept.id)
    assert tomllib.loads(written(found.document)) == found.document
