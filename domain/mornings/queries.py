"""Who has something to act on this morning: the whole country by a fixed number of queries."""

from collections.abc import Mapping, Sequence, Set
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, String, and_, case, false, or_, select, type_coerce

from domain import calendars, chase, peer_watch, people, programme, progress, schools, seasons
from domain.actor import SCHOOL_TEAM, Role
from domain.dates import NO_OWN_DAYS, OwnDays, local_day
from domain.db import Tx
from domain.mornings import rules
from domain.mornings.models import DigestChoice, DigestMark
from domain.outbox import OutboxMessage, OutboxState

NOBODY: Set[int] = frozenset()


class Choices(NamedTuple):
    """When a person wants to be reminded."""

    hour: int | None
    weekdays: Sequence[int]
    snoozed_until: date | None
    paused_from: date | None
    paused_until: date | None

    def is_paused(self, day: date) -> bool:
        """Whether nothing is said on this day."""
        if self.snoozed_until is not None and self.snoozed_until > day:
            return True
        return self.paused_until is not None and (self.paused_from or day) <= day <= self.paused_until


class Candidate(NamedTuple):
    """Somebody for whom it is digest time and whose day was not considered yet."""

    person_id: int
    timezone: str
    day: date  # which it is there
    name: str
    looked_at: datetime | None  # when that was done last, and reached the person
    marked_at: datetime | None  # when it was done last at all


class Grants(NamedTuple):
    """Who works where today, as plain sets: the whole country in one query."""

    teams: dict[int, set[int]]  # school → people
    curators: dict[int, set[int]]
    municipal: dict[int, set[int]]  # municipality → people
    regional: dict[int, set[int]]
    region_of: dict[int, int]  # person → region
    heads: dict[int, set[int]]  # school → those of its team who head it


class Group(NamedTuple):
    """People for whom the same things are new: same days, same zone, same calendar."""

    today: date
    since: datetime | None
    timezone: str
    region_id: int


async def candidates(
    tx: Tx, default_hour: int, grants: Grants, own: Mapping[int, OwnDays]
) -> list[Candidate]:
    """People whose hour has come today. Columns only: a country has tens of thousands of them."""
    person, choice, mark = people.Person, DigestChoice, DigestMark
    query = (
        select(
            *(person.id, person.timezone, person.name, person.digest_hour, person.snoozed_until),
            *(choice.weekdays, choice.paused_from, choice.paused_until, mark.looked_at, mark.before_at),
        )
        .outerjoin(choice, choice.person_id == person.id)
        .outerjoin(mark, mark.person_id == person.id)
        .where(
            person.telegram_id.is_not(None),
            person.consent_at.is_not(None),
            person.unreachable.is_(None),
            # A digest of today was looked at after 9 in the morning: two of different days are 13 hours apart.
            or_(mark.looked_at.is_(None), mark.looked_at < tx.now - timedelta(hours=12)),
        )
    )
    lost = await _lost(tx)
    times: dict[tuple[str, int, int], date | None] = {}
    found = []
    for id_, zone, name, hour, snoozed, weekdays, start, end, looked, before in await tx.session.execute(
        query
    ):
        wanted = hour if hour is not None else default_hour
        region_id = grants.region_of.get(id_)
        if region_id is None:
            continue
        place = zone, wanted, region_id
        if place not in times:
            is_time = rules.is_digest_time(tx.now, zone, wanted, own.get(region_id, NO_OWN_DAYS))
            times[place] = local_day(tx.now, zone) if is_time else None
        day = times[place]
        if day is None:
            continue
        chosen = Choices(hour, weekdays or rules.WORKDAYS, snoozed, start, end)
        # Days are of the week; a Saturday at work counts as a Friday.
        if chosen.is_paused(day) or min(day.weekday(), 4) not in chosen.weekdays:
            continue
        is_lost = looked is not None and bool(lost) and key(id_, local_day(looked, zone)) in lost
        reached = before if is_lost else looked
        found.append(Candidate(id_, zone, day, name, reached, looked))
    return found


async def _lost(tx: Tx) -> set[str]:
    """Digests that could not leave on their day: what they named has to be said again."""
    query = select(OutboxMessage.dedupe_key).where(
        OutboxMessage.state == OutboxState.EXPIRED,
        OutboxMessage.kind == "digest",
        OutboxMessage.created_at > tx.now - timedelta(days=30),
    )
    return set((await tx.session.scalars(query)).all())


async def grants_today(tx: Tx) -> Grants:
    """Every role held today; the days of grants are those of the system's clock."""
    grant = people.RoleGrant
    role_ = type_coerce(grant.role, String)  # plain text: a country has a hundred thousand of these rows
    query = select(grant.person_id, role_, grant.region_id, grant.municipality_id, grant.school_id).where(
        people.valid_on(tx.now.date())
    )
    found = Grants({}, {}, {}, {}, {}, {})
    for person_id, role, region_id, municipality_id, school_id in await tx.session.execute(query):
        found.region_of.setdefault(person_id, region_id)
        if role in SCHOOL_TEAM:
            found.teams.setdefault(school_id or 0, set()).add(person_id)
            if role == Role.SCHOOL_HEAD:
                found.heads.setdefault(school_id or 0, set()).add(person_id)
        elif role == Role.CURATOR:
            found.curators.setdefault(school_id or 0, set()).add(person_id)
        elif role == Role.MUNICIPAL_COORDINATOR:
            found.municipal.setdefault(municipality_id or 0, set()).add(person_id)
        elif role == Role.REGIONAL_COORDINATOR:
            found.regional.setdefault(region_id, set()).add(person_id)
    return found


