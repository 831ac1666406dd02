"""«Кто не сдал» from every side. Read-only, across slices, a fixed number of queries."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, String, and_, case, func, select, type_coerce

from domain import chase, people, progress, roadmaps, schools
from domain.actor import SCHOOL_TEAM, Place, Role
from domain.dates import local_day, working_days_between
from domain.db import Tx, once
from domain.policy import Permission, within
from domain.progress import Assignment, Standing, Status, Submission
from domain.reports import rules
from domain.reports.rules import (
    Matrix,
    MatrixRow,
    MeasureHead,
    MeasureRow,
    OverdueRow,
    ProgressRow,
    SilentReview,
)


@dataclass(frozen=True, slots=True)
class Filters:
    """The same filters for table, list and export."""

    roadmap_id: int | None = None
    track_id: int | None = None
    municipality_id: int | None = None
    cohort_id: int | None = None
    school_id: int | None = None


@dataclass(frozen=True, slots=True)
class Attention:
    """What a coordinator has to do today: the line at the top of the panel."""

    doubts: int
    schools_without_curator: Sequence[tuple[int, str]]
    schools_without_people: Sequence[tuple[int, str]]
    unreachable: Sequence[people.Person]
    silent_reviews: Sequence[SilentReview]
    unheard: Sequence[tuple[Role, str]] = ()  # levels where nobody would hear of a silence
    own: Sequence[chase.OwnSilence] = ()  # the actor's own offices

    def __bool__(self) -> bool:
        return bool(
            self.doubts
            or self.schools_without_curator
            or self.schools_without_people
            or self.unreachable
            or self.silent_reviews
            or self.unheard
            or self.own
        )


async def default_roadmap(tx: Tx) -> int | None:
    """The newest roadmap by which somebody in the actor's places owes something."""
    return next((id_ for id_, _ in await used_roadmaps(tx)), None)


@once
async def used_roadmaps(tx: Tx) -> list[tuple[int, str]]:
    """Roadmaps by which somebody in the actor's places owes something, the newest first."""
    owed = select(Assignment.roadmap_id).where(within(tx.actor, Permission.SEE, Assignment))
    is_wide = tx.actor.is_system or any(grant.place.municipality_id is None for grant in tx.actor.grants)
    # A region's assignments are too many to be read for this: its first one by each roadmap is enough. A smaller place
    # might have none by any, which only its own few tell.
    used = (
        owed.where(Assignment.roadmap_id == roadmaps.Roadmap.id).exists()
        if is_wide
        else roadmaps.Roadmap.id.in_(owed.distinct())
    )
    query = select(roadmaps.Roadmap.id, roadmaps.Roadmap.title).where(
        used, roadmaps.Roadmap.template_id.is_(None)
    )
    return list((await tx.session.execute(query.order_by(roadmaps.Roadmap.id.desc()))).all())


async def matrix(tx: Tx, filters: Filters = Filters()) -> Matrix:
    """Schools × measures of one roadmap; without a choice, of the newest in use."""
    roadmap_id = filters.roadmap_id or await default_roadmap(tx)
    if roadmap_id is None:
        return Matrix(None, [], [])
    day = progress.today(tx)
    query = (
        select(
            Assignment.id,
            Assignment.measure_id,
            schools.School.id,
            type_coerce(Assignment.status, String),  # read once a kind below, not once a row
            Assignment.due_on,
            schools.School.name,
            schools.Municipality.name,
        )
        .join(schools.School, schools.School.id == Assignment.school_id)
        .join(schools.Municipality, schools.Municipality.id == Assignment.municipality_id)
        .where(within(tx.actor, Permission.SEE, Assignment), Assignment.roadmap_id == roadmap_id)
        .order_by(schools.Municipality.name, schools.School.name)
    )
    if filters.municipality_id is not None:
        query = query.where(Assignment.municipality_id == filters.municipality_id)
    if filters.school_id is not None:
        query = query.where(Assignment.school_id == filters.school_id)
    if filters.cohort_id is not None:
        enrolled = select(schools.Enrollment.school_id).where(
            schools.Enrollment.cohort_id == filters.cohort_id
        )
        query = query.where(Assignment.school_id.in_(enrolled))
    heads = await _heads(tx, roadmap_id, filters.track_id)
    wanted = {head.id for head in heads}
    cells: dict[int, dict[int, list[rules.Cell]]] = {}
    names: dict[int, tuple[str, str]] = {}
    looks: dict[tuple[str, date | None], tuple[Standing, date | None, int]] = {}  # few among thousands
    for id_, measure_id, school_id, status, due_on, school, municipality in (
        await tx.session.execute(query)
    ).all():
        if measure_id not in wanted:
            continue
        by_measure_ = cells.get(school_id)
        if by_measure_ is None:
            by_measure_ = cells[school_id] = {}
            names[school_id] = school, municipality
        look = looks.get((status, due_on))
        if look is None:
            look = looks[status, due_on] = rules.cell(id_, Status(status), due_on, day)[1:]
        by_measure_.setdefault(measure_id, []).append(rules.Cell(id_, *look))
    used = {measure_id for row in cells.values() for measure_id in row}
    rows = [_matrix_row(school_id, *names[school_id], found) for school_id, found in cells.items()]
    return Matrix(roadmap_id, [head for head in heads if head.id in used], rows)


