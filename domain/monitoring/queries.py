"""Waves, forecasts and queues, inside what the actor may see."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any, NamedTuple

from sqlalchemy import Select, and_, func, or_, select

from domain import automatic, people, rubrics, schools
from domain.actor import SCHOOL_TEAM, Place, Role
from domain.db import Tx, once
from domain.errors import NotFound
from domain.monitoring import rules
from domain.monitoring.models import ExpertMark, ExpertTask, OfficialResult, Recommendation, Wave
from domain.monitoring.rules import Divergence, Forecast, Work
from domain.policy import Permission, require, within
from domain.progress import Assignment
from domain.rubrics import CriteriaSet, Score, SetIncomplete
from domain.schools import School


@dataclass(frozen=True, slots=True)
class Standing:
    """A place in a wave: the forecast, and official results beside it."""

    wave: Wave
    place: Place
    of: CriteriaSet
    forecast: Forecast
    official: Sequence[tuple[OfficialResult, Score]]


class QueueRow(NamedTuple):
    """A school that an expert has to score, and how much of it is done."""

    task: ExpertTask
    wave: Wave
    school: School
    marked: int
    criteria: int


@once
async def waves(tx: Tx) -> Sequence[Wave]:
    """Waves of the regions in which the actor holds anything, the newest first."""
    query = select(Wave).order_by(Wave.ends_on.desc(), Wave.id.desc())
    if not tx.actor.is_system:
        query = query.where(Wave.region_id.in_({grant.place.region_id for grant in tx.actor.grants}))
    return (await tx.session.scalars(query)).all()


async def wave(tx: Tx, wave_id: int) -> Wave:
    """One wave; NotFound where it is of a region in which the actor holds nothing."""
    found = await tx.session.get(Wave, wave_id)
    regions = {grant.place.region_id for grant in tx.actor.grants}
    if found is None or not (tx.actor.is_system or found.region_id in regions):
        raise NotFound
    return found


@once
async def criteria_of(tx: Tx, of_wave: Wave) -> CriteriaSet:
    """The wave's criteria set."""
    return rubrics.read_set((await rubrics.kept_set(tx, of_wave.set_id)).document)


async def works(tx: Tx, of_wave: Wave, place: Place) -> list[Work]:
    """Assignments that the automatic criteria are made of: the list behind the number."""
    query = select(Assignment.id, Assignment.school_id, Assignment.status, Assignment.due_on).where(
        within(tx.actor, Permission.SEE, Assignment),
        Assignment.region_id == of_wave.region_id,
        Assignment.school_id.is_not(None),  # what an office owes is no school's measure
    )
    if of_wave.roadmap_id is not None:
        query = query.where(Assignment.roadmap_id == of_wave.roadmap_id)
    for column, value in zip(Assignment.place_columns(), place, strict=True):
        query = query.where(column == value) if value is not None else query
    rows = await tx.session.execute(query.order_by(Assignment.id))
    return [Work(id_, school_id or 0, status, due_on) for id_, school_id, status, due_on in rows]


async def standing(tx: Tx, wave_id: int, place: Place) -> Standing:
    """Where a school, a municipality or the region stands in a wave today."""
    found = await wave(tx, wave_id)
    of = await criteria_of(tx, found)
    if place.school_id is not None:
        await schools.school(tx, place.school_id)
    marks = await _means(tx, found, place)
    listed = await works(tx, found, place)
    inside = _inside(tx, place)
    others = {
        kind: rules.Tally(*automatic.counted(await automatic_facts(tx, found, kind, inside)))
        for kind in sorted({leaf.automatic for leaf in of.leaves()} & automatic.KINDS)
    }
    forecast = rules.forecast(of, listed, marks, found.ends_on, others)
    return Standing(found, place, of, forecast, await _official(tx, found, of, place))


async def scored(tx: Tx, of_wave: Wave, place: Place) -> Score | None:
    """What the marks of experts alone give in a wave that is over; None without marks, or where the set knows too little
    of its criteria for a sum. Automatic criteria are left out: their facts are those of today."""
    marks = await _means(tx, of_wave, place)
    if not marks:
        return None
    try:
        return rules.estimate(await criteria_of(tx, of_wave), {}, marks)
    except SetIncomplete:
        return None


def _inside(tx: Tx, place: Place) -> Select[int]:
    query = select(School.id).where(within(tx.actor, Permission.SEE, School))
    for column, value in zip(School.place_columns(), place, strict=True):
        query = query.where(column == value) if value is not None else query
    return query


