"""Long exports: asked for by a person, written in the background, kept for some days."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from domain.db import Base, enum_column
from domain.handouts.rules import State


class Takeaway(Base):
    """One export of one person; the file lies in the store of files under its hash."""

    __tablename__ = "takeaway"
    __table_args__ = (Index("ix_takeaway_state", "state", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    what: Mapped[str] = mapped_column(String(40))  # name of a report, a paper, a pack
    kind: Mapped[str] = mapped_column(String(8))
    filters: Mapped[dict[str, Any]]
    title: Mapped[str] = mapped_column(String(300))
    state: Mapped[State] = mapped_column(enum_column(State))
    done: Mapped[int]  # rows written so far
    total: Mapped[int | None]  # of so many, where that is known
    path: Mapped[str] = mapped_column(String(200), default="")  # inside the folder of made files
    scope: Mapped[str] = mapped_column(String(32), default="")  # of the places that it was made for
    size: Mapped[int | None]
    asked_at: Mapped[datetime]
    begun_at: Mapped[datetime | None]
    touched_at: Mapped[datetime | None]  # the lease of whoever writes it
    attempts: Mapped[int] = mapped_column(default=0, server_default="0")
    problem: Mapped[str] = mapped_column(String(400), default="", server_default="")  # why there is no file
    ended_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]


class KeptReport(Base):
    """What the page of a report or a paper of a very large place shows: as it was counted last."""

    __tablename__ = "kept_report"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(64), unique=True)  # of places, report and filters
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))  # as whom it is counted
    scope: Mapped[str] = mapped_column(String(32))
    what: Mapped[str] = mapped_column(String(40))
    filters: Mapped[dict[str, Any]]
    title: Mapped[str] = mapped_column(String(300), default="")
    document: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    problem: Mapped[str] = mapped_column(String(400), default="")  # why there is nothing to show
    as_of: Mapped[datetime | None]
    asked_at: Mapped[datetime]
    begun_at: Mapped[datetime | None]
