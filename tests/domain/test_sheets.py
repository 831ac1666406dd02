"""Criteria sets as fields: nothing is lost on the way, and what does not fit is named with its place."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain import rubrics, sheets
from domain.errors import DomainError
from domain.sheets import Block, Row, Sheet
from tests.world import World

SETS = ("2022-wave-1", "2022-wave-2", "2022-wave-3", "sverdlovsk-2022")


def sheet_of(key: str = "sverdlovsk-2022") -> Sheet:
    return sheets.sheet_of(rubrics.shipped_document(key))


def places(sheet: Sheet) -> list[tuple[str, str, str]]:
    return [(d.place, d.field, type(d.error).__name__) for d in sheets.doubts(sheet)]


@pytest.mark.parametrize("key", SETS)
def test_a_set_through_the_fields_is_the_same_set(key: str) -> None:
    document = rubrics.shipped_document(key)
    sheet = sheets.sheet_of(document)
    assert sheets.doubts(sheet) == []
    again = sheets.document_of(sheet, document)
    assert rubrics.read_set(again) == rubrics.read_set(document)
    assert sheets.sheet_of(again) == sheet


def test_sums_are_those_of_the_set() -> None:
    sheet = sheet_of()
    assert sheets.total_of(sheet) == 905
    assert [sheets.sum_of(block.rows) for block in sheet.blocks] == [9, 5]
    sheet.blocks[0].rows[0].max = "три"
    assert sheets.sum_of(sheet.blocks[0].rows) is None


def test_each_contradiction_stands_beside_its_field() -> None:
    sheet = sheet_of()
    sheet.max = "1105"
    sheet.blocks[0].max = "15"
    sheet.blocks[0].rows[0].max = "много"
    sheet.blocks[0].rows[1].parts[1].max = "3"
    sheet.blocks[1].rows[0].title = " "
    assert places(sheet) == [
        ("", "max", "MaximaContradict"),
        ("0.0", "max", "NumberNeeded"),
        ("0.1.1", "scale", "MaximaContradict"),
        ("0.1", "max", "MaximaContradict"),
        ("1.0", "title", "NameNeeded"),
    ]


@pytest.mark.parametrize(
    ("field", "value", "error"),
    [
        ("scale", [("0", "нет"), ("0", "да")], "ScaleUnclear"),
        ("scale", [("полтора", "да")], "ScaleUnclear"),
        ("scale", [("0", "нет"), ("1", "да")], "MaximaContradict"),
        ("bands", [("0", "0"), ("x", "3")], "NumberNeeded"),
        ("bands", [("0", "1e999999999")], "NumberNeeded"),  # written out it would take the machine with it
        ("bands", [("0", "9" * 400)], "NumberNeeded"),
        ("max", "9" * 400, "NumberNeeded"),
        ("bands", [("10", "0"), ("50", "3")], "BandsUnclear"),
        ("bands", [("0", "0"), ("50", "2"), ("40", "3")], "BandsUnclear"),
    ],
)
def test_scales_and_shares_are_judged(field: str, value: Any, error: str) -> None:
    sheet = sheet_of()
    row = sheet.blocks[0].rows[0]
    row.bands = []
    setattr(row, field, value)
    assert places(sheet) == [("0.0", field, error)]


def test_bands_show_where_they_end() -> None:
    assert sheets.upper_ends(sheet_of().blocks[0].rows[0]) == ["25", "50", "75", "100"]
    assert sheets.upper_ends(Row("a")) == []


def titles(rows: list[Row] | list[Block]) -> list[str]:
    return [row.key for row in rows]


def test_rows_are_added_taken_out_and_moved() -> None:
    sheet = sheet_of()
    first, second = titles(sheet.blocks[0].rows)
    assert sheets.changed(sheet, "down:0.0") == "0.1"
    assert titles(sheet.blocks[0].rows) == [second, first]
    assert sheets.changed(sheet, "up:0.0") == "0.0"  # already the first
    assert sheets.changed(sheet, "add:0") == "0.2"
    assert titles(sheet.blocks[0].rows) == [second, first, "c1"]
    assert sheets.changed(sheet, "add:0.2") == "0.2.0"
    assert sheets.changed(sheet, "add:0.2") == "0.2.1"
    assert titles(sheet.blocks[0].rows[2].parts) == ["c2", "c3"]
    assert sheets.changed(sheet, "remove:0.2.0") == "0.2"
    assert titles(sheet.blocks[0].rows[2].parts) == ["c3"]
    assert sheets.changed(sheet, "up:1") == "0"
    assert titles(sheet.blocks) == ["organisational", "content"]
    assert sheets.changed(sheet, "add:") == "2"
    assert sheets.changed(sheet, "remove:0") == ""
    assert titles(sheet.blocks) == ["content", sheet.blocks[1].key]


@pytest.mark.parametrize(
    "press", ["remove:7", "remove:0.9", "remove:", "up:0.1.9", "add:4", "add:0.0.0", "nonsense", "x:0"]
)
def test_what_is_not_there_changes_nothing(press: str) -> None:
    sheet = sheet_of()
    sheets.changed(sheet, press)
    assert sheet == sheet_of()


def test_new_keys_collide_with_nothing() -> None:
    sheet = sheet_of()
    sheet.blocks[0].rows[0].key = "c1"
    sheets.changed(sheet, "add:0")
    sheets.changed(sheet, "add:")
    assert sheet.blocks[0].rows[-1].key == "c2"
    assert sheet.blocks[-1].key == "c3"


def test_what_has_no_field_stays() -> None:
    document = rubrics.shipped_document("sverdlovsk-2022") | {"letter": "№ 5"}
    sheet = sheets.sheet_of(document)
    sheet.blocks[0].rows[0].max = "3"
    assert sheets.document_of(sheet, document)["letter"] == "№ 5"


def test_two_versions_are_told_apart_by_keys() -> None:
    document = rubrics.shipped_document("sverdlovsk-2022")
    sheet = sheets.sheet_of(document)
    sheet.max = "1005"
    sheet.blocks[0].max = "10"
    sheet.blocks[0].printed_max = ""
    cycle = sheet.blocks[0].rows[1]
    cycle.title, cycle.max = "Управленческий цикл", "7"
    cycle.parts[0].max = "3"
    cycle.parts[0].scale[2] = ("3", "да")
    gone = sheet.blocks[1].rows.pop()
    sheet.blocks[1].rows.append(Row("fresh", "Новый критерий", gone.max))
    old, new = rubrics.read_set(document), rubrics.read_set(sheets.document_of(sheet, document))
    found = [(d.field, d.was, d.now) for d in sheets.compare(old, new)]
    assert found == [
        ("max", 905, 1005),
        ("gone", int(gone.max), None),
        ("max", 9, 10),
        ("printed_max", 15, None),
        (
            "title",
            rubrics.shipped_document("sverdlovsk-2022")["groups"][0]["criteria"][1]["title"],
            cycle.title,
        ),
        ("max", 6, 7),
        ("max", 2, 3),
        ("scale", {0: "нет", 1: "частично", 2: "да"}, {0: "нет", 1: "частично", 3: "да"}),
        ("added", None, int(gone.max)),
    ]
    assert sheets.compare(old, old) == []


def test_another_order_is_told() -> None:
    document = rubrics.shipped_document("sverdlovsk-2022")
    sheet = sheets.sheet_of(document)
    first, second = (row.title for row in sheet.blocks[1].rows[:2])
    sheets.changed(sheet, "down:1.0")
    old, new = rubrics.read_set(document), rubrics.read_set(sheets.document_of(sheet, document))
    found = [tuple(d) for d in sheets.compare(old, new)]
    assert found == [("", "order", f"{first}; {second}", f"{second}; {first}")]


PRESSES = st.builds(
    "{}:{}".format,
    st.sampled_from(["add", "remove", "up", "down"]),
    st.lists(st.integers(0, 3), max_size=3).map(lambda steps: ".".join(map(str, steps))),
)
TYPED = st.sampled_from(["", "0", "1", "2", "3", "1,5", "25 %", "-1", "1/3", "много", "905"])


def rows_of(sheet: Sheet) -> list[Row]:
    rows = [row for block in sheet.blocks for row in block.rows]
    return [*rows, *(part for row in rows for part in row.parts)]


@given(st.lists(st.one_of(PRESSES, st.tuples(st.integers(0, 20), TYPED)), max_size=12), st.sampled_from(SETS))
def test_whatever_is_pressed_and_typed_a_sheet_without_doubts_is_a_set(changes: list[Any], key: str) -> None:
    document = rubrics.shipped_document(key)
    sheet = sheets.sheet_of(document)
    for change in changes:
        if isinstance(change, str):
            sheets.changed(sheet, change)
        elif rows := rows_of(sheet):
            rows[change[0] % len(rows)].max = change[1]
    made = sheets.document_of(sheet, document)
    try:
        rubrics.read_set(made)
        fits = True
    except DomainError:
        fits = False
    assert (sheets.doubts(sheet) == []) is fits


async def test_a_new_year_is_a_copy_with_its_own_key(world: World) -> None:
    async with world.db.write(await world.actor("Римма")) as tx:
        region = world.places["область"].region_id or 0
        kept = await rubrics.save_set(tx, region, rubrics.shipped_document("2022-wave-3"))
        made = await rubrics.copy_set(tx, kept.id, year=2023, title="Третий мониторинг 2023")
        again = await rubrics.copy_set(tx, kept.id, year=2023)
        other = await rubrics.copy_set(tx, made.id, key="школы", year=None)
        named = await rubrics.copy_set(tx, other.id, year=2024)
    assert (made.key, made.version, made.title) == ("2023-wave-3", 1, "Третий мониторинг 2023")
    assert rubrics.read_set(made.document).year == 2023
    assert (again.key, again.version) == ("2023-wave-3", 2)
    assert (other.key, named.key) == ("школы", "школы-2024")
