"""Roadmaps, tracks, measures with their deadlines."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from domain.db import Base, enum_column
from domain.deadlines import BLOCKING_DOUBTS, Window
from domain.policy import AtPlace
from domain.roadmaps import rules


class Roadmap(AtPlace, Base):
    """A plan of measures; while a draft it waits for a coordinator's look."""

    __tablename__ = "roadmap"
    __table_args__ = (Index("ix_roadmap_place", "region_id", "municipality_id", "school_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(Text)
    level: Mapped[rules.Level] = mapped_column(enum_column(rules.Level))
    region_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    municipality_id: Mapped[int | None] = mapped_column(ForeignKey("municipality.id"))
    school_id: Mapped[int | None] = mapped_column(ForeignKey("school.id"))
    reference_year: Mapped[int]
    school_year: Mapped[bool] = mapped_column(default=False)
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    state: Mapped[rules.RoadmapState] = mapped_column(enum_column(rules.RoadmapState))
    period_settled: Mapped[bool] = mapped_column(default=False)  # a person has said which year it is for
    file_name: Mapped[str] = mapped_column(String(255), default="")
    file_sha256: Mapped[str | None] = mapped_column(String(64))  # the document's bytes, kept to be read again
    columns: Mapped[dict[str, Any]] = mapped_column(default=dict)  # what was taken for which column
    layout: Mapped[list[Any]] = mapped_column(default=list)  # [[role, header], …] as the columns stand
    overrides: Mapped[dict[str, Any]] = mapped_column(default=dict)  # columns that a person chose
    doubts: Mapped[list[str]] = mapped_column(default=list)  # about the year
    skipped: Mapped[list[Any]] = mapped_column(default=list)  # rows passed over, with the reason
    version: Mapped[int] = mapped_column(default=1)  # counts every change
    layout_version: Mapped[int] = mapped_column(default=1)  # counts readings: columns and period
    template_id: Mapped[int | None] = mapped_column(
        ForeignKey("roadmap.id"), index=True
    )  # a school's own rows to it
    created_by: Mapped[int | None]
    created_at: Mapped[datetime]
    approved_by: Mapped[int | None]
    approved_at: Mapped[datetime | None]

    @property
    def bounds(self) -> Window:
        """Its period."""
        return Window(self.starts_on, self.ends_on)


class Track(Base):
    """A part of a roadmap (трек, направление, раздел)."""

    __tablename__ = "track"

    id: Mapped[int] = mapped_column(primary_key=True)
    roadmap_id: Mapped[int] = mapped_column(ForeignKey("roadmap.id"), index=True)
    position: Mapped[int]
    title: Mapped[str] = mapped_column(Text)
    goal: Mapped[str | None] = mapped_column(Text)


class Measure(Base):
    """One row of the plan, with the author's words and what they mean."""

    __tablename__ = "measure"

    id: Mapped[int] = mapped_column(primary_key=True)
    roadmap_id: Mapped[int] = mapped_column(ForeignKey("roadmap.id"), index=True)
    track_id: Mapped[int | None] = mapped_column(ForeignKey("track.id"))
    position: Mapped[int]
    number: Mapped[str | None] = mapped_column(String(20))  # text, and not unique: № 4.3 stands twice
    title: Mapped[str] = mapped_column(Text)
    responsible_raw: Mapped[str | None] = mapped_column(Text)
    responsible: Mapped[list[str]] = mapped_column(default=list)
    expected_result: Mapped[str | None] = mapped_column(Text)
    indicator: Mapped[str | None] = mapped_column(Text)
    evidence_required: Mapped[str | None] = mapped_column(Text)
    deadline_text: Mapped[str | None] = mapped_column(Text)  # the author's words, never changed
    deadline_typed: Mapped[str | None] = mapped_column(Text)  # the coordinator's words, where they differ
    deadline_kind: Mapped[str] = mapped_column(String(30))
    windows: Mapped[list[Any]] = mapped_column(default=list)  # [[start, due], …] as ISO dates
    recurrence: Mapped[str | None] = mapped_column(String(40))
    doubts: Mapped[list[str]] = mapped_column(default=list)
    reminds: Mapped[bool] = mapped_column(default=False)
    settled: Mapped[rules.Settled | None] = mapped_column(enum_column(rules.Settled))
    source: Mapped[str] = mapped_column(String(120), default="")  # where in the file
    as_read: Mapped[dict[str, Any]] = mapped_column(default=dict)  # its texts in the newest document
    notes: Mapped[list[str]] = mapped_column(default=list)  # what the reader remarked about the row
    targets: Mapped[list[Any]] = mapped_column(default=list)  # counted targets that a person has accepted
    edited: Mapped[list[str]] = mapped_column(default=list)  # fields that a person has changed
    version: Mapped[int] = mapped_column(default=1)
    gone_at: Mapped[datetime | None]  # no longer in the newest document; kept for the work handed in

    @property
    def label(self) -> str:
        """«2.3 Адресная помощь…» on one line."""
        return rules.label_of(self.number, self.title)

    @property
    def spoken(self) -> str:
        """The whole title on one line, without the marks of a list that the document had."""
        return rules.spoken(self.title)

    @property
    def is_doubtful(self) -> bool:
        """Whether its deadline waits for a person's word; doubts that only inform do not keep it from reminding."""
        return self.settled is None and not BLOCKING_DOUBTS.isdisjoint(self.doubts)


class SchoolWording(AtPlace, Base):
    """A school's own words for a measure of a plan that it shares with others; only the fields that it changed."""

    __tablename__ = "school_wording"
    __table_args__ = (UniqueConstraint("measure_id", "school_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    measure_id: Mapped[int] = mapped_column(ForeignKey("measure.id", ondelete="CASCADE"))
    region_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    municipality_id: Mapped[int] = mapped_column(ForeignKey("municipality.id"))
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"), index=True)
    texts: Mapped[dict[str, Any]] = mapped_column(default=dict)  # field → the school's words
    base: Mapped[dict[str, Any]] = mapped_column(default=dict)  # field → what the plan said then
    changed_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    changed_at: Mapped[datetime]


def worded(measure: Measure, wording: SchoolWording | None) -> Measure:
    """The measure in a school's own words, to be shown; never kept."""
    if wording is None or not wording.texts:
        return measure
    values = {column.key: getattr(measure, column.key) for column in Measure.__table__.columns}
    return Measure(**values | wording.texts)
