"""Work lists, queues and cards."""

from collections.abc import Collection, Sequence
from datetime import date

from sqlalchemy import ColumnElement, Select, and_, or_, select

from domain import calendars, people, roadmaps, schools
from domain.actor import COORDINATORS, SCHOOL_TEAM, Place
from domain.dates import NO_OWN_DAYS, local_day, working_days_between
from domain.db import Tx
from domain.errors import Forbidden, NotFound
from domain.policy import Permission, allows, within
from domain.progress import rules
from domain.progress.models import (
    Assignment,
    Evidence,
    Holder,
    QueueRow,
    Review,
    Submission,
    SubmissionView,
    WorkCard,
    WorkRow,
)
from domain.progress.rules import Status
from domain.roadmaps import SchoolWording, worded


async def holders(tx: Tx, places: Collection[Place]) -> dict[Place, list[int]]:
    """Who holds what these places owe today: a school's own team, the coordinators of an office."""
    grants = people.RoleGrant
    offices = {(place.region_id, place.municipality_id) for place in places if place.school_id is None}
    of_office = and_(
        grants.role.in_(sorted(COORDINATORS)),
        grants.school_id.is_(None),
        grants.region_id.in_({region_id for region_id, _ in offices}),
    )
    of_school = and_(
        grants.role.in_(sorted(SCHOOL_TEAM)), grants.school_id.in_({place.school_id for place in places})
    )
    query = (
        select(grants.region_id, grants.municipality_id, grants.school_id, grants.person_id)
        .where(or_(of_school, of_office) if offices else of_school, people.valid_on(today(tx)))
        .order_by(grants.person_id)
        .distinct()
    )
    wanted, found = set(places), dict[Place, list[int]]()
    for *where, person_id in await tx.session.execute(query):
        if (place := Place(*where)) in wanted:
            found.setdefault(place, []).append(person_id)
    return found


def today(tx: Tx) -> date:
    """The actor's calendar day."""
    return tx.day(tx.actor.timezone)


async def assignment(tx: Tx, assignment_id: int, permission: Permission = Permission.SEE) -> Assignment:
    """One assignment inside the actor's places, locked for writing where the database can."""
    query = select(Assignment).where(Assignment.id == assignment_id, within(tx.actor, permission, Assignment))
    found = (await tx.session.scalars(query)).first()
    if found is None:
        raise NotFound
    return found


async def submission(tx: Tx, submission_id: int, permission: Permission) -> tuple[Submission, Assignment]:
    """One version and its assignment, locked for writing where the database can."""
    query = (
        select(Submission, Assignment)
        .join(Assignment, Assignment.id == Submission.assignment_id)
        .where(Submission.id == submission_id, within(tx.actor, permission, Assignment))
    )
    row = (await tx.session.execute(query)).first()
    if row is None:
        raise NotFound
    return row


_Work = Select[Assignment, roadmaps.Measure, SchoolWording | None, schools.School | None]


def _work(tx: Tx, permission: Permission) -> _Work:
    return (
        select(Assignment, roadmaps.Measure, SchoolWording, schools.School)
        .join(roadmaps.Measure, roadmaps.Measure.id == Assignment.measure_id)
        .outerjoin(SchoolWording, _own_words())
        .outerjoin(schools.School, schools.School.id == Assignment.school_id)
        .where(within(tx.actor, permission, Assignment))
    )


async def holder_of(tx: Tx, work: Assignment, school: schools.School | None) -> Holder:
    """Who owes it by name: the school where there is one, else the office."""
    return school or (await schools.offices(tx, [work.place]))[work.place]


def _row(a: Assignment, m: roadmaps.Measure, s: Holder, day: date) -> WorkRow:
    late = rules.days_late(a.due_on, day) if a.status in rules.OPEN else 0
    return WorkRow(a, m, s, rules.standing(a.status, a.due_on, day), late)


async def my_work(
    tx: Tx,
    *,
    school_id: int | None = None,
    office: Place | None = None,
    permission: Permission = Permission.SUBMIT,
    open_only: bool = False,
) -> list[WorkRow]:
    """What the actor's school or office owes: soonest first, overdue on top, closed last.

    With `Permission.SEE` the work of every school and office in the actor's places.
    """
    query = _work(tx, permission)
    if school_id is not None:
        query = query.where(Assignment.school_id == school_id)
    if office is not None:
        query = query.where(*_at(office))
    if open_only:
        query = query.where(Assignment.status.in_(rules.OPEN))
    return await _rows(tx, query)


def _own_words() -> ColumnElement[bool]:
    """A school reads its own words of a measure, and so does whoever looks at its work."""
    return and_(
        SchoolWording.measure_id == Assignment.measure_id, SchoolWording.school_id == Assignment.school_id
    )


