"""Roadmaps: the four given ones exactly, and the shapes of table that other regions send."""

import json
from datetime import date, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import docx
import pytest
import xlsxwriter
from docx.enum.section import WD_ORIENT
from docx.oxml.ns import qn
from lxml import etree

from domain.documents import DocumentRefused, Reading, read_roadmap, read_table, split_responsible

DATA = Path(__file__).resolve().parent.parent / "data"
TRUTHS = sorted((DATA / "roadmaps").glob("*.json"))
TEXTS = (
    "section",
    "section_goal",
    "number",
    "activity",
    "deadline_raw",
    "responsible_raw",
    "result",
    "document",
)
Rows = list[list[Any]]
Merges = list[tuple[int, int, int, int]]  # first row, first column, last row, last column

HEAD = ["№", "Мероприятие", "Срок", "Ответственный", "Результат"]
ONE = ["1", "Провести семинар", "сентябрь", "Иванова И.И., Петров П.П.", "Справка"]
TWO = ["2", "Провести анализ ВПР", "до 15 мая 2023", "директор, зам. директора по УВР", "Отчёт"]
THREE = [
    "3",
    "Организовать курсы повышения квалификации",
    "в течение года",
    "Управление образования",
    "Приказ",
]


def word(*parts: str | Rows | tuple[Rows, Merges]) -> bytes:
    """A Word document of paragraphs and tables, in order."""
    document = docx.Document()
    document.sections[0].orientation = WD_ORIENT.LANDSCAPE
    for part in parts:
        if isinstance(part, str):
            document.add_paragraph(part)
            continue
        rows, merges = part if isinstance(part, tuple) else (part, [])
        table = document.add_table(rows=len(rows), cols=max(map(len, rows)))
        for i, row in enumerate(rows):
            for j, text in enumerate(row):
                table.cell(i, j).text = text
        for top, left, bottom, right in merges:
            text = table.cell(top, left).text
            table.cell(top, left).merge(table.cell(bottom, right)).text = text
    buffer = BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def sheet(sheets: dict[str, Rows], merges: Merges | None = None, hidden: str = "") -> bytes:
    """A workbook; merges belong to its first sheet."""
    buffer = BytesIO()
    book = xlsxwriter.Workbook(buffer)
    day = book.add_format({"num_format": "dd.mm.yyyy"})
    for number, (name, rows) in enumerate(sheets.items()):
        page = book.add_worksheet(name)
        if name == hidden:
            page.hide()
        for i, row in enumerate(rows):
            for j, value in enumerate(row):
                if isinstance(value, date):
                    page.write_datetime(i, j, value, day)
                elif value != "":
                    page.write(i, j, value)
        for top, left, bottom, right in merges or [] if number == 0 else []:
            page.merge_range(top, left, bottom, right, rows[top][left])
    book.close()
    return buffer.getvalue()


def column(reading: Reading, name: str) -> list[Any]:
    return [getattr(item, name) for item in reading.items]


def passed_over(reading: Reading) -> list[tuple[int | None, str]]:
    return [(skipped.row, skipped.why) for skipped in reading.skipped]


def collapsed(text: str | None) -> str | None:
    return None if text is None else " ".join(text.split())


@pytest.mark.parametrize("truth", TRUTHS, ids=lambda p: p.stem)
@pytest.mark.parametrize("kind", ["docx", "xlsx"])
def test_the_given_roadmaps_are_read_exactly(truth: Path, kind: str) -> None:
    expected = json.loads(truth.read_text("utf-8"))
    reading = read_roadmap(truth.with_suffix(f".{kind}"))
    found = reading.to_json()
    assert collapsed(found["title"]) == collapsed(expected["title"])
    assert found["reference_year"] == expected["reference_year"]
    assert len(found["items"]) == expected["item_count"]
    for item, wanted in zip(found["items"], expected["items"], strict=True):
        assert {name: collapsed(item[name]) for name in TEXTS} == {
            name: collapsed(wanted[name]) for name in TEXTS
        }
        assert item["responsible"] == (wanted.get("responsible_list") or [])
        meant = wanted["deadline"]
        if (item["deadline"]["start"], item["deadline"]["due"]) != (meant["start"], meant["end"]):
            assert item["deadline"]["doubts"] != []
        if meant["ambiguous"] and meant["kind"] not in ("year", "year_range"):
            assert item["deadline"]["doubts"] != []
    named = {role: header for role, header in expected["columns"].items() if header}
    assert {role: collapsed(text) for role, text in reading.columns.items()} == named


