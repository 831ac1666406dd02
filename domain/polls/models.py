"""Polls, who may answer, and what was answered.

Of an anonymous poll a ballot keeps neither person nor school nor time, and has a random number, so that not even the
order of the rows tells whose it is; that somebody has answered is a mark without a time.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from domain.db import Base, enum_column
from domain.policy import AtPlace
from domain.polls import rules


class Poll(AtPlace, Base):
    """Questions to a segment of people."""

    __tablename__ = "poll"

    id: Mapped[int] = mapped_column(primary_key=True)
    request_key: Mapped[str] = mapped_column(String(80), unique=True)
    region_id: Mapped[int | None] = mapped_column(ForeignKey("region.id"))
    municipality_id: Mapped[int | None] = mapped_column(ForeignKey("municipality.id"))
    school_id: Mapped[int | None] = mapped_column(ForeignKey("school.id"))
    title: Mapped[str] = mapped_column(String(200))
    about: Mapped[str] = mapped_column(Text, default="")
    per_school: Mapped[bool]
    anonymous: Mapped[bool]
    segment: Mapped[dict[str, Any]]
    made_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime]
    closes_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]  # by its author
    reminded_at: Mapped[datetime | None]

    def is_open(self, now: datetime) -> bool:
        """Whether answers are still taken."""
        return self.closed_at is None and (self.closes_at is None or now < self.closes_at)


class PollQuestion(Base):
    """One question of a poll."""

    __tablename__ = "poll_question"

    id: Mapped[int] = mapped_column(primary_key=True)
    poll_id: Mapped[int] = mapped_column(ForeignKey("poll.id"), index=True)
    position: Mapped[int]
    text: Mapped[str] = mapped_column(Text)
    kind: Mapped[rules.Kind] = mapped_column(enum_column(rules.Kind))
    options: Mapped[list[str]] = mapped_column(default=list)
    top: Mapped[int] = mapped_column(default=rules.SCALE[1])  # of a scale
    required: Mapped[bool] = mapped_column(default=True)

    def fits(self, value: Any) -> bool:
        """Whether this is an answer to it."""
        return rules.fits(self.kind, self.options, self.top, value)


class PollSeat(Base):
    """Somebody who was asked. All seats with one `voter` answer together once: a person, or a school's team."""

    __tablename__ = "poll_seat"

    poll_id: Mapped[int] = mapped_column(ForeignKey("poll.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    voter: Mapped[str] = mapped_column(String(24))
    place_name: Mapped[str] = mapped_column(String(200), default="")
    school_id: Mapped[int | None]
    draft: Mapped[dict[str, Any]] = mapped_column(default=dict)  # emptied when it is handed in
    is_done: Mapped[bool] = mapped_column(default=False)


class Ballot(Base):
    """Answers that were handed in; of an anonymous poll the answers and nothing else."""

    __tablename__ = "ballot"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    poll_id: Mapped[int] = mapped_column(ForeignKey("poll.id"), index=True)
    answers: Mapped[dict[str, Any]]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    place_name: Mapped[str | None] = mapped_column(String(200))
    sent_at: Mapped[datetime | None]
