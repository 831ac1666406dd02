"""A first word with the Bot API server: which bot is this, and does it answer at all."""

import http.client
import json
import urllib.error
import urllib.request
from typing import Any

from domain.settings import Settings
from vekha.console import say
from vekha.proxy import PATIENCE, ProxyWrong, knock, opener, why_not

BY_PROXY = frozenset({403, 407, 502, 503, 504})  # what proxies answer in the server's stead


class Unreachable(Exception):
    """The server does not answer, or does not know the token; the sentence says which."""


class ByProxy(Unreachable):
    """It is the proxy that does not lead there."""


def bot_name(settings: Settings) -> str:
    """The user name of the bot, asked of the server. Raises Unreachable."""
    token = settings.bot_token.get_secret_value()
    if not token:
        raise Unreachable(say("BOT_TOKEN is not set."))
    proxy = settings.telegram_proxy
    # The address is the installation's own setting.
    request = urllib.request.Request(f"{settings.telegram_api_url.rstrip('/')}/bot{token}/getMe")  # noqa: S310
    try:
        if proxy:
            knock(proxy)
        with opener(proxy).open(request, timeout=PATIENCE) as response:
            answer: dict[str, Any] = json.load(response)
        return str(answer["result"]["username"])
    except ProxyWrong as why:
        raise ByProxy(str(why)) from None
    except urllib.error.HTTPError as error:
        if error.code in (401, 404):
            raise Unreachable(
                say("%(server)s does not know this token.", server=settings.telegram_api_url)
            ) from None
        if proxy and error.code in BY_PROXY:
            raise ByProxy(str(why_not(proxy, settings.telegram_api_url, error))) from None
        raise Unreachable(_silent(settings, f"HTTP {error.code}")) from None
    except (OSError, http.client.HTTPException) as error:
        if proxy:
            raise ByProxy(str(why_not(proxy, settings.telegram_api_url, error))) from None
        reason = str(error.reason) if isinstance(error, urllib.error.URLError) else type(error).__name__
        raise Unreachable(_silent(settings, reason)) from None
    except (ValueError, KeyError, TypeError) as error:
        raise Unreachable(_silent(settings, type(error).__name__)) from None


def _silent(settings: Settings, why: str) -> str:
    """Never with the address of the call: it contains the token."""
    return say("%(server)s does not answer: %(why)s", server=settings.telegram_api_url, why=why)