def test_the_old_binary_format_is_read_too() -> None:
    old = read_roadmap(DATA / "old" / "003_dergachi_dk.xls").to_json()
    assert old == read_roadmap(DATA / "roadmaps" / "003_dergachi_dk.xlsx").to_json()


def test_a_school_year_in_the_title_governs_the_months() -> None:
    title = ["План мероприятий по повышению качества образования", "МБОУ СОШ № 5", "на 2022-2023 учебный год"]
    reading = read_roadmap(word(*title, [HEAD, ONE, TWO], "Директор ________ Иванов"), "plan.docx")
    assert reading.title == " ".join(title)
    assert (reading.reference_year, reading.school_year, reading.doubts) == (2022, True, [])
    assert [d.due for d in column(reading, "deadline")] == [date(2022, 9, 30), date(2023, 5, 15)]
    assert column(reading, "responsible") == [
        ["Иванова И.И.", "Петров П.П."],
        ["директор", "зам. директора по УВР"],
    ]
    assert passed_over(reading) == [(None, "after_table")]


def test_rows_that_are_no_measures_are_passed_over_with_a_reason() -> None:
    rows = [
        HEAD,
        list("12345"),
        ONE,
        HEAD,
        TWO,
        ["и т.д.", "и.т.д.", "", "", ""],
        ["", "Итого: 2", "", "", ""],
    ]
    reading = read_roadmap(word("План на 2023 год", rows), "plan.docx")
    assert column(reading, "number") == ["1", "2"]
    assert passed_over(reading) == [
        (2, "column_numbers"),
        (4, "repeated_header"),
        (6, "filler"),
        (7, "total"),
    ]


def test_without_a_header_the_contents_tell_the_columns() -> None:
    reading = read_roadmap(word("План на 2023 год", [ONE, TWO, THREE]), "plan.docx")
    assert column(reading, "activity") == [ONE[1], TWO[1], THREE[1]]
    assert column(reading, "deadline_raw") == [ONE[2], TWO[2], THREE[2]]
    assert column(reading, "responsible_raw") == [ONE[3], TWO[3], THREE[3]]
    assert column(reading, "doubts") == [["columns_guessed"]] * 3
    assert set(reading.columns.values()) == {""}


def test_a_header_of_two_rows_gives_start_and_end() -> None:
    rows = [
        ["№", "Мероприятие", "Срок", "", "Ответственный"],
        ["", "", "начало", "окончание", ""],
        ["1", "Семинар", "01.02.2023", "15.02.2023", "ИРО"],
        ["2", "Вебинар", "март", "апрель", "ИРО"],
    ]
    merges = [(0, 2, 0, 3), (0, 0, 1, 0), (0, 1, 1, 1), (0, 4, 1, 4)]
    for file in (word("План на 2023 год", (rows, merges)), sheet({"Лист1": rows}, merges)):
        reading = read_roadmap(file, "plan")
        assert column(reading, "deadline_raw") == ["01.02.2023 – 15.02.2023", "март – апрель"]
        assert [(d.start, d.due) for d in column(reading, "deadline")] == [
            (date(2023, 2, 1), date(2023, 2, 15)),
            (date(2023, 3, 1), date(2023, 4, 30)),
        ]


