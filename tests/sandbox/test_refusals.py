"""What Telegram refuses, in its own words, over HTTP."""

from __future__ import annotations

import json
from typing import Any

import aiohttp
import pytest
from aiogram import Bot
from aiogram.exceptions import TelegramEntityTooLarge
from aiogram.types import BufferedInputFile

from sandbox import Sandbox
from tests.sandbox.conftest import ANNA, STRANGER, Api
from tests.sandbox.pictures import png

NOBODY = 424242


def inline(**button: Any) -> dict[str, Any]:
    return {"inline_keyboard": [[{"text": "x", **button}]]}


def say(**params: Any) -> dict[str, Any]:
    return {"chat_id": ANNA, "text": "x", **params}


BUTTON = "can't parse inline keyboard button: "
TABLE: list[tuple[str, dict[str, Any], int, str]] = [
    ("sendMessage", {"chat_id": ANNA}, 400, "Bad Request: message text is empty"),
    ("sendMessage", say(text=" \n"), 400, "Bad Request: text must be non-empty"),
    ("sendMessage", say(text="я" * 4097), 400, "Bad Request: message is too long"),
    ("sendMessage", say(text="👋" * 2049), 400, "Bad Request: message is too long"),
    (
        "sendMessage",
        say(text="<b>x", parse_mode="HTML"),
        400,
        "Bad Request: can't parse entities: Can't find end tag corresponding to start tag \"b\"",
    ),
    (
        "sendMessage",
        say(text="Школа <№ 5>", parse_mode="HTML"),
        400,
        'Bad Request: can\'t parse entities: Unsupported start tag "№" at byte offset 11',
    ),
    ("sendMessage", say(parse_mode="Вики"), 400, "Bad Request: unsupported parse_mode"),
    ("sendMessage", {"text": "x"}, 400, "Bad Request: chat_id is empty"),
    ("sendMessage", say(chat_id=NOBODY), 400, "Bad Request: chat not found"),
    ("sendMessage", say(chat_id="@anna"), 400, "Bad Request: chat not found"),
    ("sendMessage", say(chat_id=STRANGER), 403, "Forbidden: bot can't initiate conversation with a user"),
    (
        "sendMessage",
        say(reply_parameters={"message_id": 9999}),
        400,
        "Bad Request: message to be replied not found",
    ),
    ("sendMessage", say(reply_markup="{"), 400, "Bad Request: can't parse reply keyboard markup JSON object"),
    (
        "sendMessage",
        say(reply_markup=inline(callback_data="я" * 33)),
        400,
        "Bad Request: BUTTON_DATA_INVALID",
    ),
    (
        "sendMessage",
        say(reply_markup=inline()),
        400,
        f"Bad Request: {BUTTON}Text buttons are unallowed in the inline keyboard",
    ),
    (
        "sendMessage",
        say(reply_markup=inline(url="http://localhost:8000")),
        400,
        "Bad Request: inline keyboard button URL 'http://localhost:8000' is invalid: Wrong HTTP URL",
    ),
    (
        "sendMessage",
        say(reply_markup=inline(url="javascript:alert(1)")),
        400,
        "Bad Request: inline keyboard button URL 'javascript:alert(1)' is invalid: Unsupported URL protocol",
    ),
    (
        "sendMessage",
        say(reply_markup=inline(web_app={"url": "http://e.org"})),
        400,
        "Bad Request: inline keyboard button Web App URL 'http://e.org' is invalid: Only HTTPS links are allowed",
    ),
    (
        "sendMessage",
        say(reply_markup=inline(callback_data="a", url="https://e.org")),
        400,
        f"Bad Request: {BUTTON}exactly one of the optional fields must be used, got url, callback_data",
    ),
    (
        "sendMessage",
        say(reply_markup={"inline_keyboard": [{"text": "x"}]}),
        400,
        'Bad Request: field "inline_keyboard" of the InlineKeyboardMarkup must be an Array of Arrays',
    ),
    (
        "sendMessage",
        say(reply_markup={"inline_keyboard": [[{"text": "x", "callback_data": "a"}]] * 101}),
        400,
        "Bad Request: reply markup is too long",
    ),
    ("editMessageText", say(), 400, "Bad Request: message identifier is not specified"),
    ("editMessageText", say(message_id=9999), 400, "Bad Request: message to edit not found"),
    ("editMessageText", say(message_id=1), 400, "Bad Request: message can't be edited"),
    ("deleteMessage", {"chat_id": ANNA, "message_id": 9999}, 400, "Bad Request: message to delete not found"),
    ("pinChatMessage", {"chat_id": ANNA, "message_id": 9999}, 400, "Bad Request: message to pin not found"),
    ("unpinChatMessage", {"chat_id": ANNA}, 400, "Bad Request: message to unpin not found"),
    (
        "copyMessage",
        {"chat_id": ANNA, "from_chat_id": ANNA, "message_id": 9999},
        400,
        "Bad Request: message to copy not found",
    ),
    (
        "forwardMessage",
        {"chat_id": ANNA, "from_chat_id": ANNA, "message_id": 9999},
        400,
        "Bad Request: message to forward not found",
    ),
    (
        "answerCallbackQuery",
        {"callback_query_id": "1"},
        400,
        "Bad Request: query is too old and response timeout expired or query ID is invalid",
    ),
    (
        "sendChatAction",
        {"chat_id": ANNA, "action": "dance"},
        400,
        "Bad Request: wrong parameter action in request",
    ),
    ("sendDocument", {"chat_id": ANNA}, 400, "Bad Request: there is no document in the request"),
    (
        "sendDocument",
        {"chat_id": ANNA, "document": "nothing"},
        400,
        "Bad Request: wrong file identifier/HTTP URL specified",
    ),
    (
        "sendDocument",
        {"chat_id": ANNA, "document": "https://e.org/a.pdf"},
        400,
        "Bad Request: failed to get HTTP URL content",
    ),
    ("getFile", {}, 400, "Bad Request: file_id not specified"),
    ("getFile", {"file_id": "nothing"}, 400, "Bad Request: invalid file_id"),
    ("sendMediaGroup", {"chat_id": ANNA, "media": []}, 400, "Bad Request: there are no messages to send"),
    (
        "sendMediaGroup",
        {"chat_id": ANNA, "media": [{"type": "photo", "media": "x"}] * 11},
        400,
        "Bad Request: too many messages to send as an album",
    ),
    (
        "sendMediaGroup",
        {"chat_id": ANNA, "media": [{"type": "photo", "media": "x"}, {"type": "document", "media": "x"}]},
        400,
        "Bad Request: document can't be mixed with other media types",
    ),
    (
        "sendPoll",
        {"chat_id": ANNA, "question": "?", "options": []},
        400,
        "Bad Request: poll must have at least one answer option",
    ),
    (
        "setMyCommands",
        {"commands": [{"command": "Старт", "description": "x"}]},
        400,
        "Bad Request: BOT_COMMAND_INVALID",
    ),
    ("setMyName", {"name": "x" * 65}, 400, "Bad Request: bot name is too long"),
    (
        "setWebhook",
        {"url": "http://example.org/h"},
        400,
        "Bad Request: bad webhook: An HTTPS URL must be provided for webhook",
    ),
    (
        "setWebhook",
        {"url": "https://e.org", "secret_token": "a b"},
        400,
        "Bad Request: secret token contains unallowed characters",
    ),
    (
        "getChatAdministrators",
        {"chat_id": ANNA},
        400,
        "Bad Request: there are no administrators in the private chat",
    ),
    ("leaveChat", {"chat_id": ANNA}, 400, "Bad Request: method is available only for groups and supergroups"),
    ("noSuchMethod", {}, 404, "Not Found: method not found"),
]


