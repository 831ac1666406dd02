"""Everything that comes in, committed before it is confirmed (RELIABILITY.md §1)."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from domain.db import Base


class InboxState(StrEnum):
    """new → done | ignored | dead."""

    NEW = "new"
    DONE = "done"
    IGNORED = "ignored"
    DEAD = "dead"


class InboxUpdate(Base):
    """One raw update, in its lane (the chat), with how often it was tried."""

    __tablename__ = "inbox_update"
    __table_args__ = (
        UniqueConstraint("bot_id", "update_id", "raw_sha256"),
        Index("ix_inbox_update_state_lane", "state", "lane", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    bot_id: Mapped[int] = mapped_column(BigInteger)
    update_id: Mapped[int] = mapped_column(BigInteger)
    raw_sha256: Mapped[str] = mapped_column(String(64))
    raw: Mapped[str] = mapped_column(Text)
    lane: Mapped[int] = mapped_column(BigInteger)
    state: Mapped[str] = mapped_column(String(10), default=InboxState.NEW)
    attempts: Mapped[int] = mapped_column(default=0)
    received_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    error: Mapped[str | None] = mapped_column(Text)