async def _rows(tx: Tx, query: _Work) -> list[WorkRow]:
    day = today(tx)
    found = (await tx.session.execute(query)).all()
    offices = await schools.offices(tx, (work.place for work, *_, school_ in found if school_ is None))
    rows = [
        _row(work, worded(m, own), school_ or offices[work.place], day) for work, m, own, school_ in found
    ]
    return sorted(
        rows, key=lambda r: (*rules.order(r.assignment.status, r.assignment.due_on), r.measure.position)
    )


async def office_work(
    tx: Tx,
    roadmap_id: int | None,
    *,
    municipality_id: int | None = None,
    track_id: int | None = None,
    any_roadmap: bool = False,
) -> list[WorkRow]:
    """What the offices in the actor's places owe by a roadmap: «кто не сдал» beside the table of the schools."""
    query = _work(tx, Permission.SEE).where(Assignment.school_id.is_(None))
    if not any_roadmap:
        query = query.where(Assignment.roadmap_id == roadmap_id)
    if municipality_id is not None:
        query = query.where(Assignment.municipality_id == municipality_id)
    if track_id is not None:
        query = query.where(roadmaps.Measure.track_id == track_id)
    return await _rows(tx, query)


async def queue(tx: Tx) -> list[QueueRow]:
    """Reports whose ball the actor holds, the longest waiting first."""
    query = (
        select(Submission, Assignment, roadmaps.Measure, schools.School)
        .join(
            Assignment,
            and_(Assignment.id == Submission.assignment_id, Assignment.version == Submission.version),
        )
        .join(roadmaps.Measure, roadmaps.Measure.id == Assignment.measure_id)
        .outerjoin(schools.School, schools.School.id == Assignment.school_id)
        .where(Assignment.status == Status.IN_REVIEW)
        .order_by(Submission.submitted_at, Submission.id)
    )
    day = today(tx)
    found: dict[int, tuple[Submission, Assignment, roadmaps.Measure, schools.School | None]] = {}
    scope = [within(tx.actor, right, Assignment) for right in (Permission.REVIEW, Permission.OVERRULE)]
    for row in await tx.session.execute(query.where(or_(*scope))):
        if not rules.is_own(tx.actor, row[1].place):
            found.setdefault(row[0].id, row)
    own = await _own_reports(tx, [sub for sub, work, *_ in found.values() if work.municipality_id is None])
    turns = await people.reviewers_of(tx, {work.place for _, work, *_ in found.values()})
    offices = await schools.offices(tx, turns)
    calendar_of = await calendars.all_own_days(tx)
    result = []
    for sub, work, measure, school_ in found.values():
        days_off = calendar_of.get(work.region_id, NO_OWN_DAYS)
        waiting = working_days_between(local_day(sub.submitted_at, tx.actor.timezone), day, days_off)
        is_turn = any(p.id == tx.actor.person_id for p in turns[work.place])
        if sub.id not in own and (is_turn or waiting >= rules.SILENT_DAYS):
            result.append(QueueRow(sub, work, measure, school_ or offices[work.place], waiting))
    return sorted(result, key=lambda r: (r.submission.submitted_at, r.submission.id))


async def _own_reports(tx: Tx, subs: Sequence[Submission]) -> set[int]:
    """Which of these reports the actor has worked on."""
    query = select(Evidence.submission_id).where(
        Evidence.submission_id.in_([sub.id for sub in subs]), Evidence.added_by == tx.actor.person_id
    )
    added = {id_ for id_ in await tx.session.scalars(query) if id_ is not None} if subs else set()
    return added | {sub.id for sub in subs if sub.submitted_by == tx.actor.person_id}


async def is_reviewer(tx: Tx, place: Place) -> bool:
    """Whether the rule by school or office names the actor."""
    return any(p.id == tx.actor.person_id for p in await people.reviewers(tx, place))


def _at(office: Place) -> list[ColumnElement[bool]]:
    pairs = zip(Assignment.place_columns(), office, strict=True)
    return [column.is_(None) if value is None else column == value for column, value in pairs]


async def require_turn(tx: Tx, sub: Submission, work: Assignment) -> None:
    """Pass where the actor may decide about this report; otherwise say who may, and from when."""
    own = rules.is_own(tx.actor, work.place) or (
        work.municipality_id is None and bool(await _own_reports(tx, [sub]))
    )
    if own:
        raise rules.OwnSchool if work.school_id is not None else rules.OwnWork
    may = allows(tx.actor, Permission.REVIEW, work.place) or allows(tx.actor, Permission.OVERRULE, work.place)
    if not may:
        raise Forbidden
    reviewers = await people.reviewers(tx, work.place)
    if any(p.id == tx.actor.person_id for p in reviewers):
        return
    days_off = await calendars.own_days(tx, work.region_id)
    waiting = working_days_between(local_day(sub.submitted_at, tx.actor.timezone), today(tx), days_off)
    if waiting < rules.SILENT_DAYS:
        raise rules.NotYourTurn(name=", ".join(p.name for p in reviewers), days=rules.SILENT_DAYS)


