"""What was said."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from domain.db import Base, enum_column
from domain.policy import AtPlace
from domain.talks import rules


class Utterance(AtPlace, Base):
    """One message of a thread; never changed."""

    __tablename__ = "utterance"
    __table_args__ = (
        UniqueConstraint("chat_id", "message_id"),
        Index("ix_utterance_thread", "assignment_id", "id"),
        Index("ix_utterance_place", "region_id", "municipality_id", "school_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignment.id"))
    region_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    municipality_id: Mapped[int | None] = mapped_column(ForeignKey("municipality.id"))
    school_id: Mapped[int | None] = mapped_column(ForeignKey("school.id"))
    side: Mapped[rules.Side] = mapped_column(enum_column(rules.Side))
    turn: Mapped[rules.Turn] = mapped_column(enum_column(rules.Turn))
    text: Mapped[str] = mapped_column(Text)
    said_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    said_at: Mapped[datetime]
    chat_id: Mapped[int | None] = mapped_column(BigInteger)
    message_id: Mapped[int | None] = mapped_column(BigInteger)
