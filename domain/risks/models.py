"""Profiles with their history, chosen risks, and where in the federal form a measure belongs."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from domain.db import Base, enum_column
from domain.policy import AtPlace
from domain.risks import rules


class RiskProfile(AtPlace, Base):
    """Ten levels of a school; a correction is a new row, and the newest one counts."""

    __tablename__ = "risk_profile"
    __table_args__ = (Index("ix_risk_profile_school", "school_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    region_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    municipality_id: Mapped[int] = mapped_column(ForeignKey("municipality.id"))
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"))
    levels: Mapped[list[str]]  # ten, in the order of the factors
    source: Mapped[str] = mapped_column(String(200), default="")  # where the figures come from
    entered_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    entered_at: Mapped[datetime]
    curator_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    curator_at: Mapped[datetime | None]
    coordinator_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    coordinator_at: Mapped[datetime | None]
    disputed_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    disputed_at: Mapped[datetime | None]
    objection: Mapped[str] = mapped_column(Text, default="")

    @property
    def is_verified(self) -> bool:
        """Whether both the curator and the coordinator have looked at it."""
        return self.curator_at is not None and self.coordinator_at is not None

    def level(self, factor: rules.RiskFactor) -> rules.RiskLevel:
        """The level of one factor."""
        return rules.RiskLevel(self.levels[factor - 1])


class ChosenRisk(Base):
    """A factor that a school works on; it has a programme of measures."""

    __tablename__ = "chosen_risk"
    __table_args__ = (
        Index(
            "uq_chosen_risk_open",
            "school_id",
            "factor",
            unique=True,
            sqlite_where=text("dropped_at IS NULL"),
            postgresql_where=text("dropped_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"))
    factor: Mapped[int]
    chosen_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    chosen_at: Mapped[datetime]
    dropped_at: Mapped[datetime | None]


class MeasureSlot(Base):
    """Where a measure belongs: to which risk's programme, to which stage, which concept document it is."""

    __tablename__ = "measure_slot"

    measure_id: Mapped[int] = mapped_column(ForeignKey("measure.id"), primary_key=True)
    factor: Mapped[int | None]
    stage: Mapped[int | None]
    document: Mapped[rules.ConceptDocument | None] = mapped_column(enum_column(rules.ConceptDocument))
