"""Misbehaviour on demand, the delivery log, and the flood limits."""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp
import pytest
from aiogram import Bot
from aiogram.exceptions import (
    ClientDecodeError,
    TelegramForbiddenError,
    TelegramMigrateToChat,
    TelegramNetworkError,
    TelegramRetryAfter,
    TelegramServerError,
)
from aiogram.types import BufferedInputFile, InputMediaDocument

from sandbox import Sandbox
from tests.sandbox.conftest import ANNA, BORIS, Api, Clock

FAULTS: list[tuple[dict[str, Any], type[Exception], str, int]] = [
    ({"kind": "error", "code": 403, "description": "Forbidden: x"}, TelegramForbiddenError, "refused", 0),
    ({"kind": "error", "retry_after": 7}, TelegramRetryAfter, "refused", 0),
    ({"kind": "error", "code": 500}, TelegramServerError, "refused", 0),
    ({"kind": "error", "migrate_to": -100123}, TelegramMigrateToChat, "refused", 0),
    ({"kind": "drop_before"}, TelegramNetworkError, "dropped", 0),
    ({"kind": "drop_after"}, TelegramNetworkError, "delivered", 1),
    ({"kind": "garbage"}, ClientDecodeError, "delivered", 1),
]


@pytest.mark.parametrize(("fault", "error", "outcome", "arrived"), FAULTS)
async def test_what_the_caller_hears_and_what_is_true(
    telegram: Sandbox, bot: Bot, fault: dict[str, Any], error: type[Exception], outcome: str, arrived: int
) -> None:
    telegram.fault("sendMessage", **fault)
    with pytest.raises(error):
        await bot.send_message(ANNA, "x")
    entry = telegram.log[-1]
    assert (entry.method, entry.chat_id, entry.outcome, entry.fault) == (
        "sendMessage",
        ANNA,
        outcome,
        fault["kind"],
    )
    assert telegram.chat(ANNA).texts.count("x") == arrived
    await bot.send_message(ANNA, "после")
    assert telegram.log[-1].message_id == telegram.chat(ANNA).last.message_id


async def test_delivered_then_502(telegram: Sandbox) -> None:
    telegram.fault("sendMessage", "deliver_502")
    url = f"{telegram.base_url}/bot{telegram.token}/sendMessage"
    async with (
        aiohttp.ClientSession() as session,
        session.post(url, json={"chat_id": ANNA, "text": "x"}) as response,
    ):
        assert (response.status, response.content_type) == (502, "text/html")
    assert telegram.chat(ANNA).texts[-1] == "x"


async def test_a_hanging_call_never_ends(telegram: Sandbox, bot: Bot) -> None:
    telegram.fault("sendMessage", "hang")
    call = asyncio.create_task(bot.send_message(ANNA, "x"))
    await telegram.wait_for(lambda: telegram.log and telegram.log[-1].fault == "hang")
    assert not call.done()
    await telegram.stop()
    with pytest.raises(TelegramNetworkError):
        await call


async def test_a_delay_ends_well(telegram: Sandbox, bot: Bot) -> None:
    telegram.fault("sendMessage", "delay", delay=0.05)
    assert (await bot.send_message(ANNA, "x")).text == "x"


async def test_faults_can_be_aimed(telegram: Sandbox, api: Api) -> None:
    telegram.fault("sendMessage", "error", code=500, chat_id=BORIS, skip=1, count=2)
    codes = [
        (await api("sendMessage", chat_id=chat, text="x"))[0] for chat in (BORIS, ANNA, BORIS, BORIS, BORIS)
    ]
    assert codes == [200, 200, 500, 500, 200]


async def test_faults_can_be_aimed_at_words(telegram: Sandbox, api: Api) -> None:
    telegram.fault("sendMessage", "error", code=500, containing="note")
    answers = [(await api("sendMessage", chat_id=ANNA, text=text))[0] for text in ("x", "a note", "a note")]
    assert answers == [200, 500, 200]


async def test_confirmed_updates_come_again(telegram: Sandbox, bot: Bot) -> None:
    for words in ("1", "2", "3"):
        await telegram.send_text(ANNA, words)
    first = await bot.get_updates(limit=2)
    assert len(await bot.get_updates(offset=first[1].update_id + 1)) == 1
    telegram.fault("getUpdates", "repeat")
    again = await bot.get_updates(offset=first[1].update_id + 2)
    assert [update.message.text for update in again if update.message] == ["1", "2", "3"]


