"""Silence, tomorrow, days off and what needs attention, walked in a real browser without scripts."""

from datetime import timedelta

import pytest
from playwright.async_api import expect

from domain import alarms, outbox, people
from domain.actor import SYSTEM
from domain.alarms import Trouble
from tests.admin.test_browser import CHROMIUM, DESK, PHONE, Site, site
from tests.domain.test_chase import late

__all__ = ["site"]
pytestmark = pytest.mark.skipif(
    not CHROMIUM.exists(), reason="needs a browser: apt-get install -y --no-install-recommends chromium"
)


async def test_a_silence_a_joint_action_and_its_end(site: Site) -> None:
    world = site.panel.world
    await late(world, "2.1")
    world.clock.forward(days=12)
    async with site.opened("Марина", size=PHONE) as page:
        await page.goto("/silence")
        assert await page.locator("tbody th").first.inner_text() == "Тороповская ОШ"
        await page.locator("summary", has_text="Тороповская ОШ").click()
        await page.get_by_label("Что сделаем вместе").first.fill("Выезд в школу")
        until = (world.clock.now() + timedelta(days=3)).date().isoformat()
        await page.get_by_label("По", exact=True).first.fill(until)
        await page.get_by_role("button", name="Договорились").first.click()
        await expect(page.locator("main")).to_contain_text("Выезд в школу")
        await page.locator("input[name=outcome]").first.fill("Отчёт готовят вместе")
        await page.locator("form[action$='/close'] button").first.click()
        await expect(page.locator("form[action$='/close']")).to_have_count(0)


async def test_tomorrow_is_seen_before_it_goes(site: Site) -> None:
    async with site.opened("Марина", size=PHONE) as page:
        await page.goto("/silence")
        await page.get_by_role("link", name="Что уйдёт завтра").click()
        await expect(page.locator("main")).to_contain_text("Тамара")
        await page.wait_for_load_state()
        assert "Клим" not in await page.locator("main").inner_text()


async def test_a_day_off_of_the_region_is_entered_and_removed(site: Site) -> None:
    async with site.opened("Римма", size=DESK) as page:
        await page.goto("/calendar")
        await page.get_by_label("День", exact=True).fill("2022-04-20")
        await page.get_by_label("Почему").fill("Паводок")
        await page.get_by_role("button", name="Сохранить").click()
        await expect(page.locator("main")).to_contain_text("Паводок")
        await page.get_by_role("button", name="Убрать").click()
        await expect(page.locator("main")).not_to_contain_text("Паводок")


async def test_what_needs_attention_says_what_to_do(site: Site) -> None:
    world = site.panel.world
    async with world.db.write(SYSTEM) as tx:
        await outbox.put(tx, "decided", person_id=world.people["Дина"], subject="s", dedupe_key="k")
        await outbox.distrust(tx, tx.now)
        await alarms.note(tx, {Trouble.CLOCK: {"ahead": 7200}})
    async with site.opened("Римма", size=PHONE) as page:
        await page.goto("/attention")
        assert (await page.locator(".alert-danger").inner_text()).startswith(
            "Часы этого компьютера ошибаются на 120 минут. Исправьте их"
        )
        assert await page.locator("tbody th").all_inner_texts() == ["Дина"]
        await page.get_by_role("button", name="Дошло").click()
        await expect(page.locator("tbody th")).to_have_count(0)
    async with world.db.read(SYSTEM) as tx:
        assert await outbox.counts(tx) == {"sent": 1}


async def test_who_gets_no_messages_and_whom_to_invite_instead(site: Site) -> None:
    world = site.panel.world
    async with world.db.write(SYSTEM) as tx:
        await people.mark_unreachable(tx, world.people["Дина"], "403: Forbidden: bot was blocked by the user")
    async with site.opened("Марина", size=PHONE) as page:
        await page.goto("/people?reach=lost")
        assert await page.locator("tbody th a").all_inner_texts() == ["Дина"]
        await page.get_by_role("link", name="Пригласить другого").click()
        await expect(page.locator("main")).to_contain_text("Тороповская")
