"""What arrives: results that aiogram reads, and chats as the person sees them."""

from __future__ import annotations

import asyncio

from aiogram import Bot
from aiogram.types import (
    BotCommand,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeChat,
    BufferedInputFile,
    ForceReply,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputMediaDocument,
    InputMediaPhoto,
    KeyboardButton,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
)

from sandbox import CallbackAnswer, Item, Sandbox
from sandbox.methods import commands_for
from tests.sandbox.conftest import ANNA, BORIS
from tests.sandbox.pictures import png

KEYBOARD = InlineKeyboardMarkup(
    inline_keyboard=[
        [InlineKeyboardButton(text="✅ Подтвердить", callback_data="yes")],
        [InlineKeyboardButton(text="Сайт", url="https://e.org")],
    ]
)


async def test_a_message_as_the_person_sees_it(telegram: Sandbox, bot: Bot) -> None:
    sent = await bot.send_message(ANNA, "<b>да</b> &amp; нет", parse_mode="HTML", reply_markup=KEYBOARD)
    seen = telegram.chat(ANNA).last
    assert (seen.message_id, seen.text, seen.html) == (sent.message_id, "да & нет", "<b>да</b> &amp; нет")
    assert [[(b.text, b.data, b.url) for b in row] for row in seen.buttons] == [
        [("✅ Подтвердить", "yes", None)],
        [("Сайт", None, "https://e.org/")],
    ]


async def test_only_inline_keyboards_are_echoed(telegram: Sandbox, bot: Bot) -> None:
    markup = ReplyKeyboardMarkup(keyboard=[[KeyboardButton(text="Да"), KeyboardButton(text="Нет")]])
    sent = await bot.send_message(ANNA, "?", reply_markup=markup)
    shown = telegram.chat(ANNA).keyboard
    await bot.send_message(ANNA, "!", reply_markup=ReplyKeyboardRemove())
    assert (sent.reply_markup, shown, telegram.chat(ANNA).keyboard) == (None, [["Да", "Нет"]], None)


async def test_a_one_time_keyboard_goes_after_the_answer(telegram: Sandbox, bot: Bot) -> None:
    markup = ReplyKeyboardMarkup(keyboard=[[KeyboardButton(text="Да")]], one_time_keyboard=True)
    await bot.send_message(ANNA, "?", reply_markup=markup)
    await telegram.send_text(ANNA, "Да")
    await bot.send_message(ANNA, "Имя?", reply_markup=ForceReply())
    assert telegram.chat(ANNA).keyboard is None


async def test_edits_are_remembered(telegram: Sandbox, bot: Bot) -> None:
    sent = await bot.send_message(ANNA, "раз", reply_markup=KEYBOARD)
    await bot.edit_message_text("два", chat_id=ANNA, message_id=sent.message_id)
    seen = telegram.chat(ANNA).last
    assert (seen.text, seen.history, seen.edited, seen.buttons) == ("два", ["раз"], True, [])


async def test_deleted_messages_vanish(telegram: Sandbox, bot: Bot) -> None:
    ids = [(await bot.send_message(ANNA, str(n))).message_id for n in range(3)]
    await bot.delete_message(ANNA, ids[0])
    await bot.delete_messages(ANNA, [ids[1], 9999])
    assert [(m.text, m.deleted) for m in telegram.chat(ANNA).messages[-3:]] == [
        ("0", True),
        ("1", True),
        ("2", False),
    ]
    assert telegram.chat(ANNA).texts[-1] == "2"


async def test_documents_both_ways(telegram: Sandbox, bot: Bot) -> None:
    given = await telegram.send_document(ANNA, b"%PDF-1.4 body", "Приказ 41.pdf", caption="вот")
    assert given.document is not None
    got = await bot.download(given.document.file_id)
    assert got is not None
    assert (got.read(), given.document.name, given.document.mime) == (
        b"%PDF-1.4 body",
        "Приказ 41.pdf",
        "application/pdf",
    )
    await bot.send_document(
        BORIS, BufferedInputFile(b"zip", "итог.zip"), caption="<i>итог</i>", parse_mode="HTML"
    )
    seen = telegram.chat(BORIS).last
    assert seen.document is not None
    assert (seen.document.body, seen.document.name, seen.html) == (b"zip", "итог.zip", "<i>итог</i>")


