"""Pages given again for as long as nothing that they were made from has changed.

A kept page is found by who asks (the whole actor: person, roles with places, language, zone) and by its address. It is
true while the numbers of the tables that it was read from are the same (`domain.changes`, counted by the database in
the transaction of each change) and no moment has passed at which it becomes another by itself (`domain.looks`). Both
are noted while the page is made; a page with any other source is not kept. docs/decisions/0008-kept-pages.md.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, NamedTuple, TypeVar

import structlog
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from admin.auth import ACTOR, COOKIE
from domain import access, changes, people
from domain.actor import STRANGER, Actor
from domain.db import Database
from domain.looks import Look, look, looking

log = structlog.get_logger(__name__)

ROOM = 64 * 1024 * 1024  # bytes of kept pages; the least used leave first
LARGEST = 4 * 1024 * 1024
FIXED = 512  # bytes that a kept thing takes beside its content
HTML = b"text/html"

Thing = TypeVar("Thing")


class State(NamedTuple):
    """Where the facts and the clock stand."""

    stamps: Mapping[str, int]
    now: datetime


@dataclass(frozen=True, slots=True)
class Kept(Generic[Thing]):
    """Something made from facts, with what tells that they are still the same."""

    thing: Thing
    of: State
    until: datetime | None
    size: int

    def is_true(self, at: State) -> bool:
        """Whether it would come out the same if made now."""
        in_time = self.of.now <= at.now and (self.until is None or at.now < self.until)
        return in_time and changes.same(at.stamps, self.of.stamps)


class Answer(NamedTuple):
    """A page as it went out, before the headers that every answer gets."""

    headers: list[tuple[bytes, bytes]]
    body: bytes


class Store(Generic[Thing]):
    """What is kept in memory, within a number of bytes; what was not asked for longest leaves first."""

    def __init__(self, room: int = ROOM) -> None:
        self.room = room
        self.size = 0
        self.given = 0  # how many times something was given again
        self._kept: OrderedDict[Hashable, Kept[Thing]] = OrderedDict()

    def find(self, key: Hashable, at: State) -> Thing | None:
        """What is kept under the key, if it is still true; what is not leaves at once."""
        found = self._kept.get(key)
        if found is None:
            return None
        if not found.is_true(at):
            self._drop(key)
            return None
        self._kept.move_to_end(key)
        self.given += 1
        return found.thing

    def keep(self, key: Hashable, thing: Thing, size: int, seen: Look, at: State) -> None:
        """Keep what was made while looking. `at` is the state from before it was made: if something changed
        meanwhile, it is merely made once more."""
        tables = changes.tables_of(seen.statements)
        if not seen.lasts or not tables <= at.stamps.keys() or size > LARGEST:
            return
        self._drop(key)
        of = {name: at.stamps[name] for name in tables}
        self._kept[key] = Kept(thing, State(of, at.now), seen.until, size + FIXED)
        self.size += size + FIXED
        while self.size > self.room:
            self._drop(next(iter(self._kept)))

    def _drop(self, key: Hashable) -> None:
        found = self._kept.pop(key, None)
        if found is not None:
            self.size -= found.size


async def worth_keeping() -> None:
    """Dependency of pages that cost much to make: what they answer may be given again."""
    found = looking.get()
    if found is not None:
        found.wanted = True


class Keeping:
    """Around the application: says who asks, and gives kept pages again."""

    def __init__(self, app: ASGIApp, *, db: Database, room: int = ROOM) -> None:
        self.app = app
        self.db = db
        self.pages: Store[Answer] = Store(room)
        self.actors: Store[Actor] = Store()
        self._is_counted: bool | None = None  # not asked yet

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        token = ""
        if scope["type"] == "http" and not scope["path"].startswith("/static/"):
            token = HTTPConnection(scope).cookies.get(COOKIE, "")
        if not token:
            await self.app(scope, receive, send)
            return
        at = State(await self._stamps(), self.db.clock.now())
        actor = scope[ACTOR] = await self._who(token, at)
        if scope["method"] != "GET" or actor is STRANGER or b"done=" in scope["query_string"]:
            await self.app(scope, receive, send)
            return
        key = actor, scope["path"], scope["query_string"]
        found = self.pages.find(key, at)
        if found is not None:
            await send({"type": "http.response.start", "status": 200, "headers": list(found.headers)})
            await send({"type": "http.response.body", "body": found.body})
            return
        with look() as seen:

            def keep(answer: Answer) -> None:
                self.pages.keep(key, answer, len(answer.body), seen, at)

            await self.app(scope, receive, _Copying(send, seen, keep).send)

    async def _stamps(self) -> Mapping[str, int]:
        """The numbers of the tables; none, so that nothing is kept, where one of them is not counted."""
        if self._is_counted is None:
            async with self.db.read(STRANGER) as tx:
                tables = await changes.uncounted(tx)
            self._is_counted = not tables
            if tables:
                log.warning("pages_are_not_kept", not_counted=tables)
        return await changes.present_stamps(self.db) if self._is_counted else {}

    async def _who(self, token: str, at: State) -> Actor:
        key = people.digest(token)
        known = self.actors.find(key, at)
        if known is not None:
            return known
        with look() as seen:
            async with self.db.read(STRANGER) as tx:
                found = await access.session_actor(tx, token)
        actor = found if found.grants and found.person_id is not None else STRANGER
        if actor is not STRANGER:  # guesses fill no memory
            self.actors.keep(key, actor, FIXED, seen, at)
        return actor


class _Copying:
    """Passes an answer on, and keeps a copy where it is a page that is worth it."""

    def __init__(self, send: Send, seen: Look, keep: Callable[[Answer], None]) -> None:
        self._send, self._seen, self._keep = send, seen, keep
        self._headers: list[tuple[bytes, bytes]] | None = None

    async def send(self, message: Message) -> None:
        """One message of the answer; before it leaves, for what stands around the application adds to it."""
        if message["type"] == "http.response.start":
            headers = [(bytes(name), bytes(value)) for name, value in message["headers"]]
            self._headers = headers if message["status"] == 200 and _is_page(headers) else None
        elif message.get("more_body", False):
            self._headers = None  # written piece by piece: too long to keep
        elif self._headers is not None and self._seen.wanted:
            self._keep(Answer(self._headers, message.get("body", b"")))
        await self._send(message)


def _is_page(headers: list[tuple[bytes, bytes]]) -> bool:
    kept = dict(headers)
    return kept.get(b"content-type", b"").startswith(HTML) and b"set-cookie" not in kept
