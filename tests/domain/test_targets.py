"""Targets inside sentences: recognised as people write them, and nothing else taken for one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain import targets
from domain.targets import Kind, Relation

SHARE, COUNT = Kind.SHARE, Kind.COUNT
LEAST, MOST, EXACT, DOWN = Relation.AT_LEAST, Relation.AT_MOST, Relation.EXACTLY, Relation.DOWN_BY


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Проведено не менее 2 совещаний", [(COUNT, LEAST, 2, "совещаний", None)]),
        ("100% ШНОР приняли участие", [(SHARE, EXACT, 100, "ШНОР", None)]),
        ("100% ШНОР – 42 школы разработали программы", [(SHARE, EXACT, 100, "ШНОР", 42)]),
        ("100% - 11 ОО разработали среднесрочную", [(SHARE, EXACT, 100, "ОО", 11)]),
        (
            "Не менее 25% школ и не менее 14 МОУО (2022 г.) заключили соглашения",
            [(SHARE, LEAST, 25, "школ", None), (COUNT, LEAST, 14, "МОУО", None)],
        ),
        ("≥ 14 муниципалитетов", [(COUNT, LEAST, 14, "муниципалитетов", None)]),
        ("Не менее 6 программ", [(COUNT, LEAST, 6, "программ", None)]),
        ("100 % ОО", [(SHARE, EXACT, 100, "ОО", None)]),
        ("В 100% ОО- участников семинаров", [(SHARE, EXACT, 100, "ОО", None)]),
        ("Педагоги 1 и 5 классов 100% школ прошли обучение", [(SHARE, EXACT, 100, "школ", None)]),
        ("не менее 7 семинаров (в том числе с ДОТ)", [(COUNT, LEAST, 7, "семинаров", None)]),
        ("не менее двух методических семинаров", [(COUNT, LEAST, 2, "методических семинаров", None)]),
        ("не менее чем 80 процентов педагогов", [(SHARE, LEAST, 80, "педагогов", None)]),
        ("Доля педагогов, прошедших обучение, не менее 80%", [(SHARE, LEAST, 80, "педагогов", None)]),
        ("не более 5% обучающихся не преодолели порог", [(SHARE, MOST, 5, "обучающихся", None)]),
        ("Снижение доли ШНОР на 30 %", [(SHARE, DOWN, 30, "ШНОР", None)]),
        ("Сокращение на 30% количества школ", [(SHARE, DOWN, 30, "школ", None)]),
        ("7 из 10 школ", [(COUNT, EXACT, 7, "школ", 10)]),
        ("проведены 2-3 семинара", [(COUNT, LEAST, 2, "семинара", None)]),
        ("Количество школ-участников не менее 20", [(COUNT, LEAST, 20, "школ-участников", None)]),
        ("во всех школах утверждены программы", [(SHARE, EXACT, 100, "школах", None)]),
    ],
)
def test_a_target_is_found(text: str, expected: list[tuple[Kind, Relation, float, str, int | None]]) -> None:
    assert [(t.kind, t.relation, t.value, t.noun, t.of) for t in targets.find(text)] == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Приказ № 41 от 12.04.2022",
        "Приказ ДО ЯО № 137/01-03",
        "1 этап, 5 классов, 2022 г.",
        "обучающиеся 9 класса",
        "Аналитическая справка по итогам 4 квартала",
        "24.01-01-02.2022",
        "273-ФЗ, ст. 28",
        "в одной школе",
        "1.3 Корректировка концептуальных документов",
        "охват 100%",
        "до 15 апреля",
        "IX Летняя школа",
    ],
)
def test_what_is_no_target_is_left_alone(text: str) -> None:
    assert targets.find(text) == []


def test_every_year_is_part_of_the_target() -> None:
    [found] = targets.find("не менее 5 соглашений ежегодно")
    assert (found.value, found.noun, found.yearly) == (5, "соглашений", True)


PIECES = st.sampled_from(
    [
        "не менее",
        "100%",
        "25 %",
        "школ",
        "ОО",
        "–",
        "(",
        ")",
        "7",
        "на",
        "до",
        "из",
        "доля",
        ",",
        "\n",
        "2022",
        "все",
        "№",
    ]
)


@given(st.lists(PIECES | st.text(max_size=5), max_size=40).map(" ".join))
def test_any_text_is_read_without_a_fall_and_nothing_is_invented(text: str) -> None:
    squeezed = " ".join(text.split())
    for target in targets.find(text):
        assert target.value > 0
        assert target.kind is not Kind.SHARE or target.value <= 100
        assert target.noun
        assert target.quote in squeezed
        assert targets.from_json(target.to_json()) == target


@given(st.integers(1, 100), st.sampled_from(["школ", "семинаров", "программ"]))
def test_spacing_and_case_do_not_matter(number: int, noun: str) -> None:
    plain = targets.find(f"не менее {number}% {noun}")
    odd = targets.find(f"Не  Менее {number} % {noun}")
    assert [(t.relation, t.value, t.noun) for t in plain] == [(t.relation, t.value, t.noun) for t in odd]
