"""Results of schools by procedure and year, and their clusters."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from domain.db import Base, enum_column
from domain.outcomes import rules
from domain.policy import AtPlace


class Outcome(AtPlace, Base):
    """How many took part and how many stayed below the threshold."""

    __tablename__ = "outcome"
    __table_args__ = (
        UniqueConstraint("school_id", "procedure", "year"),
        Index("ix_outcome_place", "region_id", "municipality_id", "school_id"),
        Index("ix_outcome_year", "year", "procedure"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    region_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    municipality_id: Mapped[int] = mapped_column(ForeignKey("municipality.id"))
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"))
    procedure: Mapped[str] = mapped_column(String(40))  # a key of procedures.toml
    year: Mapped[int]
    participants: Mapped[int]
    below: Mapped[int]
    source: Mapped[str] = mapped_column(String(255), default="")  # file and row
    entered_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    entered_at: Mapped[datetime]

    @property
    def result(self) -> rules.Result:
        """The numbers."""
        return rules.Result(self.participants, self.below)


class ProcedureEntry(Base):
    """A procedure of this installation: a new one, or another title and other words for one that is shipped."""

    __tablename__ = "assessment_procedure"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(40), unique=True)
    title: Mapped[str] = mapped_column(String(200))
    words: Mapped[list[str]]  # patterns, all of which a header must hold
    retired_at: Mapped[datetime | None]  # no longer offered; results by it stay
    saved_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    saved_at: Mapped[datetime]

    @property
    def retired(self) -> bool:
        """Whether it is no longer offered."""
        return self.retired_at is not None


class ClusterMark(AtPlace, Base):
    """A school's cluster in a year: computed from the counts where they are known, else as the list says."""

    __tablename__ = "cluster_mark"
    __table_args__ = (
        UniqueConstraint("school_id", "year"),
        Index("ix_cluster_mark_place", "region_id", "municipality_id", "school_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    region_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    municipality_id: Mapped[int] = mapped_column(ForeignKey("municipality.id"))
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"))
    year: Mapped[int] = mapped_column(index=True)
    cluster: Mapped[rules.Cluster] = mapped_column(enum_column(rules.Cluster))
    pupils: Mapped[int | None]
    failing: Mapped[int | None]
    source: Mapped[str] = mapped_column(String(255), default="")
    entered_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    entered_at: Mapped[datetime]
