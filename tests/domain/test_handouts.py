"""Long exports: written once, by the one who asked, with the rows that this person sees; gone after their days."""

import csv
import tracemalloc
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from sqlalchemy import select

from domain import accounts, handouts, outbox, outcomes, people, schools, snapshots
from domain.actor import SYSTEM, Role
from domain.errors import NotFound
from domain.files import FileStore
from domain.handouts import Format, State
from domain.tables import Book, Column, Kind, Sheet, drawn, plain_rows, told, write_xlsx, written
from domain.texts import texts
from tests.world import World

SAY = texts("ru", escape=False)


async def ask(world: World, name: str, what: str = "overdue", **filters: Any) -> handouts.Takeaway:
    async with world.db.write(await world.actor(name)) as tx:
        return await handouts.ask(tx, what, Format.CSV, filters, "Что просрочено")


async def fetched(world: World, name: str, takeaway: handouts.Takeaway, folder: Path) -> list[list[str]]:
    async with world.db.read(await world.actor(name)) as tx:
        _, path = await handouts.made(tx, takeaway.id, folder / handouts.FOLDER)
    return list(csv.reader(path.read_text("utf-8-sig").splitlines(), delimiter=";"))


async def test_each_gets_what_they_see_and_is_told_once(world: World, tmp_path: Path) -> None:
    world.clock.forward(days=300)
    mine, other = await ask(world, "Марина"), await ask(world, "Саша")
    again = await ask(world, "Марина")
    assert again.id == mine.id
    assert await handouts.run(world.db, FileStore(tmp_path)) == 2
    assert await handouts.run(world.db, FileStore(tmp_path)) == 0
    own = {row[3] for row in (await fetched(world, "Марина", mine, tmp_path))[1:]}
    foreign = {row[3] for row in (await fetched(world, "Саша", other, tmp_path))[1:]}
    assert (own, foreign) == ({"Тороповская ОШ"}, {"ООШ п. Тимонин"})
    async with world.db.read(SYSTEM) as tx:
        told = await _told(tx)
    assert told == sorted([world.people["Марина"], world.people["Саша"]])
    with pytest.raises(NotFound):
        await fetched(world, "Ульяна", mine, tmp_path)


async def _told(tx: Any) -> list[int]:
    query = select(outbox.OutboxMessage.person_id).where(outbox.OutboxMessage.kind == "takeaway")
    return sorted(found for found in (await tx.session.scalars(query)).all() if found is not None)


async def test_a_file_goes_with_its_days_and_with_the_role(world: World, tmp_path: Path) -> None:
    taken, kept = await ask(world, "Марина"), await ask(world, "Ульяна")
    await handouts.run(world.db, FileStore(tmp_path))
    async with world.db.write(SYSTEM) as tx:
        await people.grant_role(
            tx, world.people["Марина"], Role.MUNICIPAL_COORDINATOR, world.places["Угличский"]
        )
    with pytest.raises(handouts.ExportGone):
        await fetched(world, "Марина", taken, tmp_path)
    assert (await fetched(world, "Ульяна", kept, tmp_path))[1][2] == "Угличский МР"
    world.clock.forward(days=4)
    assert await handouts.run(world.db, FileStore(tmp_path)) == 2
    with pytest.raises(handouts.ExportGone):
        await fetched(world, "Ульяна", kept, tmp_path)
    assert list((tmp_path / handouts.FOLDER).iterdir()) == []


async def test_what_cannot_be_written_is_said_and_a_broken_one_is_tried_again(
    world: World, tmp_path: Path
) -> None:
    async with world.db.write(await world.actor("Римма")) as tx:
        failing = await handouts.ask(tx, "dynamics", Format.XLSX, {}, "Динамика")  # there are no results
    await handouts.run(world.db, FileStore(tmp_path))
    async with world.db.read(await world.actor("Римма")) as tx:
        assert (await handouts.takeaway(tx, failing.id)).state is State.FAILED
    broken = await ask(world, "Римма")
    async with world.db.write(SYSTEM) as tx:
        stuck = await tx.session.get(handouts.Takeaway, broken.id)
        assert stuck is not None
        stuck.state, stuck.touched_at = State.RUNNING, tx.now
    assert await handouts.run(world.db, FileStore(tmp_path)) == 0
    world.clock.forward(minutes=2)
    assert await handouts.run(world.db, FileStore(tmp_path)) == 1