async def people_with_news(
    tx: Tx,
    group: Group,
    grants: Grants,
    own: OwnDays,
    tasks: Sequence[peer_watch.Task],
    *,
    asked: seasons.Asked | None,
) -> set[int]:
    """Everybody for whom something stands today by the rules of `digest_of`: a fixed number of queries."""
    found = await _offices_with_news(tx, group, grants, own) | await _standing(tx, group, grants, own)
    steps = (await programme.reminder_steps(tx))[None]
    found |= _with_partners(group, grants, own, steps, tasks)
    found |= _with_seasons(group, grants, own, steps, asked) if asked is not None else set()
    return found


async def _standing(tx: Tx, group: Group, grants: Grants, own: OwnDays) -> set[int]:
    """Teams that owe, reviewers of what waits, and the levels that hear of a silence: one pass over all work."""
    work = progress.Assignment
    since = local_day(group.since, group.timezone) if group.since is not None else None
    silent = chase.crossings(since, group.today, group.timezone, own)
    asked = [
        and_(work.school_id.is_not(None), await _owes(tx, group, own)),
        and_(work.school_id.is_not(None), _waits(group, own)),
        *silent.values(),
    ]
    query = select(*work.place_columns(), *(case((condition, 1), else_=0) for condition in asked))
    query = query.where(work.status.in_([*progress.OPEN, progress.Status.IN_REVIEW]), or_(*asked))
    if (
        group.since is None
    ):  # everything is new: fewer rows are worth the sorting, elsewhere they are few as they are
        query = query.distinct()
    rows = await tx.session.execute(query)
    taken = await chase.taken(tx, own, group.timezone)
    found: set[int] = set()
    for region_id, municipality_id, school_id, owes, waits, *crossed in rows:
        levels = {
            Role.CURATOR: grants.curators.get(school_id, NOBODY),
            Role.MUNICIPAL_COORDINATOR: grants.municipal.get(municipality_id, NOBODY),
            Role.REGIONAL_COORDINATOR: grants.regional.get(region_id, NOBODY),
        }
        team = grants.teams.get(school_id, NOBODY)
        if owes:
            found |= team
        if waits:
            found |= next((level - team for level in levels.values() if level - team), NOBODY)
        for (side, role), is_reached in zip(silent, crossed, strict=True):
            place_id = municipality_id if side in chase.OF_OFFICES else school_id
            if is_reached and (side, place_id) not in taken:
                found |= levels[role]
    return found


def _with_partners(
    group: Group, grants: Grants, own: OwnDays, steps: Sequence[int], tasks: Sequence[peer_watch.Task]
) -> set[int]:
    """Teams with a step of mutual expertise that stands today, and who has to start a round."""
    since = local_day(group.since, group.timezone) if group.since is not None else None
    found: set[int] = set()
    for task in tasks:
        is_new = group.since is None or task.began_at > group.since
        if not rules.names(task.due_on, is_new=is_new, since=since, today=group.today, steps=steps, own=own):
            continue
        if task.place.school_id is not None:
            found |= grants.teams.get(task.place.school_id, set())
        else:
            found |= _keepers(grants, task.place.region_id, task.place.municipality_id)
    return found


def _with_seasons(
    group: Group, grants: Grants, own: OwnDays, steps: Sequence[int], asked: seasons.Asked
) -> set[int]:
    """Coordinators and heads of schools whom this month asks for a rating or a correction that stands today."""
    since = local_day(group.since, group.timezone) if group.since is not None else None
    is_new = group.since is None or seasons.start_of(asked.month, group.timezone) > group.since
    due = seasons.due_of(asked.month)
    if not rules.names(due, is_new=is_new, since=since, today=group.today, steps=steps, own=own):
        return set()
    levels = (
        (grants.regional, asked.closed.regions),
        (grants.municipal, asked.closed.municipalities),
        ({id_: grants.heads.get(id_, set()) for id_ in asked.schools}, asked.closed.schools),
    )
    return {
        person
        for level, done in levels
        for id_, members in level.items()
        if id_ not in done
        for person in members
    }


