"""Segments: to whom a message goes."""

from dataclasses import asdict, dataclass
from typing import Any

from domain.actor import Role
from domain.errors import N_, DomainError
from domain.schools import SchoolStatus

MAX_TEXT = 3500  # leaves room for the author's line within Telegram's 4096


class NobodyToWrite(DomainError):
    """The segment is empty."""

    sentence = N_("Nobody would receive this message. Choose a wider circle.")


class TooLate(DomainError):
    """It has been sent, cancelled, or its moment is over."""

    sentence = N_("This broadcast can no longer be changed: it has been sent or cancelled.")


class TextNeeded(DomainError):
    """No text, or too much of it."""

    sentence = N_("Please write the message: from one word up to %(max)s characters.")


@dataclass(frozen=True, slots=True)
class Segment:
    """Roles × places × «has not handed in»; empty means no limit."""

    roles: tuple[Role, ...] = ()
    municipality_id: int | None = None
    cohort_id: int | None = None
    measure_id: int | None = None  # only where this measure is not handed in
    school_ids: tuple[int, ...] = ()
    late_days: int | None = None  # only schools with something overdue for more days than this
    status: SchoolStatus | None = None
    except_school_ids: tuple[int, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Plain values for the database and dialogue state."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Segment":
        """Back from plain values."""
        roles = tuple(Role(role) for role in data.get("roles") or ())
        return cls(
            roles,
            data.get("municipality_id"),
            data.get("cohort_id"),
            data.get("measure_id"),
            tuple(data.get("school_ids") or ()),
            data.get("late_days"),
            SchoolStatus(data["status"]) if data.get("status") else None,
            tuple(data.get("except_school_ids") or ()),
        )

    @property
    def narrows_schools(self) -> bool:
        """Whether only some schools of the author's places are meant."""
        return bool(
            self.municipality_id
            or self.cohort_id
            or self.measure_id
            or self.school_ids
            or self.late_days is not None
            or self.status
            or self.except_school_ids
        )


def check_text(text: str) -> str:
    """The text without edges; raises TextNeeded."""
    text = text.strip()
    if not 0 < len(text) <= MAX_TEXT:
        raise TextNeeded(max=MAX_TEXT)
    return text
