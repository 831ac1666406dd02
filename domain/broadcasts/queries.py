"""Who would receive a message, and who has."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, or_, select

from domain import people, progress, schools
from domain.broadcasts.models import Broadcast
from domain.broadcasts.rules import Segment
from domain.dates import local_day
from domain.db import Tx
from domain.errors import NotFound
from domain.outbox import OutboxMessage
from domain.policy import Permission, within


class Recipient(NamedTuple):
    """A person of the segment and the place for which they are in it."""

    person: people.Person
    place: str


@dataclass(frozen=True, slots=True)
class Preview:
    """Who gets the message, who will not, and which schools have nobody at all."""

    recipients: Sequence[Recipient]
    unreachable: Sequence[Recipient]
    empty_schools: Sequence[str]


class Delivery(NamedTuple):
    """What became of one message of a broadcast."""

    person: people.Person
    message: OutboxMessage


class BroadcastView(NamedTuple):
    """A broadcast with its deliveries."""

    broadcast: Broadcast
    author: str
    deliveries: Sequence[Delivery]


async def _schools(tx: Tx, segment: Segment) -> list[schools.School]:
    query = schools.visible_schools(tx, Permission.BROADCAST)
    if segment.municipality_id:
        query = query.where(schools.School.municipality_id == segment.municipality_id)
    if segment.school_ids:
        query = query.where(schools.School.id.in_(segment.school_ids))
    if segment.cohort_id:
        enrolled = select(schools.Enrollment.school_id).where(
            schools.Enrollment.cohort_id == segment.cohort_id
        )
        query = query.where(schools.School.id.in_(enrolled))
    if segment.measure_id:
        owing = select(progress.Assignment.school_id).where(
            progress.Assignment.measure_id == segment.measure_id,
            progress.Assignment.status.in_(progress.OPEN),
        )
        query = query.where(schools.School.id.in_(owing))
    if segment.status:
        query = query.where(schools.School.status == segment.status)
    if segment.late_days is not None:
        day = local_day(tx.now, tx.actor.timezone) - timedelta(days=segment.late_days)
        late = select(progress.Assignment.school_id).where(
            progress.Assignment.status.in_(progress.OPEN),
            progress.Assignment.reminds,
            progress.Assignment.due_on < day,
        )
        query = query.where(schools.School.id.in_(late))
    if segment.except_school_ids:
        query = query.where(schools.School.id.not_in(segment.except_school_ids))
    return list((await tx.session.scalars(query.order_by(schools.School.name))).all())


async def preview(tx: Tx, segment: Segment) -> Preview:
    """Who would get a message now: each person once, the author left out."""
    found = await _schools(tx, segment)
    names = {s.id: s.name for s in found}
    municipalities = {s.municipality_id for s in found}
    query = (
        select(people.Person, people.RoleGrant)
        .join(people.RoleGrant, people.RoleGrant.person_id == people.Person.id)
        .where(
            within(tx.actor, Permission.BROADCAST, people.RoleGrant),
            people.valid_on(local_day(tx.now, tx.actor.timezone)),
            people.Person.id != (tx.actor.person_id or 0),
        )
        .order_by(people.Person.name, people.RoleGrant.id)
    )
    if segment.roles:
        query = query.where(people.RoleGrant.role.in_(segment.roles))
    reached: dict[int, Recipient] = {}
    missed: dict[int, Recipient] = {}
    served: set[int] = set()
    for person, grant in (await tx.session.execute(query)).tuples():
        if segment.narrows_schools and not _fits(grant, names, municipalities):
            continue
        place = names.get(grant.school_id or 0) or (await schools.place_name(tx, grant.place)).name
        reachable = person.telegram_id and person.consent_at and person.unreachable is None
        (reached if reachable else missed).setdefault(person.id, Recipient(person, place))
        if reachable and grant.school_id:
            served.add(grant.school_id)
    empty = [s.name for s in found if s.id not in served] if _wants_schools(segment) else []
    return Preview(list(reached.values()), list(missed.values()), empty)


def _fits(grant: people.RoleGrant, names: dict[int, str], municipalities: set[int]) -> bool:
    if grant.school_id is not None:
        return grant.school_id in names
    return grant.municipality_id is None or grant.municipality_id in municipalities


def _wants_schools(segment: Segment) -> bool:
    return not segment.roles or any(role.value.startswith("school") for role in segment.roles)


async def broadcast_list(tx: Tx, *, limit: int = 100) -> Sequence[Broadcast]:
    """One's own broadcasts and those from one's places, newest first."""
    query = select(Broadcast).where(_visible(tx)).order_by(Broadcast.id.desc()).limit(limit)
    return (await tx.session.scalars(query)).all()


def _visible(tx: Tx) -> ColumnElement[bool]:
    return or_(
        within(tx.actor, Permission.AUDIT, Broadcast), Broadcast.author_id == (tx.actor.person_id or 0)
    )


async def broadcast(tx: Tx, broadcast_id: int) -> BroadcastView:
    """One broadcast with what became of each message."""
    found = await tx.session.scalar(select(Broadcast).where(Broadcast.id == broadcast_id, _visible(tx)))
    if found is None:
        raise NotFound
    rows = await tx.session.execute(
        select(people.Person, OutboxMessage)
        .join(OutboxMessage, OutboxMessage.person_id == people.Person.id)
        .where(OutboxMessage.subject == f"broadcast:{broadcast_id}")
        .order_by(people.Person.name)
    )
    names = await people.person_names(tx, [found.author_id])
    deliveries = [Delivery(*row) for row in rows.tuples()]
    return BroadcastView(found, names.get(found.author_id or 0, ""), deliveries)
