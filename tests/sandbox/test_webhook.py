"""Webhooks: delivery, order, failure, the method in the answer."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiogram import Bot
from aiogram.exceptions import TelegramConflictError
from aiohttp import web

from sandbox import Sandbox
from tests.sandbox.conftest import ANNA, BORIS


@dataclass
class Hook:
    """A bot's own server: what it got, and what it answers (status, body) next."""

    url: str = ""
    got: list[dict[str, Any]] = field(default_factory=list)
    secrets: list[str | None] = field(default_factory=list)
    answers: list[tuple[int, dict[str, Any]]] = field(default_factory=list)
    bad_for: int = 0

    async def serve(self, request: web.Request) -> web.Response:
        body = await request.json()
        self.got.append(body)
        self.secrets.append(request.headers.get("X-Telegram-Bot-Api-Secret-Token"))
        if body.get("message", {}).get("chat", {}).get("id") == self.bad_for:
            return web.Response(status=500)
        status, answer = self.answers.pop(0) if self.answers else (200, {})
        return web.json_response(answer, status=status)


@pytest.fixture
async def hook() -> AsyncIterator[Hook]:
    found = Hook()
    app = web.Application()
    app.router.add_post("/hook", found.serve)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    found.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    yield found
    await runner.cleanup()


async def confirmed(telegram: Sandbox) -> None:
    await telegram.wait_for(lambda: not telegram.bot.queue.items)


async def test_updates_arrive_in_order_with_the_secret(telegram: Sandbox, bot: Bot, hook: Hook) -> None:
    await bot.set_webhook(hook.url, secret_token="s3cret_-")
    for text in "123":
        await telegram.send_text(ANNA, text)
    await telegram.wait_for(lambda: len(hook.got) == 3 and not telegram.bot.queue.items)
    assert [update["message"]["text"] for update in hook.got] == ["1", "2", "3"]
    assert hook.secrets == ["s3cret_-"] * 3


async def test_a_failed_delivery_is_repeated(telegram: Sandbox, bot: Bot, hook: Hook) -> None:
    hook.answers = [(500, {}), (502, {})]
    await bot.set_webhook(hook.url)
    await telegram.send_text(ANNA, "важно")
    await telegram.wait_for(lambda: len(hook.got) == 3 and not telegram.bot.queue.items)
    info = await bot.get_webhook_info()
    assert {update["update_id"] for update in hook.got} == {hook.got[0]["update_id"]}
    assert (info.pending_update_count, info.last_error_message) == (
        0,
        "Wrong response from the webhook: 502 Bad Gateway",
    )


async def test_one_bad_chat_does_not_hold_up_the_others(telegram: Sandbox, bot: Bot, hook: Hook) -> None:
    hook.bad_for = ANNA
    await bot.set_webhook(hook.url)
    await telegram.send_text(ANNA, "яд")
    await telegram.send_text(BORIS, "дальше")
    await telegram.wait_for(lambda: [item.lane for item in telegram.bot.queue.items] == [ANNA])
    assert "дальше" in [update["message"]["text"] for update in hook.got]


async def test_a_method_in_the_answer_is_performed(telegram: Sandbox, bot: Bot, hook: Hook) -> None:
    hook.answers = [(200, {"method": "sendMessage", "chat_id": ANNA, "text": "ответ"})]
    await bot.set_webhook(hook.url)
    await telegram.send_text(ANNA, "вопрос")
    assert (await telegram.next_message(ANNA)).text == "ответ"


async def test_polling_and_a_webhook_exclude_each_other(telegram: Sandbox, bot: Bot, hook: Hook) -> None:
    await bot.set_webhook(hook.url)
    with pytest.raises(TelegramConflictError) as found:
        await bot.get_updates()
    assert found.value.message == (
        "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
    )
    await bot.delete_webhook()
    await telegram.send_text(ANNA, "опять")
    assert len(await bot.get_updates()) == 1