async def test_filters_by_name_and_what_they_cannot_be(world: World) -> None:
    async with world.db.read(await world.actor("Римма")) as tx:
        of = handouts.report("overdue")
        found = await handouts.filters_of(tx, of, {"place": "Даниловский МР"})
        assert found.municipality_id == world.places["Даниловский"].municipality_id
        assert handouts.asked(found)["municipality"] == found.municipality_id
        for given in ({"weeks": "2"}, {"municipality": "Луна"}, {"roadmap": "x"}, {"school": "9" * 30}):
            with pytest.raises((accounts.UnknownFilter, accounts.UnknownValue)):
                await handouts.filters_of(tx, of, given)


async def test_every_report_is_a_book_with_a_whole_json(world: World) -> None:
    async with world.db.read(await world.actor("Римма")) as tx:
        for report in handouts.catalogue().values():
            try:
                book = await drawn(await report.build(tx, accounts.Filters(), SAY))
            except (accounts.TwoYearsNeeded, accounts.NoWave):
                continue
            assert book.name == report.name
            for sheet in book.sheets:
                assert all(len(row) == len(sheet.columns) for row in sheet.rows)  # type: ignore[union-attr]
            assert await told(await report.build(tx, accounts.Filters(), SAY)) is not None


async def test_the_schools_behind_dynamics_are_read_where_they_are_shown(world: World) -> None:
    async with world.db.write(SYSTEM) as tx:
        for name, below in {"Тороповская": 3, "Климатинская": 6, "16": 5}.items():
            school = await schools.school(tx, world.schools[name].school_id or 0)
            for year, count in ((2021, 5), (2022, below)):
                await outcomes.enter_result(tx, school, "oge_math", year, participants=9, below=count)
    filters = accounts.Filters(by="municipality")
    async with world.db.read(await world.actor("Римма")) as tx:
        book = await handouts.report("dynamics").build(tx, filters, SAY)
        with pytest.raises(TypeError):
            _ = book.json
        document = await told(book)
        main, behind = (list(plain_rows(sheet)) for sheet in (await drawn(book)).sheets)
    assert [row[0] for row in main] == ["Даниловский МР", "Угличский МР", "Все школы"]
    maths = "ОГЭ математика"
    assert behind == [
        ["Даниловский МР", maths, "Положительная", "Даниловский МР", "Тороповская ОШ"],
        ["Угличский МР", maths, "Отрицательная", "Угличский МР", "Климатинская СОШ"],
        ["Угличский МР", maths, "Нейтральная", "Угличский МР", "СШ № 16"],
        ["Все школы", maths, "Положительная", "Даниловский МР", "Тороповская ОШ"],
        ["Все школы", maths, "Отрицательная", "Угличский МР", "Климатинская СОШ"],
        ["Все школы", maths, "Нейтральная", "Угличский МР", "СШ № 16"],
    ]
    listed = [
        [one["group"], one["title"], kind, of["municipality"], of["school"]]
        for one in document["rows"]
        for kind, found in one["schools"].items()
        for of in found
    ]
    kinds = {"positive": "Положительная", "negative": "Отрицательная", "neutral": "Нейтральная"}
    groups = {"all": "Все школы"}
    assert [[groups.get(row[0], row[0]), row[1], kinds[row[2]], *row[3:]] for row in listed] == behind
    assert {name: [of["school"] for of in found] for name, found in document["without_data"].items()} == {
        "Даниловский МР": [],
        "Угличский МР": ["Василёвская СОШ"],
        "all": ["Василёвская СОШ"],
    }
    async with world.db.read(await world.actor("Марина")) as tx:
        own = await drawn(await handouts.report("dynamics").build(tx, filters, SAY))
    assert [row[4] for row in plain_rows(own.sheets[1])] == ["Тороповская ОШ"] * 2


def test_rows_that_a_sheet_does_not_hold_go_on_in_the_next(tmp_path: Path) -> None:
    columns = [Column("n", "Число", Kind.COUNT)]
    for count, sheets in ((0, [0]), (3, [3]), (4, [3, 1]), (7, [3, 3, 1])):
        book = Book(
            "x", "X", datetime(2022, 4, 18, 7), [Sheet("Числа", columns, ([n] for n in range(count)))]
        )
        assert write_xlsx(book, tmp_path / "x.xlsx", ("Слова", "на"), most=3) == count
        made = openpyxl.load_workbook(tmp_path / "x.xlsx")
        names = ["Числа", "Числа (2)", "Числа (3)"][: len(sheets)]
        assert made.sheetnames == [*names, "Слова"]
        found = [[row[0] for row in made[name].iter_rows(values_only=True)] for name in names]
        assert [head for head, *_ in found] == ["Число"] * len(sheets)
        assert [len(rows) for _, *rows in found] == sheets
        assert [n for _, *rows in found for n in rows] == list(range(count))


