"""Days as people type them in English: the same table as the Russian one, and every example that the bot names."""

import re
from datetime import date, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.deadlines import (
    Context,
    DayPassed,
    DayUnclear,
    HourUnclear,
    MonthUnclear,
    NoSuchDay,
    Typed,
    parse,
    spelled_out,
    typed,
)
from domain.errors import DomainError
from domain.texts import texts
from tests.domain.test_typed_days import DAYS, MONDAY, day, span

EN = texts("en", escape=False)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        day("today", 11, 23),
        day("Tomorrow", 11, 24),
        day("by tomorrow", 11, 24),
        day(" the day after tomorrow. ", 11, 25),
        day("on Friday", 11, 27),
        day("until Friday", 11, 27),
        day("Fri", 11, 27),
        day("on Monday", 11, 30),  # today is one: the next
        day("this Wednesday", 11, 25),
        day("next Wednesday", 12, 2),
        day("by next Monday", 11, 30),
        day("in three days", 11, 26),
        day("in a week", 11, 30),
        day("in two weeks", 12, 7),
        day("two weeks from now", 12, 7),
        day("in a fortnight", 12, 7),
        day("in a week, on Friday", 12, 4),
        day("in a month", 12, 23),
        day("in half a year", 5, 23, 2027),
        day("by the end of the week", 11, 29),
        day("at the end of the month", 11, 30),
        day("by the end of next month", 12, 31),
        day("by the end of the year", 12, 31),
        day("the 15th", 12, 15),
        day("by the 25th", 11, 25),
        day("23", 11, 23),
        day("15 December", 12, 15),
        day("until 15 Dec.", 12, 15),
        day("Dec 15", 12, 15),
        day("December 15th, 2026", 12, 15),
        day("the 15th of December", 12, 15),
        day("first of December", 12, 1),
        day("no later than 15 December", 12, 15),
        day("15/12", 12, 15),
        day("12/15", 12, 15),
        day("12/15/2026", 12, 15),
        day("by 12/12", 12, 12),
        day("Tuesday, December 15", 12, 15),
        day("15 January", 1, 15, 2027),
        day("Monday, 15 February", 2, 15, 2027),
        span("from tomorrow to Friday", (11, 24), (11, 27, 2026)),
        span("from Monday until Friday", (11, 30), (12, 4, 2026)),
        span("from 1 to 14 December", (12, 1), (12, 14, 2026)),
        span("December 1-14", (12, 1), (12, 14, 2026)),
        span("Dec 1 – Dec 14", (12, 1), (12, 14, 2026)),
        span("between December 1 and 14 December", (12, 1), (12, 14, 2026)),
        span("from the 15th to the 20th", (12, 15), (12, 20, 2026)),
        span("20 December – 10 January", (12, 20), (1, 10, 2027)),
        span("next week", (11, 30), (12, 6, 2026)),
        span("for a week", (11, 23), (11, 29, 2026)),
        span("10 days", (11, 23), (12, 2, 2026)),
        ("tomorrow at 10", Typed(None, date(2026, 11, 24), time(10))),
        ("at 10:30 tomorrow", Typed(None, date(2026, 11, 24), time(10, 30))),
        ("Friday at 3 pm", Typed(None, date(2026, 11, 27), time(15))),
        ("3:30pm on Friday", Typed(None, date(2026, 11, 27), time(15, 30))),
        ("tomorrow at 12 a.m.", Typed(None, date(2026, 11, 24), time(0))),
        ("on Friday at 3 in the afternoon", Typed(None, date(2026, 11, 27), time(15))),
        ("December 15 at 9.30", Typed(None, date(2026, 12, 15), time(9, 30))),
        ("at 10 on 15 December", Typed(None, date(2026, 12, 15), time(10))),
        ("до Friday", Typed(None, date(2026, 11, 27))),
    ],
)
def test_what_is_meant(text: str, meant: Typed) -> None:
    assert typed(text, MONDAY, "en") == meant


@pytest.mark.parametrize(
    ("text", "why"),
    [
        *((text, DayUnclear) for text in ("someday", "December", "in May", "every Friday", "on Fridays")),
        *((text, DayUnclear) for text in ("15 December, 16 December", "Friday or Saturday", "within a week")),
        *((text, DayUnclear) for text in ("after 15 December", "annually on 15 December", "as agreed")),
        *((text, MonthUnclear) for text in ("03/04", "by 3/4", "12/10/2026")),
        *((text, NoSuchDay) for text in ("November 31", "Feb 29", "15 December, Friday", "32/12")),
        *((text, DayPassed) for text in ("yesterday", "12/15/25", "November 15", "last Wednesday")),
        ("tomorrow at 25:00", HourUnclear),
    ],
)
def test_what_is_refused(text: str, why: type[DomainError]) -> None:
    with pytest.raises(why):
        typed(text, MONDAY, "en")


