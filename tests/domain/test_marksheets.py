"""Tables of results with columns of any name, on one, two or three header rows; errors name their row."""

import io
from typing import Any

import openpyxl
import pytest

from domain import documents, marksheets, outcomes
from domain.marksheets import Reading
from domain.outcomes import Cluster
from domain.texts import texts
from tests.world import World

NO_SCHOOL = "there is no such school in the register: correct its name or bring it in first"
UNKNOWN_PROCEDURE = "«%(value)s»: which procedure this is was not understood; name it in the table or at the import, a new one add to the procedures"


def book(rows: list[list[Any]], *, merged: tuple[str, ...] = (), title: str = "Лист1") -> Reading:
    """An xlsx with these rows, read."""
    made = openpyxl.Workbook()
    page = made.active
    assert page is not None
    page.title = title
    for row in rows:
        page.append(row)
    for cells in merged:
        page.merge_cells(cells)
    out = io.BytesIO()
    made.save(out)
    return marksheets.read(documents.read_table(out.getvalue(), "r.xlsx"))


def numbers(reading: Reading) -> list[tuple[Any, ...]]:
    return [(e.school, e.procedure, e.year, e.participants, e.below) for e in reading.entries]


def problems(reading: Reading) -> list[tuple[int, str]]:
    return [(p.row, p.message) for p in reading.problems]


def test_a_long_table() -> None:
    reading = book(
        [
            ["Результаты"],
            [
                "Муниципалитет",
                "Наименование ОО",
                "Процедура",
                "Год",
                "Кол-во участников",
                "Не преодолели порог",
            ],
            ["Угличский МР", "Василёвская СОШ", "ОГЭ, математика", 2022, 20, 5],
            ["Угличский МР", "Василёвская СОШ", "ВПР по русскому языку, 6 класс", "2021/2022", 18, 0],
            ["Угличский МР", "Климатинская СОШ", "ЕГЭ математика (профиль)", 2022, "-", "-"],
            ["Итого", "", "", "", 38, 5],
        ]
    )
    assert numbers(reading) == [
        ("Василёвская СОШ", "oge_math", 2022, 20, 5),
        ("Василёвская СОШ", "vpr_russian_6", 2022, 18, 0),
    ]
    assert (reading.problems, reading.doubts) == ([], [])


def test_a_wide_table_under_merged_headers() -> None:
    reading = book(
        [
            ["№", "Школа", "ОГЭ 2022", None, None, None],
            [None, None, "Русский язык", None, "Математика", None],
            [None, None, "писали", "получили «2»", "писали", "получили «2»"],
            [1, "Василёвская СОШ", 10, 1, 9, 3],
            [2, "Климатинская СОШ", 5, 0, 5, 6],
        ],
        merged=("A1:A3", "B1:B3", "C1:F1", "C2:D2", "E2:F2"),
    )
    assert numbers(reading) == [
        ("Василёвская СОШ", "oge_russian", 2022, 10, 1),
        ("Василёвская СОШ", "oge_math", 2022, 9, 3),
        ("Климатинская СОШ", "oge_russian", 2022, 5, 0),
    ]
    assert problems(reading) == [(5, "%(below)s of %(participants)s below the threshold is impossible")]


def test_what_the_sheet_does_not_say_is_said_by_its_name_or_by_the_person() -> None:
    rows: list[list[Any]] = [["Школа", "Участников", "Ниже порога"], ["Василёвская СОШ", 10, 2]]
    assert numbers(book(rows, title="ЕГЭ русский 2023")) == [("Василёвская СОШ", "ege_russian", 2023, 10, 2)]
    assert problems(book(rows)) == [(2, UNKNOWN_PROCEDURE)]
    assert problems(book(rows, title="ЕГЭ русский")) == [
        (2, "the year is missing: write it into the table or name it at the import")
    ]
    grids = documents.read_table("Школа;Участников;Ниже порога\nСОШ № 1;7;1\n".encode(), "a.csv")
    said = marksheets.read(grids, procedure="oge_math", year=2021)
    assert numbers(said) == [("СОШ № 1", "oge_math", 2021, 7, 1)]


def test_shares_become_counts_or_are_refused() -> None:
    rows: list[list[Any]] = [
        ["ОО", "Участников", "Доля не преодолевших порог, %"],
        ["А СОШ", 24, 13],
        ["Б СОШ", 24, "12,5 %"],
        ["В СОШ", 24, 14],
        ["Г СОШ", 24, 101],
        ["Д СОШ", "", 10],
        ["Е СОШ", "много", 10],
    ]
    reading = book(rows, title="ОГЭ математика 2022")
    assert [(e.school, e.below) for e in reading.entries] == [("А СОШ", 3), ("Б СОШ", 3)]
    assert problems(reading) == [
        (4, "%(value)s per cent of %(participants)s is not a number of people"),
        (5, "a share of %(value)s per cent is impossible"),
        (6, "the number of participants is missing, a column with it is needed"),
        (7, "«%(value)s» is not a number"),
    ]


