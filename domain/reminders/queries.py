"""What a person must act on today; nothing else."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import and_, or_, select

from domain import calendars, chase, mornings, peer_watch, people, programme, progress, schools, seasons
from domain.actor import COORDINATORS, SYSTEM, Actor, Role
from domain.dates import OwnDays, local_day
from domain.db import Tx, WriteTx
from domain.mornings import WORKDAYS, Choices, DigestChoice, DigestMark
from domain.progress import Standing


@dataclass(frozen=True, slots=True)
class Digest:
    """The morning of one person; falsy when nothing has to be done."""

    overdue: Sequence[progress.WorkRow]
    returned: Sequence[progress.WorkRow]
    soon: Sequence[progress.WorkRow]
    to_review: Sequence[progress.QueueRow]
    silences: Sequence[chase.Silence] = ()
    peers: Sequence[peer_watch.Line] = ()  # steps of mutual expertise
    cycle: Sequence[seasons.SeasonTask] = ()  # the rating or the correction of this month
    more: int = 0  # what has to be done as well, but is not said today

    def __len__(self) -> int:
        return (
            len(self.overdue)
            + len(self.returned)
            + len(self.soon)
            + len(self.to_review)
            + len(self.silences)
            + len(self.peers)
            + len(self.cycle)
        )


async def choices(tx: Tx) -> Choices:
    """The actor's own."""
    person = await people.me(tx)
    found = await tx.session.get(DigestChoice, person.id)
    days = found.weekdays if found is not None else WORKDAYS
    start, end = (found.paused_from, found.paused_until) if found is not None else (None, None)
    return Choices(person.digest_hour, days, person.snoozed_until, start, end)


async def digest(tx: Tx, person_id: int, *, since: datetime | None = None) -> Digest:
    """Computed from the present state: what was handed in meanwhile is gone from it.

    Only the holder of the ball is reminded (DOMAIN.md §4.4); deadlines in doubt never remind. With `since` only
    what came to a step or changed after that moment, else everything that is due.
    """
    actor = await people.actor_by_id(tx, person_id)
    return await digest_of(replace_actor(tx, actor), since=since)


async def digest_of(tx: Tx, *, since: datetime | None = None) -> Digest:
    """The same for the actor of the transaction."""
    region = next((g.place.region_id for g in tx.actor.grants), None)
    news = News(tx, since, await calendars.own_days(tx, region))
    steps = await steps_by_school(tx, [g.place.school_id for g in tx.actor.grants])
    shown: dict[Standing, list[progress.WorkRow]] = {}
    more = 0
    for row in await progress.my_work(tx, open_only=True):
        if news.says(row, steps.get(row.school.id, steps[None])):
            standing = Standing.SOON if row.standing is Standing.LATER else row.standing
            shown.setdefault(standing, []).append(row)
        else:
            more += _is_due(row)
    waiting = [row for row in await progress.queue(tx) if await _is_mine(tx, row)]
    to_review = [row for row in waiting if news.waits(row.submission.submitted_at)]
    since_day = news.since_day if since is not None else None
    tasks = await peer_watch.tasks(tx)
    peers = [task for task in tasks if news.names(task, steps[None])]
    more += sum(news.is_near(task.due_on) for task in tasks if task not in peers)
    cycle = await seasons.open_tasks(tx)
    asked = [task for task in cycle if news.names(task, steps[None])]
    more += sum(news.is_near(task.due_on) for task in cycle if task not in asked)
    return Digest(
        overdue=shown.get(Standing.OVERDUE, []),
        returned=shown.get(Standing.RETURNED, []),
        soon=shown.get(Standing.SOON, []),
        to_review=to_review,
        silences=_of_others(await chase.silences(tx, since=since_day), to_review),
        peers=await peer_watch.lines(tx, peers),
        cycle=asked,
        more=more + len(waiting) - len(to_review),
    )


def _of_others(
    silences: Sequence[chase.Silence], to_review: Sequence[progress.QueueRow]
) -> list[chase.Silence]:
    """Whose silence is the actor's own, where they are the reviewer, stands among the reports already."""
    late = [row.assignment for row in to_review if row.waiting >= progress.SILENT_DAYS]
    own = {(chase.Side.REVIEWER, work.school_id) for work in late}
    own |= {(chase.Side.OFFICE_REVIEWER, work.municipality_id) for work in late if work.school_id is None}
    return [silence for silence in silences if (silence.side, silence.school_id) not in own]


def _is_due(row: progress.WorkRow) -> bool:
    if row.standing is Standing.RETURNED:
        return True
    return row.assignment.reminds and row.standing in (Standing.OVERDUE, Standing.SOON)


async def _is_mine(tx: Tx, row: progress.QueueRow) -> bool:
    """Whose ball it is: a coordinator hears of a silent curator as a silence, not as an own report."""
    return row.waiting < progress.SILENT_DAYS or await progress.is_reviewer(tx, row.assignment.place)


