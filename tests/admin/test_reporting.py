"""Reports in the panel: the page and its three files say the same; long ones are asked for, made and fetched."""

import csv
import io
import json
import re
from datetime import date
from html import unescape

import openpyxl
import pytest
from sqlalchemy import select

from bot.notices import RENDERERS
from domain import handouts, indicators, outbox, outcomes, schools, snapshots
from domain.actor import SYSTEM
from domain.indicators import IndicatorSpec
from domain.texts import texts
from tests.admin.conftest import Panel, sign_in
from tests.domain.test_seasons import go_to
from tests.world import World


def table_of(html: str) -> list[list[str]]:
    """Cells of the report's table as a person reads them."""
    found = re.search(r'<table class="list" id="report">(.*?)</table>', html, re.S)
    assert found is not None
    rows = re.findall(r"<tr>(.*?)</tr>", found[1], re.S)
    cells = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.S) for row in rows]
    return [[unescape(re.sub(r"<[^>]+>", "", cell)).strip() for cell in row] for row in cells]


async def results(world: World) -> None:
    async with world.db.write(await world.actor("Римма")) as tx:
        for number, name in enumerate(("Тороповская", "Климатинская", "Василёвская")):
            school = await schools.school(tx, world.schools[name].school_id or 0)
            for year in (2021, 2022):
                below = (number * year) % 5
                await outcomes.enter_result(tx, school, "oge_math", year, participants=24, below=below)
                failing = (30 + 10 * number + year % 7, 100)
                mark = outcomes.cluster(*failing)
                await outcomes.enter_cluster(tx, school, year, mark, counts=failing)


@pytest.mark.parametrize(
    "address",
    [
        "/reports/clusters?by=municipality",
        "/reports/dynamics?by=cohort",
        "/reports/overdue",
        "/reports/engagement",
        "/reports/results",
        "/reports/board",
        "/reports/indicators",
    ],
)
@pytest.mark.parametrize("name", ["Римма", "Ульяна"])
async def test_the_page_and_its_files_say_the_same(panel: Panel, name: str, address: str) -> None:
    await results(panel.world)
    async with panel.world.db.write(await panel.world.actor("Ульяна")) as tx:
        await indicators.add_indicator(tx, panel.world.places["Угличский"], IndicatorSpec("Доля", target="1"))
    page = table_of((await panel.get(name, address)).text)
    more = "&" if "?" in address else "?"
    text = (await panel.get(name, f"{address}{more}format=csv")).content.decode("utf-8-sig")
    sheet = openpyxl.load_workbook(
        io.BytesIO((await panel.get(name, f"{address}{more}format=xlsx")).content)
    ).worksheets[0]
    lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=";"))
    cells = [list(row) for row in sheet.iter_rows(values_only=True)]

    def plain(value: object) -> str:
        """Without what only the eye needs: a sign of per cent, the order of a date, a dash for nothing."""
        word = " ".join(str(value).removesuffix(" %").split()) if value is not None else ""
        word = re.sub(r"^(\d\d)\.(\d\d)\.(\d{4})$", r"\3-\2-\1", word.removesuffix(" 00:00:00"))
        return "" if word == "—" else word

    wanted = [[plain(value) for value in row] for row in page]
    assert [[plain(value) for value in row] for row in lines] == wanted
    assert [[plain(value) for value in row] for row in cells] == wanted
    answer = await panel.get(name, f"{address}{more}format=json")
    assert json.loads(answer.text) is not None
    if name == "Ульяна":
        for other in ("Тороповская", "Тимонин"):
            assert other not in (await panel.get(name, address)).text + text + answer.text


async def test_a_long_export_is_asked_for_made_told_and_fetched(panel: Panel) -> None:
    answer = await panel.post("Марина", "/takeaways", what="overdue", kind="csv")
    assert (answer.status_code, answer.headers["location"]) == (303, "/takeaways?done=ordered")
    async with panel.world.db.read(await panel.world.actor("Марина")) as tx:
        (made,) = await handouts.takeaways(tx)
    assert made.state is handouts.State.READY
    file = await panel.get("Марина", f"/takeaways/{made.id}/file")
    assert (file.status_code, "Тороповская ОШ" in file.text) == (200, True)
    assert "Климатинская" not in file.text


