"""The bot speaks to Telegram by a proxy: SOCKS5 and HTTP, with and without a password; and what a wrong one does."""

import asyncio
import socket
import ssl
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from aiogram import Bot
from aiogram.exceptions import TelegramNetworkError
from aiogram.methods import GetMe
from aiohttp import ClientError

from bot.answers import Outcome, ProxyFailed, classify_error
from bot.telegram import session_of, telegram_bot
from domain.settings import Settings
from sandbox import Sandbox
from tests.bot.proxies import Proxy, certificate, http_proxy, serving, socks5, tls
from tests.vekha.test_app import running, settings_of, until_ready
from vekha import telegram as first_word

FAR = "http://api.telegram.invalid"  # a name that nobody here can look up
ANNA = 1001


def target(telegram: Sandbox) -> tuple[str, int]:
    address = urlsplit(telegram.base_url)
    return address.hostname or "", address.port or 0


def bot_by(telegram: Sandbox, proxy: str, server: str = FAR) -> Bot:
    settings = Settings(
        _env_file=None, bot_token=telegram.token, telegram_api_url=server, telegram_proxy=proxy
    )
    return telegram_bot(settings)


def asked_by(telegram: Sandbox, proxy: str, server: str = FAR) -> str:
    """The first word of `vekha doctor`: the bot's name, or the sentence."""
    settings = Settings(
        _env_file=None, bot_token=telegram.token, telegram_api_url=server, telegram_proxy=proxy
    )
    try:
        return first_word.bot_name(settings)
    except first_word.ByProxy as why:
        return str(why)


@pytest.mark.parametrize("scheme", ["socks5", "socks5h"])
async def test_socks_leads_and_looks_the_name_up_at_the_far_end(scheme: str) -> None:
    async with Sandbox() as telegram, socks5(Proxy(target(telegram))) as proxy:
        address = f"{scheme}://127.0.0.1:{proxy.port}"
        bot = bot_by(telegram, address)
        telegram.add_person(ANNA, "Анна")
        await asyncio.to_thread(asked_by, telegram, address)
        assert (await bot.get_me()).username == telegram.username
        await bot.session.close()
        assert set(proxy.asked) == {"api.telegram.invalid:80"}
        assert await asyncio.to_thread(asked_by, telegram, address) == telegram.username


async def test_socks_with_a_password() -> None:
    async with Sandbox() as telegram, socks5(Proxy(target(telegram), "vekha", "p@ss word")) as proxy:
        right = f"socks5://vekha:p%40ss%20word@127.0.0.1:{proxy.port}"
        bot = bot_by(telegram, right)
        assert (await bot.get_me()).username == telegram.username
        await bot.session.close()
        assert await asyncio.to_thread(asked_by, telegram, right) == telegram.username
        for wrong in (f"socks5://vekha:no@127.0.0.1:{proxy.port}", f"socks5://127.0.0.1:{proxy.port}"):
            sentence = await asyncio.to_thread(asked_by, telegram, wrong)
            assert sentence == (
                f"Прокси 127.0.0.1:{proxy.port} не принимает эти имя и пароль. Проверьте TELEGRAM_PROXY."
            )


async def test_http_with_a_password() -> None:
    async with Sandbox() as telegram, http_proxy(Proxy(target(telegram), "vekha", "secret")) as proxy:
        right = f"http://vekha:secret@127.0.0.1:{proxy.port}"
        bot = bot_by(telegram, right)
        assert (await bot.get_me()).username == telegram.username
        await bot.session.close()
        assert proxy.asked == ["api.telegram.invalid:80"]
        assert await asyncio.to_thread(asked_by, telegram, right) == telegram.username
        sentence = await asyncio.to_thread(asked_by, telegram, f"http://127.0.0.1:{proxy.port}")
        assert sentence == (
            f"Прокси 127.0.0.1:{proxy.port} не принимает эти имя и пароль. Проверьте TELEGRAM_PROXY."
        )


