"""A broadcast to «не сдали», a poll and an event walked in a real browser without scripts."""

from datetime import timedelta

import pytest
from playwright.async_api import expect
from sqlalchemy import select, update

from domain import broadcasts, events, polls
from domain.actor import SYSTEM, Role
from domain.audiences import Segment
from domain.outbox import OutboxMessage, OutboxState
from tests.admin.test_browser import CHROMIUM, PHONE, Site, site
from tests.domain.test_polls import fill
from tests.world import World

__all__ = ["site"]
pytestmark = pytest.mark.skipif(
    not CHROMIUM.exists(), reason="needs a browser: apt-get install -y --no-install-recommends chromium"
)


async def all_delivered(world: World) -> None:
    async with world.db.write(SYSTEM) as tx:
        await tx.session.execute(update(OutboxMessage).values(state=OutboxState.SENT, sent_at=tx.now))


async def test_from_who_has_not_handed_in_to_a_reminder_for_the_rest(site: Site) -> None:
    world = site.panel.world
    async with site.opened("Марина", size=PHONE) as page:
        await page.goto("/?by=measure")
        await page.get_by_role("link", name="Написать им").first.click()
        await page.get_by_label("Сообщение", exact=True).fill("{имя}, ждём отчёт *до {срок}*")
        await page.get_by_role("button", name="Дальше: кто получит").click()
        await expect(page.locator("main")).to_contain_text("Тороповская ОШ")
        await expect(page.locator(".words b")).to_have_text("до 31 января")
        await page.get_by_role("button", name="Отправить 2 людям").click()
        await expect(page.get_by_role("status")).to_be_visible()
        await all_delivered(world)
        async with world.db.write(await world.actor("Дина")) as tx:
            assert await broadcasts.acknowledge(tx, 1)
        await page.goto("/broadcasts/1")
        await expect(page.locator(".sum")).to_contain_text("2 из 2")
        await page.get_by_role("link", name="не ознакомились 1").click()
        await expect(page.locator("tbody th")).to_have_text(["Тамара"])
        for _ in range(2):
            await page.get_by_role("button", name="Напомнить тем, кто не ознакомился").click()
            await expect(page.get_by_role("status")).to_be_visible()
            await page.goto("/broadcasts/1")
    async with world.db.read(SYSTEM) as tx:
        again = (await broadcasts.broadcast(tx, 1)).deliveries
        assert len(again) == 2
    assert await reminded(world) == [world.people["Тамара"]]


async def reminded(world: World) -> list[int | None]:
    async with world.db.read(SYSTEM) as tx:
        query = select(OutboxMessage.person_id).where(OutboxMessage.subject == "broadcast_again:1")
        return list((await tx.session.scalars(query)).all())


async def test_a_poll_from_its_form_to_its_results(site: Site) -> None:
    world = site.panel.world
    async with site.opened("Марина", size=PHONE) as page:
        await page.goto("/broadcasts")
        await page.get_by_role("link", name="Опросы").click()
        await page.get_by_role("link", name="Новый опрос").click()
        await page.get_by_label("Название").fill("О семинаре")
        await page.locator("#question-1").fill("Нужна ли помощь?")
        await page.locator("#options-1").fill("Да\nНет")
        await page.locator("#question-2").fill("Оцените семинар")
        await page.locator("#kind-2").select_option("scale")
        await page.get_by_role("button", name="Ещё вопрос").click()
        await expect(page.locator("#question-4")).to_have_count(1)
        await page.get_by_role("button", name="Дальше: кого спросим").click()
        await page.get_by_role("button", name="Спросить: 2").click()
        await expect(page.get_by_role("status")).to_be_visible()
        async with world.db.read(await world.actor("Марина")) as tx:
            poll = await polls.poll(tx, 1)
        await fill(world, "Дина", poll, [0], 4)
        async with world.db.write(await world.actor("Дина")) as tx:
            await polls.submit(tx, 1)
        await page.reload()
        main = page.locator("main")
        await expect(main).to_contain_text("1 из 2 (50 %)")
        await expect(main).to_contain_text("в среднем 4,0")
        await page.get_by_role("button", name="Напомнить один раз тем, кто не ответил").click()
        await expect(main).to_contain_text("Напомнили 18 апреля, 10:00.")


async def test_an_event_from_its_form_to_attendance(site: Site) -> None:
    world = site.panel.world
    async with site.opened("Марина", size=PHONE) as page:
        await page.goto("/events")
        await page.get_by_role("link", name="Новое событие").click()
        await page.get_by_label("Название").fill("Семинар по математике")
        await page.get_by_label("День", exact=True).fill("2022-04-18")
        await page.get_by_label("Начало").fill("11:00")
        await page.get_by_role("button", name="Дальше: кого пригласим").click()
        await page.get_by_role("button", name="Пригласить: 3").click()
        await expect(page.get_by_role("status")).to_be_visible()
        async with world.db.write(await world.actor("Дина")) as tx:
            await events.answer(tx, 1, events.Answer.COMING)
        await page.reload()
        dina = page.locator("tr", has_text="Дина")
        await expect(dina).to_contain_text("будет")
        await dina.get_by_role("button", name="отметить: был(а)").click()
        await expect(page.locator("main")).to_contain_text("Приняли участие: 1 из 3, 33 %.")


async def test_one_more_person_is_invited_on_a_phone(site: Site) -> None:
    world = site.panel.world
    async with world.db.write(await world.actor("Марина")) as tx:
        begins = tx.now + timedelta(days=2)
        spec = events.EventSpec("Семинар", begins, begins + timedelta(hours=1))
        await events.create(tx, spec, Segment(roles=(Role.SCHOOL_HEAD,)), request_key="k")
    async with site.opened("Марина", size=PHONE) as page:
        await page.goto("/events/1")
        await page.get_by_role("link", name="Пригласить ещё").click()
        await page.get_by_label("Одного человека").fill("дин")
        await page.get_by_role("button", name="Найти").click()
        await page.get_by_role("button", name="Пригласить", exact=True).click()
        await expect(page.locator("main")).to_contain_text("Приглашены: 2, будут: 0, не смогут: 0.")
        await page.get_by_role("link", name="Пригласить ещё").click()
        await page.get_by_label("Куратор").check()
        await page.get_by_role("button", name="Дальше: кого пригласим").click()
        await page.get_by_role("button", name="Пригласить: 1").click()
        await expect(page.locator("main")).to_contain_text("Кирилл")
        await page.wait_for_load_state()
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
