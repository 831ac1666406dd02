"""Tables of results in shapes that no reader was written for, each with its truth (tests/data/unseen/README.md)."""

import json

import pytest

from domain import documents, marksheets, register
from domain.actor import SYSTEM
from domain.db import Database
from tests.world import DATA, MovableClock

FOLDER = DATA / "unseen/outcomes"
TRUTH = json.loads((FOLDER / "truth.json").read_text("utf-8"))


@pytest.mark.parametrize("name", TRUTH)
async def test_a_table_is_read_as_a_person_would(name: str, empty: tuple[Database, MovableClock]) -> None:
    db, _ = empty
    schools = register.read(documents.read_table((FOLDER / "register.csv").read_bytes(), "register.csv"))
    table = documents.read_table((FOLDER / name).read_bytes(), name)
    reading = marksheets.read(table, name=(FOLDER / name).stem)
    async with db.write(SYSTEM) as tx:
        await register.import_register(tx, schools)
    async with db.read(SYSTEM) as tx:
        found = await marksheets.preview(tx, reading)
    assert found.problems == []
    read = [
        (school.federal_login, entry.procedure, entry.year, entry.cluster.value)
        if entry.cluster
        else (school.federal_login, entry.procedure, entry.year, entry.participants, entry.below)
        for entry, school in found.matched
    ]
    # A dash in place of both numbers is no number: the school is of the group all the same.
    read += [(school.federal_login, e.procedure, e.year, 0, 0) for e, school in found.absent]
    assert sorted(read, key=str) == sorted(map(tuple, TRUTH[name]), key=str)
