"""A region's corrections to the production calendar."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from domain.actor import Place
from domain.db import Base


class CalendarDay(Base):
    """One day that differs from the calendar of the country."""

    __tablename__ = "calendar_day"
    __table_args__ = (UniqueConstraint("region_id", "day"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    region_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    day: Mapped[date]
    works: Mapped[bool]
    note: Mapped[str] = mapped_column(String(200), default="")
    set_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    set_at: Mapped[datetime]

    @classmethod
    def place_columns(cls) -> tuple[Any, Any, Any]:
        """The region; nothing below decides days."""
        return cls.region_id, None, None

    @property
    def place(self) -> Place:
        """The region."""
        return Place(self.region_id)
