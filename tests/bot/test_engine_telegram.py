"""The bot's own answers: they wait for their turn, and again where Telegram surely did nothing."""

from pathlib import Path

import pytest
from aiogram.exceptions import TelegramBadRequest, TelegramNetworkError, TelegramServerError

from bot.telegram import session_of, telegram_bot
from sandbox import Sandbox
from tests.bot.engine_kit import ANNA, settings_for, stage


async def test_an_answer_that_is_put_off_comes_later(tmp_path: Path) -> None:
    async with stage(tmp_path, started=False) as now:
        now.telegram.fault("sendMessage", "error", retry_after=1)
        sent = await now.bot.send_message(ANNA, "ответ")
        assert now.texts(ANNA) == ["ответ"]
        assert sent.text == "ответ"
        assert session_of(now.bot).limiter.window.paused_until > 0


async def test_telegram_has_the_last_word(tmp_path: Path) -> None:
    async with stage(tmp_path, started=False) as now:
        now.telegram.fault("sendMessage", "error", retry_after=3600)
        with pytest.raises(Exception, match="retry after 3600"):
            await now.bot.send_message(ANNA, "ответ")


async def test_an_answer_of_unknown_fate_is_not_repeated(tmp_path: Path) -> None:
    async with stage(tmp_path, started=False) as now:
        now.telegram.fault("sendMessage", "drop_after")
        with pytest.raises(TelegramNetworkError):
            await now.bot.send_message(ANNA, "ответ")
        now.telegram.fault("sendMessage", "error", code=500)
        with pytest.raises(TelegramServerError):
            await now.bot.send_message(ANNA, "ещё")
        assert now.texts(ANNA) == ["ответ"]


async def test_refusals_reach_the_flow(tmp_path: Path) -> None:
    async with stage(tmp_path, started=False) as now:
        with pytest.raises(TelegramBadRequest, match="can't parse entities"):
            await now.bot.send_message(ANNA, "<b>")


async def test_limits_hold_without_a_single_refusal(tmp_path: Path) -> None:
    async with stage(tmp_path, started=False, enforce_limits=True) as now:
        for n in range(3):
            sent = await now.bot.send_message(ANNA, f"{n}")
            await now.bot.edit_message_text(f"{n}!", chat_id=ANNA, message_id=sent.message_id)
        assert [entry.code for entry in now.telegram.log if entry.outcome == "refused"] == []
        assert now.texts(ANNA) == ["0!", "1!", "2!"]


async def test_a_slow_way_brings_no_two_at_once_to_a_chat(tmp_path: Path) -> None:
    async with stage(tmp_path, started=False, enforce_limits=True) as now:
        now.telegram.fault("sendMessage", "delay", delay=0.8)
        for n in range(2):
            await now.bot.send_message(ANNA, f"{n}")
        assert [entry.outcome for entry in now.telegram.log] == ["delivered", "delivered"]


async def test_a_proxy_is_used(tmp_path: Path) -> None:
    async with Sandbox() as telegram:  # it answers requests in the form that proxies get
        settings = settings_for(telegram, tmp_path).model_copy(
            update={"telegram_api_url": "http://telegram.invalid", "telegram_proxy": telegram.base_url}
        )
        bot = telegram_bot(settings)
        assert (await bot.get_me()).username == telegram.username
        await bot.session.close()


async def test_a_bot_from_elsewhere_is_refused() -> None:
    from aiogram import Bot

    with pytest.raises(TypeError, match="telegram_bot"):
        session_of(Bot("42:" + "x" * 35))
