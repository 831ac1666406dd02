"""Work lists, queues and cards."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from sqlalchemy import Select, and_, select

from domain import people, roadmaps, schools
from domain.actor import SCHOOL_TEAM, Place
from domain.dates import local_day, working_days_between
from domain.db import Tx
from domain.errors import Forbidden, NotFound
from domain.policy import Permission, allows, within
from domain.progress import rules
from domain.progress.models import Assignment, Evidence, Review, Submission
from domain.progress.rules import Standing, Status

Maker = Callable[[], Evidence]


class WorkRow(NamedTuple):
    """A line of a work list."""

    assignment: Assignment
    measure: roadmaps.Measure
    school: schools.School
    standing: Standing
    days_late: int


class QueueRow(NamedTuple):
    """A report that waits for the actor's decision."""

    submission: Submission
    assignment: Assignment
    measure: roadmaps.Measure
    school: schools.School
    waiting: int  # working days


class SubmissionView(NamedTuple):
    """A version with what was sent and what was decided."""

    submission: Submission
    evidence: Sequence[Evidence]
    review: Review | None


@dataclass(frozen=True, slots=True)
class WorkCard:
    """Everything about one assignment, newest version first."""

    assignment: Assignment
    measure: roadmaps.Measure
    roadmap: roadmaps.Roadmap
    track: roadmaps.Track | None
    school: schools.School
    standing: Standing
    days_late: int
    draft: Sequence[Evidence]
    submissions: Sequence[SubmissionView]
    names: dict[int, str]  # person id → name, for everyone mentioned
    may_submit: bool
    may_decide: bool

    @property
    def returned(self) -> Review | None:
        """The remark that the school has to answer."""
        if self.assignment.status is not Status.RETURNED:
            return None
        return next((s.review for s in self.submissions if s.review is not None), None)


class AssignmentPlan(NamedTuple):
    """What is to be given to whom, and how much of it was given before."""

    roadmap: roadmaps.Roadmap
    measures: dict[int, roadmaps.Measure]
    schools: dict[int, schools.School]
    dues: list[rules.Due]
    known: int


async def assignment_plan(
    tx: Tx,
    roadmap_id: int,
    school_ids: Collection[int],
    *,
    measure_ids: Collection[int] | None = None,
    since: date | None = None,
) -> AssignmentPlan:
    """What giving a roadmap to schools would create. `measure_ids`: only these measures; `since`: nothing that
    was due before that day. Raises NotFound for a school outside the actor's plan."""
    roadmap = await roadmaps.roadmap_for_planning(tx, roadmap_id)
    found = (await roadmaps.roadmap(tx, roadmap_id)).measures
    measures = {m.id: m for m in found if m.gone_at is None and (measure_ids is None or m.id in measure_ids)}
    rows = await schools.school_list(tx, permission=Permission.PLAN)
    receivers = {row.school.id: row.school for row in rows if row.school.id in set(school_ids)}
    if len(receivers) != len(set(school_ids)):
        raise NotFound
    query = select(Assignment.measure_id, Assignment.school_id, Assignment.occurrence)
    given = set((await tx.session.execute(query.where(Assignment.roadmap_id == roadmap_id))).tuples().all())
    dues: list[rules.Due] = []
    known = 0
    for measure in measures.values():
        for occurrence, window in enumerate(roadmaps.parse_windows(measure.windows or [[None, None]])):
            if since is not None and window.due is not None and window.due < since:
                continue
            for school_id in receivers:
                if (measure.id, school_id, occurrence) in given:
                    known += 1
                else:
                    dues.append(rules.Due(measure.id, school_id, occurrence, *window))
    return AssignmentPlan(roadmap, measures, receivers, dues, known)


async def holders(tx: Tx, school_ids: Collection[int]) -> dict[int, list[int]]:
    """The people of each school's own team today: who holds what the school owes."""
    grants = people.RoleGrant
    query = (
        select(grants.school_id, grants.person_id)
        .where(grants.school_id.in_(school_ids), grants.role.in_(sorted(SCHOOL_TEAM)))
        .where(people.valid_on(today(tx)))
        .order_by(grants.person_id)
        .distinct()
    )
    found: dict[int, list[int]] = {}
    for school_id, person_id in (await tx.session.execute(query)).tuples():
        if school_id is not None:
            found.setdefault(school_id, []).append(person_id)
    return found


async def preview_assign(
    tx: Tx,
    roadmap_id: int,
    school_ids: Collection[int],
    measure_ids: Collection[int] | None = None,
    *,
    since: date | None = None,
) -> rules.Preview:
    """How many assignments would appear, for whom, when due; for a draft as well as for a living roadmap."""
    plan = await assignment_plan(tx, roadmap_id, school_ids, measure_ids=measure_ids, since=since)
    return rules.preview(plan.dues, plan.known, today(tx))


def today(tx: Tx) -> date:
    """The actor's calendar day."""
    return local_day(tx.now, tx.actor.timezone)


