"""Messages of a coordinator to a segment of people. Deliveries are rows of the outbox."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from domain.broadcasts import rules
from domain.db import Base, enum_column
from domain.policy import AtPlace


class Broadcast(AtPlace, Base):
    """What was written to whom; the segment is kept as it was chosen."""

    __tablename__ = "broadcast"

    id: Mapped[int] = mapped_column(primary_key=True)
    request_key: Mapped[str] = mapped_column(String(80), unique=True)  # the same press twice is one broadcast
    author_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    region_id: Mapped[int | None] = mapped_column(ForeignKey("region.id"))
    municipality_id: Mapped[int | None] = mapped_column(ForeignKey("municipality.id"))
    school_id: Mapped[int | None] = mapped_column(ForeignKey("school.id"))
    text: Mapped[str] = mapped_column(Text)  # as the author wrote it, with marks and variables
    segment: Mapped[dict[str, Any]]
    recipients: Mapped[int]
    ask: Mapped[rules.Ask] = mapped_column(
        enum_column(rules.Ask), default=rules.Ask.READ, server_default=rules.Ask.READ.value
    )
    link_label: Mapped[str] = mapped_column(String(60), default="", server_default="")
    link_url: Mapped[str] = mapped_column(String(500), default="", server_default="")
    rides: Mapped[bool] = mapped_column(
        default=False, server_default="0"
    )  # the words go beside the first file
    created_at: Mapped[datetime]
    starts_at: Mapped[datetime | None]  # scheduled; empty: at once
    paused_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]

    @property
    def headline(self) -> str:
        """Its first words on one line, without marks and without what is filled in for each reader."""
        return rules.headline(self.text)


class BroadcastRecipient(AtPlace, Base):
    """A person to whom it went, for which place, and what they said to it."""

    __tablename__ = "broadcast_recipient"

    broadcast_id: Mapped[int] = mapped_column(ForeignKey("broadcast.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    place_name: Mapped[str] = mapped_column(String(200), default="")
    region_id: Mapped[int | None]
    municipality_id: Mapped[int | None]
    school_id: Mapped[int | None]
    answer: Mapped[rules.Reply | None] = mapped_column(enum_column(rules.Reply))
    answered_at: Mapped[datetime | None]


class BroadcastFile(Base):
    """A file put aside by an author; once the broadcast is sent it belongs to it."""

    __tablename__ = "broadcast_file"

    id: Mapped[int] = mapped_column(primary_key=True)
    broadcast_id: Mapped[int | None] = mapped_column(ForeignKey("broadcast.id"), index=True)
    made_by: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    made_at: Mapped[datetime]
    name: Mapped[str] = mapped_column(String(255))
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int]
    photo: Mapped[bool] = mapped_column(default=False)
    telegram_file_id: Mapped[str | None] = mapped_column(String(255))  # spares sending the bytes anew


class BroadcastLetter(Base):
    """A reader's answer to a broadcast, or the author's word back; `person_id` is the reader either way."""

    __tablename__ = "broadcast_letter"
    __table_args__ = (UniqueConstraint("source_chat", "source_message"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    broadcast_id: Mapped[int] = mapped_column(ForeignKey("broadcast.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    said_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    said_at: Mapped[datetime]
    text: Mapped[str] = mapped_column(Text)
    source_chat: Mapped[int | None] = mapped_column(BigInteger)  # the same message twice is one answer
    source_message: Mapped[int | None] = mapped_column(BigInteger)

    @property
    def is_answer(self) -> bool:
        """Whether the reader said it."""
        return self.said_by == self.person_id
