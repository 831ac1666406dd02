"""Rules of a round as tables: dates, what a side owes, silence, recommendations, pasted lists."""

from datetime import date

import pytest

from domain.peer_review import (
    DEFAULT_SECTIONS,
    Dates,
    RoundSpec,
    RoundWrong,
    Section,
    Side,
    Step,
    check,
    listed,
    next_dates,
    numbered,
    owed,
    recommendations,
    silent_days,
)

DATES = Dates(date(2022, 9, 16), date(2022, 10, 7), date(2022, 10, 21), date(2022, 11, 1), date(2022, 11, 15))
START, DAY = date(2022, 9, 16), date(2022, 9, 20)


@pytest.mark.parametrize(
    ("today", "last", "found"),
    [
        # the dates of 2022 come out for 2022
        (date(2022, 4, 18), None, DATES),
        # a year later, from the last round
        (date(2023, 9, 1), DATES, Dates(*(d.replace(year=2023) for d in DATES))),
        # autumn has begun: the next one is next year's
        (date(2023, 10, 1), DATES, Dates(*(d.replace(year=2024) for d in DATES))),
        # a round over the turn of the year keeps its shape
        (
            date(2023, 3, 1),
            Dates(
                date(2022, 12, 1), date(2022, 12, 15), date(2023, 1, 20), date(2023, 2, 10), date(2023, 2, 20)
            ),
            Dates(
                date(2023, 12, 1), date(2023, 12, 15), date(2024, 1, 20), date(2024, 2, 10), date(2024, 2, 20)
            ),
        ),
        # 29 February
        (
            date(2025, 1, 10),
            Dates(date(2024, 2, 29), *(date(2024, 3, n) for n in (5, 10, 15, 20))),
            Dates(date(2025, 2, 28), *(date(2025, 3, n) for n in (5, 10, 15, 20))),
        ),
    ],
)
def test_dates_to_begin_with(today: date, last: Dates | None, found: Dates) -> None:
    assert next_dates(today, last) == found


def test_a_round_is_checked() -> None:
    good = RoundSpec("Взаимоэкспертиза 2022", DATES, DEFAULT_SECTIONS)
    check(good)
    for bad in (
        good._replace(title="  "),
        good._replace(sections=()),
        good._replace(sections=[Section("a", "A"), Section("a", "B")]),
        good._replace(sections=numbered([(f"Раздел {n}", True) for n in range(9)])),
        good._replace(dates=DATES._replace(meeting=date(2022, 10, 6))),
        good._replace(dates=DATES._replace(closes=date(2022, 10, 31))),
    ):
        with pytest.raises(RoundWrong):
            check(bad)


@pytest.mark.parametrize(
    ("side", "steps"),
    [
        (Side(), [Step.SHARE, Step.MEET]),
        (Side(shared=DAY), [Step.MEET, Step.FINISH]),
        (Side(shared=DAY, met=DAY), [Step.FINISH]),
        (Side(met=DAY), [Step.SHARE]),
        (Side(shared=DAY, met=DAY, final=DAY), [Step.PLACE]),
        (Side(final=DAY), [Step.MEET, Step.PLACE]),
        (Side(shared=DAY, met=DAY, final=DAY, placed=DAY), []),
    ],
)
def test_what_a_side_owes(side: Side, steps: list[Step]) -> None:
    assert owed(side) == steps


@pytest.mark.parametrize(
    ("side", "today", "days"),
    [
        (Side(), date(2022, 9, 22), 0),  # Thursday: four working days since Friday the 16th
        (Side(), date(2022, 9, 23), 5),
        (Side(), date(2022, 9, 30), 10),
        (Side(seen=START), date(2022, 9, 30), 0),  # has looked in, and the first date is a week ahead
        (Side(seen=START), date(2022, 10, 4), 12),  # three days before it
        (Side(seen=START, acted=date(2022, 10, 3)), date(2022, 10, 5), 0),
        (Side(seen=START, acted=DAY, shared=DAY), date(2022, 10, 10), 0),  # the next date is the 21st
        (Side(seen=START, acted=DAY, shared=DAY), date(2022, 10, 18), 20),
        (Side(seen=START, acted=DAY, shared=DAY, met=DAY, final=DAY, placed=DAY), date(2022, 12, 1), 0),
    ],
)
def test_silence(side: Side, today: date, days: int) -> None:
    assert silent_days(side, START, DATES, today) == days


def test_a_region_s_own_days_off_are_no_silence() -> None:
    assert silent_days(Side(), START, DATES, date(2022, 9, 23), {date(2022, 9, 19): False}) == 0


def test_each_line_is_a_recommendation() -> None:
    sections = [Section("strong", "Сильные стороны", asks=False), Section("a", "А"), Section("b", "Б")]
    texts = {
        "strong": "Команда\nДисциплина",
        "a": "- Назвать показатели\n\n  2) Указать сроки  \n— ",
        "b": "• Сайт ИРО\n2022 год: план",
        "gone": "нет такого",
    }
    assert recommendations(sections, texts) == [
        ("a", "Назвать показатели"),
        ("a", "Указать сроки"),
        ("b", "Сайт ИРО"),
        ("b", "2022 год: план"),
    ]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Тороповская ОШ – Климатинская СОШ", [["Тороповская ОШ", "Климатинская СОШ"]]),
        ("Тороповская ОШ\tКлиматинская СОШ\n\n", [["Тороповская ОШ", "Климатинская СОШ"]]),
        ("А; Б; В\nГ | Д", [["А", "Б", "В"], ["Г", "Д"]]),
        ("ООШ-интернат ; СОШ № 16", [["ООШ-интернат", "СОШ № 16"]]),
        ("  ", []),
    ],
)
def test_a_pasted_list(text: str, found: list[list[str]]) -> None:
    assert listed(text) == found
