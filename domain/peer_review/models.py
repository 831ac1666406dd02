"""Rounds, their pairs, the form of each side, and what a school did with the recommendations that it got."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, null, text
from sqlalchemy.orm import Mapped, mapped_column

from domain.actor import Place
from domain.dates import local_day
from domain.db import Base, enum_column
from domain.peer_review import rules
from domain.policy import AtPlace


class PeerRound(Base):
    """A round of mutual expertise of a region or a municipality; its pairs are a draft until it is started."""

    __tablename__ = "peer_round"
    __table_args__ = (Index("ix_peer_round_place", "region_id", "municipality_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    region_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    municipality_id: Mapped[int | None] = mapped_column(ForeignKey("municipality.id"))
    cycle_id: Mapped[int | None] = mapped_column(ForeignKey("cycle.id"))
    cohort_id: Mapped[int | None] = mapped_column(ForeignKey("cohort.id"))  # None: every school of the place
    title: Mapped[str] = mapped_column(String(200))
    sections: Mapped[list[Any]]  # of the form: key, title, asks
    partners_on: Mapped[date]
    exchange_on: Mapped[date]
    meeting_on: Mapped[date]
    final_on: Mapped[date]
    closes_on: Mapped[date]  # the last day on which partners see each other's documents
    made_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]  # by a coordinator, before the last day

    @classmethod
    def place_columns(cls) -> tuple[Any, Any, Any]:
        """Whose round it is."""
        return cls.region_id, cls.municipality_id, null()

    @property
    def place(self) -> Place:
        """Whose round it is."""
        return Place(self.region_id, self.municipality_id)

    @property
    def dates(self) -> rules.Dates:
        """Its phases."""
        return rules.Dates(self.partners_on, self.exchange_on, self.meeting_on, self.final_on, self.closes_on)

    @property
    def form(self) -> list[rules.Section]:
        """The sections of its form."""
        return rules.sections_of(self.sections)

    def runs(self, today: date) -> bool:
        """Whether partners know each other and still work."""
        return self.started_at is not None and self.ended_at is None and today <= self.closes_on


class PeerPair(Base):
    """Two schools, or three, and their meeting."""

    __tablename__ = "peer_pair"

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("peer_round.id"), index=True)
    meeting_at: Mapped[datetime | None]
    meeting_link: Mapped[str] = mapped_column(String(500), default="")
    meeting_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    met_at: Mapped[datetime | None]  # marked as held


class PeerForm(AtPlace, Base):
    """One school of a pair and what it writes to its partner; in a triple each writes to the next.

    A school has one form in a round that lives; those for former partners stay as they were.
    """

    __tablename__ = "peer_form"
    __table_args__ = (
        Index(
            "uq_peer_form_live",
            "round_id",
            "school_id",
            unique=True,
            sqlite_where=text("parted_at IS NULL"),
            postgresql_where=text("parted_at IS NULL"),
        ),
        Index("ix_peer_form_place", "region_id", "municipality_id", "school_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("peer_round.id"))
    pair_id: Mapped[int] = mapped_column(ForeignKey("peer_pair.id"), index=True)
    region_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    municipality_id: Mapped[int] = mapped_column(ForeignKey("municipality.id"))
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"))
    about_id: Mapped[int] = mapped_column(ForeignKey("school.id"), index=True)  # to whom it is written
    texts: Mapped[dict[str, Any]] = mapped_column(default=dict)  # by key of the section
    seen_at: Mapped[datetime | None]  # the school has opened the round
    acted_at: Mapped[datetime | None]  # its last sign of life
    shared_at: Mapped[datetime | None]  # the partner reads the draft
    final_at: Mapped[datetime | None]
    placed_at: Mapped[datetime | None]  # the file lies in the federal system
    changed_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    given_at: Mapped[datetime | None]  # when the partner became known, where that was after the start
    parted_at: Mapped[datetime | None]  # since when it is no longer about the school's partner
    parted_why: Mapped[str] = mapped_column(String(300), default="")  # for those who coordinate

    def side(self, pair: PeerPair, timezone: str) -> rules.Side:
        """How far it is, in the days of a place."""

        def day(moment: datetime | None) -> date | None:
            return local_day(moment, timezone) if moment is not None else None

        return rules.Side(
            given=day(self.given_at),
            shared=day(self.shared_at),
            met=day(pair.met_at),
            final=day(self.final_at),
            placed=day(self.placed_at),
            seen=day(self.seen_at),
            acted=day(self.acted_at),
        )


class PeerAdvice(AtPlace, Base):
    """One recommendation of a final form, at the school that got it, with its answer."""

    __tablename__ = "peer_advice"
    __table_args__ = (Index("ix_peer_advice_place", "region_id", "municipality_id", "school_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    form_id: Mapped[int] = mapped_column(ForeignKey("peer_form.id"), index=True)
    region_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    municipality_id: Mapped[int] = mapped_column(ForeignKey("municipality.id"))
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"))
    section: Mapped[str] = mapped_column(String(20))
    position: Mapped[int]
    text: Mapped[str] = mapped_column(Text)
    verdict: Mapped[rules.Verdict | None] = mapped_column(enum_column(rules.Verdict))
    why: Mapped[str] = mapped_column(Text, default="")
    assignment_id: Mapped[int | None] = mapped_column(
        ForeignKey("assignment.id", ondelete="SET NULL"), index=True
    )  # the own measure that it became
    answered_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    answered_at: Mapped[datetime | None]
