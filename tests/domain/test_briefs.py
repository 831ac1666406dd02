"""Papers: shipped templates work, a region's own is tried first and named where it is wrong, PDFs hold the same facts."""

import io
from datetime import timedelta
from pathlib import Path
from typing import Any

import docx
import pdfplumber
import pytest
from sqlalchemy import update

from domain import accounts, briefs, people, progress
from domain.actor import SYSTEM, Role
from domain.briefs import Paper
from domain.errors import Forbidden, NotFound
from domain.texts import texts
from tests.domain.test_curation import note
from tests.world import World

SAY = texts("ru", escape=False)


def template(text: str) -> bytes:
    """A Word file with one line."""
    made = docx.Document()
    made.add_paragraph(text)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def words(content: bytes) -> str:
    found = docx.Document(io.BytesIO(content))
    cells = [cell.text for table in found.tables for row in table.rows for cell in row.cells]
    return "\n".join([p.text for p in found.paragraphs] + cells)


def pages(content: bytes) -> str:
    with pdfplumber.open(io.BytesIO(content)) as found:
        return "\n".join(page.extract_text() for page in found.pages)


@pytest.mark.parametrize("paper", list(Paper))
async def test_each_paper_says_the_same_as_word_and_as_pdf(world: World, paper: Paper) -> None:
    world.clock.forward(days=60)
    async with world.db.read(await world.actor("Марина")) as tx:
        made = await briefs.paper(tx, paper, accounts.Filters(), SAY)
        content = await briefs.template_of(tx, briefs.place_of(tx), paper)
    word = words(briefs.render(paper, content, made.context))
    pdf = pages(briefs.to_pdf(made.title, made.subtitle, made.blocks, "Веха"))
    for text in (word, pdf):
        assert "Даниловский МР" in text
        assert "Климатинская" not in text  # another municipality's
        assert "Тимонин" not in text
        if paper is Paper.HOUR:
            assert "Тороповская ОШ" in text
    assert "{{" not in word


def test_shipped_templates_have_only_fields_that_there_are() -> None:
    for paper in Paper:
        briefs.check_template(paper, briefs.default_template(paper))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("{{ shcools_total }}", "В шаблоне есть поле «shcools_total», такого нет. Есть: title, place"),
        ("{% for row in late %}{{ row.scool }}{% endfor %}", "В шаблоне есть поле «scool», такого нет."),
        ("{{ place", "Шаблон не читается около «{{ place»"),
        ("{{ ''.__class__.__mro__ }}", "Шаблону нужно то, что шаблонам нельзя"),
        ("{{ place.__init__ }}", "Шаблону нужно то, что шаблонам нельзя"),
        ("Просто письмо.", "В этом документе нет полей для заполнения."),
    ],
)
async def test_a_wrong_template_is_refused_and_the_place_named(
    world: World, text: str, sentence: str
) -> None:
    async with world.db.write(await world.actor("Римма")) as tx:
        region = world.places["область"].region_id or 0
        with pytest.raises(briefs.TemplateRefused) as refused:
            await briefs.put_template(tx, region, Paper.ANALYTICAL, template(text), name="наш.docx")
        assert SAY.error(refused.value).startswith(sentence)
        assert [row.template for row in await briefs.templates(tx, region)] == [None, None, None]


async def test_junk_is_no_template(tmp_path: Path) -> None:
    for content in (b"", b"junk", template("x")[:-200]):
        with pytest.raises(briefs.TemplateRefused):
            briefs.check_template(Paper.HOUR, content)
    with pytest.raises(briefs.TemplateRefused):
        briefs.check_template(Paper.HOUR, b"0" * (briefs.MAX_TEMPLATE + 1))


async def test_a_region_s_own_template_is_used_there_alone_until_it_goes(world: World) -> None:
    region = world.places["область"].region_id or 0
    own = template("Наш бланк: {{ place }}, школ {{ schools_total }}")
    async with world.db.write(await world.actor("Римма")) as tx:
        await briefs.put_template(tx, region, Paper.ANALYTICAL, own, name="наш.docx")
    assert await _text(world, "Марина") == "Наш бланк: Даниловский МР, школ 1"
    assert "Наш бланк" not in await _text(world, "Саша")
    async with world.db.write(await world.actor("Римма")) as tx:
        await briefs.drop_template(tx, region, Paper.ANALYTICAL)
    assert "Наш бланк" not in await _text(world, "Марина")
    for name, error in (("Ольга", Forbidden), ("Марина", NotFound), ("Саша", NotFound)):
        async with world.db.write(await world.actor(name)) as tx:
            with pytest.raises(error):
                await briefs.put_template(tx, region, Paper.ANALYTICAL, own, name="чужой.docx")


