"""Monitoring walked in a browser: from the region down to a fact, the files beside the page, and on a phone."""

import csv
import io
import re

from openpyxl import load_workbook
from playwright.async_api import Page, expect

from domain import effects, progress
from tests.admin.conftest import Panel
from tests.admin.test_browser import PHONE, Site, pytestmark, site
from tests.admin.test_monitoring import results_of, wave_of

__all__ = ["pytestmark", "site"]  # the fixture, and why it may have to be skipped


async def numbers_of(page: Page) -> list[list[str]]:
    """The table of places as it is read: name, confirmed, required, late."""
    found = []
    for row in await page.locator("table.board tbody tr").all():
        name = (await row.locator("th").inner_text()).strip()
        share = await row.locator("td small").first.inner_text()
        done, total = re.findall(r"\d+", share)
        found.append([name, done, total])
    return found


async def test_a_walk_from_the_region_down_to_a_fact(site: Site) -> None:
    await wave_of(site.panel.world)
    async with site.opened("Римма") as page:
        await page.goto("/monitoring")
        await expect(page.locator("h1")).to_have_text("Мониторинг: Ярославская область")
        drawn = await numbers_of(page)
        assert drawn == [["Даниловский МР", "1", "21"], ["Угличский МР", "0", "42"], ["Всего", "1", "63"]]
        assert await _exported(site.panel, "csv") == drawn
        assert await _exported(site.panel, "xlsx") == drawn
        await page.locator("table.board").get_by_role("link", name="Даниловский МР").click()
        await expect(page.locator("h1")).to_have_text("Даниловский МР")
        await page.wait_for_load_state()
        assert await numbers_of(page) == [["Тороповская ОШ", "1", "21"], ["Всего", "1", "21"]]
        await page.locator("table.board").get_by_role("link", name="Тороповская ОШ").click()
        await expect(page.locator("h1")).to_have_text("Тороповская ОШ")
        await page.get_by_role("link", name="подтверждено 1 из 21").first.click()
        await expect(page.locator("h1")).to_have_text("Подтверждённые мероприятия: 1")
        await page.locator("table tbody th a").first.click()
        await expect(page).to_have_url(re.compile(r"/work/\d+$"))
        await expect(page.locator("main")).to_contain_text("Хорошо.")


async def _exported(panel: Panel, kind: str) -> list[list[str]]:
    answer = await panel.get("Римма", "/monitoring", format=kind)
    if kind == "csv":
        rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))
    else:
        sheet = load_workbook(io.BytesIO(answer.content)).worksheets[0]
        rows = [[str(cell) for cell in row] for row in sheet.iter_rows(values_only=True)]
    head = rows[0]
    done, total = head.index("Подтверждено"), head.index("Обязательные мероприятия")
    return [[row[0], row[done], row[total]] for row in rows[1:]]


async def test_pages_of_monitoring_do_not_scroll_sideways_on_a_phone(site: Site) -> None:
    world = site.panel.world
    wave_id = await wave_of(world)
    await results_of(world)
    addresses = [
        "/monitoring",
        f"/monitoring/municipalities/{world.places['Угличский'].municipality_id}",
        "/monitoring/facts?state=required",
        "/monitoring/outcomes",
        "/monitoring/outcomes?by=municipality",
        "/monitoring/clusters",
        "/monitoring/context",
        "/monitoring/curators",
        "/monitoring/waves",
        f"/monitoring/waves/{wave_id}",
        "/monitoring/criteria",
        "/monitoring/outcomes/import",
        f"/schools/{world.schools['Тороповская'].school_id}",
    ]
    async with site.opened("Римма", size=PHONE) as page:
        for address in addresses:
            answer = await page.goto(address)
            assert answer is not None
            assert answer.status == 200, address
            assert await page.locator("h1").count() == 1, address
            box = await page.locator("main").bounding_box()
            assert box is not None
            assert box["width"] <= PHONE["width"], address


async def test_a_long_address_among_the_words_keeps_to_its_card_on_a_phone(site: Site) -> None:
    world = site.panel.world
    work_id = await world.assignment_id("Тороповская", "2.1")
    async with world.db.write(await world.actor("Римма")) as tx:
        measure = (await progress.assignment(tx, work_id)).measure_id or 0
        address = "https://school.example.ru/" + "dokument-o-rezultatah-" * 12
        await effects.judge(tx, measure, effect=address, problem="", proposal="", verdict=None)
    async with site.opened("Римма", size=PHONE) as page:
        await page.goto("/effects")
        box = page.locator(".box").first
        await expect(box).to_contain_text("school.example.ru")
        assert await box.evaluate("e => e.scrollWidth - e.clientWidth") == 0
