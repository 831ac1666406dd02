"""Tables of results in shapes that no reader was written for, each with its truth (tests/data/unseen/README.md)."""

import json
from typing import Any

import pytest
from sqlalchemy import select

from domain import documents, marksheets, register
from domain.actor import SYSTEM
from domain.audit import AuditEntry
from domain.db import Database
from tests.world import DATA, MovableClock

FOLDER = DATA / "unseen/outcomes"
SETS = {
    name: json.loads((DATA / "unseen" / name / "truth.json").read_text("utf-8"))
    for name in ("outcomes", "outcomes_second", "outcomes_third", "outcomes_fourth")
}
TRUTH = SETS["outcomes"]


@pytest.mark.parametrize(("collection", "name"), [(key, name) for key, of in SETS.items() for name in of])
async def test_a_table_is_read_as_a_person_would(
    collection: str, name: str, empty: tuple[Database, MovableClock]
) -> None:
    db, _ = empty
    folder = DATA / "unseen" / collection
    schools = register.read(documents.read_table((folder / "register.csv").read_bytes(), "register.csv"))
    table = documents.read_table((folder / name).read_bytes(), name)
    reading = marksheets.read(table, name=(folder / name).stem)
    async with db.write(SYSTEM) as tx:
        await register.import_register(tx, schools)
    async with db.read(SYSTEM) as tx:
        found = await marksheets.preview(tx, reading)
    assert found.problems == []
    read: list[tuple[Any, ...]] = [
        (school.federal_login, entry.procedure, entry.year, entry.cluster.value)
        if entry.cluster
        else (school.federal_login, entry.procedure, entry.year, entry.participants, entry.below)
        for entry, school in found.matched
    ]
    # A dash in place of both numbers is no number: the school is of the group all the same.
    absent: list[tuple[Any, ...]] = [
        (school.federal_login, e.procedure, e.year, 0, 0) for e, school in found.absent
    ]
    truth = sorted(map(tuple, SETS[collection][name]), key=str)
    if collection == "outcomes":
        assert sorted(read + absent, key=str) == truth
    else:  # its truth names only schools where somebody took part
        assert sorted((r for r in read if r[3]), key=str) == truth
        assert {r[:3] for r in [*read, *absent] if not r[3]}.isdisjoint({t[:3] for t in truth})


def read(text: str) -> marksheets.Reading:
    return marksheets.read(documents.read_table(text.encode("utf-8-sig"), "t.csv"))


def test_a_share_that_several_counts_give_is_a_doubt() -> None:
    header = "Школа;ОГЭ математика 2023 участников;ОГЭ математика 2023 ниже порога, %\n"
    reading = read(header + "СОШ № 1;300;33\nСОШ № 2;24;12,5\n")
    assert [(e.participants, e.below) for e in reading.entries] == [(300, 99), (24, 3)]
    # Beside 12,5 a plain 33 is 33,0: one count gives it.
    assert reading.doubts == []
    (doubt,) = read(header + "СОШ № 1;300;33\n").doubts
    assert {key: doubt.params[key] for key in ("first", "last", "below")} == {
        "first": 98,
        "last": 100,
        "below": 99,
    }


@pytest.mark.parametrize(
    ("row", "school"),
    [
        ("г. Борск;120;30", ""),
        ("Анинский муниципальный район;120;30", ""),
        ("ЦО г. Борска;120;30", "ЦО г. Борска"),
        ("Школа Анинского района;120;30", "Школа Анинского района"),
    ],
)
def test_only_a_row_that_names_nothing_but_a_municipality_is_its_sum(row: str, school: str) -> None:
    header = "Наименование ОО;ОГЭ математика 2023 участников;ОГЭ математика 2023 ниже порога\n"
    found = read(f"{header}{row}\nСОШ № 1;20;3\n").entries
    assert [e.school for e in found] == ([school, "СОШ № 1"] if school else ["СОШ № 1"])
    assert found[-1].municipality == ("" if school else row.partition(";")[0])


def test_long_tables_are_read_where_nobody_waits_for_a_page() -> None:
    rows = "".join(f"СОШ № {n};ОГЭ математика;2023;20;3\n" for n in range(documents.MAX_ROWS))
    data = ("Школа;Процедура;Год;Участников;Ниже порога\n" + rows).encode()
    with pytest.raises(documents.DocumentRefused) as refused:
        documents.read_table(data, "t.csv")
    assert (refused.value.code, refused.value.params) == ("too_many_rows", {"limit": documents.MAX_ROWS})
    grids = documents.read_table(data, "t.csv", max_rows=documents.MANY_ROWS)
    assert len(marksheets.read(grids).entries) == documents.MAX_ROWS


async def test_a_table_that_changes_shown_numbers_is_kept_in_the_journal(
    empty: tuple[Database, MovableClock],
) -> None:
    db, _ = empty
    schools = register.read(documents.read_table((FOLDER / "register.csv").read_bytes(), "register.csv"))
    header = "Логин;ОГЭ математика 2023 участников;ОГЭ математика 2023 ниже порога\n"
    login = TRUTH["extras.xlsx"][0][0]
    async with db.write(SYSTEM) as tx:
        await register.import_register(tx, schools)
    changed = []
    for below in ("3", "3", "4", "-"):
        async with db.write(SYSTEM) as tx:
            participants = "-" if below == "-" else "20"
            brought = await marksheets.bring_in(tx, read(f"{header}{login};{participants};{below}\n"))
            changed.append(brought.changed)
    async with db.read(SYSTEM) as tx:
        journal = await tx.session.scalars(
            select(AuditEntry.details).where(AuditEntry.action == "outcome.change")
        )
        assert [(entry["was"], entry["now"]) for entry in journal] == [([20, 3], [20, 4])]
    assert changed == [1, 0, 1, 0]
