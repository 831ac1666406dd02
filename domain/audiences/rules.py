"""Segments: role × place × cohort × track × cluster × status × «has not handed in» × «late» × a list × «except»."""

from dataclasses import asdict, dataclass
from typing import Any

from domain.actor import Role
from domain.errors import N_, DomainError
from domain.outcomes import Cluster
from domain.schools import SchoolStatus

MAX_NAME = 80


class NobodyToWrite(DomainError):
    """The segment is empty."""

    sentence = N_("Nobody would receive this message. Choose a wider circle.")


class NameNeeded(DomainError):
    """A saved circle without a name."""

    sentence = N_("Please give the circle a name of at most %(max)s characters.")


@dataclass(frozen=True, slots=True)
class Segment:
    """Everything that is not empty narrows the people down; empty means no limit."""

    roles: tuple[Role, ...] = ()
    municipality_id: int | None = None
    cohort_id: int | None = None
    measure_id: int | None = None  # only where this measure is not handed in
    school_ids: tuple[int, ...] = ()
    late_days: int | None = None  # only schools with something overdue for more days than this
    status: SchoolStatus | None = None
    except_school_ids: tuple[int, ...] = ()
    track_id: int | None = None  # only schools that work in this part of a roadmap
    cluster: Cluster | None = None  # of the newest year that has clusters
    person_ids: tuple[int, ...] = ()  # only these people

    def to_json(self) -> dict[str, Any]:
        """Plain values for the database and dialogue state."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Segment":
        """Back from plain values, also from those kept by an earlier release."""
        return cls(
            roles=tuple(Role(role) for role in data.get("roles") or ()),
            municipality_id=data.get("municipality_id"),
            cohort_id=data.get("cohort_id"),
            measure_id=data.get("measure_id"),
            school_ids=tuple(data.get("school_ids") or ()),
            late_days=data.get("late_days"),
            status=SchoolStatus(data["status"]) if data.get("status") else None,
            except_school_ids=tuple(data.get("except_school_ids") or ()),
            track_id=data.get("track_id"),
            cluster=Cluster(data["cluster"]) if data.get("cluster") else None,
            person_ids=tuple(data.get("person_ids") or ()),
        )

    @property
    def narrows_schools(self) -> bool:
        """Whether only some schools of the author's places are meant."""
        return bool(self.municipality_id or self.cohort_id or self.school_ids or self.except_school_ids) or (
            self.track_id is not None or not self.is_public
        )

    @property
    def is_public(self) -> bool:
        """Whether belonging to it tells nothing of how a school stands: only then may a group chat read it."""
        named = self.measure_id or self.status or self.cluster or self.person_ids
        return not (named or self.late_days is not None)


def check_name(name: str) -> str:
    """The name of a saved circle without edges; raises NameNeeded."""
    name = " ".join(name.split())
    if not 0 < len(name) <= MAX_NAME:
        raise NameNeeded(max=MAX_NAME)
    return name