def test_marks_under_quarters_and_months_are_deadlines() -> None:
    rows = [
        ["№", "Мероприятие", "2023 год", "", "", "", "Ответственный"],
        ["", "", "I кв.", "II кв.", "III кв.", "IV кв.", ""],
        ["1", "Семинар", "+", "-", "+", "", "ИРО"],
        ["2", "Вебинар", "", "х", "", "☐", "ИРО"],
    ]
    merges = [(0, 2, 0, 5), (0, 0, 1, 0), (0, 1, 1, 1), (0, 6, 1, 6)]
    reading = read_roadmap(word("План-график", (rows, merges)), "plan.docx")
    assert column(reading, "deadline_raw") == ["I кв. 2023, III кв. 2023", "II кв. 2023"]
    assert [d.due for d in column(reading, "deadline")] == [date(2023, 9, 30), date(2023, 6, 30)]
    months: Rows = [
        ["План на 2023 год"],
        ["№", "Мероприятия", "январь", "февраль", "март", "Ответственные"],
        [1, "Семинар", "", "V", "", "ИРО"],
        [2, "Вебинар", "да", "", "✓", "ЦНППМ"],
    ]
    marked = read_roadmap(sheet({"План": months}), "plan.xlsx")
    assert column(marked, "deadline_raw") == ["февраль", "январь, март"]
    assert marked.columns["period"] == "январь, февраль, март"


def test_sections_goals_and_numbers_without_merged_cells() -> None:
    rows: Rows = [
        ["Дорожная карта на 2023 год"],
        HEAD,
        ["Раздел 1. Кадры"],
        ["1.1", *ONE[1:]],
        ["", "Раздел 2. Среда"],
        ["", "Цель: улучшить среду"],
        ["2.1", *TWO[1:]],
        ["3.", "Организационные мероприятия"],
        ["3.1", "Совещание", "май", "ДО", "Протокол"],
        ["3.2", "Курсы, срок которых не назван", "", "", ""],
        ["4.", "Пустой раздел"],
    ]
    reading = read_roadmap(sheet({"Лист1": rows}), "plan.xlsx")
    assert column(reading, "section") == [
        "Раздел 1. Кадры",
        "Раздел 2. Среда",
        "3. Организационные мероприятия",
        "3. Организационные мероприятия",
    ]
    assert column(reading, "section_goal") == [None, "улучшить среду", None, None]
    assert reading.items[3].doubts == ["no_deadline"]
    assert [item.place.row for item in reading.items] == [4, 7, 9, 10]
    assert passed_over(reading) == [(11, "section_without_items")]


def test_a_numbered_measure_without_details_is_no_section_where_measures_are_numbered_so() -> None:
    rows: Rows = [HEAD, ONE, TWO, THREE, ["4", "Открыть кабинет", "", "", ""]]
    reading = read_roadmap(sheet({"План 2023": rows}), "plan.xlsx")
    assert column(reading, "number") == ["1", "2", "3", "4"]
    assert column(reading, "section") == [None] * 4


def test_vertically_merged_cells_speak_for_each_row() -> None:
    rows = [
        HEAD,
        ["1", "Мониторинг", "март", "ИРО", "Справка 1"],
        ["", "", "", "", "Справка 2"],
        ["2", "Отчёт", "июнь", "", "Отчёт"],
        ["3", "Анализ", "", "", "Анализ"],
    ]
    merges = [(1, 0, 2, 0), (1, 1, 2, 1), (1, 2, 2, 2), (1, 3, 4, 3), (3, 2, 4, 2)]
    for file in (word("План на 2023 год", (rows, merges)), sheet({"План 2023": rows}, merges)):
        reading = read_roadmap(file, "plan")
        assert column(reading, "number") == ["1", "1", "2", "3"]
        assert column(reading, "deadline_raw") == ["март", "март", "июнь", "июнь"]
        assert column(reading, "result") == ["Справка 1", "Справка 2", "Отчёт", "Анализ"]
        assert column(reading, "responsible") == [["ИРО"]] * 4
        assert column(reading, "doubts") == [[], ["continuation"], [], []]


