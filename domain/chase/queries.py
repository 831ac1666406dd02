"""Silences as they stand now. Nothing is stored of them: a hand-in or a decision ends one by itself."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from domain import calendars, people, progress, schools
from domain.actor import SCHOOL_TEAM, Actor, Place, Role
from domain.chase import rules
from domain.chase.models import JointStep, TakenSilence
from domain.chase.rules import Between, Side
from domain.dates import NO_OWN_DAYS, OwnDays, local_day, working_days_between
from domain.db import Tx
from domain.policy import Permission, within
from domain.progress import Assignment, Evidence, Status


class Silence(NamedTuple):
    """One line: a school and its side that is silent, since when, about how many things."""

    side: Side
    school_id: int  # of offices the municipality's
    school: str
    days: int  # working days
    things: int
    taken_by: str = ""


class OwnSilence(NamedTuple):
    """What an office whose keeper the actor is has not done in time, or has handed in and nobody decides."""

    office: str
    late: int
    days: int  # working days of the longest
    assignment_id: int  # which that is
    waiting: int = 0  # of a region's office: reports that a colleague has to decide about
    waiting_days: int = 0


class Uninvolved(NamedTuple):
    """A school without any activity for so long."""

    school_id: int
    school: str
    municipality: str
    last_at: datetime | None
    steps: Sequence[JointStep]


def _quiet_school(span: Between, timezone: str) -> ColumnElement[bool]:
    """Open and overdue; silent since the deadline, or since it was given or returned where that is later."""
    last = and_(Assignment.due_on <= span.last, Assignment.status_at < rules.end_of(span.last, timezone))
    late = and_(Assignment.status.in_(progress.OPEN), Assignment.reminds, last)
    if span.after is None:
        return late
    before = and_(Assignment.due_on <= span.after, Assignment.status_at < rules.end_of(span.after, timezone))
    return and_(late, ~before)


def _quiet_reviewer(span: Between, timezone: str) -> ColumnElement[bool]:
    clause = and_(
        Assignment.status == Status.IN_REVIEW,
        Assignment.status_at < rules.end_of(span.last, timezone),
    )
    if span.after is None:
        return clause
    return and_(clause, Assignment.status_at >= rules.end_of(span.after, timezone))


QUIET = {side: _quiet_reviewer if side in rules.REVIEWERS else _quiet_school for side in Side}


def _of_side(side: Side) -> ColumnElement[bool]:
    """Whose work it is: offices have a side of their own."""
    is_office = Assignment.school_id.is_(None)
    return (
        and_(is_office, Assignment.municipality_id.is_not(None)) if side in rules.OF_OFFICES else ~is_office
    )


def _holder(side: Side) -> InstrumentedAttribute[int | None]:
    return Assignment.municipality_id if side in rules.OF_OFFICES else Assignment.school_id


def _taken(side: Side, now: datetime, own: OwnDays, timezone: str) -> Select[int | None]:
    """Places of a side whose silence somebody has taken on lately."""
    lately = rules.between(None, local_day(now, timezone), rules.TAKEN_DAYS, own).last
    of_side = TakenSilence.municipality_id if side in rules.OF_OFFICES else TakenSilence.school_id
    return select(of_side).where(
        TakenSilence.side == side, TakenSilence.taken_at >= rules.end_of(lately, timezone)
    )


def crossings(
    since: date | None, today: date, timezone: str, own: OwnDays
) -> dict[tuple[Side, Role], ColumnElement[bool]]:
    """Of which assignments the silence reached a level after `since` and up to today, by side and level.

    Conditions and not answers: a planner asks them of a whole country in one pass, with whatever else it asks.
    """
    return {
        (side, role): and_(_of_side(side), QUIET[side](rules.between(since, today, days, own), timezone))
        for side, levels in rules.LEVELS.items()
        for role, days in levels.items()
    }


async def taken(tx: Tx, own: OwnDays, timezone: str) -> set[tuple[Side, int]]:
    """Silences that are kept quiet because somebody has taken them on: sides, and the ids of schools or offices."""
    return {
        (side, place_id)
        for side in Side
        for place_id in await tx.session.scalars(_taken(side, tx.now, own, timezone))
        if place_id is not None
    }


def _of_level(actor: Actor, role: Role) -> ColumnElement[bool] | None:
    places = actor.places(role)
    if not places:
        return None
    columns = Assignment.place_columns()
    return or_(
        *(and_(*(c == v for c, v in zip(columns, place, strict=True) if v is not None)) for place in places)
    )


async def silences(tx: Tx, *, since: date | None = None, all_of_them: bool = False) -> list[Silence]:
    """What has reached the actor's own level: one line a school and side, the longest silence first.

    With `since` only what reached it after that day; with `all_of_them` also what somebody has taken on.
    """
    zone, today = tx.actor.timezone, progress.today(tx)
    region = next((g.place.region_id for g in tx.actor.grants), None)
    own = await calendars.own_days(tx, region)
    own_offices = [p.municipality_id for p in tx.actor.places(Role.MUNICIPAL_COORDINATOR)]
    own_places = dict.fromkeys(rules.OF_OFFICES, own_offices)
    own_schools = [p.school_id for p in tx.actor.places(*SCHOOL_TEAM)]
    found: dict[tuple[Side, int], Silence] = {}
    for side, levels in rules.LEVELS.items():
        for role, days in levels.items():
            level = _of_level(tx.actor, role)
            if level is None:
                continue
            query = _lines(side, QUIET[side](rules.between(since, today, days, own), zone)).where(
                level, _holder(side).not_in(own_places.get(side, own_schools))
            )
            if not all_of_them:
                query = query.where(_holder(side).not_in(_taken(side, tx.now, own, zone)))
            for school_id, school, oldest_due, oldest_at, count in await tx.session.execute(query):
                due_on = oldest_due if side not in rules.REVIEWERS else None
                quiet = working_days_between(_began(oldest_at, due_on, zone), today, own)
                found.setdefault((side, school_id), Silence(side, school_id, school, quiet, count))
    return await _with_takers(tx, sorted(found.values(), key=lambda s: (-s.days, s.school)))


def _began(status_at: datetime, due_on: date | None, timezone: str) -> date:
    """The day of the last change, or the deadline where that is later; a reviewer's has no deadline."""
    changed_on = local_day(status_at, timezone)
    return max(changed_on, due_on) if due_on is not None else changed_on


