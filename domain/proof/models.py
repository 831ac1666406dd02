"""What could not be done with files."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from domain.db import Base


class UnjoinableReport(Base):
    """Its photos do not open, so no PDF is made of them; not tried again until they change."""

    __tablename__ = "unjoinable_report"

    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"), primary_key=True)
    tried_at: Mapped[datetime]
