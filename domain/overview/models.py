"""Boards of large regions, kept for a while."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from domain.db import Base


class KeptBoard(Base):
    """What the lines of a region's board are computed from, as of a moment; one for each wave."""

    __tablename__ = "kept_board"

    wave_id: Mapped[int] = mapped_column(ForeignKey("wave.id"), primary_key=True)
    taken_at: Mapped[datetime]
    document: Mapped[dict[str, Any]]
