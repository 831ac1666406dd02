"""What places have done of the tasks that come back every year."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from domain.db import Base, enum_column
from domain.policy import AtPlace
from domain.seasons.rules import Season


class SeasonMark(Base):
    """A rating or a correction of a month that a place has done."""

    __tablename__ = "season_mark"
    __table_args__ = (UniqueConstraint("region_id", "municipality_id", "season", "month"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    region_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    municipality_id: Mapped[int | None] = mapped_column(ForeignKey("municipality.id"))
    season: Mapped[Season] = mapped_column(enum_column(Season))
    month: Mapped[date]  # its first day
    snapshot_id: Mapped[int | None] = mapped_column(ForeignKey("snapshot.id"))
    done_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    done_at: Mapped[datetime]


class SeasonAnswer(AtPlace, Base):
    """A school that has looked at its plan in a month and says that nothing has to be changed."""

    __tablename__ = "season_answer"
    __table_args__ = (UniqueConstraint("school_id", "month"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    region_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    municipality_id: Mapped[int] = mapped_column(ForeignKey("municipality.id"))
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"))
    month: Mapped[date]  # its first day
    done_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    done_at: Mapped[datetime]
