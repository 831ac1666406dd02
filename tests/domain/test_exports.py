"""A plan with its execution: counted by schools or for one, written as Word and Excel, read back as it was."""

import io
from datetime import date

import docx
import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain import documents, exports, giving, progress
from domain.actor import SYSTEM, Place
from domain.errors import NotFound
from domain.exports import Execution, ExecutionRow, HolderState, PlanSheet
from domain.files import StoredFile
from domain.progress import Decision, Standing
from domain.roadmaps import Measure, Roadmap
from tests.domain.test_progress import decide, hand_in
from tests.world import World

DAY = date(2022, 4, 18)


async def execution(world: World, who: str = "Римма", **choices: int | None) -> Execution:
    async with world.db.read(await world.actor(who)) as tx:
        return await exports.execution(tx, world.roadmap_id, **choices)


def row_of(found: Execution, number: str) -> ExecutionRow:
    return next(row for row in found.rows if row.measure.number == number)


def counts(row: ExecutionRow) -> tuple[int, int, int, int]:
    return row.total, row.handed_in, row.confirmed, row.overdue


async def test_schools_are_counted_and_documents_named(world: World) -> None:
    work_id = await world.assignment_id("Тороповская", "1.2")
    async with world.db.write(await world.actor("Дина")) as tx:
        await progress.add_file(tx, work_id, StoredFile("a" * 64, 10), name="Приказ_41.pdf")
    first = await hand_in(world, "Дина", work_id, "https://school.example/plan")
    await decide(world, "Кирилл", first, Decision.CONFIRM)
    await hand_in(world, "Вера", await world.assignment_id("Василёвская", "1.2"), "Список утверждён")
    returned = await hand_in(world, "Клим", await world.assignment_id("Климатинская", "2.1"))
    await decide(world, "Ульяна", returned, Decision.RETURN)
    found = await execution(world)
    assert (found.schools, found.day, len(found.rows)) == (3, DAY, 19)
    row = row_of(found, "1.2")
    assert counts(row) == (3, 2, 1, 1)  # due in February: Климатинская is late
    assert row.last_on == DAY
    assert row.documents == ["Приказ_41.pdf", "https://school.example/plan", "Список утверждён"]
    assert counts(row_of(found, "2.1")) == (3, 0, 0, 0)
    assert (found.place.name, found.place.above) == ("Ярославская область", "")


async def test_one_school_is_itself_and_a_municipality_its_schools(world: World) -> None:
    number = await hand_in(world, "Дина", await world.assignment_id("Тороповская", "2.1"), "Протокол")
    await decide(world, "Кирилл", number, Decision.CONFIRM)
    own = await execution(world, "Тамара", school_id=world.schools["Тороповская"].school_id)
    assert own.school is not None
    assert own.school.name == "Тороповская ОШ"
    assert row_of(own, "2.1").states == [
        HolderState(own.school.place, date(2022, 4, 30), Standing.CONFIRMED, DAY, DAY, ["Протокол"])
    ]
    whole = await execution(world, municipality_id=world.places["Угличский"].municipality_id)
    assert (whole.schools, counts(row_of(whole, "2.1"))) == (2, (2, 0, 0, 0))
    assert (await execution(world, "Тамара")).schools == 1  # nobody counts what they may not see
    assert (await execution(world, "Ульяна")).schools == 2
    with pytest.raises(NotFound):
        await execution(world, "Тамара", school_id=world.schools["Климатинская"].school_id)
    with pytest.raises(NotFound):
        await execution(world, "Степан")


async def test_a_draft_and_a_wiped_file_are_nobodys_business(world: World) -> None:
    work_id = await world.assignment_id("Тороповская", "2.1")
    async with world.db.write(await world.actor("Дина")) as tx:
        await progress.add_text(tx, work_id, "Черновик")
    assert row_of(await execution(world), "2.1").documents == []
    number = await hand_in(world, "Дина", work_id, "Ещё")
    async with world.db.write(await world.actor("Тамара")) as tx:
        await progress.withdraw(tx, number)
    row = row_of(await execution(world), "2.1")
    assert (row.documents, row.last_on, row.handed_in) == ([], None, 0)


def state(school: int, standing: Standing) -> HolderState:
    return HolderState(Place(1, 1, school), None, standing, None, None, ())


@pytest.mark.parametrize(
    ("states", "total", "handed_in", "confirmed", "waived"),
    [
        ([], 0, 0, 0, 0),
        ([(1, Standing.CONFIRMED), (1, Standing.LATER)], 1, 0, 0, 0),  # half of the year is still owed
        ([(1, Standing.CONFIRMED), (1, Standing.IN_REVIEW)], 1, 1, 0, 0),
        ([(1, Standing.CONFIRMED), (1, Standing.WAIVED)], 1, 1, 1, 0),
        ([(1, Standing.WAIVED), (1, Standing.WAIVED), (2, Standing.RETURNED)], 1, 0, 0, 1),
        ([(1, Standing.OVERDUE), (2, Standing.CONFIRMED), (3, Standing.IN_REVIEW)], 3, 2, 1, 0),
    ],
)
def test_a_school_counts_once_with_the_last_of_its_dates(
    states: list[tuple[int, Standing]], total: int, handed_in: int, confirmed: int, waived: int
) -> None:
    row = ExecutionRow(Measure(), [state(*pair) for pair in states])
    assert (row.total, row.handed_in, row.confirmed, row.waived) == (total, handed_in, confirmed, waived)


