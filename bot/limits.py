"""One limiter for all sends of a token: Telegram allows 30 a second, one a second in a chat, 20 a minute in a group.

`Window` is the arithmetic, with time given to it; `Limiter` lets coroutines wait, the bot's own answers first. Whoever
sends has its turn first (`acquire`), may do something, and then flies (`flight`). Turns keep the pace; flights keep the
limit: when Telegram counts a message lies between its departure and its answer, so a message departs only if fewer than
thirty were on their way or answered within the second before it. No guess about the network is needed, and no margin.
In a chat it departs a second after the answer to the one before it: a way that was slow once must not bring two at once.
A bucket with a burst would let 49 through in one second (RELIABILITY.md §2); what is unprompted is spaced evenly.
"""

import asyncio
import heapq
import itertools
import time
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from math import ceil

RATE = 30.0  # a second
CHAT_SPACING = 1.05  # seconds between the turns of messages to one chat
CHAT_PAUSE = 1.0  # seconds from an answer until the next message to its chat departs
HOLDS = 2.0  # seconds that a message without an answer holds up the next one to its chat: it may never come
GROUP_LIMIT, GROUP_WINDOW = 20, 60.0
SLOW_FOR = (
    60.0  # seconds after a pause in which another one means that we are too fast, and for which we go slower
)
SLOWER, SLOWEST = 0.9, 0.5  # of the rate: after each further pause, and at least
ANSWER = -1  # priority of what a person is waiting for; the outbox lanes 0, 1, 2 follow
CATCH_UP = 0.3  # seconds of even spacing that a late timer or a slow answer may make good
READY = 8  # messages that have had their turn and have not left: more would only wait there instead of here
LOOK_AGAIN = 0.05  # seconds, where all that are allowed are on their way
REMEMBERED = 3.0  # seconds: a departure counts for at most two, at the slowest
REMEMBERED_CHATS = 5_000


@dataclass(slots=True)
class Flight:
    """A message whose turn has come, when it left, and when its answer was there.

    `before` is the one before it in its chat, until it leaves itself.
    """

    turn: float
    left: float | None = None
    over: float | None = None
    before: "Flight | None" = None
    is_forgotten: bool = False  # it never left


class Window:
    """When may the next message leave? All times are seconds of one clock."""

    def __init__(self, rate: float = RATE, chat_spacing: float = CHAT_SPACING) -> None:
        self.rate, self.chat_spacing = rate, chat_spacing
        self.paused_until = float("-inf")
        self.slow_until = float("-inf")
        self._factor = 1.0
        self._flights: deque[Flight] = deque()
        self._next_unprompted = float("-inf")
        self._chats: dict[int, deque[float]] = {}
        self._last: dict[int, Flight] = {}  # in each of these chats

    def pause(self, now: float, seconds: float) -> None:
        """Telegram asked to wait: nothing until then; asked again within a minute, a tenth slower, for a minute.

        Several refusals at once, of messages that were on their way together, count as one.
        """
        if now > self.paused_until:
            is_again = now - self.paused_until <= SLOW_FOR
            self._factor = max(SLOWEST, self._factor * SLOWER) if is_again else 1.0
        self.paused_until = max(self.paused_until, now + seconds)
        self.slow_until = max(self.slow_until, self.paused_until + SLOW_FOR)

    def slow(self, until: float) -> None:
        """A pause of an earlier process: how often it had been asked is not known, so at the slowest."""
        self.slow_until, self._factor = max(self.slow_until, until), SLOWEST

    def rate_at(self, now: float) -> float:
        """Messages a second at this moment, pauses aside."""
        return self.rate * self._factor if now < self.slow_until else self.rate

    def ready_at(self, now: float, chat_id: int | None, priority: int) -> float:
        """The earliest moment for a message of this priority to this chat; not after `now` means at once."""
        allowed, span = self._allowed(now)
        ready = self.paused_until
        if len(self._flights) >= allowed:
            ready = max(ready, self._flights[-allowed].turn + span)
        if priority > ANSWER:
            ready = max(ready, self._next_unprompted)
            if sum(one.left is None for one in self._flights) >= READY:
                ready = max(ready, now + LOOK_AGAIN)
        if chat_id is not None:
            ready = max(ready, self.chat_ready_at(chat_id))
        return ready

    def departs_at(self, now: float, flight: Flight | None = None) -> float:
        """The earliest moment at which one whose turn has come may leave; infinite while too many are on their way.

        With its `flight`, by the limit of its chat too.
        """
        return max(self._departs_overall_at(now), self._departs_in_chat_at(flight))

    def _departs_in_chat_at(self, flight: Flight | None) -> float:
        """A second after the answer to the one before it, of which nobody knows when within its way it arrived."""
        before = flight.before if flight is not None else None
        while before is not None and before.is_forgotten:
            before = before.before
        if before is None:
            return float("-inf")
        over = before.over
        if over is None:
            over = (before.turn if before.left is None else before.left) + HOLDS
        return over + min(CHAT_PAUSE, self.chat_spacing)

    def _departs_overall_at(self, now: float) -> float:
        allowed, span = self._allowed(now)
        answered = sorted(one.over for one in self._flights if one.over is not None)
        room = allowed - sum(one.left is not None and one.over is None for one in self._flights)
        if room <= 0:
            return float("inf")
        return answered[-room] + span if len(answered) >= room else float("-inf")

    def _allowed(self, now: float) -> tuple[int, float]:
        """So many in so many seconds."""
        rate = self.rate_at(now)
        return ceil(rate), ceil(rate) / rate

    def chat_ready_at(self, chat_id: int) -> float:
        """The earliest moment that the chat's own limits allow."""
        sent = self._chats.get(chat_id)
        if not sent:
            return float("-inf")
        ready = sent[-1] + self.chat_spacing
        if chat_id < 0 and len(sent) >= GROUP_LIMIT:
            ready = max(ready, sent[-GROUP_LIMIT] + GROUP_WINDOW)
        return ready

    def grant(self, now: float, chat_id: int | None, priority: int, count: int = 1) -> Flight:
        """Count what has its turn; an album counts by its items."""
        flight = Flight(now)
        self._flights.extend([flight] * count)
        while self._flights[0].over is not None and self._flights[0].over <= now - REMEMBERED:
            self._flights.popleft()
        if priority > ANSWER:
            # From the moment planned, not from now: else every delay of a timer would lower the rate.
            is_late = now - self._next_unprompted <= CATCH_UP
            planned = self._next_unprompted if is_late else now
            self._next_unprompted = planned + count / self.rate_at(now)
        if chat_id is not None:
            sent = self._chats.pop(chat_id, None) or deque(maxlen=GROUP_LIMIT)
            sent.extend([now] * count)
            self._chats[chat_id] = sent  # at the end: the longest silent are forgotten first
            flight.before = self._last.get(chat_id) if self.chat_spacing else None
            self._last[chat_id] = flight
            while len(self._chats) > REMEMBERED_CHATS:
                forgotten = next(iter(self._chats))
                del self._chats[forgotten], self._last[forgotten]
        return flight

    def forget(self, flight: Flight) -> None:
        """It did not leave, and holds up nobody; the next one in its chat minds the one before it."""
        flight.is_forgotten = True
        self._flights = deque(one for one in self._flights if one is not flight)