async def test_a_lasting_fault_is_cleared(telegram: Sandbox, api: Api) -> None:
    telegram.fault("*", "error", code=502, count=-1)
    codes = [(await api(method))[0] for method in ("getMe", "getUpdates", "getMe")]
    telegram.clear_faults()
    assert [*codes, (await api("getMe"))[0]] == [502, 502, 502, 200]


async def test_an_unknown_kind_is_an_error_of_the_test(telegram: Sandbox) -> None:
    with pytest.raises(ValueError, match="unknown kind of fault: explode"):
        telegram.fault("sendMessage", "explode")


async def test_downloads_break_off(telegram: Sandbox, bot: Bot) -> None:
    sent = await telegram.send_document(ANNA, b"x" * 100_000, "a.bin")
    assert sent.document is not None
    file = await bot.get_file(sent.document.file_id)
    telegram.fault("download", "drop_after")
    assert file.file_path is not None
    with pytest.raises(aiohttp.ClientPayloadError):
        await bot.download_file(file.file_path)


async def test_out_of_reach_and_back(telegram: Sandbox, bot: Bot) -> None:
    await bot.get_me()
    await telegram.go_offline()
    with pytest.raises(TelegramNetworkError):
        await bot.get_me()
    await telegram.send_text(ANNA, "без связи")
    await telegram.go_online()
    assert len(await bot.get_updates()) == 1


async def test_the_log_tells_everything_but_polls(telegram: Sandbox, bot: Bot) -> None:
    await bot.get_updates()
    await bot.send_message(ANNA, "x")
    media = [InputMediaDocument(media=BufferedInputFile(b"a", f"{n}.txt")) for n in range(2)]
    sent = await bot.send_media_group(ANNA, list(media))
    await bot.delete_message(ANNA, sent[0].message_id)
    shown = [(entry.seq, entry.method, len(entry.message_ids)) for entry in telegram.log]
    assert shown == [(1, "sendMessage", 1), (2, "sendMediaGroup", 2), (3, "deleteMessage", 1)]
    assert [entry.seq for entry in telegram.log.since(1)] == [2, 3]
    assert len(telegram.log.delivered("sendMessage", ANNA)) == 1


# --- flood limits ---------------------------------------------------------------------------------------------


async def test_one_message_a_second_in_a_chat(telegram: Sandbox, api: Api, clock: Clock) -> None:
    telegram.limits.enforce = True
    found = [await api("sendMessage", chat_id=ANNA, text="x") for _ in range(2)]
    assert (found[0][0], found[1]) == (
        200,
        (
            429,
            {
                "ok": False,
                "error_code": 429,
                "description": "Too Many Requests: retry after 1",
                "parameters": {"retry_after": 1},
            },
        ),
    )
    clock.forward(seconds=1)
    assert (await api("sendMessage", chat_id=ANNA, text="x"))[0] == 200


async def test_thirty_messages_a_second_overall(telegram: Sandbox, api: Api, clock: Clock) -> None:
    telegram.limits.enforce = True
    for user_id in range(2000, 2032):
        await telegram.start_bot(user_id)
    codes = [(await api("sendMessage", chat_id=user_id, text="x"))[0] for user_id in range(2000, 2032)]
    assert (codes.count(200), codes.count(429)) == (30, 2)
    clock.forward(seconds=1)
    assert (await api("sendMessage", chat_id=2031, text="x"))[0] == 200


async def test_twenty_messages_a_minute_in_a_group(telegram: Sandbox, api: Api, clock: Clock) -> None:
    telegram.limits.enforce = True
    group = telegram.create_group("Школа", [ANNA])
    await telegram.add_bot_to_group(group, ANNA)
    codes = []
    for _ in range(21):
        status, body = await api("sendMessage", chat_id=group, text="x")
        codes.append(status)
        clock.forward(seconds=1)
    assert (codes, body["parameters"]["retry_after"]) == ([200] * 20 + [429], 40)


async def test_edits_and_answers_are_free(telegram: Sandbox, api: Api) -> None:
    telegram.limits.enforce = True
    _, sent = await api("sendMessage", chat_id=ANNA, text="0")
    number = sent["result"]["message_id"]
    codes = [
        (await api("editMessageText", chat_id=ANNA, message_id=number, text=str(n)))[0] for n in range(1, 5)
    ]
    assert codes == [200] * 4
