"""Criteria sets of a region, version by version."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from domain.db import Base


class CriteriaSetVersion(Base):
    """One version of a set as a plain document; unchangeable once somebody has been scored by it."""

    __tablename__ = "criteria_set"
    __table_args__ = (UniqueConstraint("region_id", "key", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    region_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    key: Mapped[str] = mapped_column(String(60))
    version: Mapped[int]
    title: Mapped[str] = mapped_column(Text)
    document: Mapped[dict[str, Any]]
    saved_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    saved_at: Mapped[datetime]
    scored_at: Mapped[datetime | None]  # when the first score by it was given
