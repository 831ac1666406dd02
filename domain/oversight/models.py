"""Who has opened which report, and what came of second looks."""

from datetime import datetime

from sqlalchemy import ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from domain.db import Base, enum_column
from domain.oversight import rules


class SeenReport(Base):
    """A reviewer has opened a report: only then may it be part of a group decision."""

    __tablename__ = "seen_report"

    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    seen_at: Mapped[datetime]


class SecondLook(Base):
    """A coordinator looked at a confirmed report again."""

    __tablename__ = "second_look"

    id: Mapped[int] = mapped_column(primary_key=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"), index=True)
    verdict: Mapped[rules.Verdict] = mapped_column(enum_column(rules.Verdict))
    comment: Mapped[str] = mapped_column(Text, default="")
    looked_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    looked_at: Mapped[datetime]