async def _text(world: World, name: str) -> Any:
    async with world.db.read(await world.actor(name)) as tx:
        made = await briefs.paper(tx, Paper.ANALYTICAL, accounts.Filters(), SAY)
        content = await briefs.template_of(tx, briefs.place_of(tx), Paper.ANALYTICAL)
    return words(briefs.render(Paper.ANALYTICAL, content, made.context)).strip()


def test_words_of_people_are_never_code() -> None:
    block = briefs.Block("table", "", ("#let", "Слово"), [["#panic()", "*не жирно*"], ["$x$", "<a>"]])
    text = pages(briefs.to_pdf("#set text(red)", "= Заголовок", [block], "_низ_"))
    for words_ in ("#set text(red)", "= Заголовок", "#panic()", "*не жирно*", "$x$", "<a>", "_низ_"):
        assert words_ in text
    sample: dict[str, Any] = dict.fromkeys(briefs.FIELDS[Paper.HOUR], "")
    sample |= {"title": "<w:t>&{{ 1 }}", "schools": [], "remarks": [], "curators": [], "dates": []}
    assert "<w:t>&{{ 1 }}" in words(briefs.render(Paper.HOUR, briefs.default_template(Paper.HOUR), sample))


def test_rows_of_shipped_templates_stay_whole_on_one_page() -> None:
    for paper in Paper:
        found = docx.Document(io.BytesIO(briefs.default_template(paper)))
        rows = [row._tr.trPr for table in found.tables for row in table.rows]
        assert rows
        assert all(row is not None and row.xpath("w:cantSplit") for row in rows), paper


async def test_a_coordinator_of_two_municipalities_reads_of_both(world: World) -> None:
    """The place named above, the numbers and the forecast are of the same schools."""
    async with world.db.write(SYSTEM) as tx:
        await people.grant_role(
            tx, world.people["Марина"], Role.MUNICIPAL_COORDINATOR, world.places["Угличский"]
        )
    async with world.db.read(await world.actor("Марина")) as tx:
        made = await briefs.paper(tx, Paper.ANALYTICAL, accounts.Filters(), SAY)
    assert (made.context["place"], made.context["schools_total"]) == ("Даниловский МР, Угличский МР", 4)
    assert made.subtitle.startswith("Даниловский МР, Угличский МР, ")


async def test_a_curator_is_not_silent_in_a_week_that_still_runs(world: World) -> None:
    """On Monday morning nobody has written yet: that is no reason to thank nobody."""
    for weeks in (1, 2, 3):
        await note(world, "Кирилл", "Тороповская", on=world.clock.moment.date() - timedelta(weeks=weeks))
    async with world.db.read(await world.actor("Марина")) as tx:
        made = await briefs.paper(tx, Paper.HOUR, accounts.Filters(), SAY)
    assert made.context["curators"] == [{"name": "Кирилл", "count": 3}]


def test_numbers_stand_right_also_where_they_are_written_out() -> None:
    rows: list[list[Any]] = [["Прогноз", 503, "55,6 %", "93 % → 95 %"], ["Письмо", None, "—", "—"]]
    assert briefs.Block("table", "", ["", "", "", ""], rows).numeric == [False, True, True, False]


async def test_the_hour_begins_with_whoever_is_furthest_behind(world: World) -> None:
    """As many measures late: the one that is late for longer comes first, whatever the municipality is called."""
    async with world.db.write(SYSTEM) as tx:
        await tx.session.execute(update(progress.Assignment).values(due_on=None))
        for name, late in (("Тороповская", 3), ("Климатинская", 12)):
            work = await progress.assignment(tx, await world.assignment_id(name, "2.1"))
            work.due_on = world.clock.moment.date() - timedelta(days=late)
    async with world.db.read(await world.actor("Римма")) as tx:
        named = (await briefs.paper(tx, Paper.HOUR, accounts.Filters(), SAY)).context["schools"]
    assert [row["school"] for row in named] == ["Климатинская СОШ", "Тороповская ОШ"]
