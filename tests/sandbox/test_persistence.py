"""What survives a restart."""

from __future__ import annotations

from pathlib import Path

from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.types import BotCommand, BufferedInputFile, InlineKeyboardButton, InlineKeyboardMarkup

from sandbox import Sandbox
from tests.sandbox.conftest import ANNA, BORIS

KEYBOARD = InlineKeyboardMarkup(inline_keyboard=[[InlineKeyboardButton(text="Да", callback_data="y")]])


def client(telegram: Sandbox) -> Bot:
    return Bot(telegram.token, session=AiohttpSession(api=TelegramAPIServer.from_base(telegram.base_url)))


async def test_everything_comes_back(tmp_path: Path) -> None:
    async with Sandbox(data_dir=tmp_path) as before:
        before.add_person(ANNA, "Анна", about="школа")
        before.add_person(BORIS, "Борис")
        given = await before.send_document(ANNA, b"%PDF", "приказ.pdf", caption="вот")
        async with client(before).context() as bot:
            sent = await bot.send_message(ANNA, "<b>жду</b>", parse_mode="HTML", reply_markup=KEYBOARD)
            await bot.edit_message_text(
                "дождался", chat_id=ANNA, message_id=sent.message_id, reply_markup=KEYBOARD
            )
            await bot.send_document(ANNA, BufferedInputFile(b"zip", "итог.zip"))
            await bot.pin_chat_message(ANNA, sent.message_id)
            await bot.set_my_commands([BotCommand(command="menu", description="Меню")])
        await before.block(BORIS)
        old = before.chat(ANNA)
    async with Sandbox(data_dir=tmp_path) as after:
        assert [(one.id, one.first_name, one.about) for one in after.people()] == [
            (ANNA, "Анна", "школа"),
            (BORIS, "Борис", ""),
        ]
        new = after.chat(ANNA)
        assert [(m.message_id, m.html, m.history, m.labels) for m in new.messages] == [
            (m.message_id, m.html, m.history, m.labels) for m in old.messages
        ]
        assert (new.pinned, after.chat(BORIS).blocked) == (old.pinned, True)
        async with client(after).context() as bot:
            assert given.document is not None
            body = await bot.download(given.document.file_id)
            assert body is not None
            assert body.read() == b"%PDF"
            assert [command.command for command in await bot.get_my_commands()] == ["menu"]
            later = await bot.send_message(ANNA, "новое")
            assert later.message_id == old.messages[-1].message_id + 1


async def test_unconfirmed_updates_are_delivered_again(tmp_path: Path) -> None:
    async with Sandbox(data_dir=tmp_path) as before:
        for text in "123":
            await before.send_text(ANNA, text)
        async with client(before).context() as bot:
            first = await bot.get_updates()
            await bot.get_updates(offset=first[1].update_id)
    async with Sandbox(data_dir=tmp_path) as after:
        await after.send_text(ANNA, "4")
        async with client(after).context() as bot:
            updates = await bot.get_updates()
    assert [update.message.text for update in updates if update.message] == ["2", "3", "4"]
    assert [update.update_id for update in updates] == [first[1].update_id + n for n in range(3)]


async def test_what_was_answered_survives_a_kill(tmp_path: Path) -> None:
    killed = Sandbox(data_dir=tmp_path)
    await killed.send_text(ANNA, "раз")
    killed.world.touch_message(killed.bot, killed.bot.messages[ANNA][1])  # marked, and never written
    killed.world.store._db = None
    async with Sandbox(data_dir=tmp_path) as after:
        assert after.chat(ANNA).texts == ["раз"]


async def test_people_added_again_keep_their_place(tmp_path: Path) -> None:
    async with Sandbox(data_dir=tmp_path) as before:
        before.add_person(ANNA, "Анна")
        before.add_person(BORIS, "Борис")
    async with Sandbox(data_dir=tmp_path) as after:
        after.add_person(ANNA, "Анна", last_name="Котова", about="директор")
        assert [(one.full_name, one.about) for one in after.people()] == [
            ("Анна Котова", "директор"),
            ("Борис", ""),
        ]
