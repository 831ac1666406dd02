"""A criteria set changed in a browser without scripts: rows, sums, a refusal that loses nothing, two versions."""

import re

from playwright.async_api import expect

from domain import rubrics
from domain.actor import SYSTEM
from tests.admin.test_browser import PHONE, Site, pytestmark, site
from tests.world import World

__all__ = ["pytestmark", "site"]  # the fixture, and why it may have to be skipped


async def set_of(world: World) -> int:
    """The mark sheet of the seminar, kept with the region."""
    async with world.db.write(await world.actor("Римма")) as tx:
        region = world.places["область"].region_id or 0
        return (await rubrics.save_set(tx, region, rubrics.shipped_document("sverdlovsk-2022"))).id


async def kept(world: World, set_id: int) -> rubrics.CriteriaSet:
    async with world.db.read(SYSTEM) as tx:
        return rubrics.read_set((await rubrics.kept_set(tx, set_id)).document)


async def test_last_years_set_is_copied_and_put_right(site: Site) -> None:
    world = site.panel.world
    set_id = await set_of(world)
    async with site.opened("Римма") as page:
        await page.goto(f"/monitoring/criteria/{set_id}")
        await page.get_by_role("button", name="Скопировать на этот год и поправить").click()
        await expect(page.locator("h1")).to_have_text("Изменить набор критериев")
        made = int(re.findall(r"criteria/(\d+)/fields", page.url)[0])
        assert made != set_id
        await page.locator("#g0").get_by_role("button", name="Добавить критерий").click()
        await expect(page.get_by_role("status")).to_have_text("Изменено на странице, ещё не сохранено.")
        fresh = page.locator("#g0-2")
        await fresh.locator("[name=g0-2-title]").fill("Сетевое взаимодействие")
        await fresh.locator("[name=g0-2-max]").fill("2")
        # The whole says otherwise: refused, the sum beside the field, nothing typed lost.
        await page.get_by_role("button", name="Сохранить набор").first.click()
        await expect(page.get_by_role("alert")).to_contain_text("Введённое осталось на месте.")
        await expect(page.locator("#g0 > .wrong")).to_contain_text("сумма максимумов — 11, а указано 9")
        await expect(page.locator("[name=g0-2-title]")).to_have_value("Сетевое взаимодействие")
        await page.locator("[name=g0-max]").fill("11")
        await page.locator("[name=max]").fill("1105")
        await page.locator("#g0-2").get_by_role("button", name="Выше").click()
        await expect(page.locator("[name=g0-1-title]")).to_have_value("Сетевое взаимодействие")
        await page.get_by_role("button", name="Сохранить набор").first.click()
        await expect(page.locator(".save .sum")).to_contain_text("= 1105")
        of = await kept(world, made)
        assert [c.title for c in of.groups[0].criteria][1] == "Сетевое взаимодействие"
        assert of.year == 2023
        assert of.max == 1105
        await page.goto(f"/monitoring/criteria/{made}/compare?old={set_id}")
        rows = page.locator("table tbody tr")
        await expect(rows.filter(has_text="Сетевое взаимодействие")).to_contain_text("Добавлено")
        await expect(rows.filter(has_text="Весь набор").filter(has_text="Год")).to_contain_text("2022")


async def test_a_scale_and_shares_are_typed_line_by_line(site: Site) -> None:
    world = site.panel.world
    set_id = await set_of(world)
    async with site.opened("Римма", size=PHONE) as page:
        await page.goto(f"/monitoring/criteria/{set_id}/fields")
        await expect(page.locator("#g0-0 summary")).to_contain_text("от 25 %: 1")
        await page.locator("#g0-0 summary").click()
        assert await page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        starts = page.locator("[name=g0-0-from]")
        assert [await one.input_value() for one in await starts.all()] == ["0", "25", "50", "75", "", ""]
        await starts.nth(1).fill("30")
        await starts.nth(2).fill("20")
        await page.get_by_role("button", name="Сохранить набор").first.click()
        await expect(page.locator("#g0-0 .wrong")).to_contain_text("пороги")
        await page.locator("[name=g0-0-from]").nth(2).fill("50")
        await page.get_by_role("button", name="Сохранить набор").first.click()
        await expect(page.get_by_role("status")).to_have_text("Сохранено.")
        of = await kept(world, set_id)
        assert [int(band.start) for band in of.groups[0].criteria[0].bands] == [0, 30, 50, 75]
        # A part and back again: the shares are as they were.
        await page.locator("#g0-0").get_by_role("button", name="Добавить часть").click()
        await expect(page.locator("#g0-0-0")).to_be_visible()
        await page.locator("#g0-0-0").get_by_role("button", name="Убрать").click()
        await expect(page.locator("#g0-0 summary")).to_contain_text("от 30 %: 1")
        box = await page.locator("main").bounding_box()
        assert box is not None
        assert box["width"] <= PHONE["width"]
        assert await page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


async def test_a_set_that_was_scored_by_is_saved_as_a_new_version(site: Site) -> None:
    world = site.panel.world
    set_id = await set_of(world)
    async with site.opened("Римма") as page:
        await page.goto(f"/monitoring/criteria/{set_id}/fields")
        await page.locator("[name=title]").fill("Лист оценки, новый")
        async with world.db.write(await world.actor("Римма")) as tx:
            await rubrics.mark_scored(tx, set_id)  # meanwhile somebody is scored
        await page.get_by_role("button", name="Сохранить набор").first.click()
        await expect(page.get_by_role("alert")).to_contain_text("По этому набору уже выставлены баллы.")
        await expect(page.locator("[name=title]")).to_have_value("Лист оценки, новый")
        await page.get_by_role("button", name="Сохранить новой версией").click()
        await expect(page.get_by_role("alert")).to_have_count(0)
        await expect(page.locator("[name=title]")).to_have_value("Лист оценки, новый")
        made = int(re.findall(r"criteria/(\d+)/fields", page.url)[0])
        assert (await kept(world, made)).title == "Лист оценки, новый"
        assert (await kept(world, made)).version == 2
        assert (await kept(world, set_id)).title != "Лист оценки, новый"
        await page.goto(f"/monitoring/criteria/{set_id}/fields")
        assert page.url.endswith(f"/monitoring/criteria/{set_id}")  # nothing to type into a frozen version