def test_a_row_that_only_goes_on_is_joined_to_the_one_above() -> None:
    rows = [
        HEAD,
        ["1", "Провести семинар для учителей", "март", "ИРО", "Справка"],
        ["", "русского языка и математики", "", "", ""],
        ["", "", "", "МБОУ СОШ № 1", ""],
        ["", "", "апрель", "", "Отчёт"],
    ]
    reading = read_roadmap(word("План на 2023 год", rows), "plan.docx")
    text = "Провести семинар для учителей\nрусского языка и математики"
    assert column(reading, "activity") == [text, text]
    assert column(reading, "responsible") == [["ИРО", "МБОУ СОШ № 1"], []]
    assert column(reading, "deadline_raw") == ["март", "апрель"]
    assert column(reading, "doubts") == [["joined_row"], ["continuation"]]


def test_a_column_of_directions_gives_the_sections() -> None:
    rows = [
        ["Направление", "Мероприятие", "Сроки", "Примечание"],
        ["Кадры", "Курсы", "март", "до 10 человек"],
        ["", "Семинар", "май", ""],
        ["Среда", "Ремонт", "июнь", ""],
    ]
    reading = read_roadmap(word("План на 2023 год", (rows, [(1, 0, 2, 0)])), "plan.docx")
    assert column(reading, "section") == ["Кадры", "Кадры", "Среда"]
    assert column(reading, "extra") == [{"Примечание": "до 10 человек"}, {}, {}]


def test_the_roadmap_tables_are_found_among_others() -> None:
    reading = read_roadmap(
        word(
            "Приказ от 12.01.2023 № 5",
            "Дорожная карта",
            "Трек 1. Кадры",
            [HEAD, ONE],
            "Трек 2. Среда",
            [HEAD, TWO],
            [THREE, ["4", "Ещё одно мероприятие", "май", "ИРО", "Справка"]],
            "Список школ",
            [["№", "Школа"], ["1", "СОШ № 1"]],
        ),
        "order.docx",
    )
    assert (reading.title, reading.reference_year, reading.doubts) == (
        "Дорожная карта",
        2023,
        ["year_from_document"],
    )
    assert column(reading, "number") == ["1", "2", "3", "4"]
    assert [item.place.table for item in reading.items] == ["table 1", "table 2", "table 3", "table 3"]
    assert column(reading, "section")[:2] == ["Трек 1. Кадры", "Трек 2. Среда"]
    assert passed_over(reading) == [(None, "text"), (None, "text"), (1, "not_a_roadmap")]


def test_a_sheet_is_a_section_and_a_hidden_one_is_passed_over() -> None:
    sheets: dict[str, Rows] = {
        "Трек 1": [["Дорожная карта на 2023 год"], HEAD, ONE],
        "Трек 2": [HEAD, TWO],
        "Старое": [HEAD, THREE],
        "Школы": [["№", "Школа"], [1, "СОШ № 1"]],
    }
    reading = read_roadmap(sheet(sheets, hidden="Старое"), "plan.xlsx")
    assert reading.title == "Дорожная карта на 2023 год"
    assert column(reading, "section") == ["Трек 1", "Трек 2"]
    assert passed_over(reading) == [(1, "hidden_sheet"), (1, "not_a_roadmap")]


