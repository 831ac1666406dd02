"""A form that makes something new and is sent twice is one: pressed twice, or sent again after «back». Most actions
know by themselves what has been done already; a second question, agreement or wave could be meant, so here the press
tells.

The last form of each session is remembered by its address and content while it is answered and for a while after. The
same one again, with no other form in between, is not given to the page: it gets the answer of the first. Only an answer
that leads on (303) stands for it: a form that was refused or merely looked through may be sent as often as one likes.
"""

import asyncio
import hashlib
import re
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic

from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from admin.auth import COOKIE

LASTS = 60.0  # seconds after the answer
MAKES = re.compile(
    r"/(agreements|indicators|indicators/\d+/values|silence/steps|work/\d+/(say|propose)|curation|snapshots|peer"
    r"|monitoring/waves|monitoring/waves/\d+/recommend|monitoring/criteria/\d+/(copy|year)|broadcasts/\d+/letters)"
)
LARGEST = 64 * 1024  # bytes; files have actions that know them again by their content
SESSIONS = 2_000  # remembered at a time
FORM = "application/x-www-form-urlencoded"


@dataclass(slots=True)
class _Sent:
    """A form and, once it is answered, where the answer leads."""

    key: bytes
    is_answered: asyncio.Event = field(default_factory=asyncio.Event)
    leads_to: str | None = None
    answered_at: float = 0.0


class Twice:
    """Around the application."""

    def __init__(self, app: ASGIApp, *, clock: Callable[[], float] = monotonic) -> None:
        self.app = app
        self.clock = clock
        self._last: OrderedDict[str, _Sent] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        token = HTTPConnection(scope).cookies.get(COOKIE, "") if scope["type"] == "http" else ""
        if not token or scope["method"] != "POST":
            await self.app(scope, receive, send)
            return
        body = await _body(scope, receive) if MAKES.fullmatch(scope["path"]) else None
        if body is None:
            self._last.pop(token, None)  # another form has come in between
            await self.app(scope, receive, send)
            return
        key = hashlib.sha256(b"\0".join((scope["path"].encode(), scope["query_string"], body))).digest()
        before = self._last.get(token)
        if before is not None and before.key == key:
            await before.is_answered.wait()
            if before.leads_to is not None and self.clock() - before.answered_at < LASTS:
                await _lead(send, before.leads_to)
                return
        await self._first(token, _Sent(key), scope, _again(body, receive), send)

    async def _first(self, token: str, form: _Sent, scope: Scope, receive: Receive, send: Send) -> None:
        self._last[token] = form
        self._last.move_to_end(token)
        while len(self._last) > SESSIONS:
            self._last.popitem(last=False)

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] == 303:
                form.leads_to = Headers(raw=message["headers"]).get("location")
            await send(message)

        try:
            await self.app(scope, receive, sending)
        finally:
            form.answered_at = self.clock()
            form.is_answered.set()


async def _body(scope: Scope, receive: Receive) -> bytes | None:
    """The whole of a small form without files; None for any other, of which nothing has been taken yet."""
    headers = Headers(scope=scope)
    length = headers.get("content-length", "")
    small = length.isdecimal() and int(length) <= LARGEST
    if not small or not headers.get("content-type", "").startswith(FORM):
        return None
    body = b""
    while True:
        message = await receive()
        body += message.get("body", b"")
        if message["type"] != "http.request" or not message.get("more_body", False):
            return bytes(body)


def _again(body: bytes, receive: Receive) -> Receive:
    """The body once more, for the application."""
    is_given = False

    async def given() -> Message:
        nonlocal is_given
        if is_given:
            return await receive()
        is_given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return given


async def _lead(send: Send, where: str) -> None:
    headers = [(b"location", where.encode("latin-1")), (b"content-length", b"0")]
    await send({"type": "http.response.start", "status": 303, "headers": headers})
    await send({"type": "http.response.body", "body": b""})
