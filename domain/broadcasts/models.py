"""Messages of a coordinator to a segment of people. Deliveries are rows of the outbox."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from domain.actor import Place
from domain.db import Base


class Broadcast(Base):
    """What was written to whom; the segment is kept as it was chosen."""

    __tablename__ = "broadcast"

    id: Mapped[int] = mapped_column(primary_key=True)
    request_key: Mapped[str] = mapped_column(String(80), unique=True)  # the same press twice is one broadcast
    author_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    region_id: Mapped[int | None] = mapped_column(ForeignKey("region.id"))
    municipality_id: Mapped[int | None] = mapped_column(ForeignKey("municipality.id"))
    school_id: Mapped[int | None] = mapped_column(ForeignKey("school.id"))
    text: Mapped[str] = mapped_column(Text)
    segment: Mapped[dict[str, Any]]
    recipients: Mapped[int]
    created_at: Mapped[datetime]
    starts_at: Mapped[datetime | None]  # scheduled; empty: at once
    paused_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]

    @classmethod
    def place_columns(cls) -> tuple[Any, Any, Any]:
        """The author's place: those above may read it too."""
        return cls.region_id, cls.municipality_id, cls.school_id

    @property
    def place(self) -> Place:
        """The author's place."""
        return Place(self.region_id, self.municipality_id, self.school_id)
