"""A coordinator's first hour in a real browser: a Word table goes in, its doubts are settled, it is approved and
given out; then the ministry sends a changed version of the same table."""

import os
import re
from pathlib import Path

from playwright.async_api import Page, expect

from domain import progress, roadmaps
from domain.actor import SYSTEM
from domain.roadmaps import RoadmapState
from tests.admin.conftest import Panel, panel, signed_in  # noqa: F401 — fixtures
from tests.admin.test_browser import DESK, PHONE, Site, first_until_none, pytestmark, site  # noqa: F401 — fixtures
from tests.changed_documents import DATA, DEADLINE, TITLE, add_row, changed, drop_row, set_cell

YAROSLAVL = DATA / "000_yaroslavl_2022.docx"
MEETINGS = "Информационно-организационные совещание со школьными"
NEW_ROW = (
    "5.4",
    "Методический день",
    "до 1 июня",
    "ГАУ ДПО ЯО ИРО",
    "Не менее 5 мастер-классов",
    "Программа",
)


async def picture(page: Page, name: str) -> None:
    """A screenshot for a person to look at, where one asks for them."""
    folder = os.environ.get("SCREENSHOTS")
    if folder:
        await page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


async def upload(page: Page) -> int:
    """The file goes in; the number of the draft."""
    await page.goto("/roadmaps")
    await page.get_by_role("link", name="Загрузить").first.click()
    await page.get_by_label("Файл с таблицей").set_input_files(YAROSLAVL)
    await page.get_by_label("Чей это план?").select_option(label="Даниловский МР")
    await page.get_by_role("button", name="Прочитать файл").click()
    await expect(page).to_have_url(re.compile(r"/roadmaps/\d+"))
    await expect(page.get_by_text("Прочитано 19 мероприятий.")).to_be_visible()
    return int(re.findall(r"/roadmaps/(\d+)", page.url)[0])


async def settle(page: Page) -> None:
    """Every doubt gets its answer: one in other words, the rest as they were read."""
    cards = page.locator("section.doubt")
    milestones = cards.filter(has_text="Июнь/сентябрь")
    await milestones.get_by_label("Или другими словами").fill("до 15 сентября")
    await milestones.get_by_role("button", name="Прочитать").click()
    await expect(milestones.get_by_text("до 15 сентября 2022, четверг")).to_be_visible()
    await picture(page, "draft")
    await milestones.get_by_role("button", name="Принять").click()
    await expect(milestones).to_have_count(0)
    async for card in first_until_none(cards):
        await card.get_by_role("button", name="Так и есть").click()
    await expect(page.get_by_text("Все сроки понятны.")).to_be_visible()


async def leave_and_come_back(page: Page, roadmap_id: int) -> None:
    """A row is corrected, one is left out and taken back; nothing is lost by going away."""
    await page.goto("/schools")
    await page.goto(f"/roadmaps/{roadmap_id}")
    await expect(page.get_by_text("Все сроки понятны.")).to_be_visible()
    fold = page.locator("details.fold").filter(has_text="Трек 5")
    await fold.locator("summary").click()
    await fold.get_by_role("link", name="Исправить").first.click()
    await picture(page, "measure")
    await page.locator("summary.danger").click()
    await page.get_by_role("button", name="Убрать эту строку").click()
    await expect(page.get_by_text("Прочитано 18 мероприятий.")).to_be_visible()
    await page.locator("summary", has_text="Как прочитан файл").click()
    await page.get_by_role("button", name="Вернуть").first.click()
    await expect(page.get_by_text("Прочитано 19 мероприятий.")).to_be_visible()


async def give(page: Page) -> None:
    """Approve and give, knowing beforehand what will appear."""
    await page.get_by_role("link", name="Утвердить и выдать школам…").click()
    await expect(page.get_by_text("Появится 20 заданий у 1 школы.")).to_be_visible()
    await picture(page, "assign")
    await page.get_by_role("button", name="Утвердить и выдать 1 школе").click()
    await expect(page.get_by_text("19 мероприятий.")).to_be_visible()


