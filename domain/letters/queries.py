"""Who gets no messages, inside the actor's places, and what is known of them."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, case, exists, func, or_, select
from sqlalchemy.orm import aliased

from domain import schools
from domain.actor import SCHOOL_TEAM, Place, Role
from domain.dates import local_day
from domain.db import Tx
from domain.letters.rules import Why
from domain.outbox import OutboxMessage, OutboxState
from domain.people import Invitation, Person, RoleGrant, Unreached, contacts, valid_on
from domain.policy import Permission, may_invite, within
from domain.progress import OPEN, Assignment


class Row(NamedTuple):
    """Somebody, or a school, whom messages do not reach; where an invitation is open, until when it works."""

    subject: Unreached
    why: Why
    since: datetime | None
    name: str
    position: str
    role: Role
    place: Place
    contact: str = ""
    printed_at: datetime | None = None
    open_until: datetime | None = None
    may_print: bool = False

    @property
    def key(self) -> str:
        """The row as the value of a form field."""
        return f"{self.subject.kind}-{self.subject.id}"


async def unreached(
    tx: Tx,
    *,
    municipality_id: int | None = None,
    most: int | None = None,
    school_ids: Collection[int] | None = None,
) -> list[Row]:
    """Everybody whom messages do not reach: first people with work, then invitations, then empty schools.

    Of the empty schools at most so many, or only these: in the first days of a region that is all of them.
    """
    rows = [
        *await _people(tx, municipality_id),
        *await _invited(tx, municipality_id),
        *await _empty_schools(tx, municipality_id, most, school_ids),
    ]
    kinds = ("person", "invitation", "school")
    ids = {kind: {r.subject.id for r in rows if r.subject.kind == kind} for kind in kinds}
    ids["school"] |= {row.place.school_id for row in rows if row.role in SCHOOL_TEAM and row.place.school_id}
    noted = {kind: await contacts(tx, kind, ids[kind]) for kind in kinds}
    return [
        row._replace(
            contact=noted[row.subject.kind].get(row.subject.id)
            or (noted["school"].get(row.place.school_id or 0, "") if row.role in SCHOOL_TEAM else ""),
            may_print=may_invite(tx.actor, row.role, row.place),
        )
        for row in rows
    ]


def _in(
    table: type[RoleGrant | Invitation | schools.School], number: int | None
) -> list[ColumnElement[bool]]:
    return [] if number is None else [table.place_columns()[1] == number]


def _refused() -> ColumnElement[bool]:
    """Telegram has refused the person's last message; one that we could not write is no matter of theirs."""
    later = aliased(OutboxMessage)
    came = exists().where(
        later.person_id == OutboxMessage.person_id,
        later.state == OutboxState.SENT,
        later.id > OutboxMessage.id,
    )
    refused = select(OutboxMessage.person_id).where(
        OutboxMessage.state == OutboxState.FAILED,
        OutboxMessage.attempts > 0,
        OutboxMessage.person_id.is_not(None),
        ~came,
    )
    return Person.id.in_(refused)


async def _people(tx: Tx, municipality_id: int | None) -> list[Row]:
    """One row a person, by the first of the roles for which the actor may invite."""
    absent = or_(Person.telegram_id.is_(None), Person.consent_at.is_(None))
    query = (
        select(Person, RoleGrant, absent)
        .join(RoleGrant, RoleGrant.person_id == Person.id)
        .where(
            within(tx.actor, Permission.SEE_PEOPLE, RoleGrant),
            valid_on(local_day(tx.now, tx.actor.timezone)),
            or_(Person.unreachable.is_not(None), absent, _refused()),
            Person.id != (tx.actor.person_id or 0),
            *_in(RoleGrant, municipality_id),
        )
        .order_by(Person.name, Person.id, RoleGrant.id)
    )
    found: dict[int, Row] = {}
    for person, grant, is_absent in await tx.session.execute(query):
        known = found.get(person.id)
        if known is not None and may_invite(tx.actor, known.role, known.place):
            continue
        if known is not None and not may_invite(tx.actor, grant.role, grant.place):
            continue
        why = Why.BLOCKED if person.unreachable else Why.ABSENT if is_absent else Why.FAILED
        subject = Unreached("person", person.id)
        since = person.unreachable_at or (person.created_at if is_absent else None)
        found[person.id] = Row(subject, why, since, person.name, person.position, grant.role, grant.place)
    query_open = select(Invitation.person_id, Invitation.printed_at, Invitation.expires_at).where(
        Invitation.person_id.is_not(None), within(tx.actor, Permission.INVITE, Invitation), *_works(tx)
    )
    for person_id, printed_at, until in await tx.session.execute(query_open):
        if person_id in found:
            found[person_id] = found[person_id]._replace(printed_at=printed_at, open_until=until)
    return list(found.values())


