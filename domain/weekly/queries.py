"""What a coordinator has to know on a Monday."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from sqlalchemy import and_, case, func, select

from domain import calendars, chase, mornings, peer_watch, people, progress, reports, seasons
from domain.actor import COORDINATORS, Place
from domain.dates import NO_OWN_DAYS, OwnDays, is_working, local_day, week_end
from domain.db import Tx
from domain.outbox import OutboxMessage
from domain.policy import Permission, within
from domain.progress import Assignment, Decision, Review, Status, Submission


class Waiting(NamedTuple):
    """Reports that wait for a reviewer."""

    name: str
    reports: int


@dataclass(frozen=True, slots=True)
class Summary:
    """Counts of the actor's places; `late_schools` and the others are names, the worst first."""

    confirmed: int  # during the last seven days
    late: int
    late_schools: int
    due: int  # this week
    waiting: Sequence[Waiting]
    without_bot: Sequence[str]
    uninvolved: Sequence[chase.Uninvolved]
    steps_late: int
    cycle: Sequence[seasons.SeasonTask] = ()  # the rating or the correction of this month that still waits
    corrected: seasons.Answered | None = None  # how many schools have corrected their plans
    peers: Sequence[peer_watch.State] = ()  # rounds of mutual expertise that run
    own: Sequence[chase.OwnSilence] = ()  # what their own office has not done

    def __bool__(self) -> bool:
        return bool(
            self.confirmed
            or self.late
            or self.due
            or self.waiting
            or self.without_bot
            or self.uninvolved
            or self.cycle
            or self.peers
            or self.own
        )


async def summary(tx: Tx) -> Summary:
    """How the week stands in the places that the actor coordinates."""
    today = progress.today(tx)
    mine = and_(within(tx.actor, Permission.OVERRULE, Assignment), Assignment.school_id.is_not(None))
    open_ = Assignment.status.in_(progress.OPEN)
    late = and_(open_, Assignment.reminds, Assignment.due_on < today)
    due = and_(open_, Assignment.due_on >= today, Assignment.due_on <= week_end(today))
    counts = select(
        func.coalesce(func.sum(case((late, 1), else_=0)), 0),
        func.count(func.distinct(case((late, Assignment.school_id)))),
        func.coalesce(func.sum(case((due, 1), else_=0)), 0),
    ).where(mine)
    late_count, late_schools, due_count = (await tx.session.execute(counts)).one()
    confirmed = (
        select(func.count(func.distinct(Assignment.id)))
        .join(Submission, Submission.assignment_id == Assignment.id)
        .join(Review, Review.submission_id == Submission.id)
        .where(mine, Review.decision == Decision.CONFIRM, Review.at > tx.now - timedelta(days=7))
        .where(Assignment.status == Status.CONFIRMED)
    )
    attention = await reports.attention(tx)
    steps = await chase.joint_steps(tx, open_only=True)
    return Summary(
        confirmed=await tx.session.scalar(confirmed) or 0,
        late=late_count,
        late_schools=late_schools,
        due=due_count,
        waiting=await _waiting(tx),
        without_bot=[name for _, name in attention.schools_without_people],
        uninvolved=await chase.uninvolved(tx),
        steps_late=sum(step.until < today for step in steps),
        cycle=await seasons.open_tasks(tx),
        corrected=await seasons.answered(tx),
        peers=await peer_watch.states(tx),
        own=attention.own,
    )


async def _waiting(tx: Tx) -> list[Waiting]:
    """Reports in review by the names of those who hold them."""
    query = select(
        Assignment.region_id, Assignment.municipality_id, Assignment.school_id, func.count()
    ).where(within(tx.actor, Permission.OVERRULE, Assignment), Assignment.status == Status.IN_REVIEW)
    counts: dict[str, int] = {}
    rows = await tx.session.execute(query.group_by(*Assignment.place_columns()))
    for region_id, municipality_id, school_id, count in rows:
        place = Place(region_id, municipality_id, school_id)
        names = ", ".join(person.name for person in await people.reviewers(tx, place)) or "—"
        counts[names] = counts.get(names, 0) + count
    return sorted((Waiting(*item) for item in counts.items()), key=lambda w: (-w.reports, w.name))


def is_first_of_week(day: date, own: OwnDays = NO_OWN_DAYS) -> bool:
    """Whether this is the first working day of its week."""
    monday = day - timedelta(days=day.weekday())
    before = (monday + timedelta(days=n) for n in range(day.weekday()))
    return is_working(day, own) and not any(is_working(earlier, own) for earlier in before)


async def waiting_for_summary(tx: Tx, default_hour: int) -> list[people.Person]:
    """Coordinators whose hour has come on the first working day of the week, without this week's summary."""
    grant = people.RoleGrant
    query = (
        select(people.Person, grant.region_id)
        .join(grant, grant.person_id == people.Person.id)
        .where(
            grant.role.in_(sorted(COORDINATORS)),
            people.valid_on(tx.now.date()),
            people.Person.telegram_id.is_not(None),
            people.Person.consent_at.is_not(None),
            people.Person.unreachable.is_(None),
        )
    )
    own = await calendars.all_own_days(tx)
    found: dict[str, people.Person] = {}
    for person, region_id in await tx.session.execute(query):
        days = own.get(region_id, NO_OWN_DAYS)
        hour = person.digest_hour if person.digest_hour is not None else default_hour
        day = local_day(tx.now, person.timezone)
        if is_first_of_week(day, days) and mornings.is_digest_time(tx.now, person.timezone, hour, days):
            found[key(person.id, day)] = person
    taken = select(OutboxMessage.dedupe_key).where(OutboxMessage.dedupe_key.in_(found))
    for known in (await tx.session.scalars(taken)).all():
        found.pop(known, None)
    return list(found.values())


def key(person_id: int, day: date) -> str:
    """One summary a week a person, ever."""
    year, week, _ = day.isocalendar()
    return f"weekly:{person_id}:{year}-{week}"