def _lines(side: Side, quiet: ColumnElement[bool]) -> Select[int, str, date | None, datetime, int]:
    table = schools.Municipality if side in rules.OF_OFFICES else schools.School
    return (
        select(
            table.id,
            table.name,
            func.min(Assignment.due_on),
            func.min(Assignment.status_at),
            func.count(),
        )
        .join(Assignment, _holder(side) == table.id)
        .where(quiet, _of_side(side))
        .group_by(table.id, table.name)
    )


async def _with_takers(tx: Tx, found: list[Silence]) -> list[Silence]:
    lately = rules.between(None, progress.today(tx), rules.TAKEN_DAYS, NO_OWN_DAYS).last
    query = (
        select(
            TakenSilence.side,
            func.coalesce(TakenSilence.school_id, TakenSilence.municipality_id),
            people.Person.name,
        )
        .join(people.Person, people.Person.id == TakenSilence.taken_by)
        .where(
            func.coalesce(TakenSilence.school_id, TakenSilence.municipality_id).in_(
                [s.school_id for s in found]
            ),
            TakenSilence.taken_at >= rules.end_of(lately, tx.actor.timezone),
        )
        .order_by(TakenSilence.id)
    )
    takers = {(side, school): name for side, school, name in (await tx.session.execute(query))}
    return [s._replace(taken_by=takers.get((s.side, s.school_id), "")) for s in found]


async def own_silences(tx: Tx) -> list[OwnSilence]:
    """Silence of the actor's own offices, by name; nothing of one in which all is well.

    Above a region there is no level that could hear of its office, so its own coordinators do, every Monday and on
    the panel, until the silence ends (DOMAIN.md §4.5: never a silent drop).
    """
    today, zone = progress.today(tx), tx.actor.timezone
    own = await calendars.own_days(tx, next((g.place.region_id for g in tx.actor.grants), None))
    late = and_(Assignment.status.in_(progress.OPEN), Assignment.reminds, Assignment.due_on < today)
    undecided = and_(Assignment.status == Status.IN_REVIEW, Assignment.municipality_id.is_(None))
    query = select(Assignment).where(
        within(tx.actor, Permission.SUBMIT, Assignment),
        Assignment.school_id.is_(None),
        or_(late, undecided),
    )
    quiet: dict[Place, list[tuple[int, int, bool]]] = {}
    for work in await tx.session.scalars(query.order_by(Assignment.id)):
        waits = work.status is Status.IN_REVIEW
        began = _began(work.status_at, None if waits else work.due_on, zone)
        row = working_days_between(began, today, own), work.id, waits
        quiet.setdefault(work.place, []).append(row)
    named = await schools.place_names(tx, quiet)
    found = []
    for place, rows in quiet.items():
        owed = [(days, id_) for days, id_, waits in rows if not waits and days]
        sent = [(days, id_) for days, id_, waits in rows if waits and days >= progress.SILENT_DAYS]
        if owed or sent:
            longest = max(owed or sent)
            found.append(
                OwnSilence(
                    named[place].name,
                    len(owed),
                    longest[0] if owed else 0,
                    longest[1],
                    len(sent),
                    max(sent)[0] if sent else 0,
                )
            )
    return sorted(found)


