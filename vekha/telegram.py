"""A first word with the Bot API server: which bot is this, and does it answer at all."""

import json
import urllib.error
import urllib.request
from typing import Any

from domain.settings import Settings
from vekha.console import say

PATIENCE = 5  # seconds


class Unreachable(Exception):
    """The server does not answer, or does not know the token; the sentence says which."""


def bot_name(settings: Settings) -> str:
    """The user name of the bot, asked of the server. Raises Unreachable."""
    token = settings.bot_token.get_secret_value()
    if not token:
        raise Unreachable(say("BOT_TOKEN is not set."))
    # The address is the installation's own setting.
    request = urllib.request.Request(f"{settings.telegram_api_url.rstrip('/')}/bot{token}/getMe")  # noqa: S310
    proxies = {"http": settings.telegram_proxy, "https": settings.telegram_proxy}
    opener = urllib.request.build_opener(
        *([urllib.request.ProxyHandler(proxies)] if settings.telegram_proxy.startswith("http") else [])
    )
    try:
        with opener.open(request, timeout=PATIENCE) as response:
            answer: dict[str, Any] = json.load(response)
        return str(answer["result"]["username"])
    except urllib.error.HTTPError as error:
        if error.code in (401, 404):
            raise Unreachable(
                say("%(server)s does not know this token.", server=settings.telegram_api_url)
            ) from None
        raise Unreachable(_silent(settings, f"HTTP {error.code}")) from None
    except urllib.error.URLError as error:
        raise Unreachable(_silent(settings, str(error.reason))) from None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Unreachable(_silent(settings, type(error).__name__)) from None


def _silent(settings: Settings, why: str) -> str:
    """Never with the address of the call: it contains the token."""
    return say("%(server)s does not answer: %(why)s", server=settings.telegram_api_url, why=why)
