"""Facts of schools by kind of criterion. The caller brings schools that the actor may see."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Select, select

from domain import curation, events, peer_watch, people, polls, progress, roadmaps
from domain.actor import SCHOOL_TEAM, Role
from domain.automatic.rules import Fact, FactKind, Kind
from domain.dates import local_day, working_days_between
from domain.db import Tx
from domain.progress import SILENT_DAYS, Assignment, Review, Status, Submission
from domain.risks import MeasureSlot, Stage


async def facts(
    tx: Tx,
    kind: str,
    schools: Select[int],
    *,
    first: date,
    last: date,
    roadmap_id: int | None = None,
) -> list[Fact]:
    """Everything that a criterion of this kind is made of, from `first` to `last`; none for another kind."""
    if kind == Kind.STAGE_COMPLETED:
        return await _stage(tx, schools, roadmap_id)
    if kind == Kind.CURATOR_WORK:
        return [*await _decisions(tx, schools, first, last), *await _log(tx, schools, first, last)]
    if kind == Kind.ENGAGEMENT:
        return [
            *await _events(tx, schools, first, last),
            *await _polls(tx, schools, first, last),
            *await _peers(tx, schools, first, last),
        ]
    return []


def window(previous_end: date | None, ends_on: date) -> date:
    """From which day on facts count for a wave: after the wave before it, else from the year's beginning."""
    return previous_end + timedelta(days=1) if previous_end else date(ends_on.year, 1, 1)


async def _stage(tx: Tx, schools: Select[int], roadmap_id: int | None) -> list[Fact]:
    """A school has completed the second stage when every measure of it is confirmed."""
    query = (
        select(Assignment.school_id, Assignment.status)
        .join(MeasureSlot, MeasureSlot.measure_id == Assignment.measure_id)
        .where(
            MeasureSlot.stage == Stage.SECOND,
            Assignment.status != Status.WAIVED,
            Assignment.school_id.in_(schools),
        )
    )
    if roadmap_id is not None:
        query = query.where(Assignment.roadmap_id == roadmap_id)
    found: dict[int, list[Status]] = {}
    for school_id, status in await tx.session.execute(query):
        if school_id is not None:
            found.setdefault(school_id, []).append(status)
    return [
        Fact(
            FactKind.STAGE,
            school_id,
            set(states) == {Status.CONFIRMED},
            school_id,
            f"{states.count(Status.CONFIRMED)}/{len(states)}",
            None,
        )
        for school_id, states in sorted(found.items())
    ]


async def _decisions(tx: Tx, schools: Select[int], first: date, last: date) -> list[Fact]:
    """Reports of the window: decided within the usual days count, those that wait longer do not.

    One that waits and still has time is no fact yet: so a decision in time never lowers the number.
    """
    begin, end = _moments(tx, first, last)
    query = (
        select(Assignment.id, Assignment.school_id, roadmaps.Measure, Submission.submitted_at, Review.at)
        .join(Submission, Submission.assignment_id == Assignment.id)
        .join(roadmaps.Measure, roadmaps.Measure.id == Assignment.measure_id)
        .outerjoin(Review, Review.submission_id == Submission.id)
        .where(
            Assignment.school_id.in_(schools),
            Submission.withdrawn_at.is_(None),
            Submission.submitted_at >= begin,
            Submission.submitted_at < end,
        )
        .order_by(Submission.submitted_at)
    )
    today = progress.today(tx)
    result: dict[tuple[int, datetime], Fact] = {}
    for id_, school_id, measure, sent_at, decided_at in await tx.session.execute(query):
        sent = local_day(sent_at, tx.actor.timezone)
        until = local_day(decided_at, tx.actor.timezone) if decided_at else today
        days = working_days_between(sent, until)
        late = days >= SILENT_DAYS
        if school_id is not None and (decided_at is not None or late):
            fact = Fact(FactKind.DECISION, school_id, not late, id_, measure.label, sent, days)
            result.setdefault((id_, sent_at), fact)  # the first decision about a report is the answer to it
    return list(result.values())


