"""The panel in a real browser with scripts switched off, on a desk and on a phone."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import uvicorn
from playwright.async_api import Browser, BrowserContext, Locator, Page, async_playwright, expect

from admin.auth import COOKIE
from domain import access, progress
from domain.actor import SYSTEM
from tests.admin import news_targets, targets, wave_targets
from tests.admin.conftest import Panel
from tests.patience import FOR_BROWSERS
from tests.world import DATA

CHROMIUM = Path("/usr/bin/chromium")
ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP panel.test 127.0.0.1",
]
PHONE, DESK = {"width": 360, "height": 740}, {"width": 1280, "height": 800}
# After a press ask with `expect`: it looks until the page is there. A machine that is slow or busy is no failure.
expect.set_options(timeout=FOR_BROWSERS)
pytestmark = pytest.mark.skipif(
    not CHROMIUM.exists(), reason="needs a browser: apt-get install -y --no-install-recommends chromium"
)


class Server(uvicorn.Server):
    """Uvicorn that leaves the signals to the test run."""

    def capture_signals(self):
        """Nothing to capture."""
        from contextlib import nullcontext

        return nullcontext()


@dataclass
class Site:
    """The panel on a port of its own and a browser to look at it."""

    panel: Panel
    port: int
    browser: Browser

    @asynccontextmanager
    async def opened(
        self, name: str | None = None, *, size: dict[str, int] = DESK, host: str = "127.0.0.1"
    ) -> AsyncIterator[Page]:
        """A page of somebody's browser; it fails where the page breaks its own policy or calls elsewhere."""
        address = f"http://{host}:{self.port}"
        context: BrowserContext = await self.browser.new_context(
            java_script_enabled=False,
            base_url=address,
            viewport={"width": size["width"], "height": size["height"]},
            locale="ru-RU",
        )
        if name:
            cookie = {"name": COOKIE, "value": self.panel.tokens[name], "url": address}
            await context.add_cookies([cookie])  # type: ignore[list-item]
        context.set_default_timeout(FOR_BROWSERS)
        page = await context.new_page()
        foreign: list[str] = []
        complaints: list[str] = []
        page.on("request", lambda r: None if r.url.startswith((address, "data:")) else foreign.append(r.url))
        page.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
        yield page
        await context.close()
        assert (foreign, [c for c in complaints if "Content Security Policy" in c]) == ([], [])


@pytest.fixture
async def site(panel: Panel) -> AsyncIterator[Site]:
    """The panel of the world over real HTTP."""
    server = Server(uvicorn.Config(panel.app, port=0, log_config=None, lifespan="off", ws="none"))
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS, timeout=FOR_BROWSERS)
        yield Site(panel, port, browser)
        await browser.close()
    server.should_exit = True
    await serving


async def first_until_none(cards: Locator) -> AsyncIterator[Locator]:
    """The first of some cards, again and again, while each answer takes one off the page."""
    await cards.page.wait_for_load_state()
    for left in reversed(range(await cards.count())):
        yield cards.first
        await expect(cards).to_have_count(left)