def test_counts_that_contradict_a_printed_share_are_taken_and_shown() -> None:
    rows: list[list[Any]] = [
        ["Школа", "Всего участников", "Не сдали", "Не сдали, %"],
        ["А СОШ", 10, 1, 10],
        ["Б СОШ", 10, 2, 10],
    ]
    reading = book(rows, title="ОГЭ математика 2022")
    assert [(e.below, e.row) for e in reading.entries] == [(1, 2), (2, 3)]
    assert [(d.row, d.message) for d in reading.doubts] == [
        (3, "%(below)s of %(participants)s is not %(value)s per cent")
    ]


def test_clusters_by_words_by_shares_and_by_counts() -> None:
    rows: list[list[Any]] = [
        ["Школа", "Кластер 2021", "Доля неуспевающих 2022, %", "Неуспевающих 2023", "Обучающихся 2023"],
        ["А СОШ", "Сильно неуспевающие", "49,9", 10, 20],
        ["Б СОШ", "вне списка", 30, "", ""],
        ["В СОШ", "четвёртый", 120, 1, 0],
    ]
    reading = book(rows)
    assert [(e.school, e.year, e.cluster, e.below, e.participants) for e in reading.entries] == [
        ("А СОШ", 2021, Cluster.SEVERE, None, None),
        ("А СОШ", 2022, Cluster.MODERATE, None, None),
        ("А СОШ", 2023, Cluster.SEVERE, 10, 20),
        ("Б СОШ", 2021, Cluster.NONE, None, None),
        ("Б СОШ", 2022, Cluster.BASIC, None, None),
    ]
    assert [row for row, _ in problems(reading)] == [4, 4, 4]


@pytest.mark.parametrize(
    ("header", "row", "told"),
    [
        (["Школа", "Директор"], ["А СОШ", "Анна"], {"row": 2, "columns": "«Школа», «Директор»"}),
        (["Район", "Участников ОГЭ", "Не преодолели порог ОГЭ"], ["Угличский МР", 90, 12], {"row": 2}),
        (["Анна", "Мария"], ["10", "12"], {}),
    ],
)
def test_a_table_without_results_is_refused_with_what_it_lacks(
    header: list[Any], row: list[Any], told: dict[str, Any]
) -> None:
    with pytest.raises(marksheets.NoResults) as refused:
        book([["Сведения"], header, row])
    assert refused.value.params == (told and {"sheet": "Лист1", **told})


def test_a_share_alone_is_refused_once_with_what_to_add() -> None:
    header = ["Школа", "ОГЭ математика 2021, % не преодолевших", "ОГЭ математика 2022, % не преодолевших"]
    reading = book([header, ["А", 45, "12,5 %"], ["Б", 0, 30]])
    assert reading.entries == []
    assert [(p.row, p.params) for p in reading.problems] == [
        (2, {"value": header[1], "rows": 2}),
        (2, {"value": header[2], "rows": 2}),
    ]
    assert "Добавьте рядом столбец «Участников»" in texts("ru")(
        reading.problems[0].message, **reading.problems[0].params
    )
    beside = book([[*header[:2], "ОГЭ русский 2022, участников", "ОГЭ русский 2022, «2»"], ["А", 45, 20, 3]])
    assert [(p.row, p.params["value"]) for p in beside.problems] == [(2, header[1])]
    with_counts = book([[*header, "Участников"], ["А", 45, 10, 20], ["Б", 0, 30, 10]])
    assert [(e.year, e.below) for e in with_counts.entries] == [(2021, 9), (2022, 2), (2021, 0), (2022, 3)]


def test_clusters_under_another_name_and_over_lists_of_schools() -> None:
    named = book([["Школа", "Категория (степень неуспешности)"], ["А", "сильно неуспевающие"], ["Б", "Базово неуспевающая"], ["В", "-"]], title="2023")  # fmt: skip
    assert [(e.school, e.year, e.cluster) for e in named.entries] == [
        ("А", 2023, Cluster.SEVERE),
        ("Б", 2023, Cluster.BASIC),
        ("В", 2023, Cluster.NONE),
    ]
    lists = book(
        [
            ["Список 2022 года"],
            ["№", "Школа"],
            ["Сильно неуспевающие школы (более 50 %)"],
            [1, "А"],
            ["Умеренно неуспевающие школы"],
            [1, "Б"],
        ]
    )
    assert [(e.school, e.cluster) for e in lists.entries] == [("А", Cluster.SEVERE), ("Б", Cluster.MODERATE)]