async def _log(tx: Tx, schools: Select[int], first: date, last: date) -> list[Fact]:
    """A school with a curator counts where the log of the window holds a meeting, a consultation or a visit."""
    curated = select(people.RoleGrant.school_id).where(
        people.RoleGrant.role == Role.CURATOR,
        people.RoleGrant.school_id.in_(schools),
        people.valid_on(progress.today(tx)),
    )
    noted = select(curation.CuratorNote.school_id, curation.CuratorNote.held_on).where(
        curation.CuratorNote.school_id.in_(schools),
        curation.CuratorNote.held_on >= first,
        curation.CuratorNote.held_on <= last,
    )
    days: dict[int, date] = {}
    for school_id, day in await tx.session.execute(noted):
        days[school_id] = max(day, days.get(school_id, day))
    ids = sorted({id_ for id_ in (await tx.session.scalars(curated)).all() if id_ is not None})
    return [Fact(FactKind.LOG, id_, id_ in days, id_, "", days.get(id_)) for id_ in ids]


async def _events(tx: Tx, schools: Select[int], first: date, last: date) -> list[Fact]:
    """A school and an event that it was invited to and that is over: it counts where somebody came."""
    begin, end = _moments(tx, first, last)
    query = (
        select(events.Event, people.RoleGrant.school_id, events.Guest.came_at)
        .join(events.Guest, events.Guest.event_id == events.Event.id)
        .join(people.RoleGrant, people.RoleGrant.person_id == events.Guest.person_id)
        .where(
            people.RoleGrant.role.in_(sorted(SCHOOL_TEAM)),
            people.RoleGrant.school_id.in_(schools),
            people.valid_on(progress.today(tx)),
            events.Event.cancelled_at.is_(None),
            events.Event.starts_at >= begin,
            events.Event.ends_at < end,
        )
        .order_by(events.Event.starts_at)
    )
    found: dict[tuple[int, int], Fact] = {}
    for event, school_id, came_at in await tx.session.execute(query):
        if school_id is None or not tx.has_passed(event.ends_at):
            continue
        before = found.get((event.id, school_id))
        came = came_at is not None or (before is not None and before.counts)
        day = local_day(event.starts_at, tx.actor.timezone)
        found[event.id, school_id] = Fact(FactKind.EVENT, school_id, came, event.id, event.title, day)
    return list(found.values())


async def _polls(tx: Tx, schools: Select[int], first: date, last: date) -> list[Fact]:
    """A school and a poll that it was asked to answer: it counts where somebody has; silence counts against it only
    once the poll is closed. Who has answered what stays unknown."""
    begin, end = _moments(tx, first, last)
    query = (
        select(polls.Poll, polls.PollSeat.school_id, polls.PollSeat.is_done)
        .join(polls.PollSeat, polls.PollSeat.poll_id == polls.Poll.id)
        .where(polls.PollSeat.school_id.in_(schools), polls.Poll.made_at >= begin, polls.Poll.made_at < end)
        .order_by(polls.Poll.made_at)
    )
    found: dict[tuple[int, int], Fact] = {}
    for poll, school_id, is_done in await tx.session.execute(query):
        if school_id is None:
            continue
        before = found.get((poll.id, school_id))
        done = is_done or (before is not None and before.counts)
        is_over = poll.closes_at is not None and tx.has_passed(poll.closes_at)
        if done or is_over or poll.closed_at is not None:
            day = local_day(poll.made_at, tx.actor.timezone)
            found[poll.id, school_id] = Fact(FactKind.POLL, school_id, done, poll.id, poll.title, day)
    return list(found.values())


async def _peers(tx: Tx, schools: Select[int], first: date, last: date) -> list[Fact]:
    """A school with a partner in a round of mutual expertise that ends in the window: it counts with its final form;
    one that is missing counts against it only once its day is over."""
    return [
        Fact(FactKind.PEER, fact.school_id, fact.done, fact.round_id, fact.title, fact.on)
        for fact in await peer_watch.facts(tx, schools, first, last)
    ]


def _moments(tx: Tx, first: date, last: date) -> Sequence[datetime]:
    """The days as moments of the reader's zone, the end excluded."""
    zone = ZoneInfo(tx.actor.timezone)
    return [datetime.combine(day, time(), zone) for day in (first, last + timedelta(days=1))]