async def test_the_same_bytes_have_one_unique_id(telegram: Sandbox, bot: Bot) -> None:
    first = await bot.send_document(ANNA, BufferedInputFile(b"same", "a.txt"))
    second = await bot.send_document(ANNA, BufferedInputFile(b"same", "b.txt"))
    assert first.document is not None
    assert second.document is not None
    assert first.document.file_unique_id == second.document.file_unique_id
    assert first.document.file_id != second.document.file_id


async def test_a_photo_has_sizes(telegram: Sandbox, bot: Bot) -> None:
    sent = await bot.send_photo(ANNA, BufferedInputFile(png(400, 300), "p.png"))
    assert sent.photo is not None
    assert [(size.width, size.height) for size in sent.photo] == [(90, 67), (400, 300)]
    seen = telegram.chat(ANNA).last.photo
    assert seen is not None
    assert seen.body == png(400, 300)


async def test_an_album_of_the_bot(telegram: Sandbox, bot: Bot) -> None:
    files = [
        InputMediaDocument(media=BufferedInputFile(bytes([n]), f"{n}.txt"), caption=str(n)) for n in range(3)
    ]
    sent = await bot.send_media_group(ANNA, list(files))
    assert (len({m.media_group_id for m in sent}), [m.caption for m in sent]) == (1, ["0", "1", "2"])


async def test_an_album_of_a_person_comes_as_single_updates(telegram: Sandbox, bot: Bot) -> None:
    items = [Item(png(), "a.png", "photo", "подпись"), Item(png(50, 50), "b.png", "photo")]
    sent = await telegram.send_album(ANNA, items)
    updates = await bot.get_updates()
    messages = [update.message for update in updates]
    assert [m.media_group_id for m in messages if m] == [sent[0].media_group_id] * 2
    assert [m.caption for m in messages if m] == ["подпись", None]
    assert [bool(m.photo) for m in messages if m] == [True, True]


async def test_media_and_captions_are_edited(telegram: Sandbox, bot: Bot) -> None:
    sent = await bot.send_photo(ANNA, BufferedInputFile(png(), "p.png"), caption="раз", reply_markup=KEYBOARD)
    await bot.edit_message_caption(chat_id=ANNA, message_id=sent.message_id, caption="два")
    new = InputMediaPhoto(media=BufferedInputFile(png(10, 10), "q.png"), caption="три")
    await bot.edit_message_media(new, chat_id=ANNA, message_id=sent.message_id)
    seen = telegram.chat(ANNA).last
    assert seen.photo is not None
    assert (seen.text, seen.history, seen.photo.body, seen.buttons) == (
        "три",
        ["раз", "два"],
        png(10, 10),
        [],
    )


async def test_pins(telegram: Sandbox, bot: Bot) -> None:
    ids = [(await bot.send_message(ANNA, str(n))).message_id for n in range(2)]
    for number in ids:
        await bot.pin_chat_message(ANNA, number)
    assert telegram.chat(ANNA).pinned == ids
    full = await bot.get_chat(ANNA)
    assert full.pinned_message is not None
    assert full.pinned_message.message_id == ids[1]
    assert telegram.chat(ANNA).messages[-1].kind == "pinned_message"
    await bot.unpin_chat_message(ANNA)
    await bot.delete_message(ANNA, ids[0])
    assert telegram.chat(ANNA).pinned == []


async def test_copies_and_forwards(telegram: Sandbox, bot: Bot) -> None:
    given = await telegram.send_document(ANNA, b"x", "a.txt", caption="моё")
    await bot.copy_message(BORIS, ANNA, given.message_id, caption="её")
    copied = telegram.chat(BORIS).last
    assert (copied.text, "forward_origin" in copied.raw) == ("её", False)
    forwarded = await bot.forward_message(BORIS, ANNA, given.message_id)
    assert forwarded.forward_from is not None
    assert (forwarded.caption, forwarded.forward_from.id) == ("моё", ANNA)


async def test_other_kinds_of_messages(telegram: Sandbox, bot: Bot) -> None:
    await bot.send_location(ANNA, 57.6, 39.9)
    await bot.send_venue(ANNA, 57.6, 39.9, "Школа", "Лесная, 1")
    await bot.send_contact(ANNA, "+79990000000", "Иван")
    await bot.send_dice(ANNA)
    await bot.send_voice(ANNA, BufferedInputFile(b"OggS", "v.ogg"))
    await bot.send_video(ANNA, BufferedInputFile(b"mp4", "v.mp4"))
    await bot.send_audio(ANNA, BufferedInputFile(b"mp3", "a.mp3"))
    await bot.send_animation(ANNA, BufferedInputFile(b"gif", "a.gif"))
    poll = await bot.send_poll(ANNA, "Кто?", ["А", "Б"])
    await bot.stop_poll(ANNA, poll.message_id)
    kinds = [message.kind for message in telegram.chat(ANNA).from_bot]
    assert kinds == ["location", "venue", "contact", "dice", "voice", "video", "audio", "animation", "poll"]