def _matrix_row(
    school_id: int, school: str, municipality: str, found: dict[int, list[rules.Cell]]
) -> MatrixRow:
    done = total = 0
    worst = {}
    for measure_id, group in found.items():
        worst[measure_id] = rules.worst(group) if len(group) > 1 else group[0]
        total += len(group)
        for one in group:
            done += one.standing in rules.DONE
    return MatrixRow(school_id, school, municipality, worst, done, total)


@once
async def _heads(tx: Tx, roadmap_id: int, track_id: int | None) -> list[MeasureHead]:
    of = roadmaps.Measure
    query = select(of.id, of.number, of.title, of.track_id).where(of.roadmap_id == roadmap_id)
    if track_id is not None:
        query = query.where(of.track_id == track_id)
    found = await tx.session.execute(query.order_by(of.position))
    return [
        MeasureHead(id_, number, title, roadmaps.label_of(number, title), track)
        for id_, number, title, track in found
    ]


async def by_measure(tx: Tx, filters: Filters = Filters()) -> list[MeasureRow]:
    """The same as a list by measure: who has not handed it in; what is owed soonest first."""
    return list_by_measure(await matrix(tx, filters))


def list_by_measure(table: Matrix) -> list[MeasureRow]:
    """A table read by its columns: who has not handed it in; what is owed soonest first."""
    result = []
    for head in table.measures:
        found = [(row, row.cells[head.id]) for row in table.rows if head.id in row.cells]
        cells = [(row, c) for row, c in found if row.school_id]
        offices = [r.municipality for r, c in found if not r.school_id and c.standing not in rules.HANDED_IN]
        missing = [(row.school_id, row.school) for row, c in cells if c.standing not in rules.HANDED_IN]
        open_dates = [c.due_on for _, c in cells if c.due_on and c.standing not in rules.HANDED_IN]
        overdue_ = sum(c.standing is Standing.OVERDUE for _, c in cells)
        due_on = min(open_dates, default=None)
        result.append(MeasureRow(head, len(cells), missing, overdue_, due_on, offices))
    return sorted(result, key=lambda r: (not r.missing, r.due_on is None, r.due_on or date.max))


async def school_progress(
    tx: Tx, *, school_id: int | None = None, among: Collection[int] | None = None
) -> list[ProgressRow]:
    """Schools × roadmaps with counts, one query however many schools; late by the actor's day."""

    def count(condition: ColumnElement[bool]) -> ColumnElement[int]:
        return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)

    # A few schools are found by themselves: the index of places would lead through all assignments of a region.
    placed = Assignment if school_id is None and among is None else schools.School
    late = and_(Assignment.status.in_(progress.OPEN), Assignment.due_on < progress.today(tx))
    query = (
        select(
            schools.School.id,
            Assignment.roadmap_id,
            roadmaps.Roadmap.title,
            func.count(),
            count(Assignment.status.in_([Status.CONFIRMED, Status.WAIVED])),
            count(Assignment.status == Status.IN_REVIEW),
            count(late),
            roadmaps.Roadmap.template_id,
        )
        .join(roadmaps.Roadmap, roadmaps.Roadmap.id == Assignment.roadmap_id)
        .join(schools.School, schools.School.id == Assignment.school_id)
        .where(within(tx.actor, Permission.SEE, placed))
        .group_by(
            schools.School.id, Assignment.roadmap_id, roadmaps.Roadmap.title, roadmaps.Roadmap.template_id
        )
        .order_by(schools.School.id, Assignment.roadmap_id.desc())
    )
    if school_id is not None:
        query = query.where(Assignment.school_id == school_id)
    if among is not None:
        query = query.where(Assignment.school_id.in_(among))
    return [ProgressRow(*row) for row in (await tx.session.execute(query))]


async def overdue(tx: Tx, filters: Filters = Filters()) -> list[OverdueRow]:
    """Everything that is late now, the latest first; by the day of each municipality."""
    query = (
        select(
            Assignment.id,
            Assignment.due_on,
            schools.School.name,
            schools.Municipality.name,
            schools.Municipality.timezone,
            roadmaps.Measure.number,
            roadmaps.Measure.title,
        )
        .join(schools.School, schools.School.id == Assignment.school_id)
        .join(schools.Municipality, schools.Municipality.id == Assignment.municipality_id)
        .join(roadmaps.Measure, roadmaps.Measure.id == Assignment.measure_id)
        .where(
            within(tx.actor, Permission.SEE, Assignment),
            Assignment.status.in_(progress.OPEN),
            Assignment.due_on.is_not(None),
        )
    )
    for column, value in (
        (Assignment.municipality_id, filters.municipality_id),
        (Assignment.school_id, filters.school_id),
        (Assignment.roadmap_id, filters.roadmap_id),
    ):
        query = query.where(column == value) if value is not None else query
    rows = []
    for id_, due_on, school, municipality, zone, number, title in await tx.session.execute(query):
        late = progress.days_late(due_on, tx.day(zone))
        if due_on is not None and late:
            rows.append(OverdueRow(id_, school, municipality, number, title, due_on, late))
    return sorted(rows, key=lambda r: (-r.days_late, r.municipality, r.school))


