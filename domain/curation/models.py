"""What curators note by hand."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from domain.curation import rules
from domain.db import Base, enum_column
from domain.policy import AtPlace


class CuratorNote(AtPlace, Base):
    """A meeting, consultation or visit: when, where, what about."""

    __tablename__ = "curator_note"
    __table_args__ = (
        Index("ix_curator_note_place", "region_id", "municipality_id", "school_id"),
        Index("ix_curator_note_person", "noted_by", "held_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    region_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    municipality_id: Mapped[int] = mapped_column(ForeignKey("municipality.id"))
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"))
    kind: Mapped[rules.NoteKind] = mapped_column(enum_column(rules.NoteKind))
    held_on: Mapped[date]
    line: Mapped[str] = mapped_column(Text)
    noted_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    noted_at: Mapped[datetime]
