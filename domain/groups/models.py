"""Group chats of the messenger to which the bot was added."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, String, null
from sqlalchemy.orm import Mapped, mapped_column

from domain.actor import Place
from domain.db import Base
from domain.groups.rules import USUAL


class GroupChat(Base):
    """A group with the bot in it; without a place it is not linked and hears nothing."""

    __tablename__ = "group_chat"

    id: Mapped[int] = mapped_column(primary_key=True)
    chat_id: Mapped[int] = mapped_column(BigInteger, unique=True)
    title: Mapped[str] = mapped_column(String(200), default="")
    region_id: Mapped[int | None] = mapped_column(ForeignKey("region.id"))
    municipality_id: Mapped[int | None] = mapped_column(ForeignKey("municipality.id"))
    tells_deadlines: Mapped[bool] = mapped_column(default=True, server_default="1")
    # Days before a deadline on which the group hears of it.
    deadline_days: Mapped[list[int]] = mapped_column(default=lambda: list(USUAL), server_default="[3]")
    added_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    added_at: Mapped[datetime]
    linked_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    linked_at: Mapped[datetime | None]
    removed_at: Mapped[datetime | None]  # the bot is no longer in it

    @classmethod
    def place_columns(cls) -> tuple[Any, Any, Any]:
        """For whom it is; a group stands at no school."""
        return cls.region_id, cls.municipality_id, null()

    @property
    def place(self) -> Place:
        """For whom it is."""
        return Place(self.region_id, self.municipality_id)

    @property
    def is_linked(self) -> bool:
        """Whether it belongs to a place and the bot is still in it."""
        return self.linked_at is not None and self.removed_at is None
