"""Long polling: offsets, what is kept and for how long."""

from __future__ import annotations

import asyncio

import pytest
from aiogram import Bot
from aiogram.exceptions import TelegramConflictError
from aiogram.types import Update

from sandbox import Sandbox
from tests.sandbox.conftest import ANNA, Clock


async def say(telegram: Sandbox, *texts: str) -> None:
    for text in texts:
        await telegram.send_text(ANNA, text)


def texts(updates: list[Update]) -> list[str | None]:
    return [update.message.text if update.message else None for update in updates]


async def test_updates_come_again_until_confirmed(telegram: Sandbox, bot: Bot) -> None:
    await say(telegram, "1", "2", "3")
    first = await bot.get_updates()
    again = await bot.get_updates(offset=first[1].update_id)
    assert (texts(first), texts(again)) == (["1", "2", "3"], ["2", "3"])
    assert texts(await bot.get_updates()) == ["2", "3"]
    assert await bot.get_updates(offset=first[2].update_id + 1) == []


async def test_limit(telegram: Sandbox, bot: Bot) -> None:
    await say(telegram, "1", "2", "3")
    assert texts(await bot.get_updates(limit=2)) == ["1", "2"]


async def test_a_negative_offset_forgets_the_older(telegram: Sandbox, bot: Bot) -> None:
    await say(telegram, "1", "2", "3")
    assert texts(await bot.get_updates(offset=-1)) == ["3"]
    assert texts(await bot.get_updates()) == ["3"]


async def test_an_offset_from_another_life_confirms_nothing(telegram: Sandbox, bot: Bot) -> None:
    await say(telegram, "1")
    assert texts(await bot.get_updates(offset=2_000_000_000)) == ["1"]


async def test_updates_live_for_a_day(telegram: Sandbox, bot: Bot, clock: Clock) -> None:
    await say(telegram, "old")
    clock.forward(hours=23, minutes=59)
    await say(telegram, "new")
    assert texts(await bot.get_updates()) == ["old", "new"]
    clock.forward(minutes=2)
    assert texts(await bot.get_updates()) == ["new"]


async def test_unwanted_kinds_are_not_kept(telegram: Sandbox, bot: Bot) -> None:
    await bot.get_updates(allowed_updates=["callback_query"])
    await say(telegram, "lost")
    await bot.get_updates(allowed_updates=[])
    await say(telegram, "kept")
    assert texts(await bot.get_updates()) == ["kept"]


async def test_a_second_poll_ends_the_first(telegram: Sandbox, bot: Bot) -> None:
    first = asyncio.create_task(bot.get_updates(timeout=30))
    await telegram.wait_for(lambda: telegram.polling)
    second = asyncio.create_task(bot.get_updates(timeout=30))
    with pytest.raises(TelegramConflictError) as found:
        await first
    assert found.value.message == (
        "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
    )
    await say(telegram, "wakes")
    assert texts(await second) == ["wakes"]


async def test_pending_updates_can_be_dropped(telegram: Sandbox, bot: Bot) -> None:
    await say(telegram, "1")
    await bot.delete_webhook(drop_pending_updates=True)
    assert await bot.get_updates() == []


async def test_blocking_is_heard(telegram: Sandbox, bot: Bot) -> None:
    await telegram.block(ANNA)
    await telegram.send_text(ANNA, "снова я")
    updates = await bot.get_updates()
    changes = [update.my_chat_member for update in updates if update.my_chat_member]
    assert [(c.old_chat_member.status, c.new_chat_member.status) for c in changes] == [
        ("member", "kicked"),
        ("kicked", "member"),
    ]


async def test_stopping_lets_a_poll_go(bot: Bot, telegram: Sandbox) -> None:
    poll = asyncio.create_task(bot.get_updates(timeout=50))
    await telegram.wait_for(lambda: telegram.polling)
    async with asyncio.timeout(45):  # before the poll would end by itself
        await telegram.stop()
        await asyncio.gather(poll, return_exceptions=True)
