"""Days as people type them to the bot: a table of spellings, what is refused and how, and what holds for any day."""

from datetime import date, time, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from domain.deadlines import DayPassed, DayUnclear, HourUnclear, NoSuchDay, Typed, spelled_out, typed
from domain.errors import DomainError
from domain.texts import texts

MONDAY = date(2026, 11, 23)
RU = texts("ru", escape=False)
DAYS = st.dates(date(2020, 1, 1), date(2035, 12, 31))


def day(text: str, month: int, number: int, year: int = 2026) -> tuple[str, Typed]:
    return text, Typed(None, date(year, month, number))


def span(text: str, first: tuple[int, int], last: tuple[int, int, int]) -> tuple[str, Typed]:
    return text, Typed(date(2026, *first), date(last[2], last[0], last[1]))


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        day("сегодня", 11, 23),
        day("Завтра", 11, 24),
        day("до завтра", 11, 24),
        day("к завтрашнему дню", 11, 24),
        day(" послезавтра. ", 11, 25),
        day("в пятницу", 11, 27),
        day("до пятницы", 11, 27),
        day("к пятнице", 11, 27),
        day("Пт", 11, 27),
        day("в понедельник", 11, 30),  # today is one: the next
        day("в эту среду", 11, 25),
        day("в следующую среду", 12, 2),
        day("до следующего понедельника", 11, 30),
        day("через три дня", 11, 26),
        day("через неделю", 11, 30),
        day("через 2 недели", 12, 7),
        day("недели через две", 12, 7),
        day("через неделю в пятницу", 12, 4),
        day("через месяц", 12, 23),
        day("через полгода", 5, 23, 2027),
        day("до конца недели", 11, 29),
        day("в конце месяца", 11, 30),
        day("до конца года", 12, 31),
        day("15-го", 12, 15),
        day("до 25 числа", 11, 25),
        day("23", 11, 23),
        day("15 декабря", 12, 15),
        day("до 15 дек.", 12, 15),
        day("первого декабря", 12, 1),
        day("15.12", 12, 15),
        day("15/12", 12, 15),
        day("до 15/12", 12, 15),
        day("до конца следующей недели", 12, 6),
        day("15,12", 12, 15),
        day("15.12.2026", 12, 15),
        day("15.12.26 г.", 12, 15),
        day("2026-12-15", 12, 15),
        day("во вторник, 15 декабря", 12, 15),
        day("15.01", 1, 15, 2027),
        day("15 февраля, понедельник", 2, 15, 2027),
        span("с завтра по пятницу", (11, 24), (11, 27, 2026)),
        span("с понедельника по пятницу", (11, 30), (12, 4, 2026)),
        span("с 1 по 14 декабря", (12, 1), (12, 14, 2026)),
        span("с 15-го по 20-е", (12, 15), (12, 20, 2026)),
        span("01.12–14.12", (12, 1), (12, 14, 2026)),
        span("20 декабря – 10 января", (12, 20), (1, 10, 2027)),
        span("на следующей неделе", (11, 30), (12, 6, 2026)),
        span("на неделю", (11, 23), (11, 29, 2026)),
        span("10 дней", (11, 23), (12, 2, 2026)),
        ("завтра в 10", Typed(None, date(2026, 11, 24), time(10))),
        ("в 10:30 завтра", Typed(None, date(2026, 11, 24), time(10, 30))),
        ("15.12 14:30", Typed(None, date(2026, 12, 15), time(14, 30))),
        ("в пятницу в 3 часа дня", Typed(None, date(2026, 11, 27), time(15))),
        ("15 декабря к 9.30", Typed(None, date(2026, 12, 15), time(9, 30))),
    ],
)
def test_what_is_meant(text: str, meant: Typed) -> None:
    assert typed(text, MONDAY) == meant


@pytest.mark.parametrize(
    ("text", "why"),
    [
        *(
            (text, DayUnclear)
            for text in ("", "когда-нибудь", "декабрь", "через день", "15.12, 16.12", "9" * 200)
        ),
        *(
            (text, DayUnclear)
            for text in ("после 15 декабря", "ежегодно 15 декабря", "каждую пятницу", "по плану", "10:00")
        ),
        *((text, NoSuchDay) for text in ("31 ноября", "29.02", "32.12", "15 декабря, пятница")),
        *((text, DayPassed) for text in ("вчера", "15.12.25", "15 ноября", "01.09", "в прошлую среду")),
        ("завтра в 25:00", HourUnclear),
    ],
)
def test_what_is_refused(text: str, why: type[DomainError]) -> None:
    with pytest.raises(why):
        typed(text, MONDAY)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("вчера", "22.11.2026 — уже прошло. Напишите день, который ещё впереди."),
        (
            "15 ноября",
            "15.11.2026 — уже прошло. Напишите день впереди, а если речь о другом годе, то и год: 15.11.2027.",
        ),
        ("31 ноября", "Такого дня в календаре нет. Проверьте число и день недели, напишите ещё раз."),
    ],
)
def test_a_refusal_says_what_was_understood_and_what_to_do(text: str, told: str) -> None:
    with pytest.raises(DomainError) as refused:
        typed(text, MONDAY)
    assert RU.error(refused.value) == told


def test_a_span_of_last_year_that_still_runs() -> None:
    assert typed("20 декабря – 10 января", date(2027, 1, 3))[:2] == (date(2026, 12, 20), date(2027, 1, 10))


@given(DAYS, st.integers(0, 400))
def test_a_day_is_read_in_every_spelling(today: date, ahead: int) -> None:
    meant = today + timedelta(days=ahead)
    for text in (f"{meant:%d.%m.%Y}", f"до {meant:%d.%m.%y}", RU.date(meant, year=True), meant.isoformat()):
        assert typed(text, today) == Typed(None, meant)
    if ahead <= 365 - 90:
        assert typed(RU.date(meant), today) == Typed(None, meant)
        assert typed(RU.day(meant), today) == Typed(None, meant)
    assert typed(f"через {ahead} дней", today) == Typed(None, meant)


@given(DAYS, st.integers(1, 1500))
def test_a_day_that_has_been_is_never_taken(today: date, ago: int) -> None:
    with pytest.raises(DayPassed):
        typed(f"{today - timedelta(days=ago):%d.%m.%Y}", today)


WORDS = st.lists(
    st.sampled_from(
        [
            "завтра",
            "сегодня",
            "через",
            "две",
            "недели",
            "неделю",
            "в",
            "до",
            "с",
            "по",
            "пятницу",
            "среды",
            "следующий",
            "эту",
            "конца",
            "месяца",
            "15-го",
            "31",
            "29.02",
            "15.12",
            "декабря",
            "15",
            "2026",
            "г.",
            "10:00",
            "и",
            ",",
            "-",
            "раза",
            "год",
        ]
    ),
    max_size=7,
)


@given(DAYS, st.one_of(WORDS.map(" ".join), st.text(max_size=60)))
@example(date(2027, 2, 1), "с 31 по 29.02")
def test_whatever_is_typed_is_read_ahead_or_refused_by_name(today: date, text: str) -> None:
    try:
        found = typed(text, today)
    except (DayUnclear, NoSuchDay, DayPassed, HourUnclear):
        return
    assert found.last >= today
    assert found.first is None or found.first <= found.last
    assert spelled_out(spelled_out(text, today), today) == spelled_out(text, today)
