"""A region's own phrases."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from domain.db import Base, enum_column
from domain.progress import Decision


class ReadyPhrase(Base):
    """One phrase; a removed one stays for the buttons of old messages."""

    __tablename__ = "ready_phrase"
    __table_args__ = (Index("ix_ready_phrase_region", "region_id", "decision"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    region_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    decision: Mapped[Decision] = mapped_column(enum_column(Decision))
    position: Mapped[int]
    text: Mapped[str] = mapped_column(String(200))
    kept_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    kept_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]
