"""The chat page in a real browser: what a person does there, and what it shows."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from aiogram import Bot
from aiogram.types import (
    BotCommand,
    BufferedInputFile,
    CallbackQuery,
    ForceReply,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputMediaPhoto,
    KeyboardButton,
    ReplyKeyboardMarkup,
    Update,
)
from playwright.async_api import Browser, Locator, Page, async_playwright, expect

from sandbox import Extra, Sandbox
from tests.patience import FOR_BROWSERS, PATIENCE
from tests.sandbox.conftest import ANNA, BORIS, STRANGER, Clock, open_bot, open_telegram
from tests.sandbox.pictures import png

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
FLAGS += ["--disable-component-update", "--disable-sync"]
expect.set_options(timeout=FOR_BROWSERS)  # a machine that is slow or busy is no failure

# One browser serves all tests of this module, so they share its event loop too.
pytestmark = [
    pytest.mark.skipif(not CHROMIUM.exists(), reason="needs Chromium: apt install chromium"),
    pytest.mark.asyncio(loop_scope="module"),
]


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        found = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS, timeout=FOR_BROWSERS)
        yield found
        await found.close()


@pytest_asyncio.fixture(loop_scope="module")
async def telegram(clock: Clock) -> AsyncIterator[Sandbox]:
    async with open_telegram(clock) as found:
        yield found


@pytest_asyncio.fixture(loop_scope="module")
async def bot(telegram: Sandbox) -> AsyncIterator[Bot]:
    async with open_bot(telegram) as found:
        yield found


@pytest_asyncio.fixture(loop_scope="module")
async def page(browser: Browser, telegram: Sandbox) -> AsyncIterator[Page]:
    """A page with Anna on the left and Boris on the right; it must ask nobody else for anything and log no error."""
    found = await browser.new_page(viewport={"width": 1280, "height": 800})
    found.set_default_timeout(FOR_BROWSERS)
    foreign: list[str] = []
    errors: list[str] = []
    found.on(
        "request",
        lambda request: None if request.url.startswith(telegram.base_url) else foreign.append(request.url),
    )
    found.on("pageerror", lambda error: errors.append(str(error)))
    found.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    await found.goto(f"{telegram.base_url}/?left={ANNA}&right={BORIS}")
    await found.get_by_role("button", name="Борис").first.wait_for()
    yield found
    await found.close()
    assert (foreign, errors) == ([], [])


def left(page: Page) -> Locator:
    return page.locator(".pane").first


def right(page: Page) -> Locator:
    return page.locator(".pane").nth(1)


async def say(pane: Locator, text: str) -> None:
    await pane.get_by_role("textbox", name="Сообщение").fill(text)
    await pane.get_by_role("button", name="Отправить").click()


async def next_update(bot: Bot) -> Update:
    """The next update, confirmed."""
    async with asyncio.timeout(PATIENCE):
        while not (found := await bot.get_updates(timeout=10, limit=1)):
            pass
    await bot.get_updates(offset=found[0].update_id + 1)
    return found[0]


async def pressed(bot: Bot) -> CallbackQuery:
    """The press that came in."""
    query = (await next_update(bot)).callback_query
    assert query is not None
    return query


def keyboard(*rows: tuple[str, str]) -> InlineKeyboardMarkup:
    buttons = [[InlineKeyboardButton(text=text, callback_data=data)] for text, data in rows]
    return InlineKeyboardMarkup(inline_keyboard=buttons)


async def test_two_people_side_by_side(page: Page, telegram: Sandbox, bot: Bot) -> None:
    await say(left(page), "Сдаём отчёт")
    message = (await next_update(bot)).message
    assert message is not None
    assert (message.text, message.chat.id) == ("Сдаём отчёт", ANNA)
    await bot.send_message(
        BORIS, "<b>Новый отчёт</b>", parse_mode="HTML", reply_markup=keyboard(("Принять", "ok"))
    )
    await expect(right(page).locator(".words b")).to_have_text("Новый отчёт")
    await expect(left(page).get_by_text("Новый отчёт")).to_have_count(0)


async def test_a_press_shows_progress_a_toast_and_the_edit(page: Page, telegram: Sandbox, bot: Bot) -> None:
    sent = await bot.send_message(ANNA, "Отчёт", reply_markup=keyboard(("Отправить куратору", "go")))
    button = left(page).get_by_role("button", name="Отправить куратору")
    await button.click()
    await expect(button).to_have_class(re.compile("busy"))
    query = await pressed(bot)
    await bot.edit_message_text("Отправлен", chat_id=ANNA, message_id=sent.message_id)
    await bot.answer_callback_query(query.id, "Принято, № 1047")
    await expect(left(page).locator(".toast")).to_have_text("Принято, № 1047")
    bubble = left(page).locator(f'[data-id="{sent.message_id}"]')
    await expect(bubble.locator(".words")).to_contain_text("Отправлен")
    await expect(bubble.locator(".foot")).to_contain_text("изменено")
    await expect(bubble.locator(".inline-button")).to_have_count(0)


async def test_an_alert_is_a_dialog(page: Page, bot: Bot) -> None:
    await bot.send_message(ANNA, "?", reply_markup=keyboard(("Кто?", "who")))
    await left(page).get_by_role("button", name="Кто?").click()
    await bot.answer_callback_query((await pressed(bot)).id, "Уже решено", show_alert=True)
    await expect(page.get_by_role("dialog")).to_contain_text("Уже решено")
    await page.get_by_role("button", name="Закрыть").click()
    await expect(page.get_by_role("dialog")).to_have_count(0)


async def test_deleted_messages_vanish(page: Page, bot: Bot) -> None:
    sent = await bot.send_message(ANNA, "лишнее")
    await expect(left(page).get_by_text("лишнее")).to_have_count(1)
    await bot.delete_message(ANNA, sent.message_id)
    await expect(left(page).get_by_text("лишнее")).to_have_count(0)


async def test_files_go_up_and_down(page: Page, telegram: Sandbox, bot: Bot) -> None:
    files = [
        {"name": "Приказ.pdf", "mimeType": "application/pdf", "buffer": b"%PDF"},
        {"name": "1.png", "mimeType": "image/png", "buffer": png()},
        {"name": "2.png", "mimeType": "image/png", "buffer": png(20, 20)},
    ]
    await left(page).locator('input[type="file"]').set_input_files(files)  # type: ignore[arg-type]
    await say(left(page), "вот")
    await expect(left(page).locator(".photo img")).to_have_count(2)
    kinds = [(m.kind, m.media_group_id is not None, m.text) for m in telegram.chat(ANNA).visible[-3:]]
    assert kinds == [("photo", True, "вот"), ("photo", True, ""), ("document", False, "")]
    width = "image => image.decode().then(() => image.naturalWidth)"
    assert await left(page).locator(".photo img").first.evaluate(width) == 40
    await bot.send_document(ANNA, BufferedInputFile(b"zip body", "Итог.zip"))
    async with page.expect_download() as download:
        await left(page).get_by_text("Итог.zip").click()
    saved = await (await download.value).path()
    assert ((await download.value).suggested_filename, saved.read_bytes()) == ("Итог.zip", b"zip body")


async def test_an_album_of_the_bot_stands_together(page: Page, bot: Bot) -> None:
    media = [InputMediaPhoto(media=BufferedInputFile(png(), f"{n}.png")) for n in range(3)]
    await bot.send_media_group(ANNA, list(media))
    await expect(left(page).locator(".album .photo")).to_have_count(3)


async def test_an_invitation_link_in_a_message(page: Page, bot: Bot) -> None:
    await bot.send_message(ANNA, "Вход: https://t.me/sandbox_bot?start=inv_1")
    await left(page).get_by_role("link", name="https://t.me/sandbox_bot?start=inv_1").click()
    message = (await next_update(bot)).message
    assert message is not None
    assert message.text == "/start inv_1"


@pytest.mark.parametrize(
    "link", ["https://t.me/sandbox_bot?start=inv_2", "t.me/sandbox_bot?start=inv_2", "inv_2"]
)
async def test_an_invitation_link_from_elsewhere(page: Page, bot: Bot, link: str) -> None:
    await left(page).get_by_role("button", name="Ещё").click()
    await page.get_by_role("menuitem", name="Открыть ссылку-приглашение").click()
    await page.get_by_role("dialog").get_by_role("textbox").fill(link)
    await page.get_by_role("button", name="Открыть", exact=True).click()
    message = (await next_update(bot)).message
    assert message is not None
    assert message.text == "/start inv_2"


async def test_a_stranger_presses_start(page: Page, telegram: Sandbox, bot: Bot) -> None:
    await bot.set_my_description("Здесь школа отчитывается")
    await left(page).get_by_role("button", name="Анна").click()
    await left(page).get_by_role("option", name="Степан").click()
    await expect(left(page).locator(".welcome")).to_contain_text("Здесь школа отчитывается")
    assert page.url.endswith(f"?left={STRANGER}&right={BORIS}")
    await left(page).get_by_role("button", name="Начать").click()
    await expect(left(page).get_by_role("button", name="Начать")).to_have_count(0)
    assert telegram.chat(STRANGER).texts == ["/start"]


async def test_a_new_person(page: Page, telegram: Sandbox) -> None:
    await left(page).get_by_role("button", name="Анна").click()
    await left(page).get_by_role("button", name="Новый человек").click()
    await page.get_by_label("Имя").fill("Вера")
    await page.get_by_label("Фамилия").fill("Ильина")
    await page.get_by_role("button", name="Добавить").click()
    await expect(left(page).locator(".who-name").first).to_have_text("Вера Ильина")
    assert telegram.people()[-1].full_name == "Вера Ильина"


async def test_keyboards_and_commands(page: Page, telegram: Sandbox, bot: Bot) -> None:
    await bot.set_my_commands([BotCommand(command="menu", description="Главный экран")])
    rows = [[KeyboardButton(text="Да"), KeyboardButton(text="Мой телефон", request_contact=True)]]
    await bot.send_message(ANNA, "?", reply_markup=ReplyKeyboardMarkup(keyboard=rows))
    await left(page).get_by_role("button", name="Да", exact=True).click()
    await left(page).get_by_role("button", name="Мой телефон").click()
    await left(page).get_by_role("button", name="Меню").click()
    await page.get_by_role("menuitem", name="Главный экран").click()
    await telegram.wait_for(lambda: len(telegram.chat(ANNA).visible) == 5)
    assert [(m.kind, m.text) for m in telegram.chat(ANNA).visible[2:]] == [
        ("text", "Да"),
        ("contact", ""),
        ("text", "/menu"),
    ]


async def test_replies_and_edits(page: Page, telegram: Sandbox, bot: Bot) -> None:
    asked = await bot.send_message(ANNA, "Как вас зовут?", reply_markup=ForceReply())
    await expect(left(page).locator(".composer .context")).to_contain_text("Как вас зовут?")
    await say(left(page), "Аня")
    await telegram.wait_for(lambda: telegram.chat(ANNA).visible[-1].text == "Аня")
    assert telegram.chat(ANNA).visible[-1].reply_to == asked.message_id
    mine = left(page).locator(".mine").last
    await mine.hover()
    await mine.get_by_role("button", name="Действия с сообщением").click()
    await page.get_by_role("menuitem", name="Изменить").click()
    await say(left(page), "Анна")
    await expect(mine.locator(".words")).to_contain_text("Анна")
    assert telegram.chat(ANNA).visible[-1].history == ["Аня"]


async def test_blocking_and_letting_in_again(page: Page, telegram: Sandbox) -> None:
    await left(page).get_by_role("button", name="Ещё").click()
    await page.get_by_role("menuitem", name="Заблокировать бота").click()
    await expect(left(page).get_by_text("Он не может вам писать")).to_be_visible()
    assert telegram.chat(ANNA).blocked is True
    await left(page).get_by_role("button", name="Разблокировать бота").click()
    await expect(left(page).get_by_role("textbox", name="Сообщение")).to_be_visible()
    assert telegram.chat(ANNA).blocked is False


async def test_pins_and_typing(page: Page, bot: Bot) -> None:
    sent = await bot.send_message(ANNA, "Важное")
    await bot.pin_chat_message(ANNA, sent.message_id)
    await expect(left(page).locator(".pinned")).to_contain_text("Важное")
    await bot.send_chat_action(ANNA, "typing")
    await expect(left(page).get_by_text("печатает…")).to_be_visible()
    await bot.send_message(ANNA, "готово")
    await expect(left(page).get_by_text("печатает…")).to_have_count(0)


async def test_hostile_words_stay_words(page: Page, telegram: Sandbox, bot: Bot) -> None:
    evil = "<img src=x onerror=document.title='!'>"
    telegram.add_person(ANNA, evil, about=evil)
    await bot.set_my_name(evil[:64])
    await bot.send_message(ANNA, evil, reply_markup=keyboard((evil, "x")))
    await telegram.send_document(ANNA, b"x", f"{evil}.pdf", caption=evil)
    await page.reload()
    await expect(left(page).locator(".who-name").first).to_have_text(evil)
    await expect(left(page).locator(".words").first).to_contain_text("/start")
    await expect(left(page).locator(".inline-button")).to_have_text(evil)
    assert await page.locator("img[src='x']").count() == 0


async def test_foreign_scripts_cannot_run(page: Page) -> None:
    response = await page.goto(page.url)
    assert response is not None
    policy = response.headers["content-security-policy"]
    assert "default-src 'none'; script-src 'self'; style-src 'self';" in policy


async def test_a_narrow_window_shows_one_chat(page: Page) -> None:
    await page.set_viewport_size({"width": 390, "height": 780})
    await expect(right(page)).to_be_hidden()
    await page.locator("#tabs").get_by_role("button", name="Борис").click()
    await expect(right(page)).to_be_visible()
    await expect(left(page)).to_be_hidden()
    wide = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    assert await page.evaluate(wide) is False


async def test_a_group_is_a_second_chat(page: Page, telegram: Sandbox, bot: Bot) -> None:
    group = telegram.create_group("Рабочая группа", [ANNA, BORIS])
    await telegram.add_bot_to_group(group, ANNA)
    await left(page).get_by_role("button", name="Рабочая группа").click()
    await bot.send_message(group, "всем привет")
    await expect(left(page).get_by_text("всем привет")).to_have_count(1)
    await expect(right(page).get_by_text("всем привет")).to_have_count(0)
    await say(left(page), "/menu")
    await telegram.wait_for(lambda: telegram.chat(group).visible[-1].text == "/menu")


async def test_extra_buttons(browser: Browser) -> None:
    async def tomorrow(person: int | None) -> str:
        return f"Наступило завтра, {person}"

    async with Sandbox(extras=[Extra("Показать завтрашнюю сводку", tomorrow)]) as telegram:
        telegram.add_person(ANNA, "Анна")
        page = await browser.new_page()
        page.set_default_timeout(FOR_BROWSERS)
        await page.goto(telegram.base_url)
        await left(page).get_by_role("button", name="Анна").wait_for()
        await page.get_by_role("button", name="Показать завтрашнюю сводку").click()
        await expect(page.locator(".toast")).to_have_text(f"Наступило завтра, {ANNA}")
        await page.close()
