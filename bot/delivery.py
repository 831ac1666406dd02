"""One claimed message on its way: asked again, rendered, sent, its fate written down."""

import asyncio
from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol

import structlog
from aiogram import Bot
from aiogram.methods import SendDocument, SendMessage, SendPhoto
from aiohttp import ClientError
from sqlalchemy.exc import SQLAlchemyError

from bot import rendering
from bot.answers import Answer, Outcome, classify, classify_error
from bot.limits import Flight
from bot.notice import FindAddress, MarkUnreachable, Notice, Renderers, Stored
from bot.telegram import session_of
from domain import groups, outbox
from domain.actor import SYSTEM
from domain.db import Database, Tx
from domain.files import FileStore
from domain.outbox import Due, Lease, OutboxMessage, OutboxState, allowed_at, kind_of
from domain.texts import DEFAULT_LANGUAGE, Texts, texts

log = structlog.get_logger()

S = OutboxState
REQUEST = 30.0  # seconds for one request; half of the lease of a message
FRESH = 2.0  # seconds for which what was asked of the database counts as the moment of sending
LATER = timedelta(seconds=10)  # after a fault of the database while rendering
MARKING = (0.2, 1.0)  # seconds between attempts to write the fate down


class Ready(NamedTuple):
    """A claimed message that is still true, and where it goes."""

    message: OutboxMessage
    chat_id: int
    say: Texts
    is_night: bool = False


class Prepared(NamedTuple):
    """Asked again and rendered."""

    ready: Ready
    notice: Notice


class Verdict(NamedTuple):
    """Asked again at sending, the message does not go now."""

    state: OutboxState
    reason: str
    not_before: datetime | None = None


class Gate(Protocol):
    """Whether Telegram is there."""

    online: asyncio.Event

    def suspend(self) -> None:
        """It seems not to be."""

    def may_send(self) -> bool:
        """Whether the clock says what time it is."""


