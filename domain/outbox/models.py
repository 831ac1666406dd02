"""Everything that leaves unprompted: queued with the fact, sent outside it (RELIABILITY.md §2)."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, Index, String, Table, Text
from sqlalchemy.orm import Mapped, mapped_column

from domain.db import Base


class OutboxState(StrEnum):
    """States of a message; every transition is a guarded UPDATE."""

    PENDING = "pending"
    CLAIMED = "claimed"
    SENDING = "sending"
    SENT = "sent"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    BLOCKED = "blocked"
    FAILED = "failed"
    UNKNOWN = "unknown"


ENDED = frozenset(
    {OutboxState.SENT, OutboxState.CANCELLED, OutboxState.EXPIRED, OutboxState.BLOCKED, OutboxState.FAILED}
)


class Policy(StrEnum):
    """What to prefer when the answer of the messenger was lost."""

    AT_LEAST_ONCE = "at_least_once"
    AT_MOST_ONCE = "at_most_once"


# Who goes first.
INTERACTIVE, TRANSACTIONAL, BULK = 0, 1, 2


class OutboxMessage(Base):
    """One message to one person, rendered at sending in the person's language."""

    __tablename__ = "outbox_message"
    __table_args__ = (
        Index("ix_outbox_message_due", "state", "lane", "not_before", "id"),
        Index("ix_outbox_message_subject", "subject"),
        Index("ix_outbox_message_person", "person_id", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    person_id: Mapped[int | None]
    chat_id: Mapped[int | None] = mapped_column(
        BigInteger
    )  # a group; a person's chat is looked up at sending
    subject: Mapped[str] = mapped_column(String(60))  # what it is about: "submission:7", "broadcast:3"
    dedupe_key: Mapped[str] = mapped_column(String(120), unique=True)
    params: Mapped[dict[str, Any]] = mapped_column(default=dict)
    policy: Mapped[str] = mapped_column(String(20), default=Policy.AT_LEAST_ONCE)
    lane: Mapped[int] = mapped_column(default=TRANSACTIONAL)
    state: Mapped[str] = mapped_column(String(12), default=OutboxState.PENDING)
    attempts: Mapped[int] = mapped_column(default=0)
    doubts: Mapped[int] = mapped_column(default=0)  # copies whose fate is unknown
    doubtful_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    not_before: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    lease_owner: Mapped[str | None] = mapped_column(String(40))
    lease_until: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    message_id: Mapped[int | None] = mapped_column(BigInteger)
    acknowledged_at: Mapped[datetime | None]
    error: Mapped[str | None] = mapped_column(Text)


class SenderState(Base):
    """One row a bot token: the lease of its only sender, and the pause that Telegram asked for."""

    __tablename__ = "sender_state"

    bot_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    owner: Mapped[str | None] = mapped_column(String(40))
    epoch: Mapped[int] = mapped_column(default=0)
    lease_until: Mapped[datetime | None]
    paused_until: Mapped[datetime | None]
    slow_until: Mapped[datetime | None]


# The table as such: transitions are guarded UPDATEs and spare the ORM.
ROWS: Table = OutboxMessage.__table__  # type: ignore[assignment]
SENDERS: Table = SenderState.__table__  # type: ignore[assignment]
