"""Rights: one table role × permission, and the only three questions that may be asked of it.

Source: DOMAIN.md §3. A stranger is told «not found», an insider «forbidden».
"""

from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol

from sqlalchemy import ColumnElement, and_, false, or_, true

from domain.actor import Actor, Grant, Place, Role
from domain.errors import Forbidden, NotFound


class Permission(StrEnum):
    """What may be done at a place."""

    SEE = "see"  # schools, roadmaps, assignments, progress
    SEE_PEOPLE = "see_people"
    SUBMIT = "submit"  # what is owed at the very place of the role, never what is owed below it
    REVIEW = "review"  # as the assigned curator
    OVERRULE = "overrule"  # decide where the curator is silent or absent
    UNCONFIRM = "unconfirm"
    PLAN = "plan"  # roadmaps and deadlines
    ADAPT = "adapt"  # a school's own words, dates and rows of a plan that it shares with others
    INVITE = "invite"
    REGISTER = "register"  # schools and municipalities
    BROADCAST = "broadcast"
    AUDIT = "audit"
    PANEL = "panel"


P = Permission
_COORDINATOR = frozenset(
    {
        P.SEE,
        P.SEE_PEOPLE,
        P.SUBMIT,
        P.OVERRULE,
        P.UNCONFIRM,
        P.PLAN,
        P.ADAPT,
        P.INVITE,
        P.BROADCAST,
        P.AUDIT,
        P.PANEL,
    }
)

TABLE: dict[Role, frozenset[Permission]] = {
    Role.REGIONAL_COORDINATOR: _COORDINATOR | {P.REGISTER},
    Role.MUNICIPAL_COORDINATOR: _COORDINATOR,
    Role.CURATOR: frozenset({P.SEE, P.SEE_PEOPLE, P.REVIEW, P.BROADCAST, P.PANEL}),
    Role.SCHOOL_HEAD: frozenset({P.SEE, P.SEE_PEOPLE, P.SUBMIT, P.ADAPT, P.INVITE, P.BROADCAST, P.PANEL}),
    Role.SCHOOL_MEMBER: frozenset({P.SEE, P.SUBMIT, P.PANEL}),
    Role.EXPERT: frozenset({P.SEE, P.PANEL}),
    Role.OBSERVER: frozenset({P.SEE, P.PANEL}),
}

# Done by the holders themselves: a coordinator hands in what the office owes, a school's work only its own team.
OWN = frozenset({P.SUBMIT})

# Who may invite whom: never above oneself, never sideways.
MAY_INVITE: dict[Role, frozenset[Role]] = {
    Role.REGIONAL_COORDINATOR: frozenset(Role) - {Role.REGIONAL_COORDINATOR},
    Role.MUNICIPAL_COORDINATOR: frozenset({Role.CURATOR, Role.SCHOOL_HEAD, Role.SCHOOL_MEMBER}),
    Role.SCHOOL_HEAD: frozenset({Role.SCHOOL_MEMBER}),
}


class Placed(Protocol):
    """A table whose rows stand at a place of the tree."""

    @classmethod
    def place_columns(cls) -> tuple[Any, Any, Any]:
        """Columns of region, municipality and school, in this order."""


class AtPlace:
    """A row that stands at the place which its columns of region, municipality and school name."""

    if TYPE_CHECKING:
        region_id: Any
        municipality_id: Any
        school_id: Any

    @classmethod
    def place_columns(cls) -> tuple[Any, Any, Any]:
        """Whose the rows are: who has a role there, or above, may be let in."""
        return cls.region_id, cls.municipality_id, cls.school_id

    @property
    def place(self) -> Place:
        """Whose this row is."""
        return Place(self.region_id, self.municipality_id, self.school_id)


def allows(actor: Actor, permission: Permission, place: Place) -> bool:
    """Whether the actor may do this at the place."""
    return actor.is_system or any(
        permission in TABLE[grant.role]
        and (grant.place == place if permission in OWN else grant.place.covers(place))
        for grant in actor.grants
    )


def require(actor: Actor, permission: Permission, place: Place) -> None:
    """Pass, or raise Forbidden for an insider and NotFound for everybody else."""
    if not allows(actor, permission, place):
        raise Forbidden if allows(actor, Permission.SEE, place) else NotFound


def may_invite(actor: Actor, role: Role, place: Place) -> bool:
    """Whether the actor may hand out this role at this place."""
    return actor.is_system or any(
        role in MAY_INVITE.get(grant.role, frozenset()) and grant.place.covers(place)
        for grant in actor.grants
    )


def require_invite(actor: Actor, role: Role, place: Place) -> None:
    """Pass where the actor may hand out this role at this place."""
    require(actor, Permission.INVITE, place)
    if not may_invite(actor, role, place):
        raise Forbidden


def within(actor: Actor, permission: Permission, table: type[Placed]) -> ColumnElement[bool]:
    """The WHERE clause that keeps a query inside what the actor may see or do."""
    if actor.is_system:
        return true()
    columns = table.place_columns()
    clause = _own_clause if permission in OWN else _clause
    clauses = [clause(grant, columns) for grant in actor.grants if permission in TABLE[grant.role]]
    return or_(*clauses) if clauses else false()


def _clause(grant: Grant, columns: tuple[Any, Any, Any]) -> ColumnElement[bool]:
    # A grant without a region would cover everything: only the system may.
    pairs = [(column, value) for column, value in zip(columns, grant.place, strict=True) if value is not None]
    return and_(*(column == value for column, value in pairs)) if pairs else false()


def _own_clause(grant: Grant, columns: tuple[Any, Any, Any]) -> ColumnElement[bool]:
    pairs = zip(columns, grant.place, strict=True)
    return and_(*(column.is_(None) if value is None else column == value for column, value in pairs))


def holders(permission: Permission) -> frozenset[Role]:
    """Roles that hold a permission somewhere."""
    return frozenset(role for role, permissions in TABLE.items() if permission in permissions)