async def assignment(tx: Tx, assignment_id: int, permission: Permission = Permission.SEE) -> Assignment:
    """One assignment inside the actor's places, locked for writing where the database can."""
    query = select(Assignment).where(Assignment.id == assignment_id, within(tx.actor, permission, Assignment))
    found = (await tx.session.scalars(query.with_for_update())).first()
    if found is None:
        raise NotFound
    return found


async def submission(tx: Tx, submission_id: int, permission: Permission) -> tuple[Submission, Assignment]:
    """One version and its assignment, locked for writing where the database can."""
    query = (
        select(Submission, Assignment)
        .join(Assignment, Assignment.id == Submission.assignment_id)
        .where(Submission.id == submission_id, within(tx.actor, permission, Assignment))
        .with_for_update()
    )
    row = (await tx.session.execute(query)).tuples().first()
    if row is None:
        raise NotFound
    return row


def _work(tx: Tx, permission: Permission) -> Select[Assignment, roadmaps.Measure, schools.School]:
    return (
        select(Assignment, roadmaps.Measure, schools.School)
        .join(roadmaps.Measure, roadmaps.Measure.id == Assignment.measure_id)
        .join(schools.School, schools.School.id == Assignment.school_id)
        .where(within(tx.actor, permission, Assignment))
    )


def _row(a: Assignment, m: roadmaps.Measure, s: schools.School, day: date) -> WorkRow:
    late = rules.days_late(a.due_on, day) if a.status in rules.OPEN else 0
    return WorkRow(a, m, s, rules.standing(a.status, a.due_on, day), late)


async def my_work(
    tx: Tx,
    *,
    school_id: int | None = None,
    permission: Permission = Permission.SUBMIT,
    open_only: bool = False,
) -> list[WorkRow]:
    """What the actor's school owes: soonest first, overdue on top, closed last.

    With `Permission.SEE` the work of every school in the actor's places.
    """
    query = _work(tx, permission)
    if school_id is not None:
        query = query.where(Assignment.school_id == school_id)
    if open_only:
        query = query.where(Assignment.status.in_(rules.OPEN))
    day = today(tx)
    rows = [_row(*row, day) for row in (await tx.session.execute(query)).tuples()]
    return sorted(
        rows, key=lambda r: (*rules.order(r.assignment.status, r.assignment.due_on), r.measure.position)
    )


async def queue(tx: Tx) -> list[QueueRow]:
    """Reports whose ball the actor holds, the longest waiting first."""
    query = (
        select(Submission, Assignment, roadmaps.Measure, schools.School)
        .join(
            Assignment,
            and_(Assignment.id == Submission.assignment_id, Assignment.version == Submission.version),
        )
        .join(roadmaps.Measure, roadmaps.Measure.id == Assignment.measure_id)
        .join(schools.School, schools.School.id == Assignment.school_id)
        .where(Assignment.status == Status.IN_REVIEW)
        .order_by(Submission.submitted_at, Submission.id)
    )
    day = today(tx)
    found: dict[int, QueueRow] = {}
    for permission in (Permission.REVIEW, Permission.OVERRULE):
        scoped = query.where(within(tx.actor, permission, Assignment))
        for row in (await tx.session.execute(scoped)).tuples():
            waiting = working_days_between(local_day(row[0].submitted_at, tx.actor.timezone), day)
            if not tx.actor.works_at(row[3].id):
                found.setdefault(row[0].id, QueueRow(*row, waiting))
    turns = await people.reviewers_of(tx, {row.assignment.place for row in found.values()})
    result = [
        row
        for row in found.values()
        if row.waiting >= rules.SILENT_DAYS
        or any(p.id == tx.actor.person_id for p in turns[row.assignment.place])
    ]
    return sorted(result, key=lambda r: (r.submission.submitted_at, r.submission.id))


async def is_reviewer(tx: Tx, school: Place) -> bool:
    """Whether the rule by school names the actor."""
    return any(p.id == tx.actor.person_id for p in await people.reviewers(tx, school))


async def require_turn(tx: Tx, sub: Submission, work: Assignment) -> None:
    """Pass where the actor may decide about this report; otherwise say who may, and from when."""
    if tx.actor.works_at(work.school_id):
        raise rules.OwnSchool
    may = allows(tx.actor, Permission.REVIEW, work.place) or allows(tx.actor, Permission.OVERRULE, work.place)
    if not may:
        raise Forbidden
    reviewers = await people.reviewers(tx, work.place)
    if any(p.id == tx.actor.person_id for p in reviewers):
        return
    waiting = working_days_between(local_day(sub.submitted_at, tx.actor.timezone), today(tx))
    if waiting < rules.SILENT_DAYS:
        raise rules.NotYourTurn(name=", ".join(p.name for p in reviewers), days=rules.SILENT_DAYS)