def test_dates_and_numbers_of_excel_are_written_as_people_write_them() -> None:
    rows: Rows = [
        ["План на 2023 год"],
        HEAD,
        [1, "Семинар", date(2023, 3, 15), "ИРО", 5],
        [1.2, "Вебинар", datetime(2023, 4, 1), "ИРО", 0.5],
        [date(2023, 3, 1), "Курсы", datetime(2023, 4, 5, 14, 30), "ИРО", ""],
        [4, "Отчёт", 2023, "ИРО", ""],
    ]
    reading = read_roadmap(sheet({"Лист1": rows}), "plan.xlsx")
    assert column(reading, "number") == ["1", "1.2", "1.3", "4"]
    assert column(reading, "deadline_raw") == ["15.03.2023", "01.04.2023", "05.04.2023 14:30", "2023"]
    assert "first_of_month" in reading.items[1].deadline.doubts
    assert reading.items[2].doubts == ["number_from_date"]
    assert column(reading, "result") == ["5", "0.5", None, None]


def test_marks_of_html_are_taken_out() -> None:
    row = [
        "1",
        "<p>Провести:</p><ul><li>семинар</li><li>курсы</li></ul>",
        "сентябрь",
        "<b>ИРО</b>&nbsp;ЯО",
        "Доля&lt;5%",
    ]
    reading = read_roadmap(word("План на 2023 год", [HEAD, row]), "plan.docx")
    assert reading.items[0].activity == "Провести:\nсеминар\nкурсы"
    assert (reading.items[0].responsible_raw, reading.items[0].result) == ("ИРО ЯО", "Доля<5%")


def test_words_broken_by_line_ends_are_understood_and_left_as_written() -> None:
    rows = [
        ["№п/ п", "Меро-\nприятия", "Сро\nки", "Ответст-\nвенные"],
        ["1", "Семинар", "сен-\nтябрь", "ИРО"],
    ]
    reading = read_roadmap(word("План на 2023 год", rows), "plan.docx")
    assert reading.items[0].deadline_raw == "сен-\nтябрь"
    assert (reading.items[0].deadline.kind, reading.items[0].deadline.doubts) == ("month", ())


def test_the_year_in_a_header_governs_its_column() -> None:
    rows = [["Мероприятие", "Срок (2024 год)", "Ответственный"], ["Семинар", "март", "ИРО"]]
    assert read_roadmap(word("План", rows), "plan.docx", year=2022).items[0].deadline.due == date(2024, 3, 31)


def test_automatic_numbers_of_word_are_counted() -> None:
    document = docx.Document()
    document.add_paragraph("План на 2023 год")
    lists = document.part.numbering_part.element
    figures = {
        a.get(qn("w:abstractNumId")): a.find(f".//{qn('w:numFmt')}").get(qn("w:val"))
        for a in lists.findall(qn("w:abstractNum"))
    }
    decimal = next(n.numId for n in lists.num_lst if figures[str(n.abstractNumId.val)] == "decimal")
    table = document.add_table(rows=4, cols=3)
    for cell, text in zip(table.rows[0].cells, ["№", "Мероприятие", "Срок"], strict=True):
        cell.text = text
    for row, text in zip(table.rows[1:], ["Семинар", "Курсы", "Отчёт"], strict=True):
        listed = row.cells[0].paragraphs[0]._p.get_or_add_pPr().get_or_add_numPr()
        listed.get_or_add_ilvl().val, listed.get_or_add_numId().val = 0, decimal
        row.cells[1].text, row.cells[2].text = text, "май"
    buffer = BytesIO()
    document.save(buffer)
    numbers = column(read_roadmap(buffer.getvalue(), "plan.docx"), "number")
    assert [number.strip(".") for number in numbers] == ["1", "2", "3"]


def test_a_person_may_change_what_a_column_is() -> None:
    rows = [["Тема", "Дата", "Итог", "Кто"], ["Семинар", "март", "Приказ", "ИРО"]]
    plain = read_roadmap(word("План на 2023 год", rows), "plan.docx")
    assert (plain.items[0].result, plain.items[0].document) == ("Приказ", None)
    changed = read_roadmap(word("План на 2023 год", rows), "plan.docx", columns={"document": "Итог"})
    assert (changed.items[0].result, changed.items[0].document) == (None, "Приказ")
    assert (
        read_roadmap(word("План на 2023 год", rows), "plan.docx", columns={"document": 2}).columns
        == changed.columns
    )


