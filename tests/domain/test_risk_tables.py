"""Risk profiles from files as regions keep them, and concept documents that schools are asked for."""

import io
from datetime import date, timedelta

import docx
import pytest
import xlsxwriter

from domain import documents, progress, risks
from domain.actor import SYSTEM, Place
from domain.errors import Forbidden, NotFound
from domain.progress import Decision, Standing
from domain.risks import Asked, ConceptDocument, RiskFactor, RiskLevel, Stage
from domain.schools import School
from domain.texts import texts
from tests.world import World

FACTOR_NAMES = (
    "Низкий уровень оснащения школы",
    "Дефицит педагогических кадров",
    "Недостаточная предметная и методическая компетентность педагогических работников",
    "Риски низкой адаптивности учебного процесса",
    "Несформированность внутришкольной системы повышения квалификации",
    "Высокая доля обучающихся с рисками учебной неуспешности",
    "Высокая доля обучающихся с ОВЗ",
    "Низкое качество преодоления языковых и культурных барьеров",
    "Пониженный уровень качества школьной образовательной и воспитательной среды",
    "Низкий уровень вовлеченности родителей",
)
GOLDEN = "В В В С В С С В В С"  # edu760152, DOMAIN.md §6
WORDS = {"В": "Высокая", "С": "Средняя", "Н": "Низкая"}
SAY = texts("ru", escape=False)


def sheet(*rows: tuple[object, ...]) -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out)
    page = book.add_worksheet("Профили")
    for number, row in enumerate(rows):
        page.write_row(number, 0, row)
    book.close()
    return out.getvalue()


def form(*schools: tuple[str, str]) -> bytes:
    """The federal form: whose it is, then a table with a row for each factor."""
    paper = docx.Document()
    for head, levels in schools:
        paper.add_paragraph("Рисковый профиль")
        paper.add_paragraph(head)
        table = paper.add_table(rows=1, cols=3)
        for cell, text in zip(
            table.rows[0].cells, ("Факторы риска", "Значимость фактора риска", "Что делать"), strict=True
        ):
            cell.text = text
        for number, (name, level) in enumerate(zip(FACTOR_NAMES, levels.split(), strict=True), start=1):
            for cell, text in zip(
                table.add_row().cells,
                (f"{number}. {name}", WORDS[level], "Требуется принятие мер"),
                strict=True,
            ):
                cell.text = text
    out = io.BytesIO()
    paper.save(out)
    return out.getvalue()


def read(data: bytes, name: str) -> list[tuple[str, str]]:
    found = risks.read_profiles(documents.read_table(data, name))
    return [(line.school, risks.letters(risks.levels_of(line.levels))) for line in found]


def test_a_row_for_each_school_and_a_column_for_each_factor() -> None:
    data = sheet(
        ("Рисковые профили школ региона",),
        ("№", "Логин", "Школа", *FACTOR_NAMES),
        (1, "edu760152", "Тороповская ОШ", *(WORDS[x] for x in GOLDEN.split())),
        (2, "edu760153", "Климатинская СОШ", *"ССССННННВВ"),
        ("", "Всего", "", *([""] * 10)),
    )
    assert read(data, "профили.xlsx") == [("edu760152", GOLDEN), ("edu760153", "С С С С Н Н Н Н В В")]


def test_columns_by_number_and_names_of_schools() -> None:
    data = sheet(
        ("Наименование ОО", *(f"Риск {n}" for n in range(1, 11))), ("МБОУ Тороповская ОШ", *GOLDEN.split())
    )
    assert read(data, "профили.xlsx") == [("МБОУ Тороповская ОШ", GOLDEN)]


def test_ten_letters_in_one_column() -> None:
    data = "логин;рисковый профиль\nedu760152;ВВВСВССВВС\n;\n".encode()
    assert read(data, "профили.csv") == [("edu760152", GOLDEN)]


def test_the_federal_form_of_several_schools() -> None:
    data = form(("Логин: edu760152", GOLDEN), ("Школа: МОУ Климатинская СОШ", "Н Н Н Н Н Н Н Н Н В"))
    assert read(data, "профили.docx") == [
        ("edu760152", GOLDEN),
        ("МОУ Климатинская СОШ", "Н Н Н Н Н Н Н Н Н В"),
    ]