def _works(tx: Tx) -> list[ColumnElement[bool]]:
    return [
        Invitation.used_at.is_(None),
        Invitation.revoked_at.is_(None),
        Invitation.expires_at > tx.now,
    ]


async def _invited(tx: Tx, municipality_id: int | None) -> list[Row]:
    """Links that nobody has used, the newest of each role, place and name; not where somebody has come since."""
    query = (
        select(Invitation)
        .where(
            within(tx.actor, Permission.INVITE, Invitation),
            Invitation.used_at.is_(None),
            Invitation.revoked_at.is_(None),
            Invitation.person_id.is_(None),
            *_in(Invitation, municipality_id),
        )
        .order_by(Invitation.id.desc())
    )
    newest: dict[tuple[Role, Place, str], Invitation] = {}
    for invitation in await tx.session.scalars(query):
        newest.setdefault((invitation.role, invitation.place, invitation.name), invitation)
    came = await _come(tx, {place for _, place, _ in newest})
    rows = []
    for (role, place, name), invitation in newest.items():
        names = came.get((role, place), set())
        if name in names or (not name and names):
            continue
        until = invitation.expires_at if invitation.expires_at > tx.now else None
        rows.append(
            Row(
                Unreached("invitation", invitation.id),
                Why.INVITED,
                invitation.created_at,
                name,
                "",
                role,
                place,
                printed_at=invitation.printed_at if until else None,
                open_until=until,
            )
        )
    return sorted(rows, key=lambda row: (row.name, row.subject.id))


async def _come(tx: Tx, places: Collection[Place]) -> dict[tuple[Role, Place], set[str]]:
    """Names of those who hold a role at these places today."""
    regions = {place.region_id for place in places}
    query = (
        select(RoleGrant, Person.name)
        .join(Person, Person.id == RoleGrant.person_id)
        .where(
            RoleGrant.region_id.in_(regions),
            within(tx.actor, Permission.INVITE, RoleGrant),
            valid_on(local_day(tx.now, tx.actor.timezone)),
        )
    )
    found: dict[tuple[Role, Place], set[str]] = {}
    for grant, name in await tx.session.execute(query):
        if grant.place in places:
            found.setdefault((grant.role, grant.place), set()).add(name)
    return found


async def _empty_schools(
    tx: Tx, municipality_id: int | None, most: int | None, school_ids: Collection[int] | None
) -> list[Row]:
    """Schools without a team and without a link on its way."""
    of_school = RoleGrant.school_id == schools.School.id
    staffed = exists().where(
        and_(of_school, RoleGrant.role.in_(SCHOOL_TEAM), valid_on(local_day(tx.now, tx.actor.timezone)))
    )
    invited = exists().where(
        Invitation.school_id == schools.School.id,
        Invitation.role.in_(SCHOOL_TEAM),
        Invitation.used_at.is_(None),
        Invitation.revoked_at.is_(None),
    )
    query = (
        select(schools.School)
        .where(
            within(tx.actor, Permission.INVITE, schools.School),
            ~staffed,
            ~invited,
            *_in(schools.School, municipality_id),
        )
        .order_by(schools.School.name, schools.School.id)
        .limit(most)
    )
    if school_ids is not None:
        query = query.where(schools.School.id.in_(school_ids))
    return [
        Row(Unreached("school", school.id), Why.NOBODY, None, "", "", Role.SCHOOL_HEAD, school.place)
        for school in await tx.session.scalars(query)
    ]


async def older(tx: Tx, row: Row) -> Sequence[Invitation]:
    """Unused links of the same person: of paper that is printed again, the older one must open nothing."""
    query = select(Invitation).where(
        within(tx.actor, Permission.INVITE, Invitation),
        Invitation.used_at.is_(None),
        Invitation.revoked_at.is_(None),
    )
    if row.subject.kind == "person":
        query = query.where(Invitation.person_id == row.subject.id)
    else:
        query = query.where(
            Invitation.person_id.is_(None), Invitation.role == row.role, Invitation.name == row.name
        )
        for column, value in zip(Invitation.place_columns(), row.place, strict=True):
            query = query.where(column == value if value is not None else column.is_(None))
    return (await tx.session.scalars(query)).all()


async def open_works(tx: Tx, school_ids: Collection[int]) -> dict[int, tuple[int, date | None]]:
    """How many measures are open at a school, and the next date among them that has not passed."""
    coming = case((Assignment.due_on >= local_day(tx.now, tx.actor.timezone), Assignment.due_on))
    query = (
        select(Assignment.school_id, func.count(), func.min(coming))
        .where(
            Assignment.school_id.in_(school_ids),
            Assignment.status.in_(OPEN),
            within(tx.actor, Permission.SEE, Assignment),
        )
        .group_by(Assignment.school_id)
    )
    rows = await tx.session.execute(query)
    return {school_id: (count, due) for school_id, count, due in rows if school_id is not None}
