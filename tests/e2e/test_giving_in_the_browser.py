"""A regional coordinator in a real browser: a plan goes in, one cluster's schools get it, the region keeps what names
no school, a municipality gets its part; then a changed version moves what all of them owe."""

import re

from playwright.async_api import Page, expect

from domain import outcomes, progress, schools
from domain.actor import SYSTEM, Place
from domain.outcomes import Cluster
from tests.admin.conftest import Panel, panel, signed_in  # noqa: F401 — fixtures
from tests.admin.test_browser import DESK, PHONE, Site, first_until_none, pytestmark, site  # noqa: F401 — fixtures
from tests.changed_documents import DATA, DEADLINE, changed, set_cell
from tests.e2e.test_import_in_the_browser import picture

YAROSLAVL = DATA / "000_yaroslavl_2022.docx"
MEETINGS = "Информационно-организационные совещание со школьными"


async def upload(page: Page) -> int:
    """The region's plan goes in; its doubts are taken as they were read."""
    await page.goto("/roadmaps")
    await page.get_by_role("link", name="Загрузить").first.click()
    await page.get_by_label("Файл с таблицей").set_input_files(YAROSLAVL)
    await page.get_by_label("Чей это план?").select_option(label="Ярославская область")
    await page.get_by_role("button", name="Прочитать файл").click()
    await expect(page).to_have_url(re.compile(r"/roadmaps/\d+"))
    cards = page.locator("section.doubt")
    milestones = cards.filter(has_text="Июнь/сентябрь")
    await milestones.get_by_label("Или другими словами").fill("до 15 сентября")
    await milestones.get_by_role("button", name="Прочитать").click()
    await milestones.get_by_role("button", name="Принять").click()
    await expect(milestones).to_have_count(0)
    async for card in first_until_none(cards):
        await card.get_by_role("button", name="Так и есть").click()
    await expect(page.get_by_text("Все сроки понятны.")).to_be_visible()
    return int(re.findall(r"/roadmaps/(\d+)", page.url)[0])


async def mark_clusters(panel: Panel) -> None:  # noqa: F811 — a fixture's value
    """Тороповская is of the severe cluster, Климатинская of the basic one."""
    async with panel.world.db.write(SYSTEM) as tx:
        for name, cluster in (("Тороповская", Cluster.SEVERE), ("Климатинская", Cluster.BASIC)):
            school = await schools.school(tx, panel.world.schools[name].school_id or 0)
            await outcomes.enter_cluster(tx, school, 2022, cluster, source="список")


async def owed(panel: Panel, roadmap_id: int, place: Place) -> dict[str | None, str]:  # noqa: F811
    """What a school or office owes by the roadmap: number → last day."""
    async with panel.world.db.read(SYSTEM) as tx:
        rows = (
            await progress.my_work(tx, school_id=place.school_id)
            if place.school_id
            else await progress.my_work(tx, office=place)
        )
    return {r.measure.number: str(r.assignment.due_on) for r in rows if r.measure.roadmap_id == roadmap_id}


async def give_to_the_region(page: Page) -> None:
    """The plan's own words propose it; the draft is approved by the same button."""
    await page.get_by_role("link", name="Утвердить и выдать школам…").click()
    await expect(page.get_by_text("Похоже, их выполняет сам регион.")).to_be_visible()
    await picture(page, "giving-proposed")
    await page.get_by_role("link", name="Выдать региону").click()
    await expect(page.locator("#preview")).to_contain_text("Ярославская область.")
    await picture(page, "giving-region")
    await page.get_by_role("button", name="Утвердить и выдать региону").click()
    await expect(page.get_by_text("Готово. Новых заданий: 19.")).to_be_visible()


