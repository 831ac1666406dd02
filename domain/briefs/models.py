"""Templates of papers that a region uploaded."""

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from domain.briefs.rules import Paper
from domain.db import Base, enum_column


class PaperTemplate(Base):
    """The region's own template of one paper; without it the shipped one is used."""

    __tablename__ = "paper_template"
    __table_args__ = (UniqueConstraint("region_id", "paper"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    region_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    paper: Mapped[Paper] = mapped_column(enum_column(Paper))
    name: Mapped[str] = mapped_column(String(200))
    content: Mapped[bytes] = mapped_column(LargeBinary)
    uploaded_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    uploaded_at: Mapped[datetime]
