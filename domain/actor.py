"""Who acts: a person with the grants valid today, or the system itself."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple


class Role(StrEnum):
    """Roles of the programme (DOMAIN.md, glossary)."""

    REGIONAL_COORDINATOR = "regional_coordinator"
    MUNICIPAL_COORDINATOR = "municipal_coordinator"
    CURATOR = "curator"
    SCHOOL_HEAD = "school_head"
    SCHOOL_MEMBER = "school_member"
    EXPERT = "expert"
    OBSERVER = "observer"


COORDINATORS = frozenset({Role.REGIONAL_COORDINATOR, Role.MUNICIPAL_COORDINATOR})
SCHOOL_TEAM = frozenset({Role.SCHOOL_HEAD, Role.SCHOOL_MEMBER})


class Place(NamedTuple):
    """A point of the tree region ⊃ municipality ⊃ school; None means «the whole level above»."""

    region_id: int | None
    municipality_id: int | None = None
    school_id: int | None = None

    def covers(self, other: "Place") -> bool:
        """Whether `other` lies at or below this place."""
        return all(mine is None or mine == theirs for mine, theirs in zip(self, other, strict=True))


class Grant(NamedTuple):
    """A role at a place."""

    role: Role
    place: Place


@dataclass(frozen=True, slots=True)
class Actor:
    """A person as the rights see them; `person_id` is None for the system and for a stranger."""

    person_id: int | None = None
    grants: tuple[Grant, ...] = ()
    language: str = "ru"
    timezone: str = "Europe/Moscow"
    name: str = ""
    is_system: bool = field(default=False)

    def roles(self) -> frozenset[Role]:
        """All roles held anywhere."""
        return frozenset(grant.role for grant in self.grants)

    def places(self, *roles: Role) -> tuple[Place, ...]:
        """Places where one of the roles is held, in the order of the grants."""
        return tuple(grant.place for grant in self.grants if grant.role in roles)

    def works_at(self, school_id: int | None) -> bool:
        """Whether the actor is of the school's own team: nobody confirms the work of their own school."""
        return school_id is not None and any(
            place.school_id == school_id for place in self.places(*SCHOOL_TEAM)
        )

    def keeps(self, place: Place) -> bool:
        """Whether the actor is of those who hand in what is owed at this very place: a school's own team, the
        coordinators of a municipality's or a region's office."""
        return place in self.places(*SCHOOL_TEAM, *COORDINATORS)


SYSTEM = Actor(is_system=True, name="system")
STRANGER = Actor()
