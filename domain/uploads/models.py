"""Links for large files."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from domain.db import Base


class UploadPass(Base):
    """The right of one person to add one file to one draft, without signing in; of the link only a hash is kept."""

    __tablename__ = "upload_pass"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignment.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    given_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    evidence_id: Mapped[int | None]  # what came; taken out of the draft later, it is gone
