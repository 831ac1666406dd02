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

from domain.documents import (
    ITEM_DOUBTS,
    READING_DOUBTS,
    REASONS,
    DocumentRefused,
    Reading,
    read_roadmap,
    read_table,
)

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


def test_a_person_may_name_the_columns_of_a_table_that_was_not_understood() -> None:
    rows = [["Семинар", "когда-нибудь", "ИРО"], ["Курсы", "потом", "ИРО"]]
    with pytest.raises(DocumentRefused):
        read_roadmap(word("План на 2023 год", rows), "plan.docx")
    named = read_roadmap(word("План на 2023 год", rows), "plan.docx", columns={"activity": 0, "deadline": 1})
    assert column(named, "activity") == ["Семинар", "Курсы"]
    assert [d.doubts for d in column(named, "deadline")] == [("unclear",)] * 2


def test_every_doubt_and_reason_has_a_known_name() -> None:
    rows = [
        HEAD,
        ["1", "2", "3", "4", "5"],
        ONE,
        ONE,
        ["", "", "", "МОУО", ""],
        ["", "", "май", "", ""],
        ["Примечание: даты уточняются", "", "", "", ""],
        ["и т.д."],
    ]
    reading = read_roadmap(word("Приказ от 1.01.2023", "План", rows, "Подпись"), "plan.docx")
    assert {doubt for item in reading.items for doubt in item.doubts} == {
        "duplicate_number",
        "joined_row",
        "continuation",
    }
    assert {doubt for item in reading.items for doubt in item.doubts} < ITEM_DOUBTS
    assert set(reading.doubts) == {"year_from_document"} < READING_DOUBTS
    assert (
        {skipped.why for skipped in reading.skipped}
        == {"column_numbers", "note", "filler", "text", "after_table"}
        < REASONS
    )
