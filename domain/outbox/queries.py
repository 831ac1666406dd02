"""Reading the queue."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import and_, func, or_, select

from domain.db import Tx
from domain.outbox.models import (
    BULK,
    INTERACTIVE,
    ROWS,
    TRANSACTIONAL,
    OutboxMessage,
    OutboxState,
    Policy,
    SenderState,
)
from domain.outbox.rules import LATE

S = OutboxState


class Due(NamedTuple):
    """A message whose moment has come, and to whom."""

    id: int
    lane: int
    person_id: int | None
    chat_id: int | None


async def due(
    tx: Tx,
    *,
    lanes: Collection[int] = (INTERACTIVE, TRANSACTIONAL, BULK),
    busy_people: Collection[int] = (),
    busy_chats: Collection[int] = (),
    limit: int = 32,
) -> list[Due]:
    """What may go now, most urgent first; recipients that are being written to wait for their turn."""
    query = select(ROWS.c.id, ROWS.c.lane, ROWS.c.person_id, ROWS.c.chat_id).where(
        ROWS.c.state == S.PENDING,
        ROWS.c.lane.in_(lanes),
        ROWS.c.not_before <= tx.now,
        or_(ROWS.c.expires_at.is_(None), ROWS.c.expires_at > tx.now),
    )
    if busy_people:
        query = query.where(or_(ROWS.c.person_id.is_(None), ROWS.c.person_id.not_in(busy_people)))
    if busy_chats:
        query = query.where(or_(ROWS.c.chat_id.is_(None), ROWS.c.chat_id.not_in(busy_chats)))
    rows = await tx.session.execute(query.order_by(ROWS.c.lane, ROWS.c.not_before, ROWS.c.id).limit(limit))
    return [Due(*row) for row in rows]


async def find_message(tx: Tx, message_id: int) -> OutboxMessage | None:
    """One queued message."""
    return await tx.session.get(OutboxMessage, message_id)


async def find_sender(tx: Tx, bot_id: int) -> SenderState | None:
    """Who sends with this token, and until when it pauses."""
    return await tx.session.get(SenderState, bot_id)


@dataclass(frozen=True, slots=True)
class Deliveries:
    """What became of all messages of a subject."""

    counts: dict[str, int]
    messages: Sequence[OutboxMessage]


async def deliveries(tx: Tx, subject: str, *, limit: int = 1000) -> Deliveries:
    """Who got it: counts by state, and the messages themselves. The caller has checked the right to see them."""
    counted = await tx.session.execute(
        select(ROWS.c.state, func.count()).where(ROWS.c.subject == subject).group_by(ROWS.c.state)
    )
    messages = await tx.session.scalars(
        select(OutboxMessage).where(OutboxMessage.subject == subject).order_by(OutboxMessage.id).limit(limit)
    )
    return Deliveries({row[0]: row[1] for row in counted}, messages.all())


async def attention(tx: Tx, *, limit: int = 100) -> Sequence[OutboxMessage]:
    """Messages that need a person: doubtful for good, failed, or due for a quarter of an hour already."""
    final_doubt = and_(
        OutboxMessage.state == S.UNKNOWN,
        or_(
            OutboxMessage.policy == Policy.AT_MOST_ONCE,
            OutboxMessage.doubts > 1,
            OutboxMessage.doubtful_at < tx.now - LATE,
        ),
    )
    late = and_(OutboxMessage.state == S.PENDING, OutboxMessage.not_before < tx.now - LATE)
    query = (
        select(OutboxMessage)
        .where(or_(final_doubt, OutboxMessage.state == S.FAILED, late))
        .order_by(OutboxMessage.id.desc())
        .limit(limit)
    )
    return (await tx.session.scalars(query)).all()


async def counts(tx: Tx) -> dict[str, int]:
    """How many messages stand in each state: for the metrics."""
    rows = await tx.session.execute(select(ROWS.c.state, func.count()).group_by(ROWS.c.state))
    return {row[0]: row[1] for row in rows}


async def oldest_due_at(tx: Tx) -> datetime | None:
    """Since when the longest-waiting due message has been waiting: for the metrics and `doctor`."""
    query = select(func.min(OutboxMessage.not_before)).where(
        OutboxMessage.state == S.PENDING, OutboxMessage.not_before <= tx.now
    )
    return (await tx.session.scalars(query)).one()
