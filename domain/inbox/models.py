"""Everything that comes in, committed before it is confirmed (RELIABILITY.md §1)."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, Index, String, Table, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from domain.db import Base


class InboxState(StrEnum):
    """new → (committed →) done | ignored | dead.

    `committed`: the effect is durable, the answer to the person may not have left yet.
    """

    NEW = "new"
    COMMITTED = "committed"
    DONE = "done"
    IGNORED = "ignored"
    DEAD = "dead"


class InboxUpdate(Base):
    """One raw update, in its lane (the chat), with how often it was tried."""

    __tablename__ = "inbox_update"
    __table_args__ = (
        UniqueConstraint("bot_id", "update_id", "raw_sha256"),
        Index("ix_inbox_update_state_id", "state", "id"),
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


class DialogueState(Base):
    """Where a conversation stands; survives a restart together with the effects that led there."""

    __tablename__ = "dialogue_state"

    key: Mapped[str] = mapped_column(String(120), primary_key=True)
    state: Mapped[str | None] = mapped_column(String(120))
    data: Mapped[dict[str, Any]] = mapped_column(default=dict)
    changed_at: Mapped[datetime]


# The tables as such: what happens for every update spares the ORM.
ROWS: Table = InboxUpdate.__table__  # type: ignore[assignment]
DIALOGUES: Table = DialogueState.__table__  # type: ignore[assignment]