async def unheard_levels(tx: Tx) -> list[tuple[Role, str]]:
    """Levels of the actor's places where somebody owes something and nobody would hear of a silence.

    Schools without a curator stand in `reports.attention` already; here: municipalities and regions without a
    coordinator who can be reached, with their names.
    """
    reachable = select(
        people.RoleGrant.region_id, people.RoleGrant.municipality_id, people.RoleGrant.role
    ).join(people.Person, people.Person.id == people.RoleGrant.person_id)
    reachable = reachable.where(
        people.valid_on(progress.today(tx)),
        people.Person.telegram_id.is_not(None),
        people.Person.unreachable.is_(None),
        people.RoleGrant.role.in_([Role.MUNICIPAL_COORDINATOR, Role.REGIONAL_COORDINATOR]),
    )
    held = {(r, m, role) for r, m, role in (await tx.session.execute(reachable))}
    owing = (
        select(
            Assignment.region_id, Assignment.municipality_id, schools.Municipality.name, schools.Region.name
        )
        .join(schools.Municipality, schools.Municipality.id == Assignment.municipality_id)
        .join(schools.Region, schools.Region.id == Assignment.region_id)
        .where(within(tx.actor, Permission.OVERRULE, Assignment))
        .distinct()
        .order_by(schools.Municipality.name)
    )
    found: dict[tuple[Role, int | None], tuple[Role, str]] = {}
    for region_id, municipality_id, municipality, region in await tx.session.execute(owing):
        if (region_id, municipality_id, Role.MUNICIPAL_COORDINATOR) not in held:
            found[Role.MUNICIPAL_COORDINATOR, municipality_id] = Role.MUNICIPAL_COORDINATOR, municipality
        if (region_id, None, Role.REGIONAL_COORDINATOR) not in held:
            found[Role.REGIONAL_COORDINATOR, region_id] = Role.REGIONAL_COORDINATOR, region
    return list(found.values())


async def uninvolved(tx: Tx, *, days: int = rules.UNINVOLVED_DAYS) -> list[Uninvolved]:
    """Schools that owe something and from which nothing has come for so many days: not even a draft.

    A school counts once something of it is overdue; ordered by municipality and name.
    """
    today = progress.today(tx)
    late = select(Assignment.school_id).where(
        within(tx.actor, Permission.OVERRULE, Assignment),
        Assignment.status.in_(progress.OPEN),
        Assignment.reminds,
        Assignment.due_on < today,
    )
    sent = (
        select(Assignment.school_id, func.max(Evidence.added_at).label("at"))
        .join(Evidence, Evidence.assignment_id == Assignment.id)
        .where(within(tx.actor, Permission.OVERRULE, Assignment))
        .group_by(Assignment.school_id)
        .subquery()
    )
    seen = (
        select(people.RoleGrant.school_id, func.max(people.Person.last_seen_at).label("at"))
        .join(people.Person, people.Person.id == people.RoleGrant.person_id)
        .where(people.RoleGrant.role.in_(sorted(SCHOOL_TEAM)), people.valid_on(today))
        .group_by(people.RoleGrant.school_id)
        .subquery()
    )
    query = (
        select(schools.School.id, schools.School.name, schools.Municipality.name, sent.c.at, seen.c.at)
        .join(schools.Municipality, schools.Municipality.id == schools.School.municipality_id)
        .outerjoin(sent, sent.c.school_id == schools.School.id)
        .outerjoin(seen, seen.c.school_id == schools.School.id)
        .where(schools.School.id.in_(late.distinct()))
        .order_by(schools.Municipality.name, schools.School.name)
    )
    steps: dict[int, list[JointStep]] = {}
    for step in await joint_steps(tx):
        steps.setdefault(step.school_id, []).append(step)
    found = []
    for id_, name, municipality, sent_at, seen_at in await tx.session.execute(query):
        last = max((at for at in (sent_at, seen_at) if at is not None), default=None)
        if last is None or (today - local_day(last, tx.actor.timezone)).days >= days:
            found.append(Uninvolved(id_, name, municipality, last, steps.get(id_, [])))
    return found


async def joint_steps(
    tx: Tx, *, school_id: int | None = None, open_only: bool = False
) -> Sequence[JointStep]:
    """Joint actions of the actor's places, the nearest first."""
    query = select(JointStep).where(within(tx.actor, Permission.OVERRULE, JointStep))
    if school_id is not None:
        query = query.where(JointStep.school_id == school_id)
    if open_only:
        query = query.where(JointStep.closed_at.is_(None))
    return (await tx.session.scalars(query.order_by(JointStep.until, JointStep.id))).all()