async def pages_of(panel: Panel) -> list[str]:
    """One address of every page of the panel, with something on it."""
    world = panel.world
    draft = await targets.measure(world, "here")
    report = await targets.report(world, "here")
    invitation = await targets.invitation(world, "here")
    await targets.broadcast(world, "here")
    await targets.message(world, "here")
    poll, event = await news_targets.poll(world, "here"), await targets.event(world, "here")
    await news_targets.group(world, "here")
    criteria = await wave_targets.criteria(world, "here")
    living = f"/roadmaps/{world.roadmap_id}"
    return [
        "/",
        "/?by=measure",
        "/schools",
        "/schools/import",
        "/schools/settlements",
        f"/monitoring/criteria/{criteria['set_id']}",
        f"/monitoring/criteria/{criteria['set_id']}/fields",
        f"/monitoring/criteria/{criteria['set_id']}/compare",
        "/snapshots",
        "/briefs",
        f"/schools/{world.schools['Тороповская'].school_id}",
        f"/work/{report['assignment_id']}",
        "/review",
        "/roadmaps",
        "/roadmaps/new",
        living,
        f"{living}/assign",
        f"/roadmaps/{draft['roadmap_id']}",
        f"/roadmaps/{draft['roadmap_id']}/measures/{draft['measure_id']}",
        "/people",
        f"/people/{world.people['Кирилл']}",
        "/invitations",
        "/invitations/new",
        "/invitations/new?role=curator",
        f"/invitations/{invitation['invitation_id']}",
        "/broadcasts",
        "/broadcasts/new",
        "/broadcasts/1",
        "/polls",
        "/polls/new",
        f"/polls/{poll['poll_id']}",
        "/events",
        "/events/new",
        f"/events/{event['event_id']}",
        "/groups",
        "/audit",
        "/attention",
        "/no-such-page",
    ]


async def test_every_page_fits_a_phone_and_names_its_fields(site: Site) -> None:
    addresses = await pages_of(site.panel)
    async with site.opened("Римма", size=PHONE) as page:
        for address in addresses:
            await page.goto(address)
            found = await page.evaluate(
                """() => ({
                    wide: document.documentElement.scrollWidth,
                    headings: document.querySelectorAll('h1').length,
                    language: document.documentElement.lang,
                    nameless: [...document.querySelectorAll('input:not([type=hidden]), select, textarea')]
                        .filter(e => !e.labels.length).length,
                    inline: document.querySelectorAll('script, style, [style], [onclick]').length,
                })"""
            )
            assert found == {
                "wide": 360,
                "headings": 1,
                "language": "ru",
                "nameless": 0,
                "inline": 0,
            }, address


async def test_the_table_scrolls_inside_its_box_and_keeps_the_names_in_view(site: Site) -> None:
    async with site.opened("Римма", size=PHONE) as page:
        await page.goto("/")
        box = page.locator(".box")
        assert await box.evaluate("e => e.scrollWidth > e.clientWidth") is True
        name = page.locator(".heat tbody th").first
        before = await name.bounding_box()
        await box.evaluate("e => { e.scrollLeft = 300 }")
        assert await name.bounding_box() == before


async def test_a_file_that_is_too_large_is_answered_and_not_broken_off(site: Site, tmp_path: Path) -> None:
    large = tmp_path / "Карта.docx"
    large.write_bytes(b"0" * (24 * 1024 * 1024))
    async with site.opened("Римма", size=PHONE) as page:
        await page.goto("/roadmaps/new")
        await page.locator("input[type=file]").set_input_files(large)
        await page.get_by_role("button", name="Прочитать файл").click()
        await page.get_by_text("Это больше 10 МБ").wait_for()


async def test_our_letters_are_used(site: Site) -> None:
    async with site.opened(size=DESK) as page:
        await page.goto("/sign-in")
        await page.evaluate("document.fonts.ready")
        loaded = await page.evaluate(
            "[...document.fonts].filter(f => f.status === 'loaded').map(f => f.family)"
        )
        assert set(loaded) == {'"Golos Text"'} or set(loaded) == {"Golos Text"}


@pytest.mark.parametrize("host", ["127.0.0.1", "panel.test"])
async def test_signing_in_and_out_by_keyboard(site: Site, host: str) -> None:
    """On `panel.test`, plain http without a certificate, browsers send no Sec-Fetch-Site: Origin must do."""
    world = site.panel.world
    async with world.db.write(await world.actor("Марина")) as tx:
        code = await access.issue_code(tx)
    async with site.opened(host=host) as page:
        await page.goto("/schools")
        await page.wait_for_selector("input:focus")  # given by the page, a moment after it is loaded
        await page.keyboard.type(code)
        await expect(page.locator("#code")).to_have_value(code)
        await page.keyboard.press("Enter")
        await page.wait_for_url("**/schools")
        await expect(page.locator("h1")).to_have_text("Школы")
        await page.get_by_role("button", name="Выйти").click()
        await expect(page.get_by_role("status")).to_have_text("Вы вышли.")
        await page.goto("/schools")
        assert "/sign-in" in page.url