@pytest.mark.parametrize("rows", [[("Школа", "Директор"), ("Тороповская ОШ", "Анна")], [("а", "б")]])
def test_a_table_of_something_else(rows: list[tuple[object, ...]]) -> None:
    with pytest.raises(risks.NoProfiles):
        read(sheet(*rows), "список.xlsx")


def test_a_school_with_nine_levels_is_refused_and_not_guessed() -> None:
    data = sheet(("Логин", *FACTOR_NAMES), ("edu760152", *GOLDEN.split()[:9]))
    [line] = risks.read_profiles(documents.read_table(data, "профили.xlsx"))
    with pytest.raises(risks.LevelsWrong):
        risks.levels_of(line.levels)


async def test_a_file_is_brought_in_by_login_and_by_name(world: World) -> None:
    async with world.db.write(SYSTEM) as tx:
        school = await tx.session.get_one(School, world.schools["Тороповская"].school_id)
        school.federal_login = "edu760152"
    rows = [
        ("edu760152", GOLDEN),
        ("МОУ Климатинская СОШ", GOLDEN),
        ("ООШ п. Тимонин", GOLDEN),  # of the other region
        ("Неведомая СОШ", GOLDEN),
    ]
    async with world.db.write(await world.actor("Римма")) as tx:
        done = await risks.import_profiles(tx, rows, source="Выгрузка")
    assert done.entered == ["edu760152", "МОУ Климатинская СОШ"]
    assert {name: type(why) for name, why in done.refused.items()} == {
        "ООШ п. Тимонин": risks.SchoolUnknown,
        "Неведомая СОШ": risks.SchoolUnknown,
    }


async def enter(world: World, who: str, school: str, *factors: int) -> None:
    school_id = world.schools[school].school_id or 0
    async with world.db.write(await world.actor(who)) as tx:
        await risks.enter_profile(tx, school_id, [RiskLevel.HIGH] * 10)
        await risks.choose_risks(tx, school_id, [RiskFactor(n) for n in factors])


async def ask(world: World, who: str, owner: Place, *asked: Asked) -> int:
    async with world.db.write(await world.actor(who)) as tx:
        return (await risks.ask_documents(tx, owner, asked, SAY)).id


def until(world: World, days: int = 30) -> date:
    return world.clock.moment.date() + timedelta(days=days)


def all_kinds(world: World) -> list[Asked]:
    return [
        Asked(ConceptDocument.DEVELOPMENT_CONCEPT, until(world), Stage.FIRST),
        Asked(ConceptDocument.MEDIUM_TERM_PROGRAMME, until(world), Stage.FIRST),
        Asked(ConceptDocument.ANTIRISK_PROGRAMME, until(world, 60), Stage.SECOND),
    ]


async def table(world: World, who: str) -> dict[str, list[tuple[str, int | None, int | None, Standing]]]:
    async with world.db.read(await world.actor(who)) as tx:
        return {
            row.school.name: [(r.document.value, r.factor, r.stage, r.standing) for r in row.rows]
            for row in await risks.document_table(tx)
            if row.rows
        }


async def test_documents_go_to_everybody_and_programmes_to_those_who_chose(world: World) -> None:
    await enter(world, "Тамара", "Тороповская", 2, 3)
    await ask(world, "Римма", world.places["область"], *all_kinds(world))
    concept = ("development_concept", None, 1, Standing.LATER)
    medium = ("medium_term_programme", None, 1, Standing.LATER)
    found = await table(world, "Римма")
    assert found["Климатинская СОШ"] == [concept, medium]
    assert found["Тороповская ОШ"] == [
        concept,
        medium,
        ("antirisk_programme", 2, 2, Standing.LATER),
        ("antirisk_programme", 3, 2, Standing.LATER),
    ]
    assert "ООШ п. Тимонин" not in found
    assert list(await table(world, "Марина")) == ["Тороповская ОШ"]
    assert await table(world, "Саша") == {}


async def test_a_risk_chosen_later_brings_its_programme(world: World) -> None:
    await ask(world, "Римма", world.places["область"], *all_kinds(world))
    await enter(world, "Клим", "Климатинская", 7)
    assert ("antirisk_programme", 7, 2, Standing.LATER) in (await table(world, "Римма"))["Климатинская СОШ"]
    await enter(world, "Степан", "Тимонин", 7)  # the other region was asked for nothing
    assert await table(world, "Саша") == {}