async def test_people_send_other_kinds_too(telegram: Sandbox, bot: Bot) -> None:
    await telegram.send_voice(ANNA)
    await telegram.send_contact(ANNA, "+79990000000")
    await telegram.send_location(ANNA, 57.6, 39.9)
    await telegram.send_sticker(ANNA)
    await telegram.send_video(ANNA, b"mp4")
    messages = [update.message for update in await bot.get_updates()]
    assert [m.content_type for m in messages if m] == [
        "voice",
        "contact",
        "location",
        "sticker",
        "video",
    ]


async def test_a_person_edits_and_forwards(telegram: Sandbox, bot: Bot) -> None:
    sent = await telegram.send_text(ANNA, "раз")
    await telegram.edit_text(ANNA, sent.message_id, "два")
    await telegram.forward(ANNA, await telegram.send_text(BORIS, "от Бориса"))
    updates = await bot.get_updates()
    edited = updates[1].edited_message
    assert edited is not None
    assert (edited.text, edited.edit_date is not None) == ("два", True)
    forwarded = updates[3].message
    assert forwarded is not None
    assert forwarded.forward_from is not None
    assert forwarded.forward_from.id == BORIS


async def test_a_press_shows_the_answer(telegram: Sandbox, bot: Bot) -> None:
    sent = await bot.send_message(ANNA, "?", reply_markup=KEYBOARD)
    pressed = asyncio.create_task(telegram.press(ANNA, sent.message_id, text="✅"))
    updates = await bot.get_updates(timeout=5)
    assert updates[0].callback_query is not None
    await bot.answer_callback_query(updates[0].callback_query.id, "Принято", show_alert=True)
    assert await pressed == CallbackAnswer("Принято", True)


async def test_replies_are_shown_once(telegram: Sandbox, bot: Bot) -> None:
    first = await telegram.send_text(ANNA, "раз")
    second = await bot.send_message(ANNA, "два", reply_to_message_id=first.message_id)
    await telegram.send_text(ANNA, "три", reply_to=second.message_id)
    update = (await bot.get_updates())[-1].message
    assert update is not None
    assert update.reply_to_message is not None
    assert (update.reply_to_message.text, update.reply_to_message.reply_to_message) == ("два", None)


async def test_commands_by_scope_and_language(telegram: Sandbox, bot: Bot) -> None:
    def command(name: str) -> list[BotCommand]:
        return [BotCommand(command=name, description=name)]

    await bot.set_my_commands(command("all"))
    await bot.set_my_commands(command("private"), scope=BotCommandScopeAllPrivateChats())
    await bot.set_my_commands(command("ru"), scope=BotCommandScopeAllPrivateChats(), language_code="ru")
    await bot.set_my_commands(command("boris"), scope=BotCommandScopeChat(chat_id=BORIS))

    def seen(user_id: int, language: str) -> str:
        chat = telegram.bot.chats[user_id]
        return str(commands_for(telegram.bot, chat, user_id, language)[0]["command"])

    assert [seen(ANNA, "ru"), seen(ANNA, "en"), seen(BORIS, "ru")] == ["ru", "private", "boris"]


async def test_texts_of_the_bot(bot: Bot) -> None:
    await bot.set_my_name("Веха")
    await bot.set_my_description("Коротко")
    await bot.set_my_description("Briefly", language_code="en")
    found = [(await bot.get_my_name()).name, (await bot.get_me()).first_name]
    found += [(await bot.get_my_description(language_code=code)).description for code in ("en", "ru")]
    assert found == ["Веха", "Веха", "Briefly", "Коротко"]


async def test_waiting_for_a_change(telegram: Sandbox, bot: Bot) -> None:
    before = telegram.chat(ANNA).rev
    sent = await bot.send_message(ANNA, "раз")
    first = await telegram.next_message(ANNA)
    later = asyncio.create_task(telegram.next_edit(first))
    await bot.edit_message_text("два", chat_id=ANNA, message_id=sent.message_id)
    assert ((await later).text, (await telegram.next_change(ANNA, before)).last.text) == ("два", "два")
