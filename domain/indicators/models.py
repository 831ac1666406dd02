"""Indicators, their entered values, agreements."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from domain.actor import Place
from domain.db import Base, enum_column
from domain.indicators.rules import AgreementKind, Source, Unit
from domain.policy import AtPlace


class Indicator(Base):
    """A named share or count of a region or a municipality; retired ones stay."""

    __tablename__ = "indicator"
    __table_args__ = (Index("ix_indicator_place", "region_id", "municipality_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    region_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    municipality_id: Mapped[int | None] = mapped_column(ForeignKey("municipality.id"))
    track: Mapped[str] = mapped_column(String(300), default="")  # as people call the track or direction
    title: Mapped[str] = mapped_column(Text)
    unit: Mapped[Unit] = mapped_column(enum_column(Unit))
    source: Mapped[Source] = mapped_column(enum_column(Source))
    roadmap_id: Mapped[int | None] = mapped_column(ForeignKey("roadmap.id"))
    measure_id: Mapped[int | None] = mapped_column(ForeignKey("measure.id"))
    word: Mapped[str] = mapped_column(String(100), default="")  # only events with it in the title
    target: Mapped[str | None] = mapped_column(String(20))  # an exact number: per cent of a share, or a count
    position: Mapped[int]
    made_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime]
    retired_at: Mapped[datetime | None]
    retired_reason: Mapped[str] = mapped_column(Text, default="")

    @property
    def place(self) -> Place:
        """The region or the municipality."""
        return Place(self.region_id, self.municipality_id)


class IndicatorValue(Base):
    """An entered value on a date, with its document."""

    __tablename__ = "indicator_value"
    __table_args__ = (UniqueConstraint("indicator_id", "on"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    indicator_id: Mapped[int] = mapped_column(ForeignKey("indicator.id"))
    on: Mapped[date]
    numerator: Mapped[int]
    denominator: Mapped[int | None]
    document: Mapped[str] = mapped_column(Text)
    entered_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    entered_at: Mapped[datetime]


class Agreement(AtPlace, Base):
    """A signed agreement of a school or of a municipality's office."""

    __tablename__ = "agreement"
    __table_args__ = (Index("ix_agreement_place", "region_id", "municipality_id", "school_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    region_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    municipality_id: Mapped[int] = mapped_column(ForeignKey("municipality.id"))
    school_id: Mapped[int | None] = mapped_column(ForeignKey("school.id"))
    kind: Mapped[AgreementKind] = mapped_column(enum_column(AgreementKind))
    partner: Mapped[str] = mapped_column(String(300))
    document: Mapped[str] = mapped_column(String(300))  # number and date, as written
    signed_on: Mapped[date]
    until: Mapped[date | None]
    entered_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    entered_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]
