"""A sandbox, a bot on it, and people whom every test knows."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import pytest
from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer

from sandbox import Sandbox

ANNA, BORIS, STRANGER = 1001, 1002, 1003

Api = Callable[..., Awaitable[tuple[int, dict[str, Any]]]]


class Clock:
    """Time that moves only when told."""

    def __init__(self) -> None:
        self.now = datetime(2026, 4, 13, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **amount: float) -> None:
        self.now += timedelta(**amount)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@asynccontextmanager
async def open_telegram(clock: Clock) -> AsyncIterator[Sandbox]:
    """A running sandbox; Anna and Boris have started the bot, the stranger has not."""
    async with Sandbox(clock=clock, webhook_pause=0.01) as found:
        for user_id, name in ((ANNA, "Анна"), (BORIS, "Борис"), (STRANGER, "Степан")):
            found.add_person(user_id, name)
        await found.start_bot(ANNA)
        await found.start_bot(BORIS)
        found.bot.queue.clear()
        yield found


@asynccontextmanager
async def open_bot(telegram: Sandbox) -> AsyncIterator[Bot]:
    """aiogram's own client on the sandbox."""
    session = AiohttpSession(api=TelegramAPIServer.from_base(telegram.base_url))
    async with Bot(telegram.token, session=session).context() as found:
        yield found


@pytest.fixture
async def telegram(clock: Clock) -> AsyncIterator[Sandbox]:
    async with open_telegram(clock) as found:
        yield found


@pytest.fixture
async def bot(telegram: Sandbox) -> AsyncIterator[Bot]:
    async with open_bot(telegram) as found:
        yield found


@pytest.fixture
async def api(telegram: Sandbox) -> AsyncIterator[Api]:
    """Raw calls: JSON in, (status, body) out."""
    async with aiohttp.ClientSession() as session:

        async def call(method: str, **params: Any) -> tuple[int, dict[str, Any]]:
            url = f"{telegram.base_url}/bot{telegram.token}/{method}"
            async with session.post(url, json=params) as response:
                return response.status, await response.json()

        yield call