def test_a_subject_that_nobody_compares_is_named_once_and_given_to_no_other() -> None:
    rows = [["А", "ОГЭ биология", 9, 1], ["А", "ОГЭ математика", 9, 2], ["Б", "ОГЭ биология", 8, 1]]
    reading = book(
        [["Школа", "Экзамен", "Участников", "Ниже порога"], *rows], title="ОГЭ математика и биология 2022"
    )
    assert numbers(reading) == [("А", "oge_math", 2022, 9, 2)]
    (problem,) = reading.problems
    assert (problem.row, problem.params) == (2, {"value": "ОГЭ биология", "rows": 2})
    wide = book(
        [
            ["Школа", "Математика, писали", "Математика, «2»", "Биология, писали", "Биология, «2»"],
            ["А", 9, 2, 7, 1],
        ],
        title="ВПР 5 класс 2022",
    )
    assert numbers(wide) == [("А", "vpr_math_5", 2022, 9, 2)]
    assert [p.params["value"] for p in wide.problems] == ["Биология, «2»"]


def test_a_row_without_a_school_goes_on_with_the_one_above_until_it_says_the_same_again() -> None:
    reading = book(
        [
            ["Школа", "Процедура", "Год", "Участников", "Ниже порога"],
            ["А", "ОГЭ математика", 2022, 9, 2],
            [None, "ОГЭ русский", 2022, 9, 1],
            [None, "ОГЭ русский", 2022, 5, 1],
        ]
    )
    assert numbers(reading) == [("А", "oge_math", 2022, 9, 2), ("А", "oge_russian", 2022, 9, 1)]
    assert problems(reading) == [(4, "the name of the school is missing")]


def test_a_card_names_the_row_of_each_number() -> None:
    reading = book(
        [
            ["Показатель", "2021", "2022"],
            ["Школа", "А СОШ", None],
            ["ОГЭ по математике, участников", 20, 18],
            ["из них не преодолели порог", 3, 40],
            ["Средний балл", 12, 13],
        ]
    )
    assert numbers(reading) == [("А СОШ", "oge_math", 2021, 20, 3)]
    assert reading.entries[0].row == 4
    assert problems(reading) == [(4, "%(below)s of %(participants)s below the threshold is impossible")]


def test_marks_in_per_cent_without_a_sign_are_told_from_counts() -> None:
    header = ["Группы участников", "Кол-во участников", 2, 3, 4, 5]
    forms = book(
        [header, ["А", 8, 12.5, 37.5, 50, 0], ["Б", 40, 5, 45, 50, 0]], title="ВПР математика 5, 2022"
    )
    assert [(e.participants, e.below) for e in forms.entries] == [(8, 1), (40, 2)]
    counts = book(
        [header, ["А", 100, 12, 38, 50, 0], ["Б", 40, 5, 15, 20, 0]], title="ВПР математика 5, 2022"
    )
    assert [(e.participants, e.below) for e in counts.entries] == [(100, 12), (40, 5)]


@pytest.mark.parametrize("key", list(outcomes.procedures()))
def test_every_procedure_is_known_by_its_own_title(key: str) -> None:
    assert marksheets.procedure_in(outcomes.procedures()[key].title) == key


@pytest.mark.parametrize(
    ("text", "year"), [("2021/2022", 2022), ("2021-22 уч. г.", 2022), ("ОГЭ 2023", 2023), ("№ 20215", None)]
)
def test_years(text: str, year: int | None) -> None:
    assert marksheets.year_in(text) == year


async def test_schools_are_matched_and_what_is_not_known_is_named(world: World) -> None:
    reading = book(
        [
            ["МО", "Школа", "Участников", "Ниже порога"],
            ["Угличский район", "МОУ «Василевская средняя школа»", 10, 2],
            ["Угличский МР", "Тороповская ОШ", 10, 2],
            ["", "Тороповская ОШ", 10, 3],
            ["", "ООШ п. Тимонин", 10, 3],
            ["", "Василёвская СОШ", 11, 3],
            ["", "", 10, 3],
        ],
        title="ОГЭ математика 2022",
    )
    async with world.db.write(await world.actor("Римма")) as tx:
        brought = await marksheets.bring_in(tx, reading, name="r.xlsx")
    assert (brought.results, brought.changed, brought.schools) == (2, 2, 2)
    assert [(p.row, p.message) for p in brought.problems] == [
        (7, "the name of the school is missing"),
        (3, NO_SCHOOL),
        (5, NO_SCHOOL),
        (6, "the same school as in row %(other)s"),
    ]
    async with world.db.read(await world.actor("Вера")) as tx:
        found = await outcomes.results(tx, world.schools["Василёвская"].school_id or 0)
    assert [(o.procedure, o.year, o.participants, o.below, o.source) for o in found] == [
        ("oge_math", 2022, 10, 2, "r.xlsx, ОГЭ математика 2022, 2")
    ]


