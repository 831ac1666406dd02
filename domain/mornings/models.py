"""What a person chose about digests, and when one was last considered."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Table
from sqlalchemy.orm import Mapped, mapped_column

from domain.db import Base


class DigestMark(Base):
    """Until when everything was considered for a person's digest: what came since stands in the next one."""

    __tablename__ = "digest_mark"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    looked_at: Mapped[datetime]
    before_at: Mapped[datetime | None]  # the time before: it counts where the last digest could not leave


class DigestChoice(Base):
    """Days of the week and a pause; the hour and the snooze stand with the person."""

    __tablename__ = "digest_choice"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    weekdays: Mapped[list[int]]  # 0 is Monday
    paused_from: Mapped[date | None]
    paused_until: Mapped[date | None]


MARKS: Table = DigestMark.__table__  # type: ignore[assignment]