async def test_a_curator_returns_a_report_on_a_phone(site: Site) -> None:
    world = site.panel.world
    report = await targets.report(world, "here")
    async with site.opened("Кирилл", size=PHONE) as page:
        await page.goto("/")
        await page.get_by_role("link", name="На проверке: 1").click()
        await page.get_by_role("link", name="Тороповская ОШ").click()
        await page.get_by_text("Вернуть…").click()
        await page.get_by_label("Нет показателя результата").check()
        await page.get_by_label("Своими словами").last.fill("Сколько педагогов?")
        await page.get_by_role("button", name="Вернуть на доработку").click()
        await expect(page.get_by_role("status")).to_have_text(
            "Возвращено на доработку. Школа прочитает ваш комментарий."
        )
    async with world.db.read(SYSTEM) as tx:
        view = await progress.submission_card(tx, report["submission"])
    assert view.assignment.status is progress.Status.RETURNED


async def test_a_coordinator_takes_a_word_table_all_the_way_to_the_schools(site: Site) -> None:
    async with site.opened("Марина") as page:
        await page.goto("/roadmaps")
        await page.get_by_role("link", name="Загрузить дорожную карту").click()
        await page.get_by_label("Файл с таблицей").set_input_files(
            DATA / "roadmaps" / "004_sverdlovsk_federal.docx"
        )
        await page.get_by_label("Год", exact=True).fill("2022")
        await page.get_by_role("button", name="Прочитать файл").click()
        main, doubts = page.locator("main"), page.locator(".doubt")
        await expect(main).to_contain_text("Прочитано 5 мероприятий.")
        async for card in first_until_none(doubts):
            await card.get_by_label("Или другими словами").fill("до 30 ноября")
            await card.get_by_role("button", name="Прочитать").click()
            await expect(card).to_contain_text("до 30 ноября 2022, среда")
            await card.get_by_role("button", name="Принять").click()
        await expect(main).to_contain_text("Все сроки понятны.")
        await page.get_by_role("link", name="Утвердить и выдать школам…").click()
        await page.get_by_role("button", name="Утвердить и выдать 1 школе").click()
        await expect(page.get_by_role("status")).to_have_text("Готово. Дорожную карту получили школы: 1.")
        await page.get_by_role("link", name="Кто не сдал").click()
        await expect(page.locator(".heat tbody tr")).to_have_count(1)


async def test_an_invitation_is_made_and_cannot_be_seen_twice(site: Site) -> None:
    async with site.opened("Марина", size=PHONE) as page:
        await page.goto(f"/schools/{site.panel.world.schools['Тороповская'].school_id}")
        await page.get_by_role("link", name="Пригласить").click()
        await page.get_by_label("Куратор").check()
        await page.get_by_role("button", name="Дальше").click()
        await page.get_by_label("Кого приглашаете").fill("Новый Куратор")
        await page.get_by_role("button", name="Сделать ссылку").click()
        await expect(page.locator(".link-once")).to_have_text(
            re.compile(r"^\s*https://t\.me/vekha_test_bot\?start=[\w-]{16,64}\s*$")
        )
        await page.reload()
        assert await page.locator(".link-once").count() == 0


async def test_paper_shows_the_table_without_the_menu(site: Site) -> None:
    async with site.opened("Римма") as page:
        await page.goto("/")
        await page.emulate_media(media="print")
        assert await page.locator(".top").is_visible() is False
        assert await page.locator(".filters").is_visible() is False
        assert await page.locator(".heat").is_visible() is True
