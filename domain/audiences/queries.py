"""Who belongs to a segment now, and whether somebody still does."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple

from sqlalchemy import Select, func, select

from domain import outcomes, people, progress, roadmaps, schools
from domain.actor import SCHOOL_TEAM, Place
from domain.audiences.models import SavedAudience
from domain.audiences.rules import Segment
from domain.db import Tx
from domain.errors import Forbidden, NotFound
from domain.policy import TABLE, Permission, within
from domain.progress import Assignment


class Recipient(NamedTuple):
    """A person of the segment and the place for which they are in it."""

    person: people.Person
    place: str
    at: Place = Place(None)


@dataclass(frozen=True, slots=True)
class Preview:
    """Who gets the message, who will not, and which schools have nobody at all."""

    recipients: Sequence[Recipient]
    unreachable: Sequence[Recipient]
    empty_schools: Sequence[str]

    @property
    def places(self) -> list[str]:
        """Names of the places of those who get it, each once."""
        return list(dict.fromkeys(r.place for r in self.recipients))


def author_place(tx: Tx) -> Place:
    """The widest place in which the actor may write to people. Raises Forbidden."""
    places = [g.place for g in tx.actor.grants if Permission.BROADCAST in TABLE[g.role]]
    if not places and not tx.actor.is_system:
        raise Forbidden
    return min(places, key=lambda p: sum(part is not None for part in p), default=Place(None))


async def _schools(tx: Tx, segment: Segment) -> list[schools.School]:
    query = schools.visible_schools(tx, Permission.BROADCAST)
    School = schools.School
    if segment.municipality_id:
        query = query.where(School.municipality_id == segment.municipality_id)
    if segment.school_ids:
        query = query.where(School.id.in_(segment.school_ids))
    if segment.cohort_id:
        enrolled = select(schools.Enrollment.school_id)
        query = query.where(School.id.in_(enrolled.where(schools.Enrollment.cohort_id == segment.cohort_id)))
    if segment.status:
        query = query.where(School.status == segment.status)
    if segment.except_school_ids:
        query = query.where(School.id.not_in(segment.except_school_ids))
    for of_work in _works(tx, segment):
        query = query.where(School.id.in_(of_work))
    if segment.track_id:
        working = select(Assignment.school_id).join(
            roadmaps.Measure, roadmaps.Measure.id == Assignment.measure_id
        )
        query = query.where(School.id.in_(working.where(roadmaps.Measure.track_id == segment.track_id)))
    if segment.cluster:
        Mark = outcomes.ClusterMark
        newest = select(func.max(Mark.year)).where(within(tx.actor, Permission.BROADCAST, Mark))
        marked = select(Mark.school_id).where(
            Mark.year == newest.scalar_subquery(), Mark.cluster == segment.cluster
        )
        query = query.where(School.id.in_(marked))
    return list((await tx.session.scalars(query.order_by(School.name))).all())


def _works(tx: Tx, segment: Segment) -> list[Select[int | None]]:
    """Schools by what they owe: the two parts of a segment that may end while a message waits."""
    found = []
    if segment.measure_id:
        owing = select(Assignment.school_id)
        found.append(
            owing.where(Assignment.measure_id == segment.measure_id, Assignment.status.in_(progress.OPEN))
        )
    if segment.late_days is not None:
        day = tx.day(tx.actor.timezone) - timedelta(days=segment.late_days)
        late = select(Assignment.school_id)
        found.append(
            late.where(Assignment.status.in_(progress.OPEN), Assignment.reminds, Assignment.due_on < day)
        )
    return found


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
            people.valid_on(tx.day(tx.actor.timezone)),
            people.Person.id != (tx.actor.person_id or 0),
        )
        .order_by(people.Person.name, people.RoleGrant.id)
    )
    if segment.roles:
        query = query.where(people.RoleGrant.role.in_(segment.roles))
    if segment.person_ids:
        query = query.where(people.Person.id.in_(segment.person_ids))
    rows = [
        (person, grant)
        for person, grant in (await tx.session.execute(query))
        if not segment.narrows_schools or _fits(grant, names, municipalities)
    ]
    above = await schools.place_names(tx, {grant.place for _, grant in rows if grant.school_id is None})
    reached: dict[int, Recipient] = {}
    missed: dict[int, Recipient] = {}
    served: set[int] = set()
    for person, grant in rows:
        place = names.get(grant.school_id) if grant.school_id else above[grant.place].name
        reachable = person.telegram_id and person.consent_at and person.unreachable is None
        (reached if reachable else missed).setdefault(person.id, Recipient(person, place or "", grant.place))
        if reachable and grant.school_id:
            served.add(grant.school_id)
    empty = [s.name for s in found if s.id not in served] if _wants_schools(segment) else []
    return Preview(list(reached.values()), list(missed.values()), empty)


def _fits(grant: people.RoleGrant, names: dict[int, str], municipalities: set[int]) -> bool:
    if grant.school_id is not None:
        return grant.school_id in names
    return grant.municipality_id is None or grant.municipality_id in municipalities


def _wants_schools(segment: Segment) -> bool:
    return not segment.person_ids and (not segment.roles or bool(SCHOOL_TEAM & set(segment.roles)))


async def is_still_meant(tx: Tx, segment: Segment, person_id: int, at: Place) -> bool:
    """Asked again at sending: does the person still hold the role there, and does the school still owe it?

    For the rules of the system: nobody's rights are asked.
    """
    if segment.person_ids and person_id not in segment.person_ids:
        return False
    query = select(people.RoleGrant.id).where(
        people.RoleGrant.person_id == person_id, people.valid_on(tx.day("Europe/Moscow"))
    )
    for column, value in zip(people.RoleGrant.place_columns(), at, strict=True):
        query = query.where(column == value if value is not None else column.is_(None))
    if segment.roles:
        query = query.where(people.RoleGrant.role.in_(segment.roles))
    if await tx.session.scalar(query.limit(1)) is None:
        return False
    if at.school_id is None:
        return True
    for of_work in _works(tx, segment):
        if await tx.session.scalar(of_work.where(Assignment.school_id == at.school_id).limit(1)) is None:
            return False
    return True


async def find(tx: Tx, words: str, *, limit: int = 20) -> list[Recipient]:
    """People whom the actor may write to, by a part of their name or of the name of their place, and reachable."""
    wanted = words.casefold().split()
    if not wanted:
        return []
    found = (await preview(tx, Segment())).recipients
    return [r for r in found if all(w in f"{r.person.name} {r.place}".casefold() for w in wanted)][:limit]


async def saved_list(tx: Tx) -> Sequence[SavedAudience]:
    """Saved circles of one's places, by name."""
    query = select(SavedAudience).where(within(tx.actor, Permission.BROADCAST, SavedAudience))
    return (await tx.session.scalars(query.order_by(SavedAudience.name, SavedAudience.id))).all()


async def saved(tx: Tx, audience_id: int) -> SavedAudience:
    """One saved circle of one's places; NotFound for everybody else."""
    query = select(SavedAudience).where(
        SavedAudience.id == audience_id, within(tx.actor, Permission.BROADCAST, SavedAudience)
    )
    found = await tx.session.scalar(query)
    if found is None:
        raise NotFound
    return found
