"""Another token while the program runs, and the numbers for a monitoring system."""

import asyncio
import os
from pathlib import Path

import pytest
from pydantic import SecretStr

from domain import outbox
from domain.actor import SYSTEM
from domain.settings import Settings
from sandbox import DEFAULT_TOKEN, Sandbox
from tests.vekha.conftest import Vekha
from tests.vekha.test_app import STRANGER, database_of, settings_of, until_ready
from vekha import app
from vekha.commands.token import write

NEW = DEFAULT_TOKEN[:-4] + "9999"  # the same bot, revoked and issued anew
OTHER = "987654321:AAother-bot-token-of-no-value-anywhere0"


async def test_a_new_token_is_taken_over_and_doubts_stay(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app, "REREAD", 0.05)
    async with Sandbox(tokens=[DEFAULT_TOKEN]) as telegram:
        telegram.add_person(STRANGER, "Незнакомка")
        settings = settings_of(folder, telegram.base_url)
        now = {"settings": settings}
        db = await database_of(settings)
        async with db.write(SYSTEM) as tx:
            await outbox.put(tx, "words", chat_id=STRANGER, subject="s", dedupe_key="k")
            await outbox.distrust(tx, tx.now)
        installation = app.Installation(settings, db, {"bot", "worker"}, reread=lambda: now["settings"])
        stop = asyncio.Event()
        work = asyncio.create_task(installation.run(stop))
        await until_ready(installation)
        first = installation._engine
        now["settings"] = settings.model_copy(update={"bot_token": SecretStr(OTHER)})
        while not installation._refused_token:  # Telegram does not know it: the old one goes on
            await asyncio.sleep(0.02)
        assert installation._engine is first
        bot = telegram.world.bots[DEFAULT_TOKEN]
        telegram.world.bots = {NEW: bot}
        bot.token = NEW
        now["settings"] = settings.model_copy(update={"bot_token": SecretStr(NEW)})
        while installation._engine is first or not installation.is_ready:
            await asyncio.sleep(0.02)
        question = await telegram.send_text(STRANGER, "/start")
        assert (await telegram.next_message(STRANGER, question)).by_bot
        async with db.read(SYSTEM) as tx:
            assert (await outbox.counts(tx))["unknown"] == 1
        stop.set()
        await work


async def test_numbers_are_shown_to_who_has_the_token_only(folder: Path) -> None:
    async with Sandbox() as telegram:
        settings = settings_of(folder, telegram.base_url)
        settings = settings.model_copy(update={"metrics_token": SecretStr("s3cret")})
        from tests.vekha.test_app import running

        async with running(settings) as (installation, browser):
            await until_ready(installation)
            assert (await browser.get("/metrics")).status_code == 404
            wrong = await browser.get("/metrics", headers={"Authorization": "Bearer s3cre"})
            assert wrong.status_code == 404
            page = await browser.get("/metrics", headers={"Authorization": "Bearer s3cret"})
    assert page.headers["content-type"].startswith("text/plain; version=0.0.4")
    lines = page.text.splitlines()
    assert [line for line in lines if line.startswith("vekha_trouble")] == [
        'vekha_trouble{kind="clock"} 0',
        'vekha_trouble{kind="rival"} 0',
        'vekha_trouble{kind="token"} 0',
    ]
    assert "vekha_send_rate 30" in lines
    assert 'vekha_lag_seconds{queue="outbox"} 0' in lines
    names = [line.split()[2] for line in lines if line.startswith("# TYPE")]
    assert len(names) == len(set(names))


async def test_without_a_token_there_are_no_numbers(folder: Path) -> None:
    from tests.vekha.test_app import running

    async with Sandbox() as telegram, running(settings_of(folder, telegram.base_url)) as (_, browser):
        answer = await browser.get("/metrics", headers={"Authorization": "Bearer x"})
        assert answer.status_code == 404


def test_the_line_of_the_token_is_replaced_and_only_the_owner_reads_it(folder: Path) -> None:
    path = folder / ".env"
    path.write_text("# mine\nBOT_TOKEN=1:old\nTIMEZONE=Europe/Moscow\n")
    write(path, NEW)
    assert path.read_text() == f"# mine\nBOT_TOKEN={NEW}\nTIMEZONE=Europe/Moscow\n"
    assert os.stat(path).st_mode & 0o777 == 0o600
    path.unlink()
    write(path, NEW)
    assert path.read_text() == f"BOT_TOKEN={NEW}\n"


@pytest.mark.parametrize(("token", "word"), [("nonsense", "токен"), (OTHER, "--other-bot")])
def test_a_wrong_token_is_not_written(folder: Path, vekha: Vekha, token: str, word: str) -> None:
    before = f"BOT_TOKEN={DEFAULT_TOKEN}\nTELEGRAM_API_URL=http://127.0.0.1:9\n"
    (folder / ".env").write_text(before)
    answer = vekha("token", "set", token)
    assert (answer.exit_code, (folder / ".env").read_text()) == (1, before)
    assert word in answer.stderr


async def test_a_token_that_telegram_knows_is_written(folder: Path, vekha: Vekha) -> None:
    async with Sandbox(bot_username="vekha_test_bot") as telegram:
        (folder / ".env").write_text(f"BOT_TOKEN=1:old\nTELEGRAM_API_URL={telegram.base_url}\n")
        answer = await asyncio.to_thread(vekha, "token", "set", DEFAULT_TOKEN, "--other-bot")
        assert answer.exit_code == 0, answer.stderr
        assert "@vekha_test_bot" in answer.stderr
        assert Settings(_env_file=folder / ".env").bot_token.get_secret_value() == DEFAULT_TOKEN


def test_a_socks_proxy_without_its_package_is_told(
    folder: Path, vekha: Vekha, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / ".env").write_text(f"BOT_TOKEN={DEFAULT_TOKEN}\nTELEGRAM_PROXY=socks5://127.0.0.1:9\n")
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    answer = vekha("run")
    assert answer.exit_code == 1
    assert "vekha[socks]" in answer.stderr