async def test_a_municipal_coordinator_has_no_schools_to_enter_results_for(world: World) -> None:
    reading = book(
        [["Школа", "Участников", "Ниже порога"], ["Тороповская ОШ", 10, 2]], title="ОГЭ математика 2022"
    )
    async with world.db.write(await world.actor("Марина")) as tx:
        brought = await marksheets.bring_in(tx, reading)
    assert (brought.results, [p.message for p in brought.problems]) == (0, [NO_SCHOOL])


def test_who_only_stands_there_is_of_the_group_and_zero_is_a_number() -> None:
    reading = book(
        [
            ["Школа", "Процедура", "Год", "Участников", "Ниже порога"],
            ["А", "ОГЭ математика", 2022, 0, "-"],
            ["Б", "ОГЭ математика", 2022, None, None],
            ["В", "ОГЭ математика", 2022, "н/д", "—"],
            ["Г", "ОГЭ математика", 2022, "1 000", "14 (1,4%)"],
            ["Д", "ОГЭ математика", 2022, 20, None],
        ]
    )
    assert numbers(reading) == [("А", "oge_math", 2022, 0, 0), ("Г", "oge_math", 2022, 1000, 14)]
    assert [entry.school for entry in reading.absent] == ["Б", "В"]
    assert problems(reading) == [(6, "it is not said how many were below the threshold; if nobody, write 0")]


def test_shares_kept_as_parts_of_one_are_told_from_small_percentages() -> None:
    parts = book(
        [
            ["ОУ", "Писали ЕГЭ русский язык 2022", "Доля не сдавших ЕГЭ русский язык 2022"],
            ["А", 16, 0.125],
            ["Б", 14, 1 / 14],
            ["В", 7, 0],
            ["Г", 3, 1],
        ]
    )
    assert [(e.participants, e.below) for e in parts.entries] == [(16, 2), (14, 1), (7, 0), (3, 3)]
    small = book(
        [
            ["ОУ", "Писали ЕГЭ русский язык 2022", "Не сдали ЕГЭ русский язык 2022, %"],
            ["А", 240, 0.42],
            ["Б", 500, 0.2],
            ["В", 121, "0,83"],
        ]
    )
    assert [(e.participants, e.below) for e in small.entries] == [(240, 1), (500, 1), (121, 1)]


def test_columns_in_english_and_procedures_by_their_keys() -> None:
    reading = book(
        [["school", "year", "procedure", "participants", "below"], ["А", 2021, "vpr_math_5", 24, 3]]
    )
    assert numbers(reading) == [("А", "vpr_math_5", 2021, 24, 3)]


async def test_an_empty_cell_wipes_nothing(world: World) -> None:
    header = ["Школа", "Процедура", "Год", "Участников", "Ниже порога"]
    async with world.db.write(await world.actor("Римма")) as tx:
        for numbers_ in ((20, 5), ("-", "-")):
            row = ["Климатинская СОШ", "ОГЭ математика", 2022, *numbers_]
            other = ["Василёвская СОШ", "ОГЭ математика", 2022, "-", "-"]
            await marksheets.bring_in(tx, book([header, row, other]))
    async with world.db.read(await world.actor("Римма")) as tx:
        found = [
            o.result for name in ("Климатинская", "Василёвская") for o in await _results(tx, world, name)
        ]
    assert found == [(20, 5), (0, 0)]


async def _results(tx: Any, world: World, name: str) -> Any:
    return await outcomes.results(tx, world.schools[name].school_id or 0)


def test_exam_subject_and_grade_name_a_procedure_together() -> None:
    reading = book(
        [
            ["ОО", "Экзамен", "Предмет", "Класс", "Уровень", "Год", "Участники", "Ниже порога"],
            ["А", "ВПР", "Русский язык", 6, None, 2022, 20, 3],
            ["А", "ЕГЭ", "Математика", 11, "профильный", 2022, 20, 2],
            ["А", "ОГЭ", "Математика", 9, None, 2022, 20, 1],
        ]
    )
    assert [e.procedure for e in reading.entries] == ["vpr_russian_6", "ege_math_profile", "oge_math"]