async def compare(page: Page, content: bytes) -> None:
    """The changed version is uploaded and looked at."""
    await page.get_by_role("link", name="Новая редакция…").click()
    file = {"name": "план2.docx", "mimeType": "application/octet-stream", "buffer": content}
    await page.get_by_label("Файл с таблицей").set_input_files(file)  # type: ignore[arg-type]
    await page.get_by_role("button", name="Сравнить").click()
    for heading in ("Перенесены сроки · 1", "Добавлено · 1", "Исключено · 1", "Изменены формулировки · 1"):
        await expect(page.get_by_role("heading", name=heading)).to_be_visible()
    await expect(page.get_by_text("Сдвинется 1 открытое задание.")).to_be_visible()
    await expect(page.get_by_text("Сообщение получат 2 человека.")).to_be_visible()
    await picture(page, "comparison")


async def owed(panel: Panel, roadmap_id: int) -> dict[str | None, str]:  # noqa: F811 — a fixture's value
    """What Тороповская owes by the roadmap: number → last day."""
    async with panel.world.db.read(SYSTEM) as tx:
        work = await progress.my_work(tx, school_id=panel.world.schools["Тороповская"].school_id)
    return {r.measure.number: str(r.assignment.due_on) for r in work if r.measure.roadmap_id == roadmap_id}


async def test_from_a_word_table_to_its_newer_version(site: Site) -> None:  # noqa: F811
    newer = changed(
        set_cell(MEETINGS, DEADLINE, "Февраль-май"),
        drop_row("Организация обучения руководителей"),
        add_row("Цикл семинаров", *NEW_ROW),
        set_cell(
            "Пилотная апробация", TITLE, "Апробация инструментов идентификации обучающихся в школах проекта"
        ),
    )
    async with site.opened("Марина", size=DESK) as page:
        roadmap_id = await upload(page)
        await picture(page, "uploaded")
        await settle(page)
        await leave_and_come_back(page, roadmap_id)
        await give(page)
        before = await owed(site.panel, roadmap_id)
        assert (before["2.1"], before["5.2"]) == ("2022-04-30", "2022-05-31")
        await picture(page, "live")
        await compare(page, newer)
        assert await owed(site.panel, roadmap_id) == before
        await page.get_by_role("button", name="Применить изменения").click()
        await expect(page.get_by_text("Новая редакция применена.")).to_be_visible()
        after = await owed(site.panel, roadmap_id)
        assert (after["2.1"], after["5.4"], "5.2" in after) == ("2022-05-31", "2022-06-01", False)
        await page.get_by_role("link", name="Новая редакция…").click()
        await page.locator("summary", has_text="Отменить").click()
        await picture(page, "revisions")
        await page.get_by_role("button", name="Отменить").click()
        await expect(page.get_by_text("Отменено: дорожная карта такая же")).to_be_visible()
        assert await owed(site.panel, roadmap_id) == before
        async with page.expect_download() as download:
            await page.get_by_role("link", name="Word").click()
        assert (await download.value).suggested_filename.endswith(".docx")
    async with site.panel.world.db.read(SYSTEM) as tx:
        state = (await roadmaps.roadmap(tx, roadmap_id)).roadmap.state
    assert state is RoadmapState.APPROVED


async def test_the_same_pages_fit_a_phone(site: Site) -> None:  # noqa: F811
    async with site.opened("Марина", size=PHONE) as page:
        roadmap_id = await upload(page)
        await page.wait_for_load_state()
        m = page.locator("section.doubt").first
        measure_id = re.sub(r"\D", "", await m.get_attribute("id") or "")
        paths = (
            f"/roadmaps/{roadmap_id}",
            f"/roadmaps/{roadmap_id}/assign",
            f"/roadmaps/{roadmap_id}/measures/{measure_id}/split",
        )
        for n, path in enumerate(paths):
            await page.goto(path)
            for fold in await page.locator("details > summary").all():
                await fold.click()
            await picture(page, f"phone-{n}")
            wide = await page.evaluate("document.documentElement.scrollWidth")
            assert wide <= PHONE["width"], path
    async with site.opened("Римма", size=PHONE) as page:
        await page.goto(f"/roadmaps/{site.panel.world.roadmap_id}/revisions")
        wide = await page.evaluate("document.documentElement.scrollWidth")
        assert wide <= PHONE["width"]
