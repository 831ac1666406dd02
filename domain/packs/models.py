"""Which files take the places of a crowded slot."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from domain.db import Base


class ChosenFile(Base):
    """A file that somebody chose for its slot; a newer version of the report brings files that nobody has chosen yet."""

    __tablename__ = "chosen_file"

    evidence_id: Mapped[int] = mapped_column(ForeignKey("evidence.id"), primary_key=True)
    chosen_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    chosen_at: Mapped[datetime]
