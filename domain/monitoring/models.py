"""Waves, their sample, marks of experts, official results."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from domain.db import Base
from domain.policy import AtPlace


class Wave(Base):
    """A monitoring of a region by one criteria set in a window of days."""

    __tablename__ = "wave"

    id: Mapped[int] = mapped_column(primary_key=True)
    region_id: Mapped[int] = mapped_column(ForeignKey("region.id"), index=True)
    set_id: Mapped[int] = mapped_column(ForeignKey("criteria_set.id"))
    roadmap_id: Mapped[int | None] = mapped_column(ForeignKey("roadmap.id"))  # None: all roadmaps count
    title: Mapped[str] = mapped_column(String(200))
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    created_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime]


class ExpertTask(Base):
    """A school of the sample given to an expert."""

    __tablename__ = "expert_task"
    __table_args__ = (UniqueConstraint("wave_id", "school_id", "person_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    wave_id: Mapped[int] = mapped_column(ForeignKey("wave.id"))
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    given_by: Mapped[int | None]
    given_at: Mapped[datetime]


class ExpertMark(AtPlace, Base):
    """Points of one expert for one criterion, with the remark; a coordinator's settlement has no expert."""

    __tablename__ = "expert_mark"
    __table_args__ = (
        UniqueConstraint("wave_id", "school_id", "criterion", "person_id"),
        Index("ix_expert_mark_place", "region_id", "municipality_id", "school_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    wave_id: Mapped[int] = mapped_column(ForeignKey("wave.id"))
    region_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    municipality_id: Mapped[int] = mapped_column(ForeignKey("municipality.id"))
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"))
    criterion: Mapped[str] = mapped_column(String(60))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    points: Mapped[str] = mapped_column(String(20))  # an exact number: «1», «3/2»
    remark: Mapped[str] = mapped_column(Text, default="")
    marked_at: Mapped[datetime]


class OfficialResult(AtPlace, Base):
    """What the federal operator published, with its source; it stands beside the forecast."""

    __tablename__ = "official_result"
    __table_args__ = (Index("ix_official_result_place", "region_id", "municipality_id", "school_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    wave_id: Mapped[int] = mapped_column(ForeignKey("wave.id"), index=True)
    region_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    municipality_id: Mapped[int | None] = mapped_column(ForeignKey("municipality.id"))
    school_id: Mapped[int | None] = mapped_column(ForeignKey("school.id"))
    facts: Mapped[dict[str, Any]]  # as `rubrics.score` takes them
    source: Mapped[str] = mapped_column(Text)
    entered_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    entered_at: Mapped[datetime]


class Recommendation(AtPlace, Base):
    """What a school is asked to mend after a wave, until when; the school closes it with a word."""

    __tablename__ = "recommendation"
    __table_args__ = (Index("ix_recommendation_place", "region_id", "municipality_id", "school_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    wave_id: Mapped[int] = mapped_column(ForeignKey("wave.id"), index=True)
    region_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    municipality_id: Mapped[int] = mapped_column(ForeignKey("municipality.id"))
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"))
    criterion: Mapped[str] = mapped_column(String(60), default="")
    text: Mapped[str] = mapped_column(Text)
    due_on: Mapped[date]
    given_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    given_at: Mapped[datetime]
    answer: Mapped[str] = mapped_column(Text, default="")
    closed_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    closed_at: Mapped[datetime | None]