@pytest.mark.parametrize(("method", "params", "code", "description"), TABLE)
async def test_refusal(api: Api, method: str, params: dict[str, Any], code: int, description: str) -> None:
    status, body = await api(method, **params)
    assert (status, body) == (code, {"ok": False, "error_code": code, "description": description})


async def test_the_largest_text_passes(api: Api) -> None:
    status, body = await api("sendMessage", chat_id=ANNA, text="<b>" + "я" * 4096 + "</b>", parse_mode="HTML")
    assert (status, len(body["result"]["text"])) == (200, 4096)


async def test_method_names_ignore_case(api: Api, telegram: Sandbox) -> None:
    status, _ = await api("SENDMESSAGE", chat_id=ANNA, text="x")
    assert (status, telegram.log[-1].method) == (200, "sendMessage")


@pytest.mark.parametrize(
    ("token", "description"), [("1:x", "Unauthorized"), ("x", "Unauthorized: invalid token specified")]
)
async def test_unknown_token(telegram: Sandbox, token: str, description: str) -> None:
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"{telegram.base_url}/bot{token}/getMe") as response,
    ):
        assert (response.status, (await response.json())["description"]) == (401, description)


async def edit(api: Api, message_id: int, **params: Any) -> str:
    _, body = await api("editMessageText", chat_id=ANNA, message_id=message_id, **params)
    return str(body.get("description", "ok"))


