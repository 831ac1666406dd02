"""Programmes, their cycles and cohorts. Names are data: 500+, «Эффективная школа»…"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from domain.db import Base
from domain.programme.rules import FEDERAL

REMINDER_STEPS = (-14, -7, -3, -1, 0, 1, 3, 7)  # days from the deadline on which a digest names it


class Programme(Base):
    """A programme of support and its rules."""

    __tablename__ = "programme"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200), unique=True)
    max_files: Mapped[int] = mapped_column(default=3)
    max_file_mb: Mapped[int] = mapped_column(default=30)
    file_types: Mapped[list[str]] = mapped_column(default=lambda: list(FEDERAL.file_types))
    reminder_steps: Mapped[list[int]] = mapped_column(default=lambda: list(REMINDER_STEPS))


class SlotRule(Base):
    """The evidence slot as a region has set it for a programme; without a row the programme's own rules hold."""

    __tablename__ = "slot_rule"
    __table_args__ = (UniqueConstraint("programme_id", "region_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    region_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    max_files: Mapped[int]
    max_file_mb: Mapped[int]
    file_types: Mapped[list[str]]
    set_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    set_at: Mapped[datetime]


class Cycle(Base):
    """A year of a programme."""

    __tablename__ = "cycle"
    __table_args__ = (UniqueConstraint("programme_id", "year"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    year: Mapped[int]
    starts_on: Mapped[date]
    ends_on: Mapped[date]


class Cohort(Base):
    """Schools that entered together, e.g. «500+ 2022»."""

    __tablename__ = "cohort"

    id: Mapped[int] = mapped_column(primary_key=True)
    cycle_id: Mapped[int | None] = mapped_column(ForeignKey("cycle.id"))
    name: Mapped[str] = mapped_column(String(120), unique=True)
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)
