"""Troubles that the engine has noticed; each is there while it lasts."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from domain.db import Base, enum_column


class Trouble(StrEnum):
    """What can be wrong with the installation."""

    CLOCK = "clock"  # the clock of the machine jumped, or is not that of Telegram
    TOKEN = "token"  # noqa: S105 - Telegram does not know the token any more
    RIVAL = "rival"  # another program asks for updates with the same token


class Alarm(Base):
    """One trouble that lasts; it goes by itself when it is over."""

    __tablename__ = "alarm"

    trouble: Mapped[Trouble] = mapped_column(enum_column(Trouble), primary_key=True)
    since_at: Mapped[datetime]
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)
