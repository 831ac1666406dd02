"""One ASGI layer around every page: who may post, how much, and what browsers are told (RELIABILITY.md §5).

No HSTS and no upgrade-insecure-requests: an installation in a local network without a certificate must keep
working. `Referrer-Policy: same-origin`, not `no-referrer`: under the latter browsers send `Origin: null` with
forms, and then posts could not be told apart where `Sec-Fetch-Site` is missing (plain http).
"""

from collections.abc import Callable, Collection, Mapping
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
BODY_LIMIT = 1024 * 1024  # bytes of a form without files
READ_ON = 128 * 1024 * 1024  # bytes of a refused body that are still taken in, so that the answer is seen
POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'none'",
        "style-src 'self'",
        "img-src 'self' data:",  # drawings inside the style sheet
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
# The one page with a script of ours: how far a large file has come, and new attempts.
WITH_SCRIPT = "/upload"
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


def may_post(headers: Headers, public_url: str) -> bool:
    """Whether an unsafe request comes from our own page and not from a foreign one (CSRF)."""
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site in {"same-origin", "none"}
    origin = urlsplit(headers.get("origin", ""))
    own = {headers.get("host", ""), urlsplit(public_url).netloc} - {""}
    return origin.scheme in {"http", "https"} and origin.netloc in own


class TooLarge(Exception):
    """The body went over its limit while being read."""


async def _read_on(receive: Receive) -> None:
    """Take the rest of a refused body and forget it: a browser whose sending is broken off shows no answer at all."""
    taken = 0
    while taken < READ_ON:
        message = await receive()
        if message["type"] != "http.request" or not message.get("more_body", False):
            return
        taken += len(message.get("body", b""))


class Guard:
    """Adds the headers, refuses foreign posts and bodies that are too large."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        public_url: str,
        limits: Mapping[str, int],
        too_large: Callable[[int], ASGIApp],
        exempt: Collection[str] = (),
    ) -> None:
        """`limits`: bytes by path where a form carries files. `too_large`: the page for what went over its limit.
        `exempt`: paths that programs post to and that check a secret of their own."""
        self.app = app
        self.too_large = too_large
        self.public_url = public_url
        self.limits = limits
        self.exempt = frozenset(exempt)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Guard one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = False

        async def sending(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                _add_headers(MutableHeaders(scope=message), scope["path"])
            await send(message)

        headers = Headers(scope=scope)
        unsafe = scope["method"] not in SAFE_METHODS
        if unsafe and scope["path"] not in self.exempt and not may_post(headers, self.public_url):
            await PlainTextResponse("Forbidden: the form came from another site.", 403)(
                scope, receive, sending
            )
            return
        try:
            await self.app(scope, self._counting(scope, headers, receive), sending)
        except TooLarge:
            if not started:
                await _read_on(receive)
                await self.too_large(self._limit(scope))(scope, receive, sending)

    def _limit(self, scope: Scope) -> int:
        return self.limits.get(scope["path"], BODY_LIMIT)

    def _counting(self, scope: Scope, headers: Headers, receive: Receive) -> Receive:
        limit = self._limit(scope)
        length = headers.get("content-length", "")
        read = 0

        async def counted() -> Message:
            nonlocal read
            if length.isdigit() and int(length) > limit:
                raise TooLarge
            message = await receive()
            read += len(message.get("body", b""))
            if read > limit:
                raise TooLarge
            return message

        return counted


def _add_headers(headers: MutableHeaders, path: str) -> None:
    for name, value in HEADERS.items():
        headers[name] = value
    if path == WITH_SCRIPT:
        headers["Content-Security-Policy"] = POLICY.replace("script-src 'none'", "script-src 'self'")
    if not path.startswith("/static/"):
        headers["Cache-Control"] = "no-store"
