"""Which files take the places of a crowded slot; packs that are written in the background."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from domain.db import Base, enum_column
from domain.packs.rules import OrderState


class ChosenFile(Base):
    """A file that somebody chose for its slot; a newer version of the report brings files that nobody has chosen yet."""

    __tablename__ = "chosen_file"

    evidence_id: Mapped[int] = mapped_column(ForeignKey("evidence.id"), primary_key=True)
    chosen_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    chosen_at: Mapped[datetime]


class PackOrder(Base):
    """A pack of many schools, written while its reader does something else; only they may fetch it, for a day."""

    __tablename__ = "pack_order"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    rights: Mapped[str] = mapped_column(String(64))  # a hash of the roles it was asked with
    scope: Mapped[dict[str, Any]]
    state: Mapped[OrderState] = mapped_column(enum_column(OrderState))
    asked_at: Mapped[datetime]
    touched_at: Mapped[datetime]  # the lease of whoever writes it
    attempts: Mapped[int] = mapped_column(default=0)
    done: Mapped[int] = mapped_column(default=0)  # files written
    total: Mapped[int] = mapped_column(default=0)
    size: Mapped[int | None]
    ready_at: Mapped[datetime | None]