@pytest.mark.parametrize("kind", ["http", "socks5"])
async def test_https_goes_through_a_tunnel_that_the_proxy_cannot_read(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cert, key = await asyncio.to_thread(certificate, tmp_path, "api.telegram.invalid")
    monkeypatch.setenv("SSL_CERT_FILE", str(cert))  # as for the first word; the bot's own trust comes below
    trusted = ssl.create_default_context(cafile=str(cert))
    async with Sandbox() as telegram, tls(target(telegram), cert, key) as port:
        opened = http_proxy if kind == "http" else socks5
        async with opened(Proxy(("127.0.0.1", port))) as proxy:
            address = f"{kind}://127.0.0.1:{proxy.port}"
            bot = bot_by(telegram, address, server="https://api.telegram.invalid")
            session_of(bot)._connector_init["ssl"] = trusted
            assert (await bot.get_me()).username == telegram.username
            await bot.session.close()
            assert proxy.asked == ["api.telegram.invalid:443"]
            name = await asyncio.to_thread(asked_by, telegram, address, "https://api.telegram.invalid")
            assert name == telegram.username


def a_closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.mark.parametrize("scheme", ["http", "socks5"])
async def test_a_proxy_that_is_not_there(scheme: str) -> None:
    async with Sandbox() as telegram:
        port = a_closed_port()
        address = f"{scheme}://vekha:secret@127.0.0.1:{port}"
        sentence = await asyncio.to_thread(asked_by, telegram, address)
        assert sentence == (
            f"Прокси 127.0.0.1:{port} не отвечает (Connection refused). "
            "Проверьте TELEGRAM_PROXY и то, запущен ли прокси."
        )
        bot = bot_by(telegram, address)
        # Surely not sent: the message waits, and is not in doubt.
        with pytest.raises(ClientError) as caught:
            await session_of(bot).post(bot, GetMe())
        assert classify_error(caught.value).outcome == Outcome.NOT_CONNECTED
        await bot.session.close()


@pytest.mark.parametrize("scheme", ["http", "socks5"])
async def test_a_proxy_that_leads_nowhere(scheme: str, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = http_proxy if scheme == "http" else socks5
    async with Sandbox() as telegram, opened(Proxy(target(telegram), refuses=True)) as proxy:
        address = f"{scheme}://127.0.0.1:{proxy.port}"
        sentence = await asyncio.to_thread(asked_by, telegram, address)
        assert sentence.startswith(f"Прокси 127.0.0.1:{proxy.port} отвечает, но не ведёт к {FAR}: ")
        if scheme == "socks5":
            bot = bot_by(telegram, address)
            with pytest.raises(ProxyFailed):
                await session_of(bot).post(bot, GetMe())
            monkeypatch.setattr("bot.telegram.TRIES", 1)
            with pytest.raises(TelegramNetworkError):
                await bot.get_me()
            await bot.session.close()


async def test_something_that_is_no_proxy() -> None:
    async def deaf(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(b"SSH-2.0-OpenSSH\r\n")

    async with Sandbox() as telegram, serving(deaf) as port:
        for scheme in ("http", "socks5"):
            sentence = await asyncio.to_thread(asked_by, telegram, f"{scheme}://127.0.0.1:{port}")
            assert sentence.startswith(f"Прокси 127.0.0.1:{port} отвечает, но не ведёт к {FAR}: ")


@pytest.mark.parametrize(
    "address", ["proxy:3128", "ftp://proxy:21", "socks5://", "http://proxy:99999", "://"]
)
async def test_what_is_no_address_of_a_proxy(address: str) -> None:
    async with Sandbox() as telegram:
        sentence = await asyncio.to_thread(asked_by, telegram, address)
        assert sentence.startswith("В TELEGRAM_PROXY не адрес прокси.")
        sentence = await asyncio.to_thread(asked_by, telegram, "socks5://веха:тайна@proxy")
        assert sentence.startswith("Имя и пароль в TELEGRAM_PROXY")


@pytest.mark.parametrize("scheme", ["http", "socks5"])
async def test_the_whole_installation_speaks_by_the_proxy_and_survives_its_loss(
    scheme: str, tmp_path: Path
) -> None:
    opened = http_proxy if scheme == "http" else socks5
    async with Sandbox(bot_username="vekha_test_bot") as telegram, opened(Proxy(target(telegram))) as proxy:
        telegram.add_person(ANNA, "Незнакомка")
        settings = settings_of(tmp_path, FAR).model_copy(
            update={"telegram_proxy": f"{scheme}://127.0.0.1:{proxy.port}"}
        )
        async with running(settings) as (installation, _):
            await until_ready(installation)
            question = await telegram.send_text(ANNA, "/start")
            assert (await telegram.next_message(ANNA, question)).by_bot
            proxy.refuses = True
            await proxy.drop()
            question = await telegram.send_text(ANNA, "/help")
            async with asyncio.timeout(120):
                while proxy.refused == 0:
                    await asyncio.sleep(0.05)
            proxy.refuses = False
            assert (await telegram.next_message(ANNA, question, timeout=60)).by_bot
        assert set(proxy.asked) == {"api.telegram.invalid:80"}
