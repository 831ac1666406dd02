"""What this month asks of whom, and who has done it: noted by a coordinator, or seen from the facts."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import Select, and_, or_, select

from domain import audit, progress, schools
from domain.actor import COORDINATORS, Place, Role
from domain.db import Tx
from domain.errors import NotFound
from domain.policy import Permission, within
from domain.seasons import rules
from domain.seasons.models import SeasonAnswer, SeasonMark
from domain.seasons.rules import Season


class SeasonTask(NamedTuple):
    """What this month asks of a place, and whether it has been done."""

    season: Season
    month: date
    place: Place
    done: SeasonMark | None = None  # noted by a person
    corrected: bool = False  # seen from the facts: a plan was corrected, or needs nothing

    @property
    def due_on(self) -> date:
        """Until when."""
        return rules.due_of(self.month)

    @property
    def is_open(self) -> bool:
        """Whether it still waits."""
        return self.done is None and not self.corrected


class Closed(NamedTuple):
    """Who has nothing more to do this month."""

    regions: frozenset[int]
    municipalities: frozenset[int]
    schools: frozenset[int]

    def has(self, place: Place) -> bool:
        """Whether this place is among them."""
        if place.school_id is not None:
            return place.school_id in self.schools
        if place.municipality_id is not None:
            return place.municipality_id in self.municipalities
        return place.region_id in self.regions


class Asked(NamedTuple):
    """What a month asks of the whole country: for the mornings of everybody."""

    season: Season
    month: date
    closed: Closed
    schools: frozenset[int]  # those with a plan that can be corrected


class Answered(NamedTuple):
    """Of how many schools with a plan how many have corrected it, or said that it needs nothing."""

    done: int
    total: int


async def season_tasks(tx: Tx) -> Sequence[SeasonTask]:
    """Tasks of this month in the places that the actor coordinates or heads; none in other months."""
    period = rules.period_of(tx.day(tx.actor.timezone))
    if period is None:
        return []
    season, month = period
    places = list(tx.actor.places(*COORDINATORS))
    if season is Season.CORRECTION:
        places += await _with_plans(tx, tx.actor.places(Role.SCHOOL_HEAD))
    if not places:
        return []
    query = select(SeasonMark).where(SeasonMark.season == season, SeasonMark.month == month)
    marks = {(m.region_id, m.municipality_id): m for m in (await tx.session.scalars(query)).all()}
    done = await closed(tx, season, month, places)
    return [
        SeasonTask(
            season,
            month,
            place,
            marks.get((place.region_id or 0, place.municipality_id)) if place.school_id is None else None,
            season is Season.CORRECTION and done.has(place),
        )
        for place in places
    ]


async def mark(tx: Tx, place: Place, season: Season) -> SeasonMark | None:
    """Who has noted the task of this month as done in a place. Raises NotFound in months without it, and for schools,
    which note nothing. The caller has checked the right."""
    period = rules.period_of(tx.day(tx.actor.timezone))
    if period is None or period[0] is not season or place.region_id is None or place.school_id is not None:
        raise NotFound
    query = select(SeasonMark).where(
        SeasonMark.region_id == place.region_id,
        SeasonMark.season == season,
        SeasonMark.month == period[1],
        SeasonMark.municipality_id.is_(None)
        if place.municipality_id is None
        else SeasonMark.municipality_id == place.municipality_id,
    )
    return await tx.session.scalar(query)


async def open_tasks(tx: Tx) -> list[SeasonTask]:
    """Those that still wait."""
    return [task for task in await season_tasks(tx) if task.is_open]


async def _with_plans(tx: Tx, places: Sequence[Place]) -> list[Place]:
    """Schools that still owe something by some plan: only such a plan can be corrected."""
    ids = [place.school_id for place in places if place.school_id is not None]
    if not ids:
        return []
    owing = set(await tx.session.scalars(schools_with_plans().where(progress.Assignment.school_id.in_(ids))))
    return [place for place in places if place.school_id in owing]


def schools_with_plans() -> Select[int]:
    """Ids of schools that still owe something by some plan."""
    work = progress.Assignment
    return (
        select(work.school_id)  # type: ignore[return-value]
        .where(work.school_id.is_not(None), work.status.in_(progress.OPEN))
        .distinct()
    )


async def closed(tx: Tx, season: Season, month: date, places: Collection[Place] | None = None) -> Closed:
    """Who has done the task of a month; `places`: only of these one wants to know."""
    query = select(SeasonMark.region_id, SeasonMark.municipality_id).where(
        SeasonMark.season == season, SeasonMark.month == month
    )
    marks = (await tx.session.execute(query)).tuples().all()
    found = {Place(*mark) for mark in marks}
    if season is Season.CORRECTION:
        found |= await _corrected(tx, month, places)
    return Closed(
        frozenset(p.region_id for p in found if p.municipality_id is None and p.region_id),
        frozenset(p.municipality_id for p in found if p.school_id is None and p.municipality_id),
        frozenset(p.school_id for p in found if p.school_id),
    )


async def _corrected(tx: Tx, month: date, places: Collection[Place] | None) -> set[Place]:
    """Places in which a plan was corrected since the month began, and schools that had nothing to correct."""
    entry = audit.AuditEntry
    facts = select(entry.region_id, entry.municipality_id, entry.school_id).where(
        entry.action.in_(sorted(rules.OFFICE_CORRECTS | rules.SCHOOL_CORRECTS)),  # few: found by their index
        entry.at >= rules.start_of(month, tx.actor.timezone),
        entry.person_id.is_not(None),  # what a program set up by itself is nobody's correction
        or_(
            and_(entry.action.in_(sorted(rules.OFFICE_CORRECTS)), entry.school_id.is_(None)),
            entry.action.in_(sorted(rules.SCHOOL_CORRECTS)),
        ),
    )
    answers = select(SeasonAnswer.region_id, SeasonAnswer.municipality_id, SeasonAnswer.school_id).where(
        SeasonAnswer.month == month
    )
    if places is not None:
        schools_ = [place.school_id for place in places if place.school_id is not None]
        answers = answers.where(SeasonAnswer.school_id.in_(schools_))
        regions = {place.region_id for place in places}
        facts = facts.where(
            entry.region_id.in_(regions), or_(entry.school_id.is_(None), entry.school_id.in_(schools_))
        )
    rows = [*(await tx.session.execute(facts.distinct())).tuples()]
    rows += (await tx.session.execute(answers)).tuples()
    return {Place(*row) for row in rows}


async def asked(tx: Tx, day: date) -> Asked | None:
    """Whom the month of a day asks, and who has nothing more to do; None in other months."""
    period = rules.period_of(day)
    if period is None:
        return None
    season, month = period
    owing = await tx.session.scalars(schools_with_plans()) if season is Season.CORRECTION else ()
    return Asked(season, month, await closed(tx, season, month), frozenset(owing))


async def answered(tx: Tx) -> Answered | None:
    """How far the schools of the actor are with the correction of this month; None in other months."""
    period = rules.period_of(tx.day(tx.actor.timezone))
    if period is None or period[0] is not Season.CORRECTION:
        return None
    work = progress.Assignment
    owing = schools_with_plans().where(within(tx.actor, Permission.OVERRULE, work))
    done = (await closed(tx, *period)).schools
    ids = set(await tx.session.scalars(owing))
    return Answered(len(ids & done), len(ids))


async def names(tx: Tx, tasks: Sequence[SeasonTask]) -> dict[Place, str]:
    """What the places of tasks are called."""
    found = await schools.place_names(tx, [task.place for task in tasks])
    return {place: name.name for place, name in found.items()}
