"""The shapes of one table: headers, sections, merged cells, rows that go on, columns of marks."""

from datetime import date

from domain.documents import read_roadmap
from tests.domain.test_documents import HEAD, ONE, THREE, TWO, Rows, column, passed_over, sheet, word


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


def test_the_same_number_twice_is_shown_once_per_section() -> None:
    rows: Rows = [HEAD, ["Раздел 1"], ONE, ONE, ["Раздел 2"], ONE]
    reading = read_roadmap(sheet({"План 2023": rows}), "plan.xlsx")
    assert column(reading, "doubts") == [[], ["duplicate_number"], []]


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