async def check_open(tx: Tx, assignment: Assignment) -> None:
    """Pass while the school holds the ball; otherwise AlreadySubmitted with the number, or AssignmentClosed."""
    if assignment.status is Status.IN_REVIEW:
        query = select(Submission.id).where(
            Submission.assignment_id == assignment.id, Submission.version == assignment.version
        )
        raise rules.AlreadySubmitted(number=await tx.session.scalar(query))
    if assignment.status not in rules.OPEN:
        raise rules.AssignmentClosed


async def review_of(tx: Tx, submission_id: int) -> Review | None:
    """The newest decision about a version."""
    query = select(Review).where(Review.submission_id == submission_id).order_by(Review.id.desc()).limit(1)
    return (await tx.session.scalars(query)).first()


async def drafts(tx: Tx, assignment_ids: Sequence[int]) -> dict[int, list[Evidence]]:
    """What lies in the drafts of these assignments, in the order of arrival."""
    query = (
        select(Evidence)
        .where(Evidence.assignment_id.in_(assignment_ids), Evidence.submission_id.is_(None))
        .order_by(Evidence.id)
    )
    result: dict[int, list[Evidence]] = {}
    for item in await tx.session.scalars(query):
        result.setdefault(item.assignment_id, []).append(item)
    return result


async def work_card(tx: Tx, assignment_id: int) -> WorkCard:
    """The card of an assignment that the actor may see; drafts are shown to the school's own team only."""
    query = (
        _work(tx, Permission.SEE)
        .add_columns(roadmaps.Roadmap, roadmaps.Track)
        .join(roadmaps.Roadmap, roadmaps.Roadmap.id == Assignment.roadmap_id)
        .outerjoin(roadmaps.Track, roadmaps.Track.id == roadmaps.Measure.track_id)
        .where(Assignment.id == assignment_id)
    )
    found = (await tx.session.execute(query)).tuples().first()
    if found is None:
        raise NotFound
    work, measure, school_, roadmap, track = found
    may_submit = allows(tx.actor, Permission.SUBMIT, work.place)
    views = await _versions(tx, assignment_id)
    draft = (await drafts(tx, [assignment_id])).get(assignment_id, []) if may_submit else []
    ids: list[int | None] = [e.added_by for e in draft]
    for view in views:
        ids += [view.submission.submitted_by, view.review.reviewer_id if view.review else None]
    row = _row(work, measure, school_, today(tx))
    return WorkCard(
        assignment=work,
        measure=measure,
        roadmap=roadmap,
        track=track,
        school=school_,
        standing=row.standing,
        days_late=row.days_late,
        draft=draft,
        submissions=views,
        names=await people.person_names(tx, ids),
        may_submit=may_submit,
        may_decide=await _may_decide(tx, work, views),
    )


async def _may_decide(tx: Tx, work: Assignment, views: Sequence[SubmissionView]) -> bool:
    if work.status is not Status.IN_REVIEW or not views:
        return False
    try:
        await require_turn(tx, views[0].submission, work)
    except (rules.OwnSchool, rules.NotYourTurn, Forbidden):
        return False
    return True


async def _versions(tx: Tx, assignment_id: int) -> list[SubmissionView]:
    versions = (
        await tx.session.scalars(
            select(Submission)
            .where(Submission.assignment_id == assignment_id)
            .order_by(Submission.version.desc())
        )
    ).all()
    ids = [v.id for v in versions]
    if not ids:
        return []
    evidence: dict[int, list[Evidence]] = {}
    for item in await tx.session.scalars(
        select(Evidence).where(Evidence.submission_id.in_(ids)).order_by(Evidence.id)
    ):
        evidence.setdefault(item.submission_id or 0, []).append(item)
    reviews = {
        r.submission_id: r
        for r in await tx.session.scalars(
            select(Review).where(Review.submission_id.in_(ids)).order_by(Review.id)
        )
    }
    return [SubmissionView(v, evidence.get(v.id, []), reviews.get(v.id)) for v in versions]


async def submission_card(tx: Tx, submission_id: int) -> WorkCard:
    """The card of the assignment that a version belongs to."""
    query = (
        select(Submission.assignment_id)
        .join(Assignment, Assignment.id == Submission.assignment_id)
        .where(Submission.id == submission_id, within(tx.actor, Permission.SEE, Assignment))
    )
    assignment_id = await tx.session.scalar(query)
    if assignment_id is None:
        raise NotFound
    return await work_card(tx, assignment_id)


async def evidence(tx: Tx, evidence_id: int) -> Evidence:
    """One piece of evidence: of a version for all who see the school, of a draft for its own team."""
    found = await tx.session.get(Evidence, evidence_id)
    if found is None:
        raise NotFound
    await assignment(tx, found.assignment_id, Permission.SEE if found.submission_id else Permission.SUBMIT)
    return found


async def contributors(tx: Tx, sub: Submission) -> list[int]:
    """The people of the school who worked on a version: who sent it and who added to it."""
    query = select(Evidence.added_by).where(Evidence.submission_id == sub.id).distinct()
    found = {sub.submitted_by, *(await tx.session.scalars(query)).all()}
    return sorted(p for p in found if p is not None)
