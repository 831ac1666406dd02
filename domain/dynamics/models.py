"""What is kept of large regions for a while."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from domain.db import Base


class KeptDynamics(Base):
    """Who moved which way between two years; who works by which track, shares of all schools (of no years); as of a moment."""

    __tablename__ = "kept_dynamics"

    region_id: Mapped[int] = mapped_column(ForeignKey("region.id"), primary_key=True)
    before: Mapped[int] = mapped_column(primary_key=True)
    after: Mapped[int] = mapped_column(primary_key=True)
    by: Mapped[str] = mapped_column(String(20), primary_key=True)  # what it is: moves, track, shares
    taken_at: Mapped[datetime]
    stamps: Mapped[dict[str, Any]]  # numbers of the tables that it was counted from (`domain.changes`)
    document: Mapped[dict[str, Any]]