async def give_to_a_cluster(page: Page, roadmap_id: int) -> None:
    """What names schools goes to those of one cluster."""
    await page.goto(f"/roadmaps/{roadmap_id}/assign")
    await page.get_by_role("link", name="Не выдавать их школам").click()
    await page.get_by_label("Кластер 2022").select_option(label="сильно неуспевающие")
    await page.get_by_role("button", name="Показать").click()
    await expect(page.locator("#preview")).to_contain_text("у 1 школы.")
    await picture(page, "giving-cluster")
    await page.get_by_role("button", name="Выдать 1 школе").click()
    await expect(page.get_by_text("Готово. Дорожную карту получили школы: 1.")).to_be_visible()


async def give_to_a_municipality(page: Page, roadmap_id: int) -> None:
    """One municipality, one measure."""
    await page.goto(f"/roadmaps/{roadmap_id}/assign?to=municipal")
    await page.get_by_label("Угличский МР").uncheck()
    await page.locator("summary", has_text="Эти мероприятия").click()
    for box in await page.locator("input[name=measure]").all():
        await box.uncheck()
    await page.locator("label", has_text="2.1 Информационно").locator("input").check()
    await page.get_by_role("button", name="Только отмеченные").click()
    await expect(page.locator("#preview")).to_contain_text("Появится 1 задание: Даниловский МР.")
    await picture(page, "giving-municipal")
    await page.get_by_role("button", name="Выдать 1 муниципалитету").click()
    await expect(page.get_by_text("Готово. Новых заданий: 1.")).to_be_visible()


async def test_from_a_plan_to_schools_of_a_cluster_and_offices(site: Site) -> None:  # noqa: F811
    await mark_clusters(site.panel)
    places = site.panel.world.places
    async with site.opened("Римма", size=DESK) as page:
        roadmap_id = await upload(page)
        await give_to_the_region(page)
        await give_to_a_cluster(page, roadmap_id)
        await give_to_a_municipality(page, roadmap_id)
        await page.goto(f"/?roadmap={roadmap_id}")
        await expect(page.get_by_role("heading", name="Муниципалитеты и регион")).to_be_visible()
        await picture(page, "giving-home")
        region = await owed(site.panel, roadmap_id, places["область"])
        danilov = await owed(site.panel, roadmap_id, places["Даниловский"])
        assert (region["2.1"], danilov) == ("2022-04-30", {"2.1": "2022-04-30"})
        toropovo = await owed(site.panel, roadmap_id, site.panel.world.schools["Тороповская"])
        assert list(toropovo) == ["4.3"]  # «Школы, включенные в проект»
        assert await owed(site.panel, roadmap_id, site.panel.world.schools["Климатинская"]) == {}
        await page.goto(f"/roadmaps/{roadmap_id}")
        await page.get_by_role("link", name="Новая редакция…").click()
        newer = changed(set_cell(MEETINGS, DEADLINE, "Февраль-май"))
        file = {"name": "план2.docx", "mimeType": "application/octet-stream", "buffer": newer}
        await page.get_by_label("Файл с таблицей").set_input_files(file)  # type: ignore[arg-type]
        await page.get_by_role("button", name="Сравнить").click()
        await expect(page.get_by_text("Сдвинутся 2 открытых задания.")).to_be_visible()
        await page.get_by_role("button", name="Применить изменения").click()
        await expect(page.get_by_text("Новая редакция применена.")).to_be_visible()
        for place in (places["область"], places["Даниловский"]):
            assert (await owed(site.panel, roadmap_id, place))["2.1"] == "2022-05-31"


async def test_choosing_receivers_fits_a_phone(site: Site) -> None:  # noqa: F811
    await mark_clusters(site.panel)
    async with site.opened("Римма", size=PHONE) as page:
        for n, to in enumerate(("schools", "municipal", "regional")):
            await page.goto(f"/roadmaps/{site.panel.world.roadmap_id}/assign?to={to}")
            for fold in await page.locator("details > summary").all():
                await fold.click()
            await picture(page, f"giving-phone-{n}")
            assert await page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], to