async def _offices_with_news(tx: Tx, group: Group, grants: Grants, own: OwnDays) -> set[int]:
    """Coordinators whose office owes something that stands today, or whose turn an office's report is."""
    work = progress.Assignment
    query = select(*work.place_columns()[:2]).where(work.school_id.is_(None)).distinct()
    steps = (await programme.reminder_steps(tx))[None]
    owing = await tx.session.execute(query.where(_stands(group, own, _named(group, own, steps))))
    found: set[int] = set()
    for region_id, municipality_id in owing:
        found |= _keepers(grants, region_id, municipality_id)
    reports = query.add_columns(progress.Submission.id, progress.Submission.submitted_by).join(
        progress.Submission,
        and_(progress.Submission.assignment_id == work.id, progress.Submission.version == work.version),
    )
    reports = reports.where(work.status == progress.Status.IN_REVIEW)
    if group.since is not None:
        reports = reports.where(_began(work.status_at, group, own))
    for region_id, municipality_id, number, sender in (await tx.session.execute(reports)).all():
        own_people = grants.municipal.get(municipality_id, set())
        if municipality_id is None:
            added = select(progress.Evidence.added_by).where(progress.Evidence.submission_id == number)
            own_people = {sender, *(await tx.session.scalars(added))}
        found |= grants.regional.get(region_id, set()) - own_people
    return found


def _keepers(grants: Grants, region_id: int | None, municipality_id: int | None) -> set[int]:
    if municipality_id is None:
        return grants.regional.get(region_id or 0, set())
    return grants.municipal.get(municipality_id, set())


def _stands(group: Group, own: OwnDays, *named: ColumnElement[bool]) -> ColumnElement[bool]:
    """What the holder of an assignment hears of today; `named`: what the steps of its programme name."""
    work = progress.Assignment
    returned = work.status == progress.Status.RETURNED
    due = and_(
        work.status == progress.Status.NOT_DONE,
        work.reminds,
        work.due_on <= rules.soon_until(group.today, own),
    )
    if group.since is None:
        return or_(due, returned)
    return or_(
        and_(returned, _began(work.status_at, group, own)), and_(due, work.status_at > group.since), *named
    )


def _named(group: Group, own: OwnDays, steps: Sequence[int]) -> ColumnElement[bool]:
    """Open work whose deadline has come to a step since the last digest."""
    work = progress.Assignment
    if group.since is None:
        return false()
    days = rules.due_dates(local_day(group.since, group.timezone), group.today, steps, own)
    return and_(work.due_on.in_(days), work.reminds, work.status.in_(progress.OPEN))


async def _owes(tx: Tx, group: Group, own: OwnDays) -> ColumnElement[bool]:
    """What the team of a school hears of today, by the steps of its own programme."""
    work = progress.Assignment
    by_cohort = await programme.reminder_steps(tx)
    usual = by_cohort.pop(None)
    special = {cohort: steps for cohort, steps in by_cohort.items() if steps != usual}
    enrolled = select(schools.Enrollment.school_id)
    named = [_named(group, own, usual)]
    if special:
        named[0] &= work.school_id.not_in(enrolled.where(schools.Enrollment.cohort_id.in_(special)))
    for cohort_id, steps in special.items():
        members = enrolled.where(schools.Enrollment.cohort_id == cohort_id)
        named.append(and_(_named(group, own, steps), work.school_id.in_(members)))
    return _stands(group, own, *named)


def _waits(group: Group, own: OwnDays) -> ColumnElement[bool]:
    """What stands today with the reviewer of a school's report."""
    work = progress.Assignment
    waiting = work.status == progress.Status.IN_REVIEW
    return waiting if group.since is None else and_(waiting, _began(work.status_at, group, own))


def _began(at: Any, group: Group, own: OwnDays) -> ColumnElement[bool]:
    """It is new since the last digest, or has waited for exactly so many working days."""
    assert group.since is not None  # noqa: S101 - the callers ask
    since = local_day(group.since, group.timezone)
    spans = [
        and_(
            at >= chase.end_of(first, group.timezone),
            at < chase.end_of(last, group.timezone),
        )
        for first, last in rules.waiting_spans(since, group.today, own)
    ]
    return or_(at > group.since, *spans)


class Planned(NamedTuple):
    """What a morning would bring: everybody whose day is considered, and who of them gets a digest."""

    looked: list[Candidate]
    receivers: set[int]


async def morning(tx: Tx, default_hour: int) -> Planned:
    """Who gets a digest at the moment of the transaction. Reads only, and a fixed number of times a group."""
    grants = await grants_today(tx)
    own = await calendars.all_own_days(tx)
    waiting = await candidates(tx, default_hour, grants, own)
    groups: dict[Group, set[int]] = {}
    for person in waiting:
        region_id = grants.region_of[person.person_id]
        calendar = region_id if region_id in own else 0
        group = Group(person.day, person.looked_at, person.timezone, calendar)
        groups.setdefault(group, set()).add(person.person_id)
    tasks = await peer_watch.tasks(tx)
    asked = {day: await seasons.asked(tx, day) for day in {group.today for group in groups}}
    receivers: set[int] = set()
    for group, members in groups.items():
        receivers |= members & await people_with_news(
            tx, group, grants, own.get(group.region_id, NO_OWN_DAYS), tasks, asked=asked[group.today]
        )
    return Planned(waiting, receivers)


def key(person_id: int, day: date) -> str:
    """One digest a day a person, ever."""
    return f"digest:{person_id}:{day.isoformat()}"