class News:
    """What has come to a step or changed since the last digest of one person."""

    def __init__(self, tx: Tx, since: datetime | None, own: OwnDays) -> None:
        self.since, self.own = since, own
        self.zone = tx.actor.timezone
        self.today = local_day(tx.now, self.zone)
        self.since_day = local_day(since, self.zone) if since is not None else self.today

    def says(self, row: progress.WorkRow, steps: Sequence[int]) -> bool:
        """Whether an assignment stands in this digest."""
        work = row.assignment
        on_step = (
            self.since is not None
            and work.reminds
            and work.due_on is not None
            and mornings.stands(work.due_on, self.since_day, self.today, steps, self.own)
        )
        if row.standing is Standing.RETURNED:
            return on_step or self.waits(work.status_at)
        return on_step or (_is_due(row) and (self.since is None or work.status_at > self.since))

    def names(self, task: peer_watch.Task | seasons.SeasonTask, steps: Sequence[int]) -> bool:
        """Whether a step of mutual expertise, or a task of the cycle, stands in this digest."""
        began = (
            task.began_at if isinstance(task, peer_watch.Task) else seasons.start_of(task.month, self.zone)
        )
        is_new = self.since is None or began > self.since
        since = self.since_day if self.since is not None else None
        return mornings.names(
            task.due_on, is_new=is_new, since=since, today=self.today, steps=steps, own=self.own
        )

    def is_near(self, due_on: date) -> bool:
        """Whether something is due by the end of the week, or was."""
        return mornings.names(due_on, is_new=True, since=None, today=self.today, steps=(), own=self.own)

    def waits(self, began: datetime) -> bool:
        """Whether something that waits is new or has come to a step."""
        if self.since is None or began > self.since:
            return True
        return mornings.waits(local_day(began, self.zone), self.since_day, self.today, self.own)


def replace_actor(tx: Tx, actor: Actor) -> Tx:
    """The same transaction seen by another person."""
    return replace(tx, actor=actor)


async def last_looked(tx: Tx, person_id: int) -> datetime | None:
    """Until when everything was considered for this person."""
    return await tx.session.scalar(select(DigestMark.looked_at).where(DigestMark.person_id == person_id))


async def steps_by_school(tx: Tx, school_ids: Sequence[int | None]) -> dict[int | None, Sequence[int]]:
    """Steps of the programme of each school; None for all schools of no other programme."""
    by_cohort = await programme.reminder_steps(tx)
    usual = by_cohort.pop(None)
    special = {cohort: steps for cohort, steps in by_cohort.items() if steps != usual}
    found: dict[int | None, Sequence[int]] = {None: usual}
    if special:
        cohorts = await schools.cohort_ids(tx, [i for i in school_ids if i is not None])
        for school_id, ids in cohorts.items():
            own = [special[cohort] for cohort in sorted(ids) if cohort in special]
            if own:
                found[school_id] = own[-1]  # the cohort entered last
    return found


async def held(tx: Tx) -> list[people.RoleGrant]:
    """Reviewing roles that the actor holds today in their own right, not in somebody's stead."""
    today = progress.today(tx)
    return [
        grant
        for grant in await people.grants_of(tx, tx.actor.person_id or 0)
        if grant.role in people.REVIEWERS
        and grant.substitute_for is None
        and (grant.starts_on or today) <= today <= (grant.ends_on or today)
    ]


async def stand_ins(tx: Tx) -> list[people.Person]:
    """Who may stand in for the actor, colleagues in the same role first.

    For a curator those who review or coordinate in the same municipalities; for a municipal coordinator also the
    coordinators of the region's other municipalities; for a regional one the coordinators of the region.
    """
    mine = await held(tx)
    regional = {g.region_id for g in mine if g.role is Role.REGIONAL_COORDINATOR}
    municipal = {g.region_id for g in mine if g.role is Role.MUNICIPAL_COORDINATOR}
    near = {g.municipality_id for g in mine if g.municipality_id is not None}
    grant = people.RoleGrant
    offered = and_(
        grant.role.in_([Role.CURATOR, Role.MUNICIPAL_COORDINATOR]), grant.municipality_id.in_(near)
    )
    if regional:
        offered = and_(grant.role.in_(COORDINATORS), grant.region_id.in_(regional))
    elif municipal:
        offered = or_(offered, and_(grant.role == Role.MUNICIPAL_COORDINATOR, grant.region_id.in_(municipal)))
    query = (
        select(people.Person, grant.role)
        .join(grant, grant.person_id == people.Person.id)
        .where(
            offered,
            grant.substitute_for.is_(None),
            people.valid_on(progress.today(tx)),
            people.Person.id != (tx.actor.person_id or 0),
            people.Person.telegram_id.is_not(None),
        )
        .order_by(people.Person.name)
    )
    roles = {g.role for g in mine}
    found: dict[int, tuple[bool, people.Person]] = {}
    for person, role in (await tx.session.execute(query)).all() if mine else ():
        is_other = role not in roles and found.get(person.id, (True, person))[0]
        found[person.id] = (is_other, person)
    return [person for _, person in sorted(found.values(), key=lambda row: (row[0], row[1].name))]


def as_system(tx: WriteTx) -> WriteTx:
    """The same transaction for what a rule of ours decides in the actor's stead."""
    return replace(tx, actor=SYSTEM)
