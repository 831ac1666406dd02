"""What a school or office owes, what it handed in, what was decided; and the rows in which that is read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from domain import roadmaps, schools
from domain.db import Base, enum_column
from domain.policy import AtPlace
from domain.progress import rules


class Handout(Base):
    """One giving of a roadmap's measures to schools, so that it can be taken back."""

    __tablename__ = "handout"

    id: Mapped[int] = mapped_column(primary_key=True)
    roadmap_id: Mapped[int] = mapped_column(ForeignKey("roadmap.id"), index=True)
    schools: Mapped[int]
    offices: Mapped[int] = mapped_column(default=0, server_default="0")
    assignments: Mapped[int]
    given_by: Mapped[int | None]
    given_at: Mapped[datetime]
    taken_back_at: Mapped[datetime | None]


class Assignment(AtPlace, Base):
    """A measure × who owes it × an occurrence: what is owed until when.

    The holder is the place: a school; without a school the municipality's office; without both the region's.
    """

    __tablename__ = "assignment"
    __table_args__ = (
        UniqueConstraint("measure_id", "school_id", "occurrence"),
        # The same for offices, which the constraint above does not tell apart.
        *(
            Index(
                name,
                "measure_id",
                column,
                "occurrence",
                unique=True,
                sqlite_where=text(only),
                postgresql_where=text(only),
            )
            for name, column, only in (
                (
                    "uq_assignment_municipal",
                    "municipality_id",
                    "school_id IS NULL AND municipality_id IS NOT NULL",
                ),
                ("uq_assignment_regional", "region_id", "school_id IS NULL AND municipality_id IS NULL"),
            )
        ),
        Index("ix_assignment_place", "region_id", "municipality_id", "school_id"),
        Index("ix_assignment_school", "school_id", "status", "due_on"),
        Index("ix_assignment_due", "status", "due_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    measure_id: Mapped[int] = mapped_column(ForeignKey("measure.id"), index=True)
    roadmap_id: Mapped[int] = mapped_column(ForeignKey("roadmap.id"), index=True)
    region_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    municipality_id: Mapped[int | None] = mapped_column(ForeignKey("municipality.id"))
    school_id: Mapped[int | None] = mapped_column(ForeignKey("school.id"))
    occurrence: Mapped[int] = mapped_column(default=0)
    starts_on: Mapped[date | None]
    due_on: Mapped[date | None]
    reminds: Mapped[bool] = mapped_column(default=True)
    keeps_date: Mapped[bool] = mapped_column(
        default=False, server_default="0"
    )  # the school's own: moves not with the plan
    status: Mapped[rules.Status] = mapped_column(enum_column(rules.Status), default=rules.Status.NOT_DONE)
    status_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=0)  # of the newest submission
    handout_id: Mapped[int | None] = mapped_column(ForeignKey("handout.id"), index=True)


class Submission(Base):
    """One version of a report; its id is the number told to people."""

    __tablename__ = "submission"
    __table_args__ = (UniqueConstraint("assignment_id", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignment.id"))
    version: Mapped[int]
    submitted_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    submitted_at: Mapped[datetime] = mapped_column(index=True)
    late: Mapped[bool]
    withdrawn_at: Mapped[datetime | None]


class Evidence(Base):
    """A text, file, photo or link: of the draft while `submission_id` is empty, of a version afterwards."""

    __tablename__ = "evidence"
    __table_args__ = (
        UniqueConstraint("chat_id", "message_id"),
        Index("ix_evidence_draft", "assignment_id", "submission_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignment.id"))
    submission_id: Mapped[int | None] = mapped_column(ForeignKey("submission.id"), index=True)
    kind: Mapped[rules.Kind] = mapped_column(enum_column(rules.Kind))
    text: Mapped[str | None] = mapped_column(Text)
    name: Mapped[str | None] = mapped_column(String(255))
    mime: Mapped[str | None] = mapped_column(String(120))
    size: Mapped[int | None]
    sha256: Mapped[str | None] = mapped_column(String(64), index=True)
    telegram_file_id: Mapped[str | None] = mapped_column(String(255))
    chat_id: Mapped[int | None] = mapped_column(BigInteger)
    message_id: Mapped[int | None] = mapped_column(BigInteger)
    added_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    added_at: Mapped[datetime]
    joined: Mapped[bool] = mapped_column(default=False)  # made here of the version's photos
    wiped_at: Mapped[datetime | None]  # the bytes are gone: they showed children's data
    wiped_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    def for_draft(self) -> "Evidence":
        """The same thing once more, for the draft of the next version."""
        return Evidence(
            assignment_id=self.assignment_id,
            kind=self.kind,
            text=self.text,
            name=self.name,
            mime=self.mime,
            size=self.size,
            sha256=self.sha256,
            telegram_file_id=self.telegram_file_id,
            added_by=self.added_by,
            added_at=self.added_at,
        )


class WipedFile(Base):
    """Bytes that must not be kept: they showed children's data. Only the hash stays, so that they do not come back."""

    __tablename__ = "wiped_file"

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    wiped_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    wiped_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None]  # when the bytes left the store


class Review(Base):
    """A decision about a submission. A comment always goes with it."""

    __tablename__ = "review"

    id: Mapped[int] = mapped_column(primary_key=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"), index=True)
    decision: Mapped[rules.Decision] = mapped_column(enum_column(rules.Decision))
    comment: Mapped[str] = mapped_column(Text)
    reviewer_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]


Holder = schools.School | schools.Office  # who owes something


class WorkRow(NamedTuple):
    """A line of a work list; `school` is who owes it."""

    assignment: Assignment
    measure: roadmaps.Measure
    school: Holder
    standing: rules.Standing
    days_late: int


class QueueRow(NamedTuple):
    """A report that waits for the actor's decision."""

    submission: Submission
    assignment: Assignment
    measure: roadmaps.Measure
    school: Holder
    waiting: int  # working days


class SubmissionView(NamedTuple):
    """A version with what was sent and what was decided."""

    submission: Submission
    evidence: Sequence[Evidence]
    review: Review | None


@dataclass(frozen=True, slots=True)
class WorkCard:
    """Everything about one assignment, newest version first."""

    assignment: Assignment
    measure: roadmaps.Measure
    roadmap: roadmaps.Roadmap
    track: roadmaps.Track | None
    school: Holder
    standing: rules.Standing
    days_late: int
    draft: Sequence[Evidence]
    submissions: Sequence[SubmissionView]
    names: dict[int, str]  # person id → name, for everyone mentioned
    may_submit: bool
    may_decide: bool

    @property
    def returned(self) -> Review | None:
        """The remark that the school has to answer."""
        if self.assignment.status is not rules.Status.RETURNED:
            return None
        return next((s.review for s in self.submissions if s.review is not None), None)