async def silent_reviews(tx: Tx, *, days: int = progress.SILENT_DAYS) -> list[SilentReview]:
    """Reports that wait at least so many working days for a decision, the longest first."""
    query = (
        select(
            Submission.id,
            Assignment.id,
            schools.School.name,
            *Assignment.place_columns(),
            roadmaps.Measure.number,
            roadmaps.Measure.title,
            Submission.submitted_at,
        )
        .join(Assignment, Assignment.id == Submission.assignment_id)
        .outerjoin(schools.School, schools.School.id == Assignment.school_id)
        .join(roadmaps.Measure, roadmaps.Measure.id == Assignment.measure_id)
        .where(
            within(tx.actor, Permission.SEE, Assignment),
            Assignment.status == Status.IN_REVIEW,
            Assignment.version == Submission.version,
        )
        .order_by(Submission.submitted_at)
    )
    day = progress.today(tx)
    rows = []
    found = (await tx.session.execute(query)).all()
    offices = await schools.offices(tx, [Place(*row[3:6]) for row in found if row[5] is None])
    for sub_id, work_id, school, *place, number, title, at in found:
        waiting = working_days_between(local_day(at, tx.actor.timezone), day)
        if waiting >= days:
            name = school or offices[Place(*place)].name
            rows.append(SilentReview(sub_id, work_id, name, roadmaps.label_of(number, title), at, waiting))
    return rows


async def office_matrix(tx: Tx, filters: Filters = Filters()) -> Matrix:
    """What the offices of municipalities and of the region owe by the roadmap of `matrix`: rows of the same table,
    beside the schools and in no count of theirs. Filters that only schools can pass leave none."""
    roadmap_id = filters.roadmap_id or await default_roadmap(tx)
    if roadmap_id is None or filters.school_id is not None or filters.cohort_id is not None:
        return Matrix(roadmap_id, [], [])
    cells: dict[str, dict[int, list[rules.Cell]]] = {}
    for work, measure, office, standing, late in await progress.office_work(
        tx, roadmap_id, municipality_id=filters.municipality_id, track_id=filters.track_id
    ):
        cell = rules.Cell(work.id, standing, work.due_on, late)
        cells.setdefault(office.name, {}).setdefault(measure.id, []).append(cell)
    rows = [_matrix_row(0, "", name, found) for name, found in sorted(cells.items())]
    return Matrix(roadmap_id, await _heads(tx, roadmap_id, filters.track_id) if rows else [], rows)


async def overdue_offices(tx: Tx, filters: Filters = Filters()) -> list[OverdueRow]:
    """What offices are late with, by the actor's day; their names stand in place of the municipality's."""
    if filters.school_id is not None:
        return []
    chosen = filters.roadmap_id
    found = await progress.office_work(
        tx, chosen, municipality_id=filters.municipality_id, any_roadmap=chosen is None
    )
    late = [(row.assignment, row.measure, row.school.name, row.days_late) for row in found if row.days_late]
    rows = [
        OverdueRow(w.id, "", name, m.number, m.title, w.due_on, days) for w, m, name, days in late if w.due_on
    ]
    return sorted(rows, key=lambda r: (-r.days_late, r.municipality))


async def attention(tx: Tx) -> Attention:
    """What needs the coordinator today. Schools count once they owe something."""
    owing = select(Assignment.school_id).where(within(tx.actor, Permission.SEE, Assignment)).distinct()
    held = and_(people.RoleGrant.school_id == schools.School.id, people.valid_on(progress.today(tx)))
    holders = (
        await tx.session.execute(
            select(
                schools.School.id,
                schools.School.name,
                people.RoleGrant.role,
                people.Person.id,
                people.Person.unreachable.is_not(None),
            )
            .outerjoin(people.RoleGrant, held)
            .outerjoin(people.Person, people.Person.id == people.RoleGrant.person_id)
            .where(schools.School.id.in_(owing))
            .order_by(schools.School.name, schools.School.id)
        )
    ).all()
    found = list(dict.fromkeys((school_id, name) for school_id, name, *_ in holders))
    curated = {school_id for school_id, _, role, _, _ in holders if role is Role.CURATOR}
    staffed = {school_id for school_id, _, role, _, _ in holders if role in SCHOOL_TEAM}
    lost = {person_id for *_, person_id, is_lost in holders if is_lost}
    unreachable = select(people.Person).where(people.Person.id.in_(lost)).order_by(people.Person.id)
    return Attention(
        doubts=await roadmaps.open_doubts(tx),
        schools_without_curator=[(i, n) for i, n in found if i not in curated],
        schools_without_people=[(i, n) for i, n in found if i not in staffed],
        unreachable=(await tx.session.scalars(unreachable)).all() if lost else [],
        silent_reviews=await silent_reviews(tx),
        unheard=await chase.unheard_levels(tx),
        own=await chase.own_silences(tx),
    )
