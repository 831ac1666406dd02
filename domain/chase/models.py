"""Silences that somebody has taken on, and what was agreed with schools that do not take part."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from domain.chase import rules
from domain.db import Base, enum_column
from domain.policy import AtPlace


class TakenSilence(Base):
    """«Взять на себя»: somebody looks after it, the other levels wait."""

    __tablename__ = "taken_silence"
    __table_args__ = (Index("ix_taken_silence_school", "school_id", "side", "taken_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    side: Mapped[rules.Side] = mapped_column(enum_column(rules.Side))
    school_id: Mapped[int | None] = mapped_column(ForeignKey("school.id"))
    municipality_id: Mapped[int | None] = mapped_column(
        ForeignKey("municipality.id")
    )  # of the sides of offices
    taken_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    taken_at: Mapped[datetime]


class JointStep(AtPlace, Base):
    """A joint action with a school that does not take part: what, who, until when."""

    __tablename__ = "joint_step"
    __table_args__ = (Index("ix_joint_step_place", "region_id", "municipality_id", "school_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    region_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    municipality_id: Mapped[int] = mapped_column(ForeignKey("municipality.id"))
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"))
    what: Mapped[str] = mapped_column(Text)
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    until: Mapped[date]
    made_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    outcome: Mapped[str] = mapped_column(Text, default="")
