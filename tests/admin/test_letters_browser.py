"""From «N people get no messages» to a sheet of paper by which one of them comes in, in a real browser."""

import os
from pathlib import Path

import pypdfium2
import pytest
from playwright.async_api import expect

from domain import people
from domain.actor import SYSTEM, Role
from tests.admin.test_browser import CHROMIUM, DESK, PHONE, Site, site

__all__ = ["site"]
pytestmark = pytest.mark.skipif(
    not CHROMIUM.exists(), reason="needs a browser: apt-get install -y --no-install-recommends chromium"
)


async def test_from_the_list_to_paper_and_in(site: Site, tmp_path: Path) -> None:
    world = site.panel.world
    async with world.db.write(SYSTEM) as tx:
        await people.mark_unreachable(
            tx, world.people["Тамара"], "403: Forbidden: bot was blocked by the user"
        )
        await people.invite(tx, Role.SCHOOL_MEMBER, world.schools["Тороповская"], name="Новенькая")
    pictures = os.environ.get("VEKHA_PICTURES")
    async with site.opened("Марина", size=DESK) as page:
        await page.goto("/")
        await page.get_by_role("link", name="1 человек не получает сообщений").click()
        await expect(page.locator("tbody th label")).to_have_text(["Тамара", "Новенькая"])
        row = page.locator("tr", has_text="Тамара")
        await row.locator("summary").click()
        await row.get_by_label("Рабочий телефон или почта, или через кого").fill("через секретаря")
        await row.get_by_role("button", name="Сохранить").click()
        await expect(page.get_by_role("status")).to_have_text("Сохранено.")
        await expect(page.locator("tr", has_text="Тамара")).to_contain_text("через секретаря")
        marks = page.locator("tbody input[type=checkbox]")
        # Whoever has a link that works is not marked beforehand.
        await expect(marks).to_have_count(2)
        assert [await marks.nth(at).is_checked() for at in range(2)] == [True, False]
        if pictures:
            await page.screenshot(path=f"{pictures}/unreached.png", full_page=True)
        async with page.expect_download() as downloading:
            await page.get_by_role("button", name="Напечатать приглашения (PDF)").click()
        download = await downloading.value
        assert download.suggested_filename == "Приглашения 2022-04-18.pdf"
        await download.save_as(tmp_path / "letters.pdf")
        await page.reload()
        assert (
            "напечатано 18 апреля, действует до 18 мая"
            in await page.locator("tr", has_text="Тамара").inner_text()
        )
        assert await page.get_by_role("link", name="Отметить тех, у кого нет приглашения").count() == 1
    pdf = pypdfium2.PdfDocument(tmp_path / "letters.pdf")
    text = pdf[0].get_textpage().get_text_bounded()
    pdf.close()
    assert "через секретаря" in text
    payload = text.split("/start ")[1].split()[0]
    async with world.db.write(SYSTEM) as tx:
        person = await people.join(tx, payload, telegram_id=world.telegram["Тамара"], name="Т")
    assert person.id == world.people["Тамара"]
    async with site.opened("Марина", size=PHONE) as page:
        await page.goto("/unreached")
        assert await page.locator("tbody th label").all_inner_texts() == ["Новенькая"]
        if pictures:
            await page.screenshot(path=f"{pictures}/unreached_phone.png", full_page=True)
        assert await page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
