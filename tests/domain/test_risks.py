"""Risk profiles, chosen risks, their programmes with shares, concept documents."""

import pytest

from domain import progress, risks, roadmaps
from domain.actor import SYSTEM
from domain.errors import Forbidden, NotFound
from domain.progress import Decision, Standing, Status
from domain.risks import ConceptDocument, RiskFactor, RiskLevel, Stage
from domain.schools import School
from tests.world import World

H, M, L = RiskLevel.HIGH, RiskLevel.MEDIUM, RiskLevel.LOW
GOLDEN = [H, H, H, M, H, M, M, H, H, M]  # edu760152, DOMAIN.md §6
WORDS = "В В В С В С С В В С"


def school_id(world: World, name: str = "Тороповская") -> int:
    return world.schools[name].school_id or 0


async def enter(world: World, who: str, levels: list[RiskLevel] = GOLDEN, school: str = "Тороповская") -> int:
    async with world.db.write(await world.actor(who)) as tx:
        return (await risks.enter_profile(tx, school_id(world, school), levels, source="ИС МЭДК")).id


async def profile(world: World, school: str = "Тороповская") -> risks.ProfileView:
    async with world.db.read(SYSTEM) as tx:
        return await risks.profile_of(tx, school_id(world, school))


async def choose(world: World, who: str, *factors: int, school: str = "Тороповская") -> None:
    async with world.db.write(await world.actor(who)) as tx:
        await risks.choose_risks(tx, school_id(world, school), [RiskFactor(n) for n in factors])


@pytest.mark.parametrize(
    "words",
    [
        WORDS,
        "ВВВСВССВВС",
        "вввсвссввс",
        "B B B C B C C B B C",  # Latin look-alikes
        "1. В; 2. В; 3. В; 4. С; 5. В; 6. С; 7. С; 8. В; 9. В; 10. С",
        "Высокая высокая Высокий средняя высокая Средняя средняя высокая высокая средняя",
    ],
)
def test_levels_as_people_write_them(words: str) -> None:
    assert risks.levels_of(words) == GOLDEN
    assert risks.letters(risks.levels_of(words)) == WORDS


@pytest.mark.parametrize("words", ["", "В В В", WORDS + " Н", "В В В С В С С В В Х", "ВВВСВССВВ", "да " * 10])
def test_what_is_not_ten_levels(words: str) -> None:
    with pytest.raises(risks.LevelsWrong):
        risks.levels_of(words)


def test_ten_factors_and_what_to_do() -> None:
    assert [int(factor) for factor in risks.FACTORS] == list(range(1, 11))
    assert set(risks.ACTIONS) == set(risks.LEVELS) == set(RiskLevel)
    assert risks.levels_of("Н Н Н Н Н Н Н Н Н H") == [L] * 10


@pytest.mark.parametrize(
    ("confirmed", "whole", "points"),
    [
        (0, 8, 0), (1, 8, 0), (2, 8, 1), (3, 8, 1), (4, 8, 2), (5, 8, 2), (6, 8, 3), (8, 8, 3),
        (24, 100, 0), (25, 100, 1), (49, 100, 1), (50, 100, 2), (74, 100, 2), (75, 100, 3),
        (2, 9, 0), (0, 0, None),
    ],
)  # fmt: skip
def test_points_of_a_programme(confirmed: int, whole: int, points: int | None) -> None:
    assert risks.points(confirmed, whole) == points


async def test_a_profile_is_entered_once_and_corrected_by_a_new_one(world: World) -> None:
    first = await enter(world, "Тамара")
    assert await enter(world, "Марина") == first
    second = await enter(world, "Марина", [*GOLDEN[:9], L])
    view = await profile(world)
    assert view.profile is not None
    assert (view.profile.id, view.versions, view.profile.level(RiskFactor.PARENTS)) == (second, 2, L)
    assert view.profile.level(RiskFactor.EQUIPMENT) is H
    assert view.names[view.profile.entered_by or 0] == "Марина"