def test_years_are_asked_for_where_nothing_names_them() -> None:
    reading = read_roadmap(word("План", [HEAD, ONE]), "plan.docx")
    assert (reading.reference_year, reading.doubts) == (None, ["no_year"])
    assert reading.items[0].deadline.doubts == ("no_year",)
    given = read_roadmap(word("План", [HEAD, ONE]), "plan.docx", year=2024)
    assert (given.reference_year, given.items[0].deadline.due) == (2024, date(2024, 9, 30))


def test_the_same_number_twice_is_shown_once_per_section() -> None:
    rows: Rows = [HEAD, ["Раздел 1"], ONE, ONE, ["Раздел 2"], ONE]
    reading = read_roadmap(sheet({"План 2023": rows}), "plan.xlsx")
    assert column(reading, "doubts") == [[], ["duplicate_number"], []]


def test_a_document_without_a_plan_is_refused() -> None:
    with pytest.raises(DocumentRefused) as refused:
        read_roadmap(word("Список", [["№", "Школа", "Адрес"], ["1", "СОШ", "ул. Мира"]]), "list.docx")
    assert refused.value.code == "no_table"


def test_plain_tables_for_the_register() -> None:
    rows: Rows = [["Школа", "Район", "Км"], ["СОШ № 1", "Ржевский", 45], ["ООШ № 2", "Ржевский", 30.5]]
    texts = [["Школа", "Район", "Км"], ["СОШ № 1", "Ржевский", "45"], ["ООШ № 2", "Ржевский", "30.5"]]
    assert read_table(sheet({"Школы": rows}), "schools.xlsx")[0].texts() == texts
    csv = "\n".join(";".join(row) for row in texts).encode("cp1251")
    assert read_table(csv, "schools.csv")[0].texts() == texts
    assert read_table(word([[str(cell) for cell in row] for row in rows]), "schools.docx")[0].texts() == texts


@pytest.mark.parametrize(
    ("text", "bodies"),
    [
        ("ДО ЯО ГАУ ДПО ЯО ИРО", ["ДО ЯО", "ГАУ ДПО ЯО ИРО"]),
        ("ГУ ЯО ЦО и ККО", ["ГУ ЯО ЦО и ККО"]),
        ("Школы, включенные в проект", ["Школы, включенные в проект"]),
        ("Управление\nобразования Участники\nПрограммы", ["Управление образования", "Участники Программы"]),
        ("Директор МБОУ СОШ № 5, завуч", ["Директор МБОУ СОШ № 5", "завуч"]),
        ("МБОУ СОШ № 1, 2, 5; МКУ «ИМЦ, РМК»", ["МБОУ СОШ № 1, 2, 5", "МКУ «ИМЦ, РМК»"]),
        ("Министерство просвещения\nРоссийской Федерации", ["Министерство просвещения Российской Федерации"]),
        ("Т.И. Герасименко Т.В. Лавринова", ["Т.И. Герасименко", "Т.В. Лавринова"]),
        ("1. Директор\n2. Завуч", ["Директор", "Завуч"]),
        ("ОО, участвующие в проекте", ["ОО, участвующие в проекте"]),
        ("Комитет по образованию\nМКУ «ИМЦ»\nОУ", ["Комитет по образованию", "МКУ «ИМЦ»", "ОУ"]),
        ("Отдел образования (Иванова И.И., начальник)", ["Отдел образования (Иванова И.И., начальник)"]),
        (None, []),
    ],
)
def test_bodies_are_told_apart_and_never_cut(text: str | None, bodies: list[str]) -> None:
    assert split_responsible(text) == bodies