def sheet_of(found: Execution) -> PlanSheet:
    """The plan in words of the tests: every text as it stands, the state as bare numbers."""
    columns = exports.columns_of(found.roadmap, [row.measure for row in found.rows])
    sheet = PlanSheet(
        heading=[found.place.name, found.roadmap.title],
        columns=[*columns, *zip(exports.EXECUTION, ("Исполнение", "Дата", "Документ"), strict=True)],
        closing=["Состояние на 18 апреля 2022."],
    )
    track_id = None
    for row in found.rows:
        if row.measure.track_id != track_id and row.measure.track_id:
            track_id = row.measure.track_id
            track = found.tracks[track_id]
            sheet.rows += [track.title, f"Цель: {track.goal}"]
        cells = [getattr(row.measure, exports.FIELDS[role]) or "" for role, _ in columns]
        sheet.rows.append([*cells, f"{row.handed_in} / {row.total}", "", ", ".join(row.documents)])
    return sheet


def squeezed(text: str | None) -> str:
    return " ".join((text or "").split())


@pytest.mark.parametrize(("write", "name"), [(exports.to_docx, "plan.docx"), (exports.to_xlsx, "plan.xlsx")])
async def test_what_is_written_reads_back_as_the_same_plan(world: World, write, name: str) -> None:
    await hand_in(world, "Дина", await world.assignment_id("Тороповская", "2.1"), "Протокол")
    found = await execution(world)
    reading = documents.read_roadmap(write(sheet_of(found)), name)
    assert squeezed(reading.title) == squeezed(found.roadmap.title)
    read = [
        (i.section, i.number, i.activity, i.deadline_raw, i.responsible_raw, i.result, i.document)
        for i in reading.items
    ]
    tracks: dict[int | None, str] = {id_: track.title for id_, track in found.tracks.items()}
    kept = [
        (
            tracks.get(m.track_id),
            m.number,
            m.title,
            m.deadline_text,
            m.responsible_raw,
            m.expected_result,
            m.evidence_required,
        )
        for m in (row.measure for row in found.rows)
    ]
    assert [tuple(map(squeezed, line)) for line in read] == [tuple(map(squeezed, line)) for line in kept]


async def test_the_word_table_has_its_head_on_every_page_and_tracks_across(world: World) -> None:
    found = await execution(world)
    sheet = sheet_of(found)
    document = docx.Document(io.BytesIO(exports.to_docx(sheet)))
    assert [p.text for p in document.paragraphs if p.text] == [*sheet.heading, *sheet.closing]
    [table] = document.tables
    assert [c.text for c in table.rows[0].cells] == [header for _, header in sheet.columns]
    assert "w:tblHeader" in table.rows[0]._tr.xml
    across = [r.cells[0].text for r in table.rows if len({c._tc for c in r.cells}) == 1]
    assert across == [row for row in sheet.rows if isinstance(row, str)]
    assert len(table.rows) == len(sheet.rows) + 1


def test_words_of_people_are_no_formulas_and_break_no_file() -> None:
    odd = ["=1+1", "@SUM(A1)", "a\x00b\x0bc", "<b>&", "+7 900", "x" * 40_000]
    sheet = PlanSheet(
        ["План"], [("activity", "Мероприятия")], [[text] for text in odd] + ["=трек"], ["конец"]
    )
    book = openpyxl.load_workbook(io.BytesIO(exports.to_xlsx(sheet)))
    page = book.active
    values = [page.cell(row=n, column=1) for n in range(3, 10)]
    assert [c.data_type for c in values] == ["s"] * 7
    assert [c.value for c in values][:5] == ["=1+1", "@SUM(A1)", "abc", "<b>&", "+7 900"]
    assert len(values[5].value) == 32_000
    [table] = docx.Document(io.BytesIO(exports.to_docx(sheet))).tables
    assert [r.cells[0].text for r in table.rows][1:6] == ["=1+1", "@SUM(A1)", "abc", "<b>&", "+7 900"]


@settings(max_examples=25)
@given(st.text(max_size=60))
def test_any_text_can_be_written(text: str) -> None:
    sheet = PlanSheet([text], [("activity", text)], [[text], text], [text])
    assert exports.to_docx(sheet).startswith(b"PK")
    assert exports.to_xlsx(sheet).startswith(b"PK")


def test_columns_are_those_of_the_document_and_what_people_added() -> None:
    layout = [
        ["activity", "Меры"],
        ["period", "I кв."],
        ["period", "II кв."],
        ["other", "Бюджет"],
        ["result", "Итог"],
    ]
    roadmap = Roadmap(layout=layout, columns={})
    plain = Measure(
        title="а",
        number=None,
        evidence_required=None,
        indicator=None,
        responsible_raw=None,
        expected_result=None,
    )
    assert exports.columns_of(roadmap, [plain]) == [
        ("activity", "Меры"),
        ("deadline", ""),
        ("result", "Итог"),
    ]
    numbered = Measure(title="б", number="1", evidence_required="Приказ")
    assert exports.columns_of(roadmap, [plain, numbered]) == [
        ("number", ""), ("activity", "Меры"), ("deadline", ""), ("result", "Итог"), ("document", ""),
    ]  # fmt: skip
    assert exports.columns_of(Roadmap(layout=[], columns={}), []) == [("activity", ""), ("deadline", "")]


async def test_the_number_of_statements_does_not_grow_with_schools(world: World) -> None:
    from sqlalchemy import event

    count: list[str] = []
    engine = world.db._reader.sync_engine
    event.listen(engine, "before_cursor_execute", lambda *args: count.append(args[2]))
    actor = await world.actor("Римма")
    count.clear()
    async with world.db.read(actor) as tx:
        await exports.execution(tx, world.roadmap_id)
    three = len(count)
    async with world.db.write(SYSTEM) as tx:
        await giving.assign(tx, world.roadmap_id, [world.schools["16"].school_id or 0])
    count.clear()
    async with world.db.read(actor) as tx:
        await exports.execution(tx, world.roadmap_id)
    assert len(count) == three