@pytest.mark.parametrize(
    ("who", "error"), [("Кирилл", Forbidden), ("Ольга", Forbidden), ("Клим", NotFound), ("Саша", NotFound)]
)
async def test_nobody_else_enters(world: World, who: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        await enter(world, who)


async def verify(world: World, who: str, number: int) -> tuple[bool, bool]:
    async with world.db.write(await world.actor(who)) as tx:
        found = await risks.verify_profile(tx, number)
    return found.curator_at is not None, found.coordinator_at is not None


async def test_curator_and_coordinator_verify(world: World) -> None:
    number = await enter(world, "Тамара")
    assert await verify(world, "Кирилл", number) == (True, False)
    with pytest.raises(risks.AlreadyVerified):
        await verify(world, "Кирилл", number)
    assert await verify(world, "Марина", number) == (True, True)
    assert await verify(world, "Римма", number) == (True, True)
    view = await profile(world)
    assert view.profile is not None
    assert view.profile.is_verified
    assert view.names[view.profile.coordinator_id or 0] == "Марина"


async def test_an_objection_opens_it_again_until_a_new_profile(world: World) -> None:
    number = await enter(world, "Тамара")
    await verify(world, "Марина", number)
    async with world.db.write(await world.actor("Кирилл")) as tx:
        with pytest.raises(progress.CommentNeeded):
            await risks.dispute_profile(tx, number, " ")
        await risks.dispute_profile(tx, number, "Учителей хватает")
    view = await profile(world)
    assert view.profile is not None
    assert (view.profile.objection, view.profile.is_verified, view.profile.coordinator_id) == (
        "Учителей хватает",
        False,
        None,
    )
    again = await enter(world, "Тамара")  # the same levels are an answer to the objection
    assert again > number
    with pytest.raises(risks.ProfileChanged):
        await verify(world, "Кирилл", number)
    assert await verify(world, "Кирилл", again) == (True, False)


@pytest.mark.parametrize(
    ("who", "error"),
    [("Дина", progress.OwnSchool), ("Ольга", Forbidden), ("Клим", NotFound), ("Степан", NotFound)],
)
async def test_nobody_else_verifies(world: World, who: str, error: type[Exception]) -> None:
    number = await enter(world, "Тамара")
    with pytest.raises(error):
        await verify(world, who, number)


async def test_profiles_are_imported_by_login_with_row_errors(world: World) -> None:
    async with world.db.write(SYSTEM) as tx:
        for login, name in (("edu760152", "Тороповская"), ("edu640001", "Тимонин")):
            (await tx.session.get_one(School, school_id(world, name))).federal_login = login
    rows = [("EDU760152", WORDS), ("edu640001", WORDS), ("edu000000", WORDS), ("edu760152", "В В")]
    async with world.db.write(await world.actor("Римма")) as tx:
        result = await risks.import_profiles(tx, rows, source="Выгрузка")
    assert result.entered == ["EDU760152"]
    assert {login: type(error) for login, error in result.refused.items()} == {
        "edu640001": risks.SchoolUnknown,
        "edu000000": risks.SchoolUnknown,
        "edu760152": risks.LevelsWrong,
    }
    async with world.db.write(await world.actor("Римма")) as tx:
        assert (await risks.import_profiles(tx, rows[:1], source="")).unchanged == ["EDU760152"]
    view = await profile(world)
    assert view.profile is not None
    assert [RiskLevel(level) for level in view.profile.levels] == GOLDEN


async def test_risks_are_chosen_from_a_profile(world: World) -> None:
    with pytest.raises(risks.NoProfile):
        await choose(world, "Тамара", 1)
    await enter(world, "Тамара")
    await choose(world, "Тамара", 1, 3)
    await choose(world, "Марина", 3, 8)
    await choose(world, "Тамара", 3, 8)
    assert (await profile(world)).chosen == {RiskFactor.COMPETENCE, RiskFactor.LANGUAGE}
    async with world.db.read(await world.actor("Римма")) as tx:
        table = {
            row.school.name: (row.profile is not None, len(row.chosen)) for row in await risks.profiles(tx)
        }
    assert table["Тороповская ОШ"] == (True, 2)
    assert table["Климатинская СОШ"] == (False, 0)
    assert "ООШ п. Тимонин" not in table
    with pytest.raises(Forbidden):
        await choose(world, "Кирилл", 1)


async def measure_ids(world: World, *numbers: str) -> list[int]:
    async with world.db.read(SYSTEM) as tx:
        view = await roadmaps.roadmap(tx, world.roadmap_id)
    return [m.id for m in view.measures if m.number in numbers]


async def place(world: World, who: str, *numbers: str, **where: object) -> int:
    async with world.db.write(await world.actor(who)) as tx:
        return await risks.place_measures(tx, await measure_ids(world, *numbers), **where)  # type: ignore[arg-type]


async def send(world: World, number: str, decision: Decision | None = None) -> None:
    work_id = await world.assignment_id("Тороповская", number)
    async with world.db.write(await world.actor("Дина")) as tx:
        await progress.add_text(tx, work_id, "Приказ")
        report = (await progress.submit(tx, work_id)).id
    if decision:
        async with world.db.write(await world.actor("Кирилл")) as tx:
            await progress.decide(tx, report, decision, "Посмотрел")


async def test_the_share_of_confirmed_measures_of_a_programme(world: World) -> None:
    await enter(world, "Тамара")
    await choose(world, "Тамара", 3)
    await place(world, "Римма", "2.1", "2.2", factor=RiskFactor.COMPETENCE, stage=Stage.FIRST)
    await place(world, "Римма", "2.3", "2.4", factor=RiskFactor.COMPETENCE, stage=Stage.SECOND)
    await place(world, "Римма", "3.1", factor=RiskFactor.STAFF)  # not chosen
    await send(world, "2.1", Decision.CONFIRM)
    await send(world, "2.2")
    await send(world, "2.3", Decision.RETURN)
    async with world.db.write(SYSTEM) as tx:
        work = await progress.assignment(tx, await world.assignment_id("Тороповская", "2.4"))
        work.status = Status.WAIVED
    async with world.db.read(await world.actor("Кирилл")) as tx:
        rows = await risks.programmes(tx)
    assert [(r.factor, r.stage, r.confirmed, r.in_review, r.total, r.points) for r in rows] == [
        (RiskFactor.COMPETENCE, Stage.FIRST, 1, 1, 2, 2),
        (RiskFactor.COMPETENCE, Stage.SECOND, 0, 0, 1, 0),
    ]
    async with world.db.read(await world.actor("Саша")) as tx:
        assert await risks.programmes(tx, school_id=school_id(world)) == []


async def test_concept_documents_are_handed_in_as_any_assignment(world: World) -> None:
    await place(world, "Римма", "2.1", document=ConceptDocument.DEVELOPMENT_CONCEPT)
    antirisk = {"document": ConceptDocument.ANTIRISK_PROGRAMME, "factor": RiskFactor.COMPETENCE}
    await place(world, "Римма", "2.2", **antirisk)
    await send(world, "2.1", Decision.RETURN)
    await send(world, "2.1")
    async with world.db.read(await world.actor("Дина")) as tx:
        rows = await risks.concept_documents(tx, school_id(world))
    assert [(r.document, r.factor, r.standing, r.assignment.version) for r in rows] == [
        (ConceptDocument.DEVELOPMENT_CONCEPT, None, Standing.IN_REVIEW, 2),
        (ConceptDocument.ANTIRISK_PROGRAMME, RiskFactor.COMPETENCE, rows[1].standing, 0),
    ]
    async with world.db.read(await world.actor("Саша")) as tx:
        with pytest.raises(NotFound):
            await risks.concept_documents(tx, school_id(world))


@pytest.mark.parametrize(("who", "error"), [("Марина", Forbidden), ("Дина", Forbidden), ("Саша", NotFound)])
async def test_only_whose_plan_it_is_places_measures(world: World, who: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        await place(world, who, "2.1", stage=Stage.FIRST)


async def test_a_risks_measures_go_to_the_schools_that_chose_it(world: World) -> None:
    await enter(world, "Кирилл", school="16")
    await choose(world, "Кирилл", 3, school="16")
    await place(world, "Римма", "2.1", "2.2", factor=RiskFactor.COMPETENCE, stage=Stage.FIRST)
    given = []
    for _ in range(2):
        async with world.db.write(await world.actor("Римма")) as tx:
            given.append(await risks.give_by_risk(tx, world.roadmap_id))
    assert given == [2, 0]
    async with world.db.read(await world.actor("Кирилл")) as tx:
        work = await progress.my_work(tx, school_id=school_id(world, "16"))
    assert sorted(row.measure.number or "" for row in work) == ["2.1", "2.2"]


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("Разработка Концепции развития школы", ConceptDocument.DEVELOPMENT_CONCEPT),
        ("Среднесрочная программа развития", ConceptDocument.MEDIUM_TERM_PROGRAMME),
        ("Антирисковые программы", ConceptDocument.ANTIRISK_PROGRAMME),
        ("Программа перехода в эффективный режим работы", ConceptDocument.EFFICIENT_TRANSITION),
        ("ППЭРР", ConceptDocument.EFFICIENT_TRANSITION),
        ("Семинар для педагогов", None),
    ],
)
def test_titles_offer_what_they_seem_to_be(title: str, kind: ConceptDocument | None) -> None:
    assert risks.suggested(title) is kind