async def _end_before(tx: Tx, of_wave: Wave) -> date | None:
    """When the wave before this one of its region was over."""
    own = (one.ends_on for one in await waves(tx) if one.region_id == of_wave.region_id)
    return max((day for day in own if day < of_wave.starts_on), default=None)


async def automatic_facts(tx: Tx, of_wave: Wave, kind: str, inside: Select[int]) -> list[automatic.Fact]:
    """What an automatic criterion of a wave is made of, for schools that the actor may see."""
    first = automatic.window(await _end_before(tx, of_wave), of_wave.ends_on)
    last = of_wave.ends_on
    return await automatic.facts(tx, kind, inside, first=first, last=last, roadmap_id=of_wave.roadmap_id)


async def marks_of(
    tx: Tx, of_wave: Wave, inside: Select[int] | None = None
) -> dict[int, dict[str, dict[int | None, ExpertMark]]]:
    """Marks by school, criterion and expert; the coordinator's settlement stands under None."""
    query = select(ExpertMark).where(
        within(tx.actor, Permission.SEE, ExpertMark), ExpertMark.wave_id == of_wave.id
    )
    if inside is not None:
        query = query.where(ExpertMark.school_id.in_(inside))
    found: dict[int, dict[str, dict[int | None, ExpertMark]]] = {}
    for mark in (await tx.session.scalars(query.order_by(ExpertMark.id))).all():
        of_school = found.setdefault(mark.school_id, {})
        of_school.setdefault(mark.criterion, {})[mark.person_id] = mark
    return found


@once
async def officials(tx: Tx, of_wave: Wave) -> dict[Place, OfficialResult]:
    """The newest official result of each place: the region's own for everybody, others for who sees them."""
    query = select(OfficialResult).where(
        OfficialResult.wave_id == of_wave.id,
        or_(OfficialResult.municipality_id.is_(None), within(tx.actor, Permission.SEE, OfficialResult)),
    )
    found = (await tx.session.scalars(query.order_by(OfficialResult.id))).all()
    return {Place(r.region_id, r.municipality_id, r.school_id): r for r in found}


async def _means(tx: Tx, of_wave: Wave, place: Place) -> dict[str, Any]:
    """Marks by criterion: of a school the settled one or the mean of its experts, of a place the mean of schools."""
    return rules.means(await marks_of(tx, of_wave, _inside(tx, place)))


async def _official(
    tx: Tx, of_wave: Wave, of: CriteriaSet, place: Place
) -> list[tuple[OfficialResult, Score]]:
    query = select(OfficialResult).where(
        OfficialResult.wave_id == of_wave.id,
        OfficialResult.municipality_id.is_(None)
        if place.municipality_id is None
        else OfficialResult.municipality_id == place.municipality_id,
        OfficialResult.school_id.is_(None)
        if place.school_id is None
        else OfficialResult.school_id == place.school_id,
        # The region's own result is published; those of places below are for who sees them.
        or_(OfficialResult.municipality_id.is_(None), within(tx.actor, Permission.SEE, OfficialResult)),
    )
    found = (await tx.session.scalars(query.order_by(OfficialResult.id))).all()
    return [(result, rubrics.score(of, result.facts)) for result in found]


async def places_as(tx: Tx, person_id: int, roles: Collection[Role]) -> list[Place]:
    """Where a person holds one of the roles today; asked by actions that have checked the right."""
    query = select(people.RoleGrant).where(
        people.RoleGrant.person_id == person_id,
        people.RoleGrant.role.in_(roles),
        people.valid_on(today(tx)),
    )
    return [grant.place for grant in (await tx.session.scalars(query)).all()]


async def interests(tx: Tx, person_id: int) -> list[Place]:
    """Schools that a person works at or curates."""
    return await places_as(tx, person_id, {*SCHOOL_TEAM, Role.CURATOR})


async def queue(tx: Tx) -> list[QueueRow]:
    """What the actor has to score in open waves, the soonest end first."""
    day = today(tx)
    query = (
        select(ExpertTask, Wave, School)
        .join(Wave, Wave.id == ExpertTask.wave_id)
        .join(School, School.id == ExpertTask.school_id)
        .where(ExpertTask.person_id == tx.actor.person_id, Wave.starts_on <= day, Wave.ends_on >= day)
        .order_by(Wave.ends_on, School.name)
    )
    rows = []
    for task, of_wave, school in await tx.session.execute(query):
        criteria = [c for c in (await criteria_of(tx, of_wave)).leaves() if c.scored_by == "expert"]
        marked = select(ExpertMark.id).where(
            ExpertMark.wave_id == of_wave.id,
            ExpertMark.school_id == school.id,
            ExpertMark.person_id == tx.actor.person_id,
        )
        count = len((await tx.session.scalars(marked)).all())
        rows.append(QueueRow(task, of_wave, school, count, len(criteria)))
    return rows


