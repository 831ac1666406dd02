"""The proxy on the way to Telegram: whether its address can be one, whether it answers, and where it leads."""

import http.client
import importlib.util
import socket
import ssl
import urllib.request
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

from domain.errors import N_
from vekha.console import say

PATIENCE = 5  # seconds
PORTS = {"http": 3128, "https": 443, "socks4": 1080, "socks5": 1080, "socks5h": 1080}
NO_ADDRESS = N_(
    "TELEGRAM_PROXY is not the address of a proxy. Examples: http://host:3128, socks5://host:1080"
)
NO_LETTERS = N_("Name and password of TELEGRAM_PROXY may hold Latin letters, digits and signs only.")
NO_PACKAGE = N_("A SOCKS proxy needs one more package: pip install 'vekha[socks]'")
SILENT = N_(
    "The proxy %(proxy)s does not answer (%(why)s). Check TELEGRAM_PROXY, and whether the proxy is running."
)
STRANGER = N_("The proxy %(proxy)s does not take this name and password. Check TELEGRAM_PROXY.")
NO_WAY = N_("The proxy %(proxy)s answers, but does not lead to %(server)s: %(why)s")


class ProxyWrong(Exception):
    """The proxy is not as it must be; the sentence says what to do, and never holds the password."""


def parsed(proxy: str) -> SplitResult:
    """The address of the proxy, looked at without asking anybody. Raises ProxyWrong."""
    try:
        found = urlsplit(proxy)
        known = found.scheme in PORTS and found.hostname and (found.port or PORTS[found.scheme])
    except ValueError:
        known = None
    if not known:
        raise ProxyWrong(say(NO_ADDRESS))
    if not unquote(f"{found.username}{found.password}").isascii():
        raise ProxyWrong(say(NO_LETTERS))
    if found.scheme.startswith("socks") and importlib.util.find_spec("aiohttp_socks") is None:
        raise ProxyWrong(say(NO_PACKAGE))
    return found


def shown(proxy: str) -> str:
    """Host and port: what may be said aloud."""
    found = parsed(proxy)
    return f"{found.hostname}:{found.port or PORTS[found.scheme]}"


def knock(proxy: str) -> None:
    """Whether anybody listens there. Raises ProxyWrong."""
    found = parsed(proxy)
    try:
        socket.create_connection((found.hostname, found.port or PORTS[found.scheme]), PATIENCE).close()
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise ProxyWrong(say(SILENT, proxy=shown(proxy), why=why)) from None


def opener(proxy: str) -> urllib.request.OpenerDirector:
    """What opens addresses by this proxy; the name of the server is looked up at the far end of SOCKS."""
    if not proxy:
        return urllib.request.build_opener()
    found = parsed(proxy)
    if not found.scheme.startswith("socks"):
        return urllib.request.build_opener(urllib.request.ProxyHandler({"http": proxy, "https": proxy}))
    address = proxy.replace("socks5h://", "socks5://", 1)
    return urllib.request.build_opener(urllib.request.ProxyHandler({}), _Plain(address), _Secure(address))


def why_not(proxy: str, server: str, error: Exception) -> ProxyWrong:
    """The sentence for a call that failed on its way by the proxy."""
    words = str(getattr(error, "reason", error)) or type(error).__name__
    is_stranger = "407" in words or getattr(error, "code", 0) == 407 or "auth" in words.lower()
    if is_stranger:
        return ProxyWrong(say(STRANGER, proxy=shown(proxy)))
    return ProxyWrong(say(NO_WAY, proxy=shown(proxy), server=server, why=words))


class _Socks:
    """The first part of a connection: by the proxy instead of directly."""

    host: str
    port: int
    sock: Any

    def __init__(self, *args: Any, proxy: str, **options: Any) -> None:
        self._proxy = proxy
        super().__init__(*args, **options)

    def connect(self) -> None:
        """Have the proxy lead to the server."""
        from python_socks import ProxyConnectionError, ProxyError, ProxyTimeoutError
        from python_socks.sync import Proxy

        try:
            self.sock = Proxy.from_url(self._proxy, rdns=True).connect(self.host, self.port, timeout=PATIENCE)
        except (ProxyError, ProxyConnectionError, ProxyTimeoutError) as error:
            raise OSError(str(error)) from error


class _PlainConnection(_Socks, http.client.HTTPConnection):
    pass


class _SecureConnection(_Socks, http.client.HTTPSConnection):
    def connect(self) -> None:
        super().connect()
        self.sock = ssl.create_default_context().wrap_socket(self.sock, server_hostname=self.host)


class _Plain(urllib.request.HTTPHandler):
    def __init__(self, proxy: str) -> None:
        super().__init__()
        self._proxy = proxy

    def http_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        """Open an address of http."""
        return self.do_open(_PlainConnection, req, proxy=self._proxy)  # type: ignore[arg-type]


class _Secure(urllib.request.HTTPSHandler):
    def __init__(self, proxy: str) -> None:
        super().__init__()
        self._proxy = proxy

    def https_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        """Open an address of https."""
        return self.do_open(_SecureConnection, req, proxy=self._proxy)  # type: ignore[arg-type]
