"""A head makes the shared plan the school's own in a real browser; the coordinator sees what was changed."""

from playwright.async_api import expect

from tests.admin.conftest import panel, signed_in  # noqa: F401 — fixtures
from tests.admin.test_browser import DESK, PHONE, Site, pytestmark, site  # noqa: F401 — fixtures
from tests.e2e.test_import_in_the_browser import picture


async def test_a_head_adapts_and_the_coordinator_sees_it(site: Site) -> None:  # noqa: F811
    world = site.panel.world
    path = f"/plans/{world.roadmap_id}/schools/{world.schools['Тороповская'].school_id}"
    async with site.opened("Тамара", size=DESK) as page:
        await page.goto("/")
        await page.get_by_role("link", name="Наш план").click()
        await expect(page).to_have_url(f"{page.url.split('/plans')[0]}{path}")
        card = page.locator("section.card").filter(has_text="2.1 Информационно-организационные")
        await card.locator("summary", has_text="Изменить под школу").click()
        await card.get_by_label("Мероприятие").fill("Совещание команды нашей школы")
        await card.get_by_label("Срок").fill("2022-05-20")
        await picture(page, "adapting-form")
        await card.get_by_role("button", name="Сохранить").click()
        own = page.locator("section.card").filter(has_text="Совещание команды нашей школы")
        await expect(own).to_contain_text("до 20 мая 2022")
        await expect(own).to_contain_text("в плане: 30 апреля 2022")
        new = page.locator("form").filter(has=page.locator("#new-title"))
        await new.get_by_label("Мероприятие").fill("Педсовет по итогам года")
        await new.get_by_label("Срок").fill("2022-06-10")
        await new.get_by_role("button", name="Добавить").click()
        await expect(page.get_by_role("link", name="Педсовет по итогам года")).to_be_visible()
        await picture(page, "adapting-school")
    async with site.opened("Римма", size=DESK) as page:
        await page.goto(f"/roadmaps/{world.roadmap_id}")
        await page.get_by_role("link", name="Что изменили школы").click()
        card = page.locator("section.card")
        await expect(card).to_have_count(1)
        await expect(card).to_contain_text("Мероприятие: «Совещание команды нашей школы»")
        await expect(card).to_contain_text("Педсовет по итогам года")
        await picture(page, "adapting-schools")


async def test_the_plan_of_a_school_fits_a_phone(site: Site) -> None:  # noqa: F811
    world = site.panel.world
    async with site.opened("Тамара", size=PHONE) as page:
        await page.goto(f"/plans/{world.roadmap_id}/schools/{world.schools['Тороповская'].school_id}")
        await page.locator("summary", has_text="Изменить под школу").first.click()
        await picture(page, "adapting-phone")
        assert await page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
