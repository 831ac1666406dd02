"""Waves, forecasts and queues, inside what the actor may see."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any, NamedTuple

from sqlalchemy import or_, select

from domain import people, rubrics, schools
from domain.actor import SCHOOL_TEAM, Place, Role
from domain.dates import local_day
from domain.db import Tx
from domain.errors import NotFound
from domain.monitoring import rules
from domain.monitoring.models import ExpertMark, ExpertTask, OfficialResult, Wave
from domain.monitoring.rules import Divergence, Forecast, Work
from domain.policy import Permission, within
from domain.progress import Assignment
from domain.rubrics import CriteriaSet, Score
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


async def criteria_of(tx: Tx, of_wave: Wave) -> CriteriaSet:
    """The wave's criteria set."""
    return rubrics.read_set((await rubrics.kept_set(tx, of_wave.set_id)).document)


async def works(tx: Tx, of_wave: Wave, place: Place) -> list[Work]:
    """Assignments that the automatic criteria are made of: the list behind the number."""
    query = select(Assignment.id, Assignment.school_id, Assignment.status, Assignment.due_on).where(
        within(tx.actor, Permission.SEE, Assignment), Assignment.region_id == of_wave.region_id
    )
    if of_wave.roadmap_id is not None:
        query = query.where(Assignment.roadmap_id == of_wave.roadmap_id)
    for column, value in zip(Assignment.place_columns(), place, strict=True):
        query = query.where(column == value) if value is not None else query
    return [Work(*row) for row in (await tx.session.execute(query.order_by(Assignment.id))).tuples()]


async def standing(tx: Tx, wave_id: int, place: Place) -> Standing:
    """Where a school, a municipality or the region stands in a wave today."""
    found = await wave(tx, wave_id)
    of = await criteria_of(tx, found)
    if place.school_id is not None:
        await schools.school(tx, place.school_id)
    marks = await _means(tx, found, place)
    forecast = rules.forecast(of, await works(tx, found, place), marks, found.ends_on)
    return Standing(found, place, of, forecast, await _official(tx, found, of, place))


async def _means(tx: Tx, of_wave: Wave, place: Place) -> dict[str, Any]:
    """Marks by criterion: of a school the settled one or the mean of its experts, of a place the mean of schools."""
    query = select(ExpertMark).where(
        within(tx.actor, Permission.SEE, ExpertMark), ExpertMark.wave_id == of_wave.id
    )
    for column, value in zip(ExpertMark.place_columns(), place, strict=True):
        query = query.where(column == value) if value is not None else query
    given: dict[tuple[str, int], dict[int | None, Fraction]] = {}
    for mark in (await tx.session.scalars(query)).all():
        given.setdefault((mark.criterion, mark.school_id), {})[mark.person_id] = Fraction(mark.points)
    by_criterion: dict[str, list[Fraction]] = {}
    for (criterion, _), by_expert in given.items():
        settled = by_expert.get(None)
        points = settled if settled is not None else sum(by_expert.values(), Fraction(0)) / len(by_expert)
        by_criterion.setdefault(criterion, []).append(points)
    return {key: {"mean_of": values} for key, values in by_criterion.items()}


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
    for task, of_wave, school in (await tx.session.execute(query)).tuples():
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


def today(tx: Tx) -> date:
    """The actor's day."""
    return local_day(tx.now, tx.actor.timezone)
