"""Spellings written down before the grammar had met them: see `tests/data/unseen/README.md` for the first figures."""

import csv
from datetime import date

import pytest

from domain.deadlines import Context, Deadline, Window, occurrences, parse
from tests.world import DATA

UNSEEN = DATA / "unseen"
Spelling = dict[str, str]


def spellings(name: str) -> list[Spelling]:
    with (UNSEEN / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def context(row: Spelling) -> Context:
    year = int(row["year"])
    name, _, value = row["context"].partition("=")
    if name == "school_year":
        return Context(year, school_year=True)
    if name == "period":
        start, _, due = value.partition("..")
        return Context(year, Window(date.fromisoformat(start), date.fromisoformat(due)))
    assert name in ("previous", "next", "-")
    beside = parse(value, Context(year)) if value else None
    return Context(
        year, previous=beside if name == "previous" else None, next=beside if name == "next" else None
    )


def windows(found: Deadline) -> str:
    written = (f"{w['start'] or '-'}..{w['due'] or '-'}" for w in found.to_json()["windows"])
    return ";".join(written) or "-"


def right(row: Spelling, found: Deadline) -> bool:
    return (
        found.kind in row["kind"].split("|")
        and windows(found) in row["windows"].split("|")
        and (found.recurrence or "-") in row["recurrence"].split("|")
    )


@pytest.mark.parametrize(
    ("name", "least"),
    [("deadlines_first.tsv", 95), ("deadlines_second.tsv", 95), ("deadlines_third.tsv", 97)],
)
def test_most_are_right_and_none_is_wrong_without_a_question(name: str, least: int) -> None:
    rows = spellings(name)
    found = [(row, parse(row["text"].replace("\\n", "\n"), context(row))) for row in rows]
    assert [row["text"] for row, deadline in found if not right(row, deadline) and deadline.reminds] == []
    assert sum(right(row, deadline) for row, deadline in found) * 100 >= len(rows) * least


@pytest.mark.parametrize("name", ["deadlines_first.tsv", "deadlines_second.tsv", "deadlines_third.tsv"])
def test_what_ought_to_be_asked_is_asked(name: str) -> None:
    rows = [row for row in spellings(name) if row["asked"] == "yes"]
    assert [
        row["text"] for row in rows if parse(row["text"].replace("\\n", "\n"), context(row)).reminds
    ] == []


OCTOBER = Window(date(2024, 10, 1), date(2024, 10, 31))


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("по вторникам и четвергам", [1, 3, 8, 10, 15, 17, 22, 24, 29, 31]),
        ("пн, пт", [4, 7, 11, 14, 18, 21, 25, 28]),
        ("1-й и 3-й вторник месяца", [1, 15]),
        ("до 1 и 15 числа каждого месяца", [1, 15]),
        ("2 раза в неделю (вторник, четверг)", [1, 3, 8, 10, 15, 17, 22, 24, 29, 31]),
    ],
)
def test_several_days_of_one_rhythm_are_all_due(text: str, days: list[int]) -> None:
    found = parse(text, Context(2024))
    assert [w.due for w in occurrences(found, OCTOBER)] == [date(2024, 10, day) for day in days]
    assert found.recurrence in ("2/weekly", "2/monthly")
    assert found.reminds


def test_a_count_that_does_not_fit_the_days_is_asked_about() -> None:
    assert "count_mismatch" in parse("3 раза в неделю (вторник, четверг)", Context(2024)).doubts


def test_the_year_goes_on_over_the_new_year_below_a_named_december() -> None:
    december = parse("декабрь 2023", Context(2023))
    january = parse("январь", Context(2023, previous=december))
    february = parse("февраль", Context(2023, previous=january))
    assert (january.due, february.due) == (date(2024, 1, 31), date(2024, 2, 29))
    assert not january.reminds
    assert not february.reminds
