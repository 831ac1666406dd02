"""The one way to the Bot API: every send passes the limiter, the bot's own answers first."""

import asyncio
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any, cast

import structlog
from aiogram import Bot
from aiogram.client.default import DefaultBotProperties
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.enums import ParseMode
from aiogram.exceptions import TelegramNetworkError, TelegramServerError
from aiogram.methods import TelegramMethod
from aiogram.methods.base import TelegramType
from aiohttp import ClientError, ClientRequest, ClientSession, ClientTimeout, TCPConnector
from aiohttp.connector import Connection

from bot.answers import Outcome, ProxyFailed, classify, classify_error
from bot.limits import ANSWER, Flight, Limiter
from domain.settings import Settings

log = structlog.get_logger()

TRIES = 4  # of an answer that Telegram puts off, or that could not be connected
LONGEST_WAIT = 30.0  # seconds: nobody waits longer for the answer to a press


class TelegramSession(AiohttpSession):
    """aiogram's session with the limiter in front and the raw answer at hand."""

    def __init__(self, limiter: Limiter | None = None, proxy: str = "", **options: Any) -> None:
        # aiohttp speaks to HTTP proxies itself; SOCKS needs the package aiohttp-socks.
        self._http_proxy = proxy if proxy.startswith("http") else None
        # By both names aiogram lets the proxy look the address up.
        socks = proxy.replace("socks5h://", "socks5://", 1)
        super().__init__(proxy=None if self._http_proxy else (socks or None), **options)
        if socks and not self._http_proxy:
            self._connector_type = socks_connector()
        self.limiter = limiter or Limiter()
        self.hear: Callable[[str | None], None] = lambda date: None  # gets the `Date` of each answer

    async def create_session(self) -> ClientSession:
        """The HTTP client, made at first use."""
        if self._http_proxy and (
            self._should_reset_connector or self._session is None or self._session.closed
        ):
            await self.close()
            connector = self._connector_type(**self._connector_init)
            self._session = ClientSession(connector=connector, proxy=self._http_proxy)
            self._should_reset_connector = False
        return await super().create_session()

    async def close(self) -> None:
        """Close the connections at once: nothing waits for the goodbyes of TLS."""
        if self._session is not None and not self._session.closed:
            await self._session.close()

    async def post(
        self, bot: Bot, method: TelegramMethod[Any], seconds: float | None = None
    ) -> tuple[int, str]:
        """One call as it is: HTTP status and body. Raises aiohttp's ClientError and TimeoutError."""
        session = await self.create_session()
        url = self.api.api_url(token=bot.token, method=method.__api_method__)
        form = self.build_form_data(bot=bot, method=method)
        limit = ClientTimeout(total=self.timeout if seconds is None else seconds, sock_connect=10)
        async with session.post(url, data=form, timeout=limit) as response:
            self.hear(response.headers.get("Date"))
            body = await response.read()
        return response.status, body.decode("utf-8", "replace")

    async def make_request(  # the signature is aiogram's
        self,
        bot: Bot,
        method: TelegramMethod[TelegramType],
        timeout: int | None = None,  # noqa: ASYNC109
    ) -> TelegramType:
        """A call of the bot's own: waits its turn, and again as long as Telegram surely has not done it."""
        for attempt in range(1, TRIES + 1):
            flight = await self._turn(method)
            try:
                async with self.limiter.flight(flight) if flight is not None else nullcontext():
                    status, body = await self.post(bot, method, timeout)
            except (ClientError, TimeoutError) as error:
                answer = classify_error(error)
                if answer.outcome == Outcome.NOT_CONNECTED and attempt < TRIES:
                    await asyncio.sleep(0.2 * 2**attempt)
                    continue
                raise TelegramNetworkError(method=method, message=answer.error) from error
            if status == 429 and attempt < TRIES:
                wait = classify(status, body).wait
                if wait <= LONGEST_WAIT:
                    log.warning("answer_put_off", method=method.__api_method__, wait=wait)
                    self.limiter.pause(wait)
                    await asyncio.sleep(wait)
                    continue
            return self._result(bot, method, status, body)
        raise AssertionError("the last attempt returns or raises")

    async def _turn(self, method: TelegramMethod[Any]) -> Flight | None:
        name = method.__api_method__
        if name.startswith(("send", "copy", "forward")) and name != "sendChatAction":
            count = len(getattr(method, "media", None) or ()) or 1
            return await self.limiter.acquire(chat_number(getattr(method, "chat_id", None)), ANSWER, count)
        elif name.startswith("edit"):
            return await self.limiter.acquire(None, ANSWER)
        return None

    def _result(self, bot: Bot, method: TelegramMethod[TelegramType], status: int, body: str) -> TelegramType:
        try:
            response = self.check_response(bot=bot, method=method, status_code=status, content=body)
        except TypeError as error:  # an error without a description
            raise TelegramServerError(method=method, message=f"HTTP {status}") from error
        return cast(TelegramType, response.result)


def socks_connector() -> type[TCPConnector]:
    """A connector whose failures are those of aiohttp: the package's own would pass everybody by who handles them."""
    from aiohttp_socks import ProxyConnectionError, ProxyConnector, ProxyError, ProxyTimeoutError

    class SocksConnector(ProxyConnector):
        async def connect(self, req: ClientRequest, traces: list[Any], timeout: ClientTimeout) -> Connection:  # noqa: ASYNC109
            try:
                return await super().connect(req, traces, timeout)
            except ClientError:
                raise
            except (ProxyError, ProxyConnectionError, ProxyTimeoutError, OSError) as error:
                raise ProxyFailed(f"{type(error).__name__}: {error}") from error

    return SocksConnector


def chat_number(chat_id: Any) -> int | None:
    """The number of a chat; a public name has none."""
    try:
        return int(chat_id)
    except (TypeError, ValueError):
        return None


def telegram_bot(settings: Settings, limiter: Limiter | None = None) -> Bot:
    """The bot of the settings: its server, its proxy, HTML by default."""
    session = TelegramSession(
        limiter,
        settings.telegram_proxy,
        api=TelegramAPIServer.from_base(settings.telegram_api_url),
        timeout=30.0,
    )
    defaults = DefaultBotProperties(parse_mode=ParseMode.HTML, link_preview_is_disabled=True)
    return Bot(settings.bot_token.get_secret_value(), session=session, default=defaults)


def session_of(bot: Bot) -> TelegramSession:
    """The bot's session. Raises TypeError for a bot that was not made by `telegram_bot`."""
    if not isinstance(bot.session, TelegramSession):
        raise TypeError("the bot must come from telegram_bot(): all its sends pass one limiter")
    return bot.session
