"""A newer version of a roadmap's document, compared and perhaps applied."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, Enum, ForeignKey, String, Table
from sqlalchemy.orm import Mapped, mapped_column

from domain.db import Base, UtcDateTime, enum_column
from domain.revisions import rules


class Revision(Base):
    """What was read from the newer version, how its rows match, and what applying it replaced."""

    __tablename__ = "revision"

    id: Mapped[int] = mapped_column(primary_key=True)
    roadmap_id: Mapped[int] = mapped_column(ForeignKey("roadmap.id"), index=True)
    state: Mapped[rules.RevisionState] = mapped_column(enum_column(rules.RevisionState))
    file_name: Mapped[str] = mapped_column(String(255))
    file_sha256: Mapped[str | None] = mapped_column(String(64))
    columns: Mapped[dict[str, Any]] = mapped_column(default=dict)
    layout: Mapped[list[Any]] = mapped_column(default=list)
    rows: Mapped[list[Any]] = mapped_column(default=list)  # as read, each with the measure that it matches
    skipped: Mapped[list[Any]] = mapped_column(default=list)
    doubts: Mapped[list[str]] = mapped_column(default=list)
    replaced: Mapped[dict[str, Any]] = mapped_column(default=dict)  # what undoing needs
    version: Mapped[int] = mapped_column(default=1)
    created_by: Mapped[int | None]
    created_at: Mapped[datetime]
    applied_by: Mapped[int | None]
    applied_at: Mapped[datetime | None]
    undone_at: Mapped[datetime | None]


def frozen(row: Base) -> dict[str, Any]:
    """All columns of a row as plain JSON values."""
    result: dict[str, Any] = {}
    for column in row.__table__.columns:
        value = getattr(row, column.key)
        result[column.key] = value.isoformat() if isinstance(value, date) else value
    return result


def thawed(table: Table, kept: dict[str, Any]) -> dict[str, Any]:
    """Back from JSON values to those of the columns."""
    result: dict[str, Any] = {}
    for column in table.columns:
        value = kept.get(column.key)
        if isinstance(value, str) and isinstance(column.type, UtcDateTime):
            value = datetime.fromisoformat(value)
        elif isinstance(value, str) and isinstance(column.type, Date):
            value = date.fromisoformat(value)
        elif isinstance(value, str) and isinstance(column.type, Enum) and column.type.enum_class:
            value = column.type.enum_class(value)
        result[column.key] = value
    return result