def test_goals_and_sections_stand_over_the_tables_of_a_text() -> None:
    reading = read_roadmap(
        word(
            "План на 2023 год",
            "Трек 1. Кадры",
            "Цель: учить",
            [HEAD, ONE],
            "Трек 2",
            "Цель: строить",
            [HEAD, TWO],
        ),
        "p.docx",
    )
    assert reading.title == "План на 2023 год"
    assert column(reading, "section") == ["Трек 1. Кадры", "Трек 2"]
    assert column(reading, "section_goal") == ["учить", "строить"]


def test_roman_numbers_are_sections_above_arabic_measures() -> None:
    rows: Rows = [
        ["№", "Мероприятие", "Сроки", "Ответственные"],
        ["I", "Организационные", "", ""],
        ["1", "Приказ", "январь 2023", "директор"],
        ["II", "Методические", "", ""],
        ["1", "Семинар", "март 2023", "завуч"],
    ]
    reading = read_roadmap(sheet({"Лист1": rows}), "plan.xlsx")
    assert column(reading, "section") == ["I Организационные", "II Методические"]
    assert (reading.title, reading.reference_year, reading.doubts) == (None, 2023, ["year_from_deadlines"])


def test_a_second_table_below_the_first_has_its_own_columns() -> None:
    rows: Rows = [
        ["План на 2023 год"],
        ["№", "Мероприятие", "Сроки", "Ответственные"],
        [1, "Приказ", "январь", "директор"],
        ["Сроки", "Мероприятие", "Ответственные", "Результат"],
        ["март", "Семинар", "завуч", "справка"],
    ]
    reading = read_roadmap(sheet({"Лист1": rows}), "plan.xlsx")
    assert column(reading, "deadline_raw") == ["январь", "март"]
    assert column(reading, "result") == [None, "справка"]
    assert passed_over(reading) == [(4, "header")]


def changed(data: bytes, *edits: tuple[str, str]) -> bytes:
    """A Word document with the XML of its text edited."""
    document = docx.Document(BytesIO(data))
    xml = etree.tostring(document.element.body, encoding="unicode")
    for old, new in edits:
        assert old in xml
        xml = xml.replace(old, new, 1)
    body = document.element.body
    body.getparent().replace(body, etree.fromstring(xml))
    buffer = BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def test_tracked_changes_content_controls_and_ticks_of_a_symbol_font() -> None:
    rows = [
        ["Мероприятие", "I кв.", "II кв.", "Ответственный"],
        ["Семинар", "ТИК", "", "УБРАНО"],
        ["Вебинар", "", "+", "ИРО"],
    ]
    tick = '<w:sym w:font="Wingdings" w:char="F0FC"/>'
    data = changed(
        word("План на 2023 год", rows),
        ("<w:t>ТИК</w:t>", tick),
        (
            "<w:r><w:t>УБРАНО</w:t></w:r>",
            "<w:del><w:r><w:delText>ДО</w:delText></w:r></w:del><w:ins><w:r><w:t>ИРО</w:t></w:r></w:ins>",
        ),
        (
            "<w:r><w:t>Вебинар</w:t></w:r>",
            "<w:sdt><w:sdtContent><w:r><w:t>Веби</w:t></w:r></w:sdtContent></w:sdt><w:r><w:t>нар</w:t></w:r>",
        ),
    )
    reading = read_roadmap(data, "plan.docx")
    assert column(reading, "activity") == ["Семинар", "Вебинар"]
    assert column(reading, "deadline_raw") == ["I кв.", "II кв."]
    assert column(reading, "responsible") == [["ИРО"], ["ИРО"]]


def test_a_table_inside_a_table_for_layout_is_found() -> None:
    inner = word([HEAD, ONE, TWO])
    table = etree.tostring(docx.Document(BytesIO(inner)).tables[0]._tbl, encoding="unicode")
    data = changed(
        word("План на 2023 год", [["ЗДЕСЬ"]]), ("<w:p><w:r><w:t>ЗДЕСЬ</w:t></w:r></w:p>", table + "<w:p/>")
    )
    assert column(read_roadmap(data, "plan.docx"), "number") == ["1", "2"]
