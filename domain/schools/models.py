"""Region ⊃ municipality ⊃ school; enrolment in cohorts; mentors."""

from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from domain.actor import Place
from domain.db import Base, enum_column


class SchoolStatus(StrEnum):
    """Why a school is supported (DOMAIN.md, glossary)."""

    LOW_RESULTS = "low_results"
    ADVERSE_CONDITIONS = "adverse_conditions"
    AT_RISK = "at_risk"
    RESILIENT = "resilient"


class Settlement(StrEnum):
    """Where a school stands."""

    TOWN = "town"
    VILLAGE = "village"


class Region(Base):
    """A subject of the federation."""

    __tablename__ = "region"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str | None] = mapped_column(String(4))
    name: Mapped[str] = mapped_column(String(200), unique=True)
    timezone: Mapped[str] = mapped_column(String(40))


class Municipality(Base):
    """A district or town (МР / ГО / МО); deadlines are dates of its time zone."""

    __tablename__ = "municipality"
    __table_args__ = (UniqueConstraint("region_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    region_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    name: Mapped[str] = mapped_column(String(200))
    timezone: Mapped[str] = mapped_column(String(40))
    schools_total: Mapped[int | None]  # all schools of the municipality, by its source
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)

    @property
    def place(self) -> Place:
        """Its place in the tree."""
        return Place(self.region_id, self.id)


class School(Base):
    """A school and what the register says of it."""

    __tablename__ = "school"
    __table_args__ = (
        UniqueConstraint("municipality_id", "search_name"),
        Index("ix_school_region_municipality", "region_id", "municipality_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    region_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    municipality_id: Mapped[int] = mapped_column(ForeignKey("municipality.id"))
    full_name: Mapped[str] = mapped_column(String(400))
    name: Mapped[str] = mapped_column(String(200))  # short, for people: «Тороповская ОШ»
    search_name: Mapped[str] = mapped_column(String(400))  # normalised and casefolded
    federal_login: Mapped[str | None] = mapped_column(String(20), unique=True)
    status: Mapped[SchoolStatus | None] = mapped_column(enum_column(SchoolStatus))
    social_index: Mapped[float | None]  # ИСБШ
    settlement: Mapped[Settlement | None] = mapped_column(enum_column(Settlement))  # None: nobody has said
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)  # other columns of the register, as written

    @classmethod
    def place_columns(cls) -> tuple[Any, Any, Any]:
        """The school itself."""
        return cls.region_id, cls.municipality_id, cls.id

    @property
    def place(self) -> Place:
        """Its place in the tree."""
        return Place(self.region_id, self.municipality_id, self.id)


class Enrollment(Base):
    """A school in a cohort."""

    __tablename__ = "enrollment"

    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"), primary_key=True)
    cohort_id: Mapped[int] = mapped_column(ForeignKey("cohort.id"), primary_key=True)


class MentorLink(Base):
    """The stronger school that helps; it may be known by name only."""

    __tablename__ = "mentor_link"

    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"), primary_key=True)
    mentor_school_id: Mapped[int | None] = mapped_column(ForeignKey("school.id"))
    mentor_name: Mapped[str] = mapped_column(String(400))
    distance_km: Mapped[int | None]