async def test_a_document_goes_the_way_of_any_measure(world: World) -> None:
    await ask(world, "Марина", world.places["Даниловский"], *all_kinds(world)[:1])
    school_id = world.schools["Тороповская"].school_id or 0
    async with world.db.read(await world.actor("Дина")) as tx:
        [row] = await risks.concept_documents(tx, school_id)
        assert [pair[0] for pair in await risks.missing_documents(tx, school_id)] == [
            ConceptDocument.MEDIUM_TERM_PROGRAMME
        ]
    assert row.measure.title == "Концепция развития, 1 этап"
    for decision in (Decision.RETURN, Decision.CONFIRM):
        async with world.db.write(await world.actor("Дина")) as tx:
            await progress.add_text(tx, row.assignment.id, "Концепция утверждена")
            report = (await progress.submit(tx, row.assignment.id)).id
        async with world.db.write(await world.actor("Кирилл")) as tx:
            await progress.decide(tx, report, decision, "Посмотрел")
    async with world.db.read(await world.actor("Дина")) as tx:
        [row] = await risks.concept_documents(tx, school_id)
    assert (row.standing, row.assignment.version, row.stage) == (Standing.CONFIRMED, 2, Stage.FIRST)
    assert list(await table(world, "Ульяна")) == []


async def test_what_is_missing_follows_the_chosen_risks(world: World) -> None:
    await enter(world, "Тамара", "Тороповская", 3)
    school_id = world.schools["Тороповская"].school_id or 0
    async with world.db.read(await world.actor("Тамара")) as tx:
        assert await risks.missing_documents(tx, school_id) == [
            (ConceptDocument.DEVELOPMENT_CONCEPT, None),
            (ConceptDocument.MEDIUM_TERM_PROGRAMME, None),
            (ConceptDocument.ANTIRISK_PROGRAMME, RiskFactor.COMPETENCE),
        ]
        [row] = [r for r in await risks.document_table(tx) if r.chosen]
    assert row.not_asked == [RiskFactor.COMPETENCE]
    async with world.db.read(await world.actor("Саша")) as tx:
        with pytest.raises(NotFound):
            await risks.missing_documents(tx, school_id)


async def test_what_cannot_be_asked(world: World) -> None:
    region = world.places["область"]
    with pytest.raises(risks.NothingAsked):
        await ask(world, "Римма", region)
    with pytest.raises(risks.NothingAsked):
        await ask(world, "Римма", region, Asked(ConceptDocument.DEVELOPMENT_CONCEPT, until(world, -1)))
    await ask(world, "Римма", region, *all_kinds(world))
    with pytest.raises(risks.AlreadyAsked):
        await ask(world, "Римма", region, all_kinds(world)[0])
    await ask(world, "Римма", region, all_kinds(world)[0]._replace(stage=Stage.SECOND))
    for who, refusal in (("Марина", NotFound), ("Ольга", Forbidden), ("Саша", NotFound)):
        with pytest.raises(refusal):
            await ask(world, who, region, all_kinds(world)[0])


async def test_the_facts_behind_a_share(world: World) -> None:
    await enter(world, "Тамара", "Тороповская", 3)
    async with world.db.write(SYSTEM) as tx:
        work = await progress.my_work(tx, school_id=world.schools["Тороповская"].school_id)
        ids = {row.measure.number: row.measure.id for row in work}
        wanted = [ids["2.1"], ids["2.2"]]
        await risks.place_measures(tx, wanted, factor=RiskFactor.COMPETENCE, stage=Stage.FIRST)
    school_id = world.schools["Тороповская"].school_id or 0
    async with world.db.read(await world.actor("Кирилл")) as tx:
        facts = await risks.programme_facts(tx, school_id)
        [share] = await risks.programmes(tx, school_id=school_id)
    assert {key: [fact.measure.number for fact in rows] for key, rows in facts.items()} == {
        (RiskFactor.COMPETENCE, Stage.FIRST): ["2.1", "2.2"]
    }
    assert (share.confirmed, share.total) == (0, 2)
