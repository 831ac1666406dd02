"""Mutual expertise walked in a browser: a coordinator makes the pairs, a school fills in its form on a phone."""

from playwright.async_api import expect

from tests.admin.test_browser import PHONE, Site, pytestmark, site
from tests.admin.test_peers import started

__all__ = ["pytestmark", "site"]  # the fixture, and why it may have to be skipped


async def test_a_coordinator_goes_from_nothing_to_the_start(site: Site) -> None:
    async with site.opened("Римма") as page:
        await page.goto("/peer")
        await page.get_by_role("link", name="Подготовить взаимоэкспертизу").click()
        await page.get_by_role("button", name="Дальше: пары").click()
        await expect(page.locator("h2").nth(1)).to_have_text("0 пар, 4 школы ждут")
        await page.get_by_role("button", name="Подобрать пары").click()
        await expect(page.get_by_role("status")).to_have_text("Новых пар: 2.")
        await page.get_by_role("button", name="Объявить пары школам: 4").click()
        await expect(page.get_by_role("status")).to_have_text(
            "Пары объявлены: 2. Школы узнают партнёров из бота."
        )
        await expect(page.locator("tbody.partners")).to_have_count(2)


async def test_a_school_fills_in_its_form_on_a_phone(site: Site) -> None:
    _, mine, theirs = await started(site.panel)
    async with site.opened("Тамара", size=PHONE) as page:
        await page.goto("/peer")
        await page.locator("section.card a").first.click()
        await page.get_by_label("Сильные стороны").fill("Команда")
        await page.get_by_role("button", name="Сохранить и показать партнёру").click()
        await expect(page.get_by_role("status")).to_have_text("Показано. Партнёр узнает об этом в боте.")
        await page.get_by_label("Что изменить").fill("Назвать показатели")
        await page.get_by_role("button", name="Сделать форму итоговой").click()
        await page.get_by_role("button", name="Файл размещён").click()
        await expect(page.get_by_role("status")).to_have_text("Сохранено.")
        for address in (
            "/peer",
            f"/peer/forms/{mine}",
            f"/peer/forms/{mine}/papers",
            f"/peer/forms/{mine}/read",
        ):
            await page.goto(address)
            assert await page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], address
    async with site.opened("Клим", size=PHONE) as page:
        await page.goto(f"/peer/forms/{theirs}")
        await page.get_by_role("button", name="Учли", exact=True).click()
        await expect(page.locator("#a1")).to_contain_text("✓ учли")
        assert await page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
