"""Registers of other shapes than the given ones; their first figures stand in `tests/data/unseen/README.md`."""

import json
from pathlib import Path
from typing import Any

import pytest

from domain import documents, register
from domain.schools import SchoolStatus
from tests.world import DATA

FOLDERS = sorted((DATA / "unseen" / "registers").iterdir())
CASES = [
    (folder, name) for folder in FOLDERS for name in json.loads((folder / "truth.json").read_text("utf-8"))
]


def told(row: register.RegisterRow, name: str) -> Any:
    value = getattr(row, name)
    return value.name if isinstance(value, SchoolStatus) else value


def test_both_sets_are_there() -> None:
    assert len(CASES) == 22


@pytest.mark.parametrize(("folder", "name"), CASES, ids=lambda value: getattr(value, "name", value))
def test_a_register_is_read_as_a_person_would(folder: Path, name: str) -> None:
    wanted = json.loads((folder / "truth.json").read_text("utf-8"))[name]
    reading = register.read(documents.read_table((folder / name).read_bytes(), name))
    assert reading.of_schools
    # A name that the register does not shorten may be shortened by nobody.
    fields = [{f for f, value in row.items() if value or f != "short_name"} for row in wanted]
    found = [{f: told(row, f) for f in names} for row, names in zip(reading.rows, fields, strict=True)]
    assert found == [{f: row[f] for f in names} for row, names in zip(wanted, fields, strict=True)]


def test_lines_that_are_no_schools_are_listed() -> None:
    data = (DATA / "unseen" / "registers" / "first" / "groups.xlsx").read_bytes()
    left = register.read(documents.read_table(data, "groups.xlsx")).left
    assert [(line.row, line.text) for line in left] == [
        (3, "Ленский район"), (6, "Мирнинский район"), (8, "Итого по району: 1"), (9, "ВСЕГО: 3"),
    ]  # fmt: skip


def test_a_person_says_what_a_column_means() -> None:
    data = (DATA / "unseen" / "registers" / "second" / "reason.xlsx").read_bytes()
    grids = documents.read_table(data, "reason.xlsx")
    plain = register.read(grids)
    assert plain.meanings == ["number", "municipality", "full_name", None, "status"]
    assert [row.status for row in plain.rows] == [SchoolStatus.LOW_RESULTS, SchoolStatus.ADVERSE_CONDITIONS]
    chosen = register.read(grids, ["number", "municipality", "full_name", "cohort", None])
    assert chosen.meanings == ["number", "municipality", "full_name", "cohort", None]
    assert [(row.cohorts, row.status) for row in chosen.rows] == [
        (["с. Ильинское"], None),
        (["г. Тверь"], None),
    ]
    assert chosen.rows[0].details == {"Основание включения в перечень": "ШНОР"}
    with pytest.raises(register.NotARegister):
        register.read(grids, ["number", "municipality", None, None, None])