async def divergences(tx: Tx, wave_id: int) -> list[Divergence]:
    """Where experts differ and nobody has settled it yet."""
    found = await wave(tx, wave_id)
    query = select(ExpertMark).where(
        within(tx.actor, Permission.SEE, ExpertMark), ExpertMark.wave_id == found.id
    )
    marks = (await tx.session.scalars(query)).all()
    settled = {(m.school_id, m.criterion) for m in marks if m.person_id is None}
    return rules.divergences(
        (m.school_id, m.criterion, m.person_id, Fraction(m.points))
        for m in marks
        if m.person_id is not None and (m.school_id, m.criterion) not in settled
    )


class SampleRow(NamedTuple):
    """A school in the sample with its expert and how much of it is scored."""

    task: ExpertTask
    school: School
    expert: str
    marked: int


async def sample(tx: Tx, wave_id: int) -> list[SampleRow]:
    """Who scores what in a wave, for those who see the schools, by school and expert."""
    found = await wave(tx, wave_id)
    marked = (
        select(ExpertMark.school_id, ExpertMark.person_id, func.count().label("count"))
        .where(ExpertMark.wave_id == found.id)
        .group_by(ExpertMark.school_id, ExpertMark.person_id)
        .subquery()
    )
    query = (
        select(ExpertTask, School, people.Person.name, func.coalesce(marked.c.count, 0))
        .join(School, School.id == ExpertTask.school_id)
        .join(people.Person, people.Person.id == ExpertTask.person_id)
        .outerjoin(
            marked,
            and_(marked.c.school_id == ExpertTask.school_id, marked.c.person_id == ExpertTask.person_id),
        )
        .where(ExpertTask.wave_id == found.id, within(tx.actor, Permission.SEE, School))
        .order_by(School.name, people.Person.name)
    )
    return [SampleRow(*row) for row in (await tx.session.execute(query))]


async def experts(tx: Tx, of_wave: Wave) -> dict[int, tuple[str, frozenset[int]]]:
    """Experts of the wave's region by id: name, and schools that they must not score (own and curated ones)."""
    require(tx.actor, Permission.REGISTER, Place(of_wave.region_id))
    query = (
        select(people.Person.id, people.Person.name)
        .join(people.RoleGrant, people.RoleGrant.person_id == people.Person.id)
        .where(
            people.RoleGrant.role == Role.EXPERT,
            people.RoleGrant.region_id == of_wave.region_id,
            people.valid_on(today(tx)),
        )
        .order_by(people.Person.name)
        .distinct()
    )
    found = (await tx.session.execute(query)).all()
    return {
        id_: (name, frozenset(p.school_id for p in await interests(tx, id_) if p.school_id is not None))
        for id_, name in found
    }


async def is_mine(tx: Tx, wave_id: int, school_id: int) -> bool:
    """Whether the school was given to the actor to score."""
    query = select(ExpertTask.id).where(
        ExpertTask.wave_id == wave_id,
        ExpertTask.school_id == school_id,
        ExpertTask.person_id == (tx.actor.person_id or 0),
    )
    return await tx.session.scalar(query) is not None


async def recommendations(
    tx: Tx, *, school_id: int | None = None, wave_id: int | None = None, open_only: bool = False
) -> Sequence[tuple[Recommendation, School]]:
    """What schools were asked to mend, open ones first, the soonest due first."""
    query = (
        select(Recommendation, School)
        .join(School, School.id == Recommendation.school_id)
        .where(within(tx.actor, Permission.SEE, Recommendation))
        .order_by(Recommendation.closed_at.is_not(None), Recommendation.due_on, Recommendation.id)
    )
    for column, value in ((Recommendation.school_id, school_id), (Recommendation.wave_id, wave_id)):
        query = query.where(column == value) if value is not None else query
    if open_only:
        query = query.where(Recommendation.closed_at.is_(None))
    return (await tx.session.execute(query)).all()


async def recommendation(tx: Tx, recommendation_id: int) -> Recommendation:
    """One of them, or NotFound."""
    query = select(Recommendation).where(
        Recommendation.id == recommendation_id, within(tx.actor, Permission.SEE, Recommendation)
    )
    found = await tx.session.scalar(query)
    if found is None:
        raise NotFound
    return found


def today(tx: Tx) -> date:
    """The actor's day."""
    return tx.day(tx.actor.timezone)
