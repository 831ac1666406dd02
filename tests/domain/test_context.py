"""The table of municipalities: shares from counts, and the printed ones that do not follow from theirs."""

import json
from typing import Any

import pytest

from domain import context, documents, register
from domain.actor import SYSTEM
from domain.context import MunicipalTable
from domain.db import Database
from tests.world import DATA, MovableClock

NAME = "registers/yaroslavl_municipalities_2023"
TRUTH = json.loads((DATA / f"{NAME}.json").read_text("utf-8"))
KEYS = ("shnor_2023", "personnel_deficit", "infra_deficit", "both_deficits", "risk_zone")


def from_file(kind: str) -> MunicipalTable:
    """The table straight from the file."""
    grid, *_ = documents.read_table((DATA / f"{NAME}.{kind}").read_bytes(), f"m.{kind}")
    texts = grid.texts()
    at = next(i for i, line in enumerate(texts) if line[0] == "Муниципальное образование")
    header, *lines = texts[at:]
    return context.table_of((line[0], dict(zip(header, line, strict=True))) for line in lines)


def check(table: MunicipalTable) -> None:
    """What the source says about itself."""
    by_name = {row.name: row for row in table.rows}
    assert set(by_name) == {row["municipality"] for row in TRUTH["rows"]}
    for row in TRUTH["rows"]:
        found = by_name[row["municipality"]]
        wanted = [
            (
                row[f"{key}_schools" if key == "risk_zone" else key],
                row[f"{key}_pct_computed"],
                row[f"{key}_pct"],
            )
            for key in KEYS
        ]
        assert [(s.part, s.computed, s.printed) for s in found.shares] == wanted, found
        assert found.totals_agree is row["totals_equal"]
    assert [
        (name, s.part, s.total, s.printed, s.computed, list(s.fitting)) for name, s in table.mismatches
    ] == [
        (
            m["row"],
            m["count"],
            m["total"],
            m["printed_pct"],
            m["computed_pct"],
            m["totals_that_would_give_printed"],
        )
        for m in sorted(TRUTH["percent_mismatches"], key=lambda m: list(by_name).index(m["row"]))
    ]
    assert {row.name: tuple(row.totals.values()) for row in table.disagreements} == {
        d["municipality"]: (d["deficits_table"], d["risk_table"])
        for d in TRUTH["totals_differ_between_tables"]
    }
    totals = TRUTH["computed_totals"]
    assert list(table.totals.values()) == [
        totals["schools_total_deficits_table"],
        totals["schools_total_risk_table"],
    ]
    assert list(table.counts.values()) == [
        totals[f"{key}_schools" if key == "risk_zone" else key] for key in KEYS
    ]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_table_of_19_municipalities_as_in_its_file(kind: str) -> None:
    check(from_file(kind))


async def test_the_same_from_the_register(empty: tuple[Database, MovableClock]) -> None:
    db, _ = empty
    reading = register.read(documents.read_table((DATA / f"{NAME}.xlsx").read_bytes(), "m.xlsx"))
    async with db.write(SYSTEM) as tx:
        await register.import_register(tx, reading, region="Ярославская область")
    async with db.read(SYSTEM) as tx:
        check(await context.municipal_table(tx, "Всего школ"))


@pytest.mark.parametrize(
    ("cells", "shares"),
    [
        ({"Всего школ": "8", "ШНОР, число": "1"}, [(1, 8, 13, None, True)]),
        ({"Всего школ": "0", "ШНОР, число": "0", "ШНОР, %": ""}, [(0, 0, None, None, True)]),
        ({"Всего школ": "8", "ШНОР, число": "9", "ШНОР, %": "113"}, [(9, 8, 113, 113, False)]),
        ({"Всего школ": "", "ШНОР, число": "9"}, []),
        ({"ШНОР, число": "9"}, []),
    ],
)
def test_odd_rows(cells: dict[str, str], shares: list[tuple[Any, ...]]) -> None:
    (row,) = context.table_of([("А", cells)]).rows
    assert [(s.part, s.total, s.computed, s.printed, s.possible) for s in row.shares] == shares