def test_two_meanings_are_named_and_only_to_those_who_write_in_both_orders() -> None:
    with pytest.raises(MonthUnclear) as refused:
        typed("by 03/04", MONDAY, "en")
    assert EN.error(refused.value) == "“03/04” is 3 April or 4 March. Please write the month as a word."
    assert typed("до 03/04", MONDAY) == Typed(None, date(2027, 4, 3))


@given(DAYS, st.integers(0, 275))
def test_a_day_is_read_in_every_spelling(today: date, ahead: int) -> None:
    meant = today + timedelta(days=ahead)
    for text in (
        EN.date(meant, year=True),
        f"{meant:%B} {meant.day}, {meant.year}",
        EN.date(meant),
        EN.day(meant),
        EN.short(meant),
        f"{meant:%b} {meant.day}",
        f"in {ahead} days",
    ):
        assert typed(text, today, "en") == Typed(None, meant)


def test_every_example_of_a_day_can_be_typed() -> None:
    told = EN.error(DayUnclear())
    examples = re.findall(r"[^,:]+", told.partition(": ")[2].strip("."))
    assert [typed(one, MONDAY, "en").last for one in examples] == [
        date(2026, 11, 24),
        date(2026, 11, 27),
        date(2026, 11, 30),
        date(2027, 4, 25),
        date(2027, 4, 25),
    ]


@pytest.mark.parametrize(
    ("text", "kind", "windows"),
    [
        ("until 30 April", "until", [(None, date(2026, 4, 30))]),
        ("June – September", "month_range", [(date(2026, 6, 1), date(2026, 9, 30))]),
        (
            "10 June, 20 December",
            "milestones",
            [(date(2026, 6, 10), date(2026, 6, 10)), (date(2026, 12, 20), date(2026, 12, 20))],
        ),
        ("every quarter", "recurring", []),
        ("by the 5th of each month", "recurring", []),
        ("monthly by the 25th", "recurring", []),
        ("on Mondays", "recurring", []),
        ("first half of the year", "half_year", [(date(2026, 1, 1), date(2026, 6, 30))]),
        ("last Friday of May", "point", [(date(2026, 5, 29), date(2026, 5, 29))]),
        ("throughout the school year", "schoolyear", [(date(2026, 9, 1), date(2027, 5, 31))]),
        ("as agreed", "by_plan", []),
    ],
)
def test_deadlines_of_a_plan(text: str, kind: str, windows: list[tuple[date | None, date | None]]) -> None:
    found = parse(spelled_out(text, MONDAY), Context(year=2026))
    assert (found.kind, [tuple(window) for window in found.windows]) == (kind, windows)


@pytest.mark.parametrize(
    "text",
    ["каждую пятницу", "до 25 числа каждого месяца", "последняя пятница мая", "every Friday", "twice a year"],
)
def test_what_repeats_does_not_become_one_day(text: str) -> None:
    assert spelled_out(text, MONDAY) == text


WORDS = [
    "tomorrow",
    "today",
    "in",
    "two",
    "weeks",
    "a",
    "week",
    "on",
    "by",
    "from",
    "to",
    "until",
    "Friday",
    "Wednesday",
    "next",
    "this",
    "end",
    "of",
    "the",
    "month",
    "15th",
    "31",
    "Feb",
    "29",
    "12/15",
    "03/04",
    "December",
    "15",
    "2026",
    "at",
    "10:00",
    "3",
    "pm",
    "and",
    ",",
    "-",
    "every",
    "last",
]


@given(DAYS, st.lists(st.sampled_from(WORDS), max_size=7).map(" ".join))
def test_whatever_is_typed_is_read_ahead_or_refused_by_name(today: date, text: str) -> None:
    assert spelled_out(spelled_out(text, today), today) == spelled_out(text, today)
    try:
        found = typed(text, today, "en")
    except (DayUnclear, NoSuchDay, DayPassed, HourUnclear):
        return
    assert found.last >= today
    assert found.first is None or found.first <= found.last
