"""Kept reports, and the tasks of the cycle that were done."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from domain.db import Base
from domain.policy import AtPlace


class Snapshot(AtPlace, Base):
    """A report as it was on a moment, for the place of the one who kept it."""

    __tablename__ = "snapshot"
    __table_args__ = (Index("ix_snapshot_place", "region_id", "municipality_id", "school_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    region_id: Mapped[int | None] = mapped_column(ForeignKey("region.id"))
    municipality_id: Mapped[int | None] = mapped_column(ForeignKey("municipality.id"))
    school_id: Mapped[int | None] = mapped_column(ForeignKey("school.id"))
    what: Mapped[str] = mapped_column(String(40))  # name of the report
    filters: Mapped[dict[str, Any]]
    title: Mapped[str] = mapped_column(String(300))
    document: Mapped[dict[str, Any]]
    taken_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    taken_at: Mapped[datetime]
