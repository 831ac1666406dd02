"""Edits that a curator or coordinator proposes to a school's plan."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from domain.adapting import rules
from domain.db import Base, enum_column
from domain.policy import AtPlace


class EditProposal(AtPlace, Base):
    """Other words or another date for one assignment of a school; the head takes or declines it."""

    __tablename__ = "edit_proposal"
    __table_args__ = (Index("ix_edit_proposal_school", "school_id", "state"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignment.id"), index=True)
    region_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    municipality_id: Mapped[int] = mapped_column(ForeignKey("municipality.id"))
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"))
    texts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    due_on: Mapped[date | None]
    why: Mapped[str] = mapped_column(Text, default="")
    state: Mapped[rules.ProposalState] = mapped_column(enum_column(rules.ProposalState))
    proposed_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    proposed_at: Mapped[datetime]
    answered_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    answered_at: Mapped[datetime | None]