class Delivery:
    """Takes one message after another from `claimed` to its end."""

    def __init__(
        self,
        db: Database,
        bot: Bot,
        renderers: Renderers,
        find_address: FindAddress,
        mark_unreachable: MarkUnreachable,
        *,
        gate: Gate,
        places: asyncio.Semaphore,
        counters: Counter[str],
        timezone: str,
        files: FileStore | None = None,
    ) -> None:
        self._db, self._bot, self._renderers = db, bot, renderers
        self._find_address, self._mark_unreachable = find_address, mark_unreachable
        self._gate, self._places, self._counters, self._timezone = gate, places, counters, timezone
        self._files = files
        self._limiter = session_of(bot).limiter
        self._waiting: set[asyncio.Task[None]] = set()

    def dismiss_waiting(self) -> None:
        """Let go of messages that wait for their turn."""
        for task in self._waiting:
            task.cancel()

    async def deliver(self, lease: Lease, due: Due) -> None:
        """See one claimed message through."""
        async with self._db.read(SYSTEM) as tx:
            found = await self._ask_again(tx, due.id)
        if isinstance(found, Ready):
            flight = await self._turn(found.chat_id, due.lane)
            try:
                verdict = await self._send_if_true(lease, due, flight)
            finally:
                self._limiter.release(flight)
        else:
            verdict = found
        if verdict is not None:
            values = {"not_before": verdict.not_before} if verdict.not_before else {}
            async with self._db.write(SYSTEM) as tx:
                await outbox.move(tx, lease, due.id, verdict.state, error=verdict.reason, **values)
            self._counters[f"outbox_{verdict.state}"] += 1

    async def _turn(self, chat_id: int, lane: int) -> Flight:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - we run in one
        self._waiting.add(task)
        try:
            return await self._limiter.acquire(chat_id, lane)
        finally:
            self._waiting.discard(task)

    async def _ask_again(self, tx: Tx, message_id: int) -> Ready | Verdict | None:
        """Still waiting, still worth it, still reachable, and not in the night?"""
        message = await outbox.find_message(tx, message_id)
        if message is None or message.state != S.CLAIMED:
            return None
        if not self._gate.may_send():
            return Verdict(S.PENDING, "the clock is wrong")
        expires_at = message.expires_at
        if expires_at is not None and expires_at <= tx.now:
            return Verdict(S.EXPIRED, "too late")
        chat_id, language, timezone = message.chat_id, DEFAULT_LANGUAGE, self._timezone
        if message.person_id is not None:
            address = await self._find_address(tx, message.person_id)
            if address is None:
                return Verdict(S.CANCELLED, "no address")
            if not address.reachable:
                return Verdict(S.CANCELLED, "unreachable")
            chat_id, language, timezone = chat_id or address.chat_id, address.language, address.timezone
        if chat_id is None:
            return Verdict(S.CANCELLED, "no address")
        moment = allowed_at(tx.now, timezone)
        is_night = moment > tx.now
        if is_night and kind_of(message.kind).quiet:
            if expires_at is not None and expires_at <= moment:
                return Verdict(S.EXPIRED, "its time ends in the quiet hours")
            return Verdict(S.PENDING, "quiet hours", moment)
        return Ready(message, chat_id, texts(language), is_night)

    async def _send_if_true(self, lease: Lease, due: Due, flight: Flight) -> Verdict | None:
        loop = asyncio.get_running_loop()
        found = await self._prepare(due.id)
        asked_at = loop.time()
        if not isinstance(found, Prepared):
            return found
        async with self._places:
            if loop.time() - asked_at > FRESH:  # the places were taken for long: is it still true?
                found = await self._prepare(due.id)
            if not isinstance(found, Prepared):
                return found
            if not self._gate.online.is_set():
                return Verdict(S.PENDING, "telegram unreachable")
            async with self._db.write(SYSTEM) as tx:
                may_send = await outbox.begin_sending(tx, lease, due.id)
            if not may_send:  # a pause has begun, or the lease is lost
                return Verdict(S.PENDING, "not now")
            ready, notice = found
            await self._conclude(lease, ready, notice, await self._exchange(ready, notice, due.lane, flight))
        return None

    async def _prepare(self, message_id: int) -> Prepared | Verdict | None:
        async with self._db.read(SYSTEM) as tx:
            ready = await self._ask_again(tx, message_id)
            if not isinstance(ready, Ready):
                return ready
            rendered = await self._render(tx, ready)
        return rendered if isinstance(rendered, Verdict) else Prepared(ready, rendered)

    async def _render(self, tx: Tx, ready: Ready) -> Notice | Verdict:
        renderer = self._renderers.get(ready.message.kind)
        if renderer is None:
            log.error("no_renderer", kind=ready.message.kind)
            return Verdict(S.FAILED, "no renderer for this kind")
        try:
            notice = self._found(await renderer(tx, ready.message, ready.say))
        except SQLAlchemyError as error:
            log.exception("render_put_off", outbox_id=ready.message.id)
            return Verdict(S.PENDING, f"render: {type(error).__name__}", tx.now + LATER)
        except Exception as error:
            log.exception("render_failed", outbox_id=ready.message.id)
            return Verdict(S.FAILED, f"render: {type(error).__name__}: {error}"[:2000])
        if notice is None:
            return Verdict(S.CANCELLED, "not true any more")
        # What a person has just done or pressed goes at any hour, but wakes nobody.
        return replace(notice, silent=True) if ready.is_night else notice

    def _found(self, notice: Notice | None) -> Notice | None:
        """The same with the place of a stored file; raises FileNotFoundError where its bytes are gone."""
        document = notice.document if notice is not None else None
        if notice is None or document is None or not isinstance(document.content, Stored):
            return notice
        if self._files is None:
            raise FileNotFoundError(document.content.sha256)
        path = self._files.path(document.content.sha256)
        path.stat()  # asked before anything leaves: not having it is no doubt about the message
        return replace(notice, document=replace(document, content=path))

    async def _exchange(self, ready: Ready, notice: Notice, lane: int, flight: Flight) -> Answer:
        is_repeat = ready.message.doubts > 0
        method = rendering.call(notice, ready.chat_id, ready.say, is_repeat=is_repeat)
        answer = await self._post(method, flight)
        if answer.outcome != Outcome.REFORMAT:
            return answer
        log.warning("sent_as_plain_text", outbox_id=ready.message.id, error=answer.error)
        method = rendering.call(notice, ready.chat_id, ready.say, is_repeat=is_repeat, plain=True)
        if "button" in answer.error.lower() or "url" in answer.error.lower():
            method.reply_markup = None
        return await self._post(method, await self._limiter.acquire(ready.chat_id, lane))

    async def _post(self, method: SendMessage | SendDocument | SendPhoto, flight: Flight) -> Answer:
        try:
            async with self._limiter.flight(flight):
                status, body = await session_of(self._bot).post(self._bot, method, REQUEST)
        except (ClientError, TimeoutError, OSError) as error:
            return classify_error(error)
        return classify(status, body)

    async def _conclude(self, lease: Lease, ready: Ready, notice: Notice, answer: Answer) -> None:
        """Act on the answer at once, and write it down; where that fails for good, the lease runs out."""
        self._counters[f"sends_{answer.outcome}"] += 1
        if answer.outcome == Outcome.SLOW_DOWN:
            self._limiter.pause(answer.wait)
        elif answer.outcome in (Outcome.NOT_CONNECTED, Outcome.STOPPED, Outcome.UNKNOWN):
            self._gate.suspend()
        if answer.outcome == Outcome.STOPPED:
            log.critical("token_refused", error=answer.error)
        for pause in (*MARKING, None):
            try:
                await self._write_down(lease, ready, notice, answer)
            except SQLAlchemyError:
                log.exception("fate_not_written", outbox_id=ready.message.id)
                if pause is None:
                    raise
                await asyncio.sleep(pause)
            else:
                return

    async def _write_down(self, lease: Lease, ready: Ready, notice: Notice, answer: Answer) -> None:
        message_id, error = ready.message.id, answer.error
        person_id, chat_id = ready.message.person_id, ready.message.chat_id
        async with self._db.write(SYSTEM) as tx:
            match answer.outcome:
                case Outcome.SENT:
                    await outbox.move(tx, lease, message_id, S.SENT, message_id=answer.message_id)
                    if answer.file_id and notice.document is not None and notice.document.keep is not None:
                        await notice.document.keep(tx, answer.file_id)
                case Outcome.UNKNOWN:
                    await outbox.move(tx, lease, message_id, S.UNKNOWN, error=error)
                case Outcome.SLOW_DOWN:
                    await outbox.give_back(tx, lease, message_id, error)
                    await outbox.pause(tx, lease, answer.wait)
                case Outcome.NOT_CONNECTED | Outcome.STOPPED:
                    await outbox.give_back(tx, lease, message_id, error)
                case Outcome.MIGRATED if chat_id is not None and answer.new_chat_id is not None:
                    await outbox.give_back(tx, lease, message_id, error)
                    await outbox.rewrite_chat(tx, chat_id, answer.new_chat_id)
                    await groups.migrated(tx, chat_id, answer.new_chat_id)
                case Outcome.BLOCKED:
                    await outbox.move(tx, lease, message_id, S.BLOCKED, error=error)
                    if person_id is not None and chat_id is None:
                        await self._mark_unreachable(tx, person_id, error)
                        await outbox.cancel(tx, person_id=person_id, reason="unreachable")
                    elif chat_id is not None:
                        await outbox.cancel(tx, chat_id=chat_id, reason="unreachable")
                        await groups.removed(tx, chat_id)
                case _:
                    log.error("message_failed", outbox_id=message_id, error=error)
                    await outbox.move(tx, lease, message_id, S.FAILED, error=error)