@dataclass(order=True)
class _Ticket:
    priority: int
    number: int
    chat_id: int | None = field(compare=False)
    count: int = field(compare=False)
    turn: asyncio.Future[Flight] = field(compare=False)


class Limiter:
    """Lets senders wait for their turn, the most urgent first.

    Another `rate` (a second) and `chat_spacing` (seconds) suit a Bot API server of one's own, and tests.
    """

    def __init__(
        self,
        rate: float = RATE,
        chat_spacing: float = CHAT_SPACING,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.window = Window(rate, chat_spacing)
        self.on_pause: Callable[[float], None] = lambda seconds: None
        self._clock = clock
        self._numbers = itertools.count()
        self._waiting: list[_Ticket] = []
        self._timer: asyncio.TimerHandle | None = None

    async def acquire(self, chat_id: int | None, priority: int, count: int = 1) -> Flight:
        """Wait for the turn of a message, then use `flight`, or `release`; None: it counts overall but in no chat."""
        turn: asyncio.Future[Flight] = asyncio.get_running_loop().create_future()
        ticket = _Ticket(priority, next(self._numbers), chat_id, count, turn)
        heapq.heappush(self._waiting, ticket)
        self._advance()
        try:
            return await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():  # its turn came in the same moment: nobody will use it
                self.release(turn.result())
            if ticket in self._waiting:
                self._waiting.remove(ticket)
                heapq.heapify(self._waiting)
            raise

    @asynccontextmanager
    async def flight(self, flight: Flight) -> AsyncIterator[None]:
        """The way of a message whose turn has come: begins when it may really leave, ends with its answer."""
        try:
            while (ready := self.window.departs_at(self._clock(), flight)) > self._clock():  # noqa: ASYNC110
                await asyncio.sleep(min(ready - self._clock(), LOOK_AGAIN))
            flight.left, flight.before = self._clock(), None
            yield
        finally:
            if flight.left is not None:
                flight.over = self._clock()
            self.release(flight)

    def release(self, flight: Flight) -> None:
        """Over; one that did not leave at all frees its place."""
        if flight.left is None:
            self.window.forget(flight)
        self._advance()

    def pause(self, seconds: float) -> None:
        """Stop everything for a while; `on_pause` writes it into the database."""
        self.window.pause(self._clock(), seconds)
        self.on_pause(seconds)

    def restore(self, pause: float, slow: float) -> None:
        """After a restart: the seconds left of a pause and of the half rate."""
        now = self._clock()
        self.window.paused_until = max(self.window.paused_until, now + pause)
        if slow > 0:
            self.window.slow(now + slow)

    @property
    def rate(self) -> float:
        """Messages a second that may leave at this moment."""
        return 0.0 if self.is_paused else self.window.rate_at(self._clock())

    @property
    def is_paused(self) -> bool:
        """Whether Telegram asked for silence."""
        return self.window.paused_until > self._clock()

    def _advance(self) -> None:
        now = self._clock()
        later: list[_Ticket] = []
        earliest = float("inf")
        while self._waiting:
            ticket = heapq.heappop(self._waiting)
            ready = self.window.ready_at(now, ticket.chat_id, ticket.priority)
            if ready > now:
                earliest = min(earliest, ready)
                later.append(ticket)
            elif not ticket.turn.done():
                ticket.turn.set_result(self.window.grant(now, ticket.chat_id, ticket.priority, ticket.count))
        self._waiting = later  # still in order: popped from the smallest on
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if later:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(max(0.001, earliest - now), self._advance)
