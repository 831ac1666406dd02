"""One process: ready once Telegram has answered, deaf to unknown tokens, split by parts, stopped at once."""

import asyncio
import os
import socket
import sys
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2
import pytest
from pydantic import SecretStr

from domain.db import Database
from domain.settings import Settings
from sandbox import DEFAULT_TOKEN, Sandbox
from tests.patience import PATIENCE
from tests.vekha.conftest import free_port
from tests.world import create_tables
from vekha import app
from vekha.console import Refused

STRANGER = 501


def settings_of(folder: Path, server: str, token: str = DEFAULT_TOKEN, webhook_secret: str = "") -> Settings:
    return Settings(
        bot_token=SecretStr(token),
        telegram_api_url=server,
        data_dir=folder,
        database_url=f"sqlite+aiosqlite:///{folder / 'test.db'}",
        webhook_secret=SecretStr(webhook_secret),
    )


async def database_of(settings: Settings) -> Database:
    db = Database(settings.database)
    await create_tables(db)
    return db


@asynccontextmanager
async def running(
    settings: Settings, parts: Collection[str] = app.EVERYTHING
) -> AsyncIterator[tuple[app.Installation, httpx2.AsyncClient]]:
    """An installation that runs, and a browser."""
    installation = app.Installation(settings, await database_of(settings), parts)
    door = app.listen("127.0.0.1", 0)
    stop = asyncio.Event()
    work = asyncio.create_task(installation.run(stop, door))
    address = f"http://127.0.0.1:{door.getsockname()[1]}"
    async with httpx2.AsyncClient(base_url=address, timeout=PATIENCE) as browser:
        try:
            yield installation, browser
        finally:
            stop.set()
            await work
            door.close()


async def until_ready(installation: app.Installation) -> None:
    while not installation.is_ready:
        await asyncio.sleep(0.02)


async def test_bot_and_panel_live_in_one_process(folder: Path) -> None:
    async with Sandbox(bot_username="vekha_test_bot") as telegram:
        telegram.add_person(STRANGER, "Незнакомка")
        async with running(settings_of(folder, telegram.base_url)) as (installation, browser):
            await until_ready(installation)
            assert installation.bot_name == "vekha_test_bot"
            assert (await browser.get("/healthz")).text == "ok"
            assert (await browser.get("/readyz")).status_code == 200
            question = await telegram.send_text(STRANGER, "/start")
            answer = await telegram.next_message(STRANGER, question)
            assert answer.by_bot
        assert not installation.is_ready


async def test_it_waits_for_telegram_and_is_not_ready_until_it_answers(folder: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    async with running(settings_of(folder, f"http://127.0.0.1:{port}")) as (installation, browser):
        answer = await browser.get("/readyz")
        assert (answer.status_code, answer.text) == (503, "starting")
        assert (await browser.get("/healthz")).status_code == 200
        assert not installation.is_ready


async def test_a_token_that_nobody_knows_ends_it_with_a_sentence(folder: Path) -> None:
    async with Sandbox() as telegram:
        settings = settings_of(folder, telegram.base_url, "987654321:AAanother-token-of-no-value-anywhere")
        installation = app.Installation(settings, await database_of(settings))
        door = app.listen("127.0.0.1", 0)
        with pytest.raises(Refused) as refused:
            await installation.run(asyncio.Event(), door)
        door.close()
    assert telegram.base_url in str(refused.value)
    assert "another-token" not in str(refused.value)


async def test_the_panel_alone_needs_no_token(folder: Path) -> None:
    async with running(settings_of(folder, "http://127.0.0.1:9", ""), (app.PANEL,)) as (
        installation,
        browser,
    ):
        await until_ready(installation)
        assert (await browser.get("/readyz")).status_code == 200


@pytest.mark.parametrize(("given", "status"), [("right-secret", 200), ("wrong", 403), (None, 403)])
async def test_updates_come_by_the_webhook_with_its_secret_only(
    folder: Path, given: str | None, status: int
) -> None:
    async with Sandbox() as telegram:
        settings = settings_of(folder, telegram.base_url, webhook_secret="right-secret")
        async with running(settings) as (installation, browser):
            await until_ready(installation)
            headers = {"X-Telegram-Bot-Api-Secret-Token": given} if given else {}
            answer = await browser.post("/telegram/webhook", json={"update_id": 1}, headers=headers)
            assert answer.status_code == status


def test_a_taken_port_is_told_with_the_way_out() -> None:
    door = app.listen("127.0.0.1", 0)
    port = door.getsockname()[1]
    with pytest.raises(Refused) as refused:
        app.listen("127.0.0.1", port)
    door.close()
    assert str(port) in str(refused.value)
    assert "--port" in str(refused.value)


async def test_the_token_does_not_reach_the_log(folder: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", "from vekha.cli import main; main()", "run", "--port", str(free_port())),
        env={**os.environ, "BOT_TOKEN": DEFAULT_TOKEN, "TELEGRAM_API_URL": "http://127.0.0.1:9"},
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stderr is not None
    seen = ""
    while "telegram_unreachable" not in seen:
        line = (await process.stderr.readline()).decode()
        assert line, f"it has ended: {seen}"
        seen += line
    process.terminate()
    seen += (await process.stderr.read()).decode()
    assert await process.wait() == 0
    assert DEFAULT_TOKEN not in seen