async def test_a_report_is_kept_and_compared_in_the_panel(panel: Panel) -> None:
    kept = await panel.post("Марина", "/snapshots", what="engagement")
    panel.world.clock.forward(days=13)  # the end of April has passed
    later = await panel.post("Марина", "/snapshots", what="engagement")
    first, second = (answer.headers["location"].split("?")[0] for answer in (kept, later))
    html = (await panel.get("Марина", second, against=first.rsplit("/", 1)[1])).text
    assert "Что изменилось" in html
    assert "Тороповская ОШ" in html
    async with panel.world.db.read(await panel.world.actor("Ульяна")) as tx:
        assert await snapshots.snapshots(tx) == []


async def test_nobody_keeps_or_orders_what_there_is_not(panel: Panel) -> None:
    for path, form in (
        ("/snapshots", {"what": "moon"}),
        ("/takeaways", {"what": "moon", "kind": "csv"}),
    ):
        assert (await panel.post("Марина", path, **form)).status_code == 404
    assert (await panel.post("Марина", "/takeaways", what="overdue", kind="exe")).status_code == 422
    unknown = await panel.post("Марина", "/takeaways", what="overdue", kind="csv", moon="1")
    assert unknown.status_code == 422


async def test_the_bot_says_that_it_is_ready(panel: Panel) -> None:
    await panel.post("Марина", "/takeaways", what="overdue", kind="csv")
    async with panel.world.db.read(SYSTEM) as tx:
        query = select(outbox.OutboxMessage).where(outbox.OutboxMessage.kind == "takeaway")
        message = (await tx.session.scalars(query)).one()
        notice = await RENDERERS["takeaway"](tx, message, texts("ru"))
    assert notice is not None
    assert notice.text.splitlines()[0] == "📎 <b>Что просрочено</b>: файл готов, CSV, 1 КБ."


async def test_a_head_closes_the_correction_of_the_month_in_the_panel(panel: Panel) -> None:
    world = panel.world
    place = world.schools["Тороповская"]
    form = {
        "season": "correction",
        "region": place.region_id,
        "municipality": place.municipality_id,
        "school": place.school_id,
    }
    assert (await panel.post("Тамара", "/seasons", **form)).status_code == 404  # April asks for nothing
    go_to(world, date(2022, 5, 16))
    panel.tokens["Тамара"] = await sign_in(world, "Тамара")
    panel.tokens["Клим"] = await sign_in(world, "Клим")
    page = (await panel.get("Тамара", "/snapshots")).text
    assert "Изменений не нужно" in page
    assert "до 31 мая" in page
    assert (await panel.post("Клим", "/seasons", **form)).status_code == 404
    assert (await panel.post("Тамара", "/seasons", **form)).status_code == 303
    assert "на этот месяц сделано" in (await panel.get("Тамара", "/snapshots")).text


async def test_a_report_without_filters_to_choose_from_has_no_button_for_them(panel: Panel) -> None:
    pages = [(await panel.get(name, "/reports/agreements")).text for name in ("Римма", "Кирилл")]
    assert ['class="filters"' in page for page in pages] == [True, False]


async def test_an_indicator_that_is_no_longer_counted_keeps_its_values_with_their_days(panel: Panel) -> None:
    async with panel.world.db.write(await panel.world.actor("Римма")) as tx:
        spec = IndicatorSpec("Публикации", unit=indicators.Unit.COUNT, target="10.05")
        added = await indicators.add_indicator(tx, panel.world.places["область"], spec)
        await indicators.enter_value(tx, added.id, date(2022, 1, 1), 6, None, document="Справка")
    assert "≥ 10,05" in (await panel.get("Римма", "/indicators")).text
    await panel.post("Римма", f"/indicators/{added.id}/retire", reason="Исключён из плана")
    page = " ".join((await panel.get("Римма", "/indicators")).text.split())
    assert 'Публикации: на 01.01.2022 – 6. <span class="muted">Исключён из плана</span>' in page
