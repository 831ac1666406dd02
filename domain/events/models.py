"""Events and those invited."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from domain.db import Base, enum_column
from domain.events import rules
from domain.policy import AtPlace


class Event(AtPlace, Base):
    """A webinar, a seminar, a coordinators' hour."""

    __tablename__ = "event"

    id: Mapped[int] = mapped_column(primary_key=True)
    request_key: Mapped[str] = mapped_column(String(80), unique=True)
    region_id: Mapped[int | None] = mapped_column(ForeignKey("region.id"))
    municipality_id: Mapped[int | None] = mapped_column(ForeignKey("municipality.id"))
    school_id: Mapped[int | None] = mapped_column(ForeignKey("school.id"))
    kind: Mapped[rules.EventKind] = mapped_column(
        enum_column(rules.EventKind),
        default=rules.EventKind.MEETING,
        server_default=rules.EventKind.MEETING.value,
    )
    title: Mapped[str] = mapped_column(String(200))
    about: Mapped[str] = mapped_column(Text, default="")
    where: Mapped[str] = mapped_column(String(500), default="")
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    code: Mapped[str] = mapped_column(String(8))  # shown at the event
    segment: Mapped[dict[str, Any]]
    made_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime]
    groups: Mapped[list[int]] = mapped_column(default=list, server_default="[]")  # where it was announced
    cancelled_at: Mapped[datetime | None]

    @property
    def spec(self) -> rules.EventSpec:
        """What the organiser entered."""
        return rules.EventSpec(self.title, self.starts_at, self.ends_at, self.where, self.about, self.kind)


class Guest(Base):
    """A person invited, with the answer and whether they came."""

    __tablename__ = "guest"

    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    place: Mapped[str] = mapped_column(String(200), default="")  # for which the person was invited
    invited_at: Mapped[datetime | None]  # of those added later; others were invited with the event
    answer: Mapped[rules.Answer | None] = mapped_column(enum_column(rules.Answer))
    answered_at: Mapped[datetime | None]
    came_at: Mapped[datetime | None]
    marked_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))  # themselves, by the code
