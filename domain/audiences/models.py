"""Segments kept under a name."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from domain.actor import Place
from domain.audiences.rules import Segment
from domain.db import Base


class SavedAudience(Base):
    """A circle that coordinators of a region or municipality write to again and again."""

    __tablename__ = "saved_audience"

    id: Mapped[int] = mapped_column(primary_key=True)
    region_id: Mapped[int | None] = mapped_column(ForeignKey("region.id"), index=True)
    municipality_id: Mapped[int | None] = mapped_column(ForeignKey("municipality.id"))
    school_id: Mapped[int | None] = mapped_column(ForeignKey("school.id"))
    name: Mapped[str] = mapped_column(String(80))
    segment: Mapped[dict[str, Any]]
    made_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime]

    @classmethod
    def place_columns(cls) -> tuple[Any, Any, Any]:
        """Where it belongs."""
        return cls.region_id, cls.municipality_id, cls.school_id

    @property
    def place(self) -> Place:
        """Where it belongs."""
        return Place(self.region_id, self.municipality_id, self.school_id)

    @property
    def circle(self) -> Segment:
        """The segment itself."""
        return Segment.from_json(self.segment)
