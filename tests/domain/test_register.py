"""Registers of schools: found by their headers, matched against what is there, faults told by row."""

import io
from dataclasses import replace

import pytest
import xlsxwriter
from sqlalchemy import event, func, select

from domain import audit, documents, programme, register, schools
from domain.actor import SYSTEM, Actor
from domain.db import Database
from domain.schools import SchoolStatus
from tests.world import DATA, MovableClock, World

Empty = tuple[Database, MovableClock]
REGISTERS = DATA / "registers"


def reading_of(name: str) -> register.Reading:
    return register.read(documents.read_table((REGISTERS / name).read_bytes(), name))


def sheet(*rows: list[str]) -> register.Reading:
    """What is read from an xlsx file with these rows."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        page = book.add_worksheet("Школы")
        for number, row in enumerate(rows):
            page.write_row(number, 0, row)
    return register.read(documents.read_table(file.getvalue(), "register.xlsx"))


async def bring_in(
    db: Database,
    reading: register.Reading,
    *,
    actor: Actor = SYSTEM,
    region: str = "",
    municipality: str = "",
) -> register.Imported:
    async with db.write(actor) as tx:
        return await register.import_register(tx, reading, region=region, municipality=municipality)


async def names(db: Database) -> list[tuple[str, str]]:
    async with db.read(SYSTEM) as tx:
        return [(row.municipality, row.school.name) for row in await schools.school_list(tx)]


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
async def test_every_register_comes_in_and_a_second_time_changes_nothing(empty: Empty, ending: str) -> None:
    db, _ = empty
    for name, count, region, municipality in (
        ("schools", 19, "", ""),
        ("dergachi_schools_2021", 7, "", ""),
        ("yaroslavl_shnsu_isbsh_2023", 10, "", ""),
        ("yaroslavl_municipalities_2023", 19, "", ""),
        ("baley_schools_2022", 3, "Забайкальский край", "Балейский район"),
    ):
        reading = reading_of(f"{name}.{ending}")
        first = await bring_in(db, reading, region=region, municipality=municipality)
        assert (name, first.rows, first.problems) == (name, count, [])
        before = await names(db)
        again = await bring_in(db, reading, region=region, municipality=municipality)
        assert (again.added, again.known) == (0, count)
        assert await names(db) == before
    assert len(await names(db)) == 20  # of 19 + 7 + 10 + 3 rows: the registers name the same schools


async def test_what_a_register_says_of_a_school(empty: Empty) -> None:
    db, _ = empty
    imported = await bring_in(db, reading_of("schools.xlsx"))
    await bring_in(db, reading_of("yaroslavl_shnsu_isbsh_2023.xlsx"))
    assert imported.regions == ["Ярославская область", "Саратовская область", "Забайкальский край"]
    assert imported.cohorts == ["ШНСУ / ШНОР 2023", "НОР 2020", "500+ 2022"]
    async with db.read(SYSTEM) as tx:
        found = {row.school.name: row.school for row in await schools.school_list(tx)}
        toropovo, timonin = found["Тороповская ОШ"], found["ООШ п. Тимонин"]
        assert (toropovo.full_name, toropovo.social_index) == ("МБОУ Тороповская ОШ", 39.4)
        assert toropovo.status is SchoolStatus.LOW_RESULTS
        assert toropovo.details["Положение ИСБШ"] == "самый низкий в МР"
        mentor = await schools.mentor(tx, timonin.id)
        assert mentor is not None
        assert (mentor.mentor_name, mentor.distance_km) == ("МОУ «СОШ № 2 р.п.Дергачи»", 45)
        cohort = await programme.find_cohort(tx, "НОР 2020")
        assert cohort is not None
        assert (await schools.cohort_ids(tx, [timonin.id]))[timonin.id] == [cohort.id]


async def test_contradicting_totals_of_municipalities_are_shown_not_forced(empty: Empty) -> None:
    db, _ = empty
    imported = await bring_in(db, reading_of("yaroslavl_municipalities_2023.xlsx"))
    assert [(d.params["name"], d.params["totals"]) for d in imported.doubts] == [
        ("Некоузский МР", "12 / 11"),
        ("Даниловский МР", "12 / 11"),
        ("Ростовский МР", "24 / 23"),
        ("Тутаевский МР", "19 / 18"),
        ("Гаврилов-Ямский МР", "12 / 11"),
    ]
    async with db.read(SYSTEM) as tx:
        totals = {m.name: m.schools_total for m in await schools.municipalities(tx)}
    assert (len(totals), totals["г. Ярославль"], totals["Даниловский МР"]) == (19, 84, 12)


async def test_place_and_cohort_can_be_told_by_the_words_of_the_file(empty: Empty) -> None:
    db, _ = empty
    await bring_in(db, reading_of("baley_schools_2022.xlsx"), region="Забайкальский край")
    await bring_in(db, reading_of("dergachi_schools_2021.csv"))
    assert {place for place, _ in await names(db)} == {"Балейский район", "Дергачевский район"}
    async with db.read(SYSTEM) as tx:
        assert [c.name for c in await programme.cohorts(tx)] == ["500+ 2021", "500+ 2022"]


async def test_a_faulty_row_is_told_by_its_number_and_the_others_come_in(empty: Empty) -> None:
    db, _ = empty
    reading = sheet(
        ["Реестр школ", "", "", ""],
        ["Муниципалитет", "Школа", "Логин", "Расстояние до наставника, км"],
        ["Угличский МР", "МОУ Климатинская СОШ", "EDU760152", "12 км"],
        ["Угличский МР", "", "", ""],
        ["Угличский МР", "Климатинская средняя школа", "", ""],
        ["Угличский МР", "МОУ Василёвская СОШ", "логин потерян", "далеко"],
        ["", "МОУ Ничья ООШ", "", ""],
        ["Угличский МР", "МОУ Заозерская СОШ", "edu760152", ""],
        ["Итого", "5", "", ""],
    )
    imported = await bring_in(db, reading, region="Ярославская область")
    assert [(p.row, p.message) for p in imported.problems] == [
        (4, "the name of the school is missing"),
        (5, "the same school as in row %(other)s"),
        (7, "«%(name)s»: the municipality is missing, please name it"),
        (8, "login %(login)s already belongs to «%(name)s»"),
    ]
    assert [(d.row, d.params["column"]) for d in imported.doubts] == [
        (6, "Расстояние до наставника, км"),
        (6, "Логин"),
    ]
    assert await names(db) == [("Угличский МР", "Василёвская СОШ"), ("Угличский МР", "Климатинская СОШ")]


@pytest.mark.parametrize(
    ("known", "written", "doubtful"),
    [
        ("МОУ Середневская ООШ", "МОУ Средневская ООШ", True),
        ("МОУ Средняя школа № 16", "МОУ Средняя школа № 18", False),
        ("МОУ Ивановская СОШ", "МОУ Петровская СОШ", False),
    ],
)
async def test_a_near_name_is_a_doubt_and_never_merged(
    empty: Empty, known: str, written: str, doubtful: bool
) -> None:
    db, _ = empty
    header = ["Регион", "Муниципалитет", "Полное наименование"]
    place = ["Ярославская область", "Рыбинский МР"]
    await bring_in(db, sheet(header, [*place, known]))
    imported = await bring_in(db, sheet(header, [*place, written]))
    assert imported.added == 1
    assert [d.message for d in imported.doubts] == (
        ["«%(name)s» resembles «%(other)s», which was there before"] if doubtful else []
    )
    assert len(await names(db)) == 2


async def test_a_coordinator_imports_into_the_own_region_only(world: World) -> None:
    header = ["Регион", "Муниципалитет", "Школа"]
    reading = sheet(
        header,
        ["Ярославская область", "Даниловский МР", "МОУ Середская СОШ"],
        ["Саратовская область", "Дергачевский район", "МОУ СОШ п. Мирный"],
        ["Тверская область", "Бежецкий МР", "МОУ СОШ № 1"],
    )
    imported = await bring_in(world.db, reading, actor=await world.actor("Римма"))
    assert [(p.row, p.message) for p in imported.problems] == [
        (3, "«%(name)s» is not your region"),
        (4, "«%(name)s» is not your region"),
    ]
    assert imported.added == 1
    nothing = await bring_in(world.db, reading, actor=await world.actor("Марина"))
    assert (nothing.added, len(nothing.problems)) == (0, 3)


def test_a_table_without_schools_is_refused() -> None:
    with pytest.raises(register.NotARegister):
        sheet(["Мероприятие", "Срок"], ["Совещание", "апрель"])


@pytest.mark.parametrize(
    ("words", "status"),
    [
        ("ШНСУ / ШНОР 2023", SchoolStatus.LOW_RESULTS),
        ("НОР 2020", SchoolStatus.LOW_RESULTS),
        ("ШНСУ", SchoolStatus.ADVERSE_CONDITIONS),
        ("школа зоны риска", SchoolStatus.AT_RISK),
        ("резильентная", SchoolStatus.RESILIENT),
        ("участник проекта «500+» 2022", None),
    ],
)
def test_why_a_school_is_supported(words: str, status: SchoolStatus | None) -> None:
    header = ["Муниципалитет", "Школа", "Статус"]
    assert sheet(header, ["Угличский МР", "МОУ СОШ", words]).rows[0].status is status


async def test_a_trial_says_what_an_import_does_and_leaves_nothing(empty: Empty) -> None:
    db, _ = empty
    reading = reading_of("schools.csv")
    async with db.write(SYSTEM) as tx:
        tried = await register.preview_register(tx, reading, cohort="500+ 2023")
    assert await names(db) == []
    async with db.read(SYSTEM) as tx:
        assert await programme.cohorts(tx) == []
        assert await audit.entries(tx) == []
    async with db.write(SYSTEM) as tx:
        done = await register.import_register(tx, reading, cohort="500+ 2023")
    assert replace(tried, school_ids=[]) == replace(done, school_ids=[])
    assert len(done.new_rows) == done.added == 19


def many(count: int, *, first: int = 1) -> register.Reading:
    """Schools of three municipalities, every fifth with a mentor that stands below it in the list."""
    header = ["Регион", "Муниципалитет", "Школа", "Логин", "Когорта", "Школа-наставник"]
    rows = [
        [
            "Большая область",
            f"{('Первый', 'Второй', 'Третий')[n % 3]} МР",
            f"МОУ «Заречная СОШ № {n}»",
            f"edu{n:06d}",
            "500+ 2026",
            f"Заречная СОШ № {n + 1}" if n % 5 == 0 else "",
        ]
        for n in range(first, first + count)
    ]
    return sheet(header, *rows)


async def statements_of(db: Database, reading: register.Reading) -> int:
    """How many statements an import sends."""
    sent: list[str] = []

    def seen(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        sent.append(statement)

    engine = db._writer.sync_engine
    event.listen(engine, "before_cursor_execute", seen)
    try:
        await bring_in(db, reading)
    finally:
        event.remove(engine, "before_cursor_execute", seen)
    return len(sent)


async def test_a_list_of_hundreds_asks_the_database_no_more_often_than_a_short_one(empty: Empty) -> None:
    db, _ = empty
    few = await statements_of(db, many(30))
    assert 0 < await statements_of(db, many(300, first=1000)) <= few  # the municipalities are there by now
    known = await statements_of(db, many(30))
    assert await statements_of(db, many(300, first=1000)) == known > 0
    async with db.read(SYSTEM) as tx:
        entries = await tx.session.execute(
            select(audit.AuditEntry.action, func.count(), func.count(audit.AuditEntry.school_id.distinct()))
            .group_by(audit.AuditEntry.action)
            .order_by(audit.AuditEntry.action)
        )
        assert [tuple(row) for row in entries] == [
            ("municipality.add", 3, 0),
            ("region.add", 1, 0),
            ("register.import", 4, 0),
            ("school.add", 330, 330),
            ("school.enroll", 330, 330),
        ]
        linked = select(func.count()).where(schools.MentorLink.mentor_school_id.is_not(None))
        assert await tx.session.scalar(linked) == 65  # also those whose mentor stands below them


async def test_a_login_that_one_school_gives_up_another_may_take(empty: Empty) -> None:
    db, _ = empty
    header = ["Регион", "Муниципалитет", "Школа", "Логин"]
    where = ["Большая область", "Первый МР"]
    await bring_in(db, sheet(header, [*where, "СОШ № 1", "edu000001"], [*where, "СОШ № 2", "edu000002"]))
    moved = sheet(header, [*where, "СОШ № 2", "edu000003"], [*where, "СОШ № 1", "edu000002"])
    assert (await bring_in(db, moved)).problems == []
    taken = await bring_in(db, sheet(header, [*where, "СОШ № 1", "edu000003"]))
    assert [problem.params for problem in taken.problems] == [{"login": "edu000003", "name": "СОШ № 2"}]
    async with db.read(SYSTEM) as tx:
        assert [(row.school.name, row.school.federal_login) for row in await schools.school_list(tx)] == [
            ("СОШ № 1", "edu000002"),
            ("СОШ № 2", "edu000003"),
        ]


async def test_a_row_without_a_place_finds_a_school_of_the_same_list(empty: Empty) -> None:
    db, _ = empty
    header = ["Регион", "Муниципалитет", "Школа"]
    region = "Большая область"
    first = sheet(
        header, [region, "Первый МР", "СОШ № 1"], [region, "", "Школа № 9"], [region, "", "СОШ № 1"]
    )
    imported = await bring_in(db, first)
    assert [(problem.row, problem.params) for problem in imported.problems] == [
        (3, {"name": "Школа № 9"}),
        (4, {"other": 2}),
    ]
