"""Persons, what they may do where, and how they came in."""

from datetime import date, datetime

from sqlalchemy import BigInteger, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from domain.actor import Role
from domain.db import Base, enum_column
from domain.policy import AtPlace


class Person(Base):
    """Somebody who works with the programme. Kept: name, position, Telegram account, choices; no more."""

    __tablename__ = "person"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    position: Mapped[str] = mapped_column(String(200), default="")
    telegram_id: Mapped[int | None] = mapped_column(BigInteger, unique=True)
    language: Mapped[str] = mapped_column(String(5), default="ru")
    timezone: Mapped[str] = mapped_column(String(40), default="Europe/Moscow")
    consent_version: Mapped[str | None] = mapped_column(String(20))
    consent_at: Mapped[datetime | None]
    unreachable: Mapped[str | None] = mapped_column(String(40))  # why messages do not arrive
    unreachable_at: Mapped[datetime | None]
    digest_hour: Mapped[int | None]
    snoozed_until: Mapped[date | None]
    last_seen_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class RoleGrant(AtPlace, Base):
    """A role at a place for a period; a person holds any number."""

    __tablename__ = "role_grant"
    __table_args__ = (
        Index("ix_role_grant_place", "region_id", "municipality_id", "school_id"),
        Index("ix_role_grant_school", "school_id", "role"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    role: Mapped[Role] = mapped_column(enum_column(Role))
    region_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    municipality_id: Mapped[int | None] = mapped_column(ForeignKey("municipality.id"))
    school_id: Mapped[int | None] = mapped_column(ForeignKey("school.id"))
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    substitute_for: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    granted_by: Mapped[int | None]
    granted_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class OtherContact(Base):
    """How somebody is found whom messages do not reach: a phone or an address of work, «через секретаря»."""

    __tablename__ = "other_contact"
    __table_args__ = (
        UniqueConstraint("person_id"),
        UniqueConstraint("invitation_id"),
        UniqueConstraint("school_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    invitation_id: Mapped[int | None] = mapped_column(ForeignKey("invitation.id"))
    school_id: Mapped[int | None] = mapped_column(ForeignKey("school.id"))
    text: Mapped[str] = mapped_column(String(200))
    noted_by: Mapped[int | None]
    noted_at: Mapped[datetime]


class Invitation(AtPlace, Base):
    """A personal link into the bot: one role, one place, one use, some weeks."""

    __tablename__ = "invitation"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    role: Mapped[Role] = mapped_column(enum_column(Role))
    region_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    municipality_id: Mapped[int | None] = mapped_column(ForeignKey("municipality.id"))
    school_id: Mapped[int | None] = mapped_column(ForeignKey("school.id"))
    name: Mapped[str] = mapped_column(String(200), default="")  # whom it is for, as the inviter wrote
    created_by: Mapped[int | None]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    used_at: Mapped[datetime | None]
    used_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)  # known already
    printed_at: Mapped[datetime | None]  # handed over on paper
