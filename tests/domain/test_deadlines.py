"""Deadlines: every collected spelling is right or doubted, and the properties that hold for any text."""

import csv
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.deadlines import (
    BLOCKING_DOUBTS,
    INFORMATIONAL_DOUBTS,
    Context,
    Deadline,
    Window,
    occurrences,
    parse,
)

DATA = Path(__file__).resolve().parent.parent / "data"


def table(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


GIVEN = table("deadlines.tsv")
MORE = table("deadlines_more.tsv")
TEXTS = sorted({row["verbatim"] for row in GIVEN} | {row["text"] for row in MORE})


def bounds(deadline: Deadline) -> tuple[str, str]:
    """Starts and ends as the table of inputs writes them; for yearly ones only the months."""
    windows = deadline.to_json()["windows"]
    if deadline.kind in ("recurring_months", "recurring_range"):
        written = [(w["start"][5:7], w["due"][5:7]) for w in windows]
    else:
        written = [(w["start"] or "-", w["due"] or "-") for w in windows]
    return ";".join(s for s, _ in written) or "-", ";".join(d for _, d in written) or "-"


@pytest.mark.parametrize("row", GIVEN, ids=lambda row: row["verbatim"])
def test_a_given_spelling_is_right_or_doubted(row: dict[str, str]) -> None:
    found = parse(row["verbatim"], Context(int(row["base"])))
    expected = (row["kind"], row["start"], row["end"])
    if (found.kind, *bounds(found)) != expected:
        assert found.doubts != ()
    if row["recurrence"] not in ("-", "yearly?"):
        assert found.recurrence == row["recurrence"]


def right(row: dict[str, str]) -> tuple[bool, Deadline]:
    found = parse(row["text"], Context(int(row["year"])))
    windows = ";".join(f"{w['start'] or '-'}..{w['due'] or '-'}" for w in found.to_json()["windows"]) or "-"
    same = (found.kind, windows, found.recurrence or "-") == (row["kind"], row["windows"], row["recurrence"])
    return same, found


@pytest.mark.parametrize("part", ["work", "held"])
def test_collected_spellings_are_right_and_never_silently_wrong(part: str) -> None:
    rows = [row for row in MORE if row["part"] == part]
    results = [(row["text"], *right(row)) for row in rows]
    assert len(rows) > 70
    assert [text for text, same, found in results if not same and not found.doubts] == []
    assert sum(same for _, same, _ in results) * 100 >= len(rows) * 95


def doubts(text: str, **context: Any) -> tuple[str, ...]:
    return parse(text, Context(context.pop("year", 2022), **context)).doubts


@pytest.mark.parametrize(
    ("text", "doubt"),
    [
        ("Март-", "truncated"),
        ("Июнь/сентябрь", "several_parts"),
        ("август, декабрь", "several_dates"),
        ("По плану работы", "by_plan"),
        ("Постоянно", "ongoing"),
        ("С 7 ноября", "open_end"),
        ("до 25 числа", "no_month"),
        ("сентябрь – май", "crosses_year"),
        ("февраль текущего учебного года", "relative_year"),
        ("в течение года", "which_year"),
        ("2022-2023", "which_year"),
        ("ноябоь", "typo"),
        ("24.01-01-02.2022", "typo"),
        ("31 апреля", "no_such_date"),
        ("с 15.05.2022 по 10.05.2022", "reversed"),
        ("01.12.2002", "odd_year"),
        ("конец апреля", "approximate"),
        ("до декабря", "until_period"),
        ("осенние каникулы", "holidays"),
        ("в течение 10 дней", "relative"),
        ("2 раза в год", "times_unplaced"),
        ("2 раза в год (январь)", "count_mismatch"),
        ("15 марта, пятница", "weekday_mismatch"),
        ("до 30 апреля", "day_off"),
        ("2022-2023 уч. год", "school_year"),
        ("ежемесячно", "repeats"),
        ("2 раза в год (декабрь, май)", "months_unordered"),
        ("по согласию сторон", "unclear"),
        ("", "empty"),
    ],
)
def test_a_doubt_has_a_name(text: str, doubt: str) -> None:
    assert doubt in doubts(text)
    assert doubt in BLOCKING_DOUBTS | INFORMATIONAL_DOUBTS


def test_years_come_from_the_period_or_are_asked_for() -> None:
    several = Window(date(2021, 1, 1), date(2024, 12, 31))
    assert doubts("Август- сентябрь", year=2021, period=several) == ("no_year",)
    school = Window(date(2022, 8, 1), date(2023, 8, 31))
    spring = parse("апрель", Context(2022, school))
    assert (spring.due, spring.doubts) == (date(2023, 4, 30), ())
    assert doubts("15.03.2025", period=school) == ("outside_period", "day_off")
    unknown = parse("апрель", Context(None))
    assert (unknown.kind, unknown.windows, unknown.doubts) == ("month", (), ("no_year",))
    assert parse("апрель 2023", Context(None)).due == date(2023, 4, 30)


def test_a_school_year_puts_spring_after_autumn() -> None:
    school = Context(2022, school_year=True)
    found = [
        parse(text, school) for text in ("октябрь", "февраль", "сентябрь – май", "до 1 июня", "2 полугодие")
    ]
    assert [(d.start, d.due) for d in found] == [
        (date(2022, 10, 1), date(2022, 10, 31)),
        (date(2023, 2, 1), date(2023, 2, 28)),
        (date(2022, 9, 1), date(2023, 5, 31)),
        (None, date(2023, 6, 1)),
        (date(2023, 1, 1), date(2023, 5, 31)),
    ]
    assert [d.doubts for d in found] == [()] * 5
    assert doubts("август", school_year=True) == ("which_year",)


def test_the_order_of_rows_moves_december_to_the_year_before() -> None:
    january = parse("Январь", Context(2022))
    december = parse("Декабрь", Context(2022, next=january))
    assert (december.due, december.doubts) == (date(2021, 12, 31), ("year_from_order",))
    autumn = parse("ноябрь", Context(2022))
    assert parse("Декабрь", Context(2022, previous=autumn, next=january)).due == date(2022, 12, 31)
    assert parse("Декабрь 2022", Context(2022, next=january)).due == date(2022, 12, 31)


def dues(text: str, start: date, due: date, year: int = 2022) -> list[date | None]:
    return [w.due for w in occurrences(parse(text, Context(year)), Window(start, due))]


def test_recurring_deadlines_are_laid_out_within_the_period() -> None:
    year = date(2022, 1, 1), date(2022, 12, 31)
    spring = date(2022, 3, 1), date(2022, 5, 31)
    three = date(2021, 1, 1), date(2023, 12, 31)
    ends = [date(2022, 3, 31), date(2022, 4, 30), date(2022, 5, 31)]
    assert dues("ежемесячно", *spring) == ends
    assert dues("ежемесячно до 5 числа", *spring) == [date(2022, m, 5) for m in (3, 4, 5)]
    assert dues("последняя пятница месяца", *spring) == [
        date(2022, 3, 25),
        date(2022, 4, 29),
        date(2022, 5, 27),
    ]
    assert dues("ежеквартально", *year) == [
        date(2022, 3, 31),
        date(2022, 6, 30),
        date(2022, 9, 30),
        date(2022, 12, 31),
    ]
    assert dues("по понедельникам", date(2022, 3, 1), date(2022, 3, 21)) == [
        date(2022, 3, d) for d in (7, 14, 21)
    ]
    assert dues("ежегодно", *three) == [date(y, 12, 31) for y in (2021, 2022, 2023)]
    assert dues("ежегодно, март", *three) == [date(y, 3, 31) for y in (2021, 2022, 2023)]
    assert dues("ежегодно, до 1 сентября", *three) == [date(y, 9, 1) for y in (2021, 2022, 2023)]
    assert dues("2 раза в год (январь, июнь)", *year) == [date(2022, 1, 31), date(2022, 6, 30)]
    assert dues("ежемесячно с сентября по ноябрь", *year) == [
        date(2022, 9, 30),
        date(2022, 10, 31),
        date(2022, 11, 30),
    ]
    assert dues("ежегодно, февраль", date(2023, 1, 1), date(2024, 12, 31)) == [
        date(2023, 2, 28),
        date(2024, 2, 29),
    ]
    assert dues("Июнь/сентябрь", *year) == [date(2022, 6, 30), date(2022, 9, 30)]
    assert dues("по плану", *year) == []
    assert dues("постоянно", *year) == []


def test_the_time_of_day_is_kept() -> None:
    meeting = parse("6 мая в 13:30", Context(2022))
    assert (meeting.kind, meeting.time, meeting.due) == ("event", "13:30", date(2022, 5, 6))
    assert meeting.to_json()["start"] == "2022-05-06T13:30"


def test_a_month_by_itself_reminds_and_a_plan_does_not() -> None:
    assert parse("март", Context(2022)).reminds
    assert parse("до 30 апреля", Context(2022)).reminds
    assert parse("ежемесячно", Context(2022)).reminds
    assert not parse("по плану", Context(2022)).reminds
    assert not parse("С 7 ноября", Context(2022)).reminds


# ---- properties

WORDS = [
    "с", "по", "до", "к", "в", "и", "-", "–", "/", ",", ";", ".", "(", ")", "1", "5", "15", "31", "0", "44", "2022", "2023", "22",
    "01.09", "15.03.2022", "31.02", "13:30", "январь", "марта", "сентябрь", "май", "дек.", "кв.", "квартал", "I", "IV", "полугодие",
    "год", "г.", "года", "учебный", "уч.", "неделя", "декада", "месяца", "день", "числа", "каждого", "каждый", "понедельник", "пятница",
    "раз", "раза", "ежегодно", "ежемесячно", "ежеквартально", "в течение", "всего", "периода", "постоянно", "по плану", "конец",
    "начало", "середина", "первый", "последняя", "текущего", "следующего", "лето", "каникулы", "этап", "далее", "не позднее",
    "включительно", "ноябоь", "школа", "половина", "четверть", "триместр", "?", "_", "½", "<li>", "&nbsp;",
]  # fmt: skip
CONTEXTS = st.sampled_from(
    [
        Context(2022),
        Context(2022, school_year=True),
        Context(None),
        Context(2021, Window(date(2021, 1, 1), date(2024, 12, 31))),
        Context(2022, Window(date(2022, 8, 1), date(2023, 8, 31)), True),
        Context(2022, next=parse("январь", Context(2022))),
    ]
)
PLANLIKE = st.lists(st.sampled_from(WORDS), min_size=1, max_size=9).map(" ".join)
ANY = st.one_of(st.sampled_from(TEXTS), PLANLIKE, st.text(max_size=60))


@settings(max_examples=400, deadline=None)
@given(ANY, CONTEXTS)
def test_any_text_has_a_sane_meaning_or_a_doubt(text: str, context: Context) -> None:
    found = parse(text, context)
    for window in found.windows:
        days = [day for day in window if day is not None]
        assert days == sorted(days)
        assert all(1890 <= day.year <= 2210 for day in days)
    assert set(found.doubts) <= BLOCKING_DOUBTS | INFORMATIONAL_DOUBTS
    if found.kind == "broken" or not (found.windows or found.every):
        assert found.doubts != ()
    if not BLOCKING_DOUBTS.isdisjoint(found.doubts):
        assert not found.reminds
    period = Window(date(2021, 9, 1), date(2023, 8, 31))
    for window in occurrences(found, period):
        assert window.start is None or window.due is None or window.start <= window.due


def meaning(text: str) -> tuple[object, ...]:
    found = parse(text, Context(2022))
    return found.kind, found.windows, found.recurrence, found.doubts, found.time


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(TEXTS),
    st.sampled_from("-‐‑–—−"),
    st.sampled_from([" ", "  ", "\u00a0", "\n", "\t", " \u200b"]),
    st.sampled_from([str.upper, str.lower, str.capitalize]),
)
def test_case_dashes_and_spaces_change_nothing(text: str, dash: str, space: str, case: Any) -> None:
    changed = case(text.replace("–", "-").replace("-", dash).replace(" ", space))
    assert meaning(f"{space}{changed}{space}") == meaning(text)


@given(st.sampled_from(TEXTS))
def test_spaces_around_a_dash_change_nothing(text: str) -> None:
    assert meaning(text.replace("-", " - ")) == meaning(text)


def test_a_very_long_text_is_doubted_and_read_only_to_a_limit() -> None:
    found = parse("март, " * 5000, Context(2022))
    assert "unclear" in found.doubts
    assert len(found.windows) < 100