async def test_editing_to_the_same_is_refused(api: Api) -> None:
    keyboard = inline(callback_data="a")
    _, sent = await api(
        "sendMessage", chat_id=ANNA, text="<b>x</b>", parse_mode="HTML", reply_markup=keyboard
    )
    number = sent["result"]["message_id"]
    same = (
        "Bad Request: message is not modified: specified new message content and reply markup are exactly the same "
        "as a current content and reply markup of the message"
    )
    assert [
        await edit(api, number, text="<b>x</b>", parse_mode="HTML", reply_markup=keyboard),
        await edit(api, number, text="x", reply_markup=keyboard),
        await edit(api, number, text="x", reply_markup=keyboard),
        await edit(api, number, text="x"),
    ] == [same, "ok", same, "ok"]


async def test_a_message_with_a_reply_keyboard_cannot_be_edited(api: Api) -> None:
    _, sent = await api("sendMessage", chat_id=ANNA, text="x", reply_markup={"keyboard": [["Да"]]})
    assert await edit(api, sent["result"]["message_id"], text="y") == "Bad Request: message can't be edited"


async def test_edits_take_inline_keyboards_only(api: Api) -> None:
    _, sent = await api("sendMessage", chat_id=ANNA, text="x")
    number = sent["result"]["message_id"]
    found = await edit(api, number, text="y", reply_markup={"keyboard": [["Да"]]})
    assert found == "Bad Request: inline keyboard expected"


async def test_words_and_captions_are_not_mixed_up(bot: Bot, api: Api) -> None:
    document = await bot.send_document(ANNA, BufferedInputFile(b"x", "a.txt"), caption="c")
    text = await bot.send_message(ANNA, "x")
    _, caption = await api("editMessageCaption", chat_id=ANNA, message_id=text.message_id, caption="y")
    assert [await edit(api, document.message_id, text="y"), caption["description"]] == [
        "Bad Request: there is no text in the message to edit",
        "Bad Request: there is no caption in the message to edit",
    ]


async def test_a_blocked_bot_may_not_write(telegram: Sandbox, api: Api) -> None:
    await telegram.block(ANNA)
    found = [
        await api(method, chat_id=ANNA, text="x", action="typing")
        for method in ("sendMessage", "sendChatAction")
    ]
    words = "Forbidden: bot was blocked by the user"
    assert found == [(403, {"ok": False, "error_code": 403, "description": words})] * 2
    await telegram.unblock(ANNA)
    assert (await api("sendMessage", chat_id=ANNA, text="x"))[0] == 200