async def test_forty_thousand_rows_do_not_pile_up(tmp_path: Path) -> None:
    async def rows() -> AsyncIterator[list[Any]]:
        for number in range(40_000):
            yield [f"Школа № {number}", number, number % 101, "=СУММ(1;2)"]

    columns = [
        Column("a", "Школа"),
        Column("b", "Участников", Kind.COUNT),
        Column("c", "Доля", Kind.PERCENT),
        Column("d", "Слова"),
    ]
    book = Book("x", "Большой", datetime(2022, 4, 18, tzinfo=UTC), [Sheet("Большой", columns, rows())])
    target = tmp_path / "large.xlsx"
    tracemalloc.start()
    count = await written(book, partial(handouts.write, kind=Format.XLSX, target=target, say=SAY))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == 40_000
    assert peak < 8 * 1024 * 1024  # all rows at once would take several times as much
    page = openpyxl.load_workbook(target, read_only=True).worksheets[0]
    last = list(page.iter_rows(min_row=40_001, values_only=True))
    assert last == [("Школа № 39999", 39_999, 39_999 % 101, "=СУММ(1;2)")]


async def test_numbers_of_a_vast_place_are_kept_for_those_places_alone(world: World, tmp_path: Path) -> None:
    world.clock.forward(days=60)
    async with world.db.write(await world.actor("Марина")) as tx:
        await handouts.want(tx, "overdue", {})
    async with world.db.read(await world.actor("Марина")) as tx:
        empty = await handouts.kept(tx, handouts.report("overdue"), {})
        assert (empty is not None and empty.document) is None
    assert await handouts.count_wanted(world.db) == 1
    assert await handouts.count_wanted(world.db) == 0  # still fresh
    async with world.db.read(await world.actor("Марина")) as tx:
        kept = await handouts.kept(tx, handouts.report("overdue"), {})
        live = await handouts.report("overdue").build(tx, accounts.Filters(), SAY)
        assert kept is not None
        assert kept.document is not None
        shown = snapshots.book_of("overdue", kept.title, kept.as_of or tx.now, kept.document)
        assert [list(row) for row in shown.main.rows] == [list(row) for row in live.main.rows]  # type: ignore[union-attr]
    for name in ("Ульяна", "Римма", "Саша"):
        async with world.db.read(await world.actor(name)) as tx:
            assert await handouts.kept(tx, handouts.report("overdue"), {}) is None
    world.clock.forward(minutes=20)
    assert await handouts.count_wanted(world.db) == 1
    world.clock.forward(days=3)  # nobody looks any more
    assert await handouts.count_wanted(world.db) == 0


@pytest.mark.parametrize("kind", [Format.PDF, Format.DOCX])
async def test_a_paper_is_written_in_the_background_and_said_in_the_chat(
    world: World, tmp_path: Path, kind: Format
) -> None:
    world.clock.forward(days=60)
    async with world.db.write(await world.actor("Марина")) as tx:
        asked = await handouts.ask(tx, handouts.PAPER, kind, {"paper": "hour"}, "Час координатора")
        again = await handouts.ask(tx, handouts.PAPER, kind, {"paper": "hour"}, "Час координатора")
    assert (asked.id, asked.total) == (again.id, 2)
    store = FileStore(tmp_path)
    assert await handouts.make_waiting(world.db, store) == 1
    async with world.db.read(await world.actor("Марина")) as tx:
        found, path = await handouts.made(tx, asked.id, store.folder / handouts.FOLDER)
    assert (found.state, found.done, found.kind) == (State.READY, 2, kind.value)
    start = path.read_bytes()[:4]
    assert start == (b"%PDF" if kind is Format.PDF else b"PK\x03\x04")
    async with world.db.read(await world.actor("Ульяна")) as tx:
        with pytest.raises(NotFound):
            await handouts.made(tx, asked.id, store.folder / handouts.FOLDER)
    async with world.db.read(SYSTEM) as tx:
        query = select(outbox.OutboxMessage.person_id).where(outbox.OutboxMessage.kind == "takeaway")
        assert (await tx.session.scalars(query)).all() == [world.people["Марина"]]
