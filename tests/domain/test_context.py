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


@pytest.mark.parametrize(
    ("counted", "share"),
    [
        ("ШНОР 2024, кол-во", "ШНОР 2024, доля"),
        ("Количество: ШНОР 2024", "Доля: ШНОР 2024, %"),
        ("ШНОР 2024 (шт.)", "ШНОР 2024 (%)"),
        ("ШНОР 2024, кол-во", "% ШНОР 2024"),
        ("ШНОР 2024 абс.", "ШНОР 2024 отн., %"),
        ("ШНОР 2024", "ШНОР 2024, в %"),
    ],
)
@pytest.mark.parametrize(
    "total",
    [
        "Школ всего",
        "Всего общеобразовательных организаций",
        "Общее количество школ",
        "Кол-во школ в МО",
        "Количество общеобразовательных организаций",
    ],
)
def test_columns_are_found_by_what_they_are_called(total: str, counted: str, share: str) -> None:
    (row,) = context.table_of([("А", {total: "24", counted: "3", share: "12"})]).rows
    (found,) = row.shares
    assert (found.measure, found.part, found.total, found.computed, found.printed, found.follows) == (
        "ШНОР 2024",
        3,
        24,
        13,
        12,
        False,
    )


@pytest.mark.parametrize(
    ("part", "whole", "printed", "follows"),
    [
        ("3", "24", "13", True),  # half up
        ("3", "24", "12,5", True),
        ("3", "24", "12.50 %", True),
        ("3", "24", "12,4", False),
        ("87", "260", "33,5", True),  # 33,46: whole it would be 33, with a decimal 33,5
        ("87", "260", "34", False),
        ("0", "0", "0", True),
    ],
)
def test_a_printed_share_is_compared_with_its_own_decimals(
    part: str, whole: str, printed: str, follows: bool
) -> None:
    cells = {"Всего школ": whole, "ШНОР, число": part, "ШНОР, %": printed}
    assert context.table_of([("А", cells)]).rows[0].shares[0].follows is follows


def test_per_cents_of_a_sheet_are_parts_of_one() -> None:
    rows = {"А": ("2", "0.4"), "Б": ("5", "1"), "В": ("1", "0.3")}
    cells = {
        name: {"Всего школ": "5", "ШНОР, число": n, "ШНОР, %": share} for name, (n, share) in rows.items()
    }
    found = context.table_of(cells.items())
    assert [(name, s.printed, s.computed) for name, s in found.mismatches] == [("В", 30, 20)]


async def test_bare_per_cents_belong_to_the_column_before(empty: tuple[Database, MovableClock]) -> None:
    db, _ = empty
    text = "МО;Всего школ;ШНОР;%;Кадровый дефицит;%\nАнинский МР;24;3;13;9;37\nг. Борск;5;1;20;5;100\n"
    reading = register.read(documents.read_table(text.encode("utf-8-sig"), "m.csv"))
    async with db.write(SYSTEM) as tx:
        await register.import_register(tx, reading, region="Приозёрская область")
    async with db.read(SYSTEM) as tx:
        table = await context.municipal_table(tx, "Всего школ")
    assert table.counts == {"ШНОР": 4, "Кадровый дефицит": 14}
    assert [(name, s.measure, s.printed, s.computed) for name, s in table.mismatches] == [
        ("Анинский МР", "Кадровый дефицит", 37, 38)
    ]


SHAPES = {
    "rows of three headers, sums and a note": (
        "Сведения\n№;МО;Всего школ;Дефициты;;;\n;;;ШНОР;;Кадровый дефицит;\n;;;число;%;число;%\n"
        "1;Анинский МР;24;3;13;9;37\n2;г. Борск;5;1;20;5;100\n;Итого;29;4;14;14;48\nИсполнитель: Петрова\n"
    ),
    "a count with its share in one cell": (
        "Район;Количество ОО;ШНОР, число (доля, %);Кадровый дефицит (число, %)\n"
        "Анинский МР;24;3 (13 %);9 (37%)\nг. Борск;5;1 (20 %);5 (100)\n"
    ),
    "shares of all schools under «из них»": (
        "Муниципалитет;Всего школ;Из них:;;;\n;;ШНОР;% от общего числа школ;Кадровый дефицит;% от общего числа школ\n"
        "Анинский МР;24;3;13;9;37\nг. Борск;5;1;20;5;100\n"
    ),
    "municipalities across": (
        "Показатель;Анинский МР;г. Борск;Итого\nВсего школ;24;5;29\nШНОР, число;3;1;4\nШНОР, %;13;20;14\n"
        "Кадровый дефицит, число;9;5;14\nКадровый дефицит, %;37;100;48\n"
    ),
}


async def counted(db: Database, *tables: tuple[str, str]) -> None:
    grids = [grid for text, _ in tables for grid in documents.read_table(text.encode(), "m.csv")]
    for grid, (_, name) in zip(grids, tables, strict=True):
        grid.name = name
    async with db.write(SYSTEM) as tx:
        imported = await register.import_register(tx, register.read(grids), region="Приозёрская область")
    assert imported.problems == []
    async with db.read(SYSTEM) as tx:
        table = await context.municipal_table(tx, "Всего школ")
    assert [int(sum(row.totals.values()) / len(row.totals)) for row in table.rows] == [24, 5]
    assert [(s.part, s.printed) for row in table.rows for s in row.shares] == [
        (3, 13),
        (9, 37),
        (1, 20),
        (5, 100),
    ]
    assert [(name, s.printed, s.computed) for name, s in table.mismatches] == [("Анинский МР", 37, 38)]


@pytest.mark.parametrize("shape", SHAPES)
async def test_tables_of_other_shapes_say_the_same(shape: str, empty: tuple[Database, MovableClock]) -> None:
    await counted(empty[0], (SHAPES[shape], "Лист1"))


async def test_a_sheet_of_each_municipality(empty: tuple[Database, MovableClock]) -> None:
    lines = "Показатель;Значение\n{}Всего школ;{}\nШНОР, число;{}\nШНОР, %;{}\nКадровый дефицит, число;{}\nКадровый дефицит, %;{}\n"
    one = lines.format("Муниципалитет;Анинский МР\n", 24, 3, 13, 9, 37)
    await counted(empty[0], (one, "Лист1"), (lines.format("", 5, 1, 20, 5, 100), "г. Борск"))


def test_years_side_by_side_are_not_chosen_among() -> None:
    text = "Показатель;2022;2023\nМуниципалитет;Анинский МР;Анинский МР\nВсего школ;24;25\n"
    with pytest.raises(register.NotARegister):
        register.read(documents.read_table(text.encode(), "m.csv"))