async def test_a_press_is_answered_once_and_in_time(telegram: Sandbox, api: Api, clock: Any) -> None:
    _, sent = await api("sendMessage", chat_id=ANNA, text="x", reply_markup=inline(callback_data="a"))
    codes = []
    for wait in (0, 31):
        await telegram.press(ANNA, sent["result"]["message_id"], "a", timeout=0)
        _, updates = await api("getUpdates", offset=-1)
        query = updates["result"][-1]["callback_query"]["id"]
        clock.forward(seconds=wait)
        codes.append([(await api("answerCallbackQuery", callback_query_id=query))[0] for _ in range(2)])
    assert codes == [[200, 400], [400, 400]]


async def test_a_big_file_is_passed_on_but_not_downloaded(telegram: Sandbox, bot: Bot, api: Api) -> None:
    sent = await telegram.send_document(ANNA, b"", "архив.zip", declared_size=25 * 2**20)
    assert sent.document is not None
    _, refused = await api("getFile", file_id=sent.document.file_id)
    again = await bot.send_document(ANNA, sent.document.file_id)
    assert again.document is not None
    assert (refused["description"], again.document.file_size) == ("Bad Request: file is too big", 25 * 2**20)


async def test_uploads_above_50_mb_are_refused(bot: Bot) -> None:
    with pytest.raises(TelegramEntityTooLarge) as found:
        await bot.send_document(ANNA, BufferedInputFile(b"x" * (50 * 2**20 + 1), "big.bin"))
    assert "Request Entity Too Large" in str(found.value)


PICTURES = [
    (b"not a picture", "Bad Request: IMAGE_PROCESS_FAILED"),
    (b"", "Bad Request: file must be non-empty"),
    (png(2100, 100), "Bad Request: PHOTO_INVALID_DIMENSIONS"),
]


@pytest.mark.parametrize(("body", "description"), PICTURES)
async def test_a_photo_must_be_a_picture(telegram: Sandbox, body: bytes, description: str) -> None:
    form = aiohttp.FormData({"chat_id": str(ANNA)})
    form.add_field("photo", body, filename="p.png")
    url = f"{telegram.base_url}/bot{telegram.token}/sendPhoto"
    async with aiohttp.ClientSession() as session, session.post(url, data=form) as response:
        assert json.loads(await response.text())["description"] == description


async def test_a_file_keeps_its_kind(bot: Bot, api: Api) -> None:
    photo = await bot.send_photo(ANNA, BufferedInputFile(png(), "p.png"))
    assert photo.photo is not None
    _, found = await api("sendDocument", chat_id=ANNA, document=photo.photo[-1].file_id)
    assert found["description"] == "Bad Request: can't use file of type Photo as Document"


async def test_service_messages_are_not_passed_on_or_pinned(telegram: Sandbox, api: Api) -> None:
    _, sent = await api("sendMessage", chat_id=ANNA, text="x")
    await api("pinChatMessage", chat_id=ANNA, message_id=sent["result"]["message_id"])
    notice = telegram.chat(ANNA).messages[-1].message_id
    found = []
    for method in ("copyMessage", "forwardMessage", "pinChatMessage"):
        _, body = await api(method, chat_id=ANNA, from_chat_id=ANNA, message_id=notice)
        found.append(body["description"])
    assert found == [
        "Bad Request: the message can't be copied",
        "Bad Request: the message can't be forwarded",
        "Bad Request: service messages can't be pinned",
    ]


async def test_a_die_stays_for_a_day(api: Api, clock: Any) -> None:
    _, sent = await api("sendDice", chat_id=ANNA)
    codes = []
    for _ in range(2):
        codes.append((await api("deleteMessage", chat_id=ANNA, message_id=sent["result"]["message_id"]))[0])
        clock.forward(hours=25)
    assert codes == [400, 200]


async def test_old_messages_cannot_be_deleted(api: Api, clock: Any) -> None:
    _, sent = await api("sendMessage", chat_id=ANNA, text="x")
    clock.forward(hours=49)
    _, found = await api("deleteMessage", chat_id=ANNA, message_id=sent["result"]["message_id"])
    assert found["description"] == "Bad Request: message can't be deleted for everyone"