async def check_open(tx: Tx, assignment: Assignment) -> None:
    """Pass while the holder has the ball; otherwise AlreadySubmitted with the number, or AssignmentClosed."""
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
    return await _card(tx, Assignment.id == assignment_id)


async def _card(tx: Tx, which: ColumnElement[bool]) -> WorkCard:
    query = (
        _work(tx, Permission.SEE)
        .add_columns(roadmaps.Roadmap, roadmaps.Track)
        .join(roadmaps.Roadmap, roadmaps.Roadmap.id == Assignment.roadmap_id)
        .outerjoin(roadmaps.Track, roadmaps.Track.id == roadmaps.Measure.track_id)
        .where(which)
    )
    found = (await tx.session.execute(query)).first()
    if found is None:
        raise NotFound
    work, planned, own_words, school_, roadmap, track = found
    measure = worded(planned, own_words)
    holder = await holder_of(tx, work, school_)
    may_submit = allows(tx.actor, Permission.SUBMIT, work.place)
    views = await _versions(tx, work.id) if work.version else []
    draft = (await drafts(tx, [work.id])).get(work.id, []) if may_submit else []
    ids: list[int | None] = [e.added_by for e in draft]
    for view in views:
        ids += [view.submission.submitted_by, view.review.reviewer_id if view.review else None]
    row = _row(work, measure, holder, today(tx))
    return WorkCard(
        assignment=work,
        measure=measure,
        roadmap=roadmap,
        track=track,
        school=holder,
        standing=row.standing,
        days_late=row.days_late,
        draft=draft,
        submissions=views,
        names=await people.person_names(tx, ids),
        may_submit=may_submit,
        may_decide=await _may_decide(tx, work, views),
    )


async def _may_decide(tx: Tx, work: Assignment, views: Sequence[SubmissionView]) -> bool:
    if work.status not in {Status.IN_REVIEW, Status.NOTED} or not views:
        return False
    try:
        await require_turn(tx, views[0].submission, work)
    except (rules.OwnSchool, rules.OwnWork, rules.NotYourTurn, Forbidden):
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
    its = select(Submission.assignment_id).where(Submission.id == submission_id).scalar_subquery()
    return await _card(tx, Assignment.id == its)


async def reported(tx: Tx, submission_id: int) -> tuple[Assignment, roadmaps.Measure, Holder]:
    """What a report is about and whose it is, where its card would be too much."""
    query = (
        _work(tx, Permission.SEE)
        .join(Submission, Submission.assignment_id == Assignment.id)
        .where(Submission.id == submission_id)
    )
    found = (await tx.session.execute(query)).first()
    if found is None:
        raise NotFound
    work, planned, own_words, school_ = found
    return work, worded(planned, own_words), await holder_of(tx, work, school_)


async def evidence(tx: Tx, evidence_id: int) -> Evidence:
    """One piece of evidence: of a version for all who see the school, of a draft for its own team."""
    found = await tx.session.get(Evidence, evidence_id)
    if found is None:
        raise NotFound
    await assignment(tx, found.assignment_id, Permission.SEE if found.submission_id else Permission.SUBMIT)
    return found


async def reviewers_left(tx: Tx, sub: Submission, place: Place) -> list[people.Person]:
    """Who may decide about a report by the rule of its place: of a region's office nobody who has worked on it."""
    found = await people.reviewers(tx, place)
    worked = set(await contributors(tx, sub)) if place.municipality_id is None else set()
    return [person for person in found if person.id not in worked]


async def contributors(tx: Tx, sub: Submission) -> list[int]:
    """The people who worked on a version: who sent it and who added to it."""
    query = select(Evidence.added_by).where(Evidence.submission_id == sub.id).distinct()
    found = {sub.submitted_by, *(await tx.session.scalars(query)).all()}
    return sorted(p for p in found if p is not None)


def working_by(tracks: Collection[int] | Select[int]) -> Select[int | None]:
    """Ids of the schools that owe something of these tracks. By measure: the index that keeps assignments apart holds the
    answer, so that those of a country are not read."""
    of = select(roadmaps.Measure.id).where(roadmaps.Measure.track_id.in_(tracks))
    return select(Assignment.school_id).where(
        Assignment.measure_id.in_(of), Assignment.school_id.is_not(None)
    )
