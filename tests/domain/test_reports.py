"""«Кто не сдал»: the same facts as a table, a list and an export."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from domain import documents, reports, roadmaps
from domain.actor import SYSTEM, Place
from domain.progress import Decision, Standing
from domain.reports import Filters
from domain.tables import Table, to_csv, to_xlsx
from tests.domain.test_progress import decide, hand_in
from tests.world import DATA, YAROSLAVL, World


async def test_the_table_says_who_has_not_handed_in(world: World) -> None:
    confirmed = await hand_in(world, "Дина", await world.assignment_id("Тороповская", "2.1"))
    await decide(world, "Кирилл", confirmed, Decision.CONFIRM)
    await hand_in(world, "Вера", await world.assignment_id("Василёвская", "2.1"))
    async with world.db.read(await world.actor("Римма")) as tx:
        table = await reports.matrix(tx)
        by_measure = {row.measure.number: row for row in await reports.by_measure(tx)}
    measure = next(m for m in table.measures if m.number == "2.1")
    assert {row.school: row.cells[measure.id].standing for row in table.rows} == {
        "Тороповская ОШ": Standing.CONFIRMED,
        "Василёвская СОШ": Standing.IN_REVIEW,
        "Климатинская СОШ": Standing.LATER,
    }
    assert [name for _, name in by_measure["2.1"].missing] == ["Климатинская СОШ"]
    assert {row.school: row.done for row in table.rows}["Тороповская ОШ"] == 1


async def test_filters_and_borders(world: World) -> None:
    municipality = world.places["Угличский"].municipality_id
    async with world.db.read(await world.actor("Римма")) as tx:
        rows = (await reports.matrix(tx, Filters(municipality_id=municipality))).rows
        assert [row.school for row in rows] == ["Василёвская СОШ", "Климатинская СОШ"]
        assert (await reports.matrix(tx, Filters(roadmap_id=world.foreign_roadmap_id))).rows == []
    async with world.db.read(await world.actor("Саша")) as tx:
        assert {row.school for row in (await reports.matrix(tx)).rows} == {"ООШ п. Тимонин"}
        assert {row.school for row in await reports.overdue(tx)} == {"ООШ п. Тимонин"}


async def test_what_needs_attention(world: World) -> None:
    async with world.db.read(await world.actor("Римма")) as tx:
        attention = await reports.attention(tx)
        assert [name for _, name in attention.schools_without_curator] == ["Климатинская СОШ"]
        assert attention.schools_without_people == []
        assert attention.doubts == await roadmaps.open_doubts(tx)
        assert attention.silent_reviews == []
    await hand_in(world, "Дина", await world.assignment_id("Тороповская", "2.1"))
    world.clock.forward(days=7)
    async with world.db.read(await world.actor("Марина")) as tx:
        assert [r.waiting for r in (await reports.attention(tx)).silent_reviews] == [5]


@pytest.mark.parametrize(
    ("part", "whole", "expected"),
    [(3, 24, 13), (9, 24, 38), (0, 7, 0), (7, 7, 100), (1, 0, None), (1, 3, 33)],
)
def test_percentages_are_rounded_half_up(part: int, whole: int, expected: int | None) -> None:
    assert reports.percent(part, whole) == expected


def test_numbers_days_and_moments_are_written_as_excel_reads_them() -> None:
    moment = datetime(2022, 4, 18, 10, 5, 31, 220, tzinfo=ZoneInfo("Europe/Moscow"))
    table = Table("Т", ["Баллы", "День", "Когда"], [[0.5, date(2022, 4, 18), moment], [2, None, None]])
    lines = to_csv(table).decode("utf-8-sig").splitlines()
    assert lines == ["Баллы;День;Когда", "0,5;2022-04-18;2022-04-18 10:05", "2;;"]


def test_user_text_is_never_a_formula() -> None:
    table = Table("Т", ["Школа", "Дней"], [["=cmd|' /C calc'!A0", 2], ["+7", None]])
    lines = to_csv(table).decode("utf-8-sig").splitlines()
    assert lines == ["Школа;Дней", "'=cmd|' /C calc'!A0;2", "'+7;"]
    from io import BytesIO

    import openpyxl

    sheet = openpyxl.load_workbook(BytesIO(to_xlsx(table))).active
    assert sheet is not None
    cell = sheet["A2"]
    assert (cell.value, cell.data_type, sheet["B2"].value) == ("=cmd|' /C calc'!A0", "s", 2)


async def test_plans_are_offered_by_which_somebody_of_the_place_owes_something(world: World) -> None:
    async with world.db.write(SYSTEM) as tx:
        of = Place(world.places["Угличский"].region_id)
        await roadmaps.import_draft(
            tx, of, documents.read_roadmap(DATA / YAROSLAVL, "plan.docx"), file_name="b"
        )
    offered = {}
    for name in ("Римма", "Марина", "Тамара", "Саша"):
        async with world.db.read(await world.actor(name)) as tx:
            offered[name] = [id_ for id_, _ in await reports.used_roadmaps(tx)]
    own = [world.roadmap_id]
    assert offered == {"Римма": own, "Марина": own, "Тамара": own, "Саша": [world.foreign_roadmap_id]}
    async with world.db.read(SYSTEM) as tx:
        every = [id_ for id_, _ in await reports.used_roadmaps(tx)]
    assert every == sorted([world.roadmap_id, world.foreign_roadmap_id], reverse=True)
