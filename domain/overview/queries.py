"""Boards of places, the line from wave to wave, the facts behind every number; inside what the actor may see."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select

from domain import automatic, chase, monitoring, outcomes, progress, roadmaps, rubrics, schools
from domain.actor import Place
from domain.dates import working_days_back
from domain.db import Tx
from domain.monitoring import OfficialResult, Tally, Wave
from domain.outcomes import ClusterMark
from domain.overview import rules
from domain.overview.models import KeptBoard
from domain.overview.rules import EVERYTHING, Board, Counts, Official, Raw, Segment, State, WavePoint
from domain.policy import Permission, allows, within
from domain.progress import Assignment, Status, Submission
from domain.rubrics import CriteriaSet
from domain.schools import Enrollment, Municipality, School

YEAR = timedelta(days=365)
COUNTED = (Status.NOT_DONE, Status.RETURNED, Status.IN_REVIEW, Status.CONFIRMED)
UNDONE = (Status.NOT_DONE, Status.RETURNED, Status.IN_REVIEW)
FRESH = timedelta(hours=1)  # how old a kept board may be
MOST_FACTS = 500  # of one list on a page; the file to take away has all


class FactRow(NamedTuple):
    """One assignment behind a number."""

    assignment_id: int
    school_id: int
    school: str
    municipality: str
    number: str | None
    measure: str
    status: Status
    due_on: date | None


async def narrowed(tx: Tx, segment: Segment) -> Select[int]:
    """Ids of the schools of a segment that the actor may see: the base of every table and drawing."""
    query = select(School.id).where(within(tx.actor, Permission.SEE, School))
    for column, value in (
        (School.municipality_id, segment.municipality_id),
        (School.id, segment.school_id),
        (School.settlement, segment.settlement),
        (School.status, segment.status),
    ):
        query = query.where(column == value) if value is not None else query
    if segment.cohort_id is not None:
        enrolled = select(Enrollment.school_id).where(Enrollment.cohort_id == segment.cohort_id)
        query = query.where(School.id.in_(enrolled))
    if segment.track_id is not None:
        query = query.where(School.id.in_(progress.working_by([segment.track_id])))
    if segment.cluster is not None:
        year = segment.year or next(iter(await outcomes.cluster_years(tx)), 0)
        marked = select(ClusterMark.school_id).where(
            ClusterMark.year == year, ClusterMark.cluster == segment.cluster
        )
        query = query.where(School.id.in_(marked))
    return query


async def current_wave(tx: Tx) -> Wave | None:
    """The wave that one looks at without choosing: the first that is not over, else the last one."""
    return _current(tx, await monitoring.waves(tx))


async def current_wave_of(tx: Tx, region_id: int) -> Wave | None:
    """The same of one region."""
    return _current(tx, [wave for wave in await monitoring.waves(tx) if wave.region_id == region_id])


def _current(tx: Tx, known: Sequence[Wave]) -> Wave | None:
    today = progress.today(tx)
    ahead = [wave for wave in known if wave.ends_on >= today]
    return min(ahead, key=lambda w: (w.ends_on, w.id)) if ahead else next(iter(known), None)


async def board(
    tx: Tx, wave: Wave | None, segment: Segment = EVERYTHING, *, by: str = "municipality"
) -> Board:
    """Places with their numbers; `by` municipality or school. The whole is counted from the same facts."""
    raws, whole = await raw_lines(tx, wave, segment, by=by)
    return await _assembled(tx, wave, segment, raws, whole)


async def region_board(tx: Tx, wave: Wave | None) -> Board:
    """The board of all one's municipalities; of a large region as it was kept a while ago, with that moment.

    Counting forty thousand schools anew takes seconds, and nobody looks at them so closely that minutes matter.
    """
    if wave is not None and allows(tx.actor, Permission.SEE, Place(wave.region_id)):
        kept = await tx.session.get(KeptBoard, wave.id)
        if kept is not None and not tx.has_passed(kept.taken_at + FRESH):
            found = await _assembled(tx, wave, EVERYTHING, *rules.read_raws(kept.document))
            return replace(found, taken_at=kept.taken_at)
    return await board(tx, wave)


async def raw_lines(
    tx: Tx, wave: Wave | None, segment: Segment = EVERYTHING, *, by: str = "municipality"
) -> tuple[list[Raw], Raw]:
    """What the lines of a board are computed from, and the same of the whole."""
    inside = await narrowed(tx, segment)
    if wave is not None:
        inside = inside.where(School.region_id == wave.region_id)
    names = await _names(tx, inside, by)
    counts = await _counts(tx, inside, wave, by)
    before = await _year_ago(tx, inside, by)
    of = await monitoring.criteria_of(tx, wave) if wave else None
    sources = await _sources(tx, wave, of, inside, names)
    marks = await monitoring.marks_of(tx, wave, inside) if wave else {}
    raws = []
    for key, (place, name, total, ids) in names.items():
        counted, engaged, silent = counts.get(key, (Counts(), 0, 0))
        mine = monitoring.means({id_: marks[id_] for id_ in ids if id_ in marks})
        own = sources.get(key, {})
        raws.append(Raw(place, name, total, counted, engaged, silent, own, mine, before.get(key)))
    return raws, rules.whole_of(raws, monitoring.means(marks), before.get(0))


async def _assembled(tx: Tx, wave: Wave | None, segment: Segment, raws: Sequence[Raw], whole: Raw) -> Board:
    of = await monitoring.criteria_of(tx, wave) if wave else None
    official = await monitoring.officials(tx, wave) if wave else {}
    region = Place(wave.region_id) if wave else Place(None)
    # The region's own result stands beside the forecast of the whole region only.
    published = official.get(region) if _is_all(tx, region, segment) else None
    return Board(
        wave,
        of,
        [rules.line_of(raw, of, _published(of, official.get(raw.place))) for raw in raws],
        rules.line_of(whole._replace(place=region), of, _published(of, published)),
        progress.today(tx),
    )


def _is_all(tx: Tx, region: Place, segment: Segment) -> bool:
    return segment == EVERYTHING and allows(tx.actor, Permission.SEE, region)


def _published(of: CriteriaSet | None, found: OfficialResult | None) -> Official | None:
    return Official(found.source, rubrics.score(of, found.facts)) if of and found else None


async def _names(tx: Tx, inside: Select[int], by: str) -> dict[int, tuple[Place, str, int, Sequence[int]]]:
    """Key of a line → place, name, number of schools, their ids."""
    query = (
        select(School.id, School.region_id, School.municipality_id, School.name, Municipality.name)
        .join(Municipality, Municipality.id == School.municipality_id)
        .where(School.id.in_(inside))
        .order_by(Municipality.name, School.name)
    )
    found: dict[int, tuple[Place, str, int, list[int]]] = {}
    for id_, region_id, municipality_id, name, above in await tx.session.execute(query):
        if by == "school":
            found[id_] = Place(region_id, municipality_id, id_), name, 1, [id_]
            continue
        place, title, total, ids = found.get(
            municipality_id, (Place(region_id, municipality_id), above, 0, [])
        )
        ids.append(id_)
        found[municipality_id] = place, title, total + 1, ids
    return dict(found)


def _of(wave: Wave | None, inside: Select[int]) -> ColumnElement[bool]:
    wanted = Assignment.school_id.in_(inside)
    if wave is not None and wave.roadmap_id is not None:
        return and_(wanted, Assignment.roadmap_id == wave.roadmap_id)
    return wanted


def _states(tx: Tx, until: date) -> dict[State, ColumnElement[bool]]:
    """What stands behind each number."""
    today = progress.today(tx)
    late = and_(Assignment.status.in_(progress.OPEN), Assignment.due_on < today)
    last = working_days_back(today, progress.SILENT_DAYS) + timedelta(days=1)
    since = datetime.combine(last, time(), ZoneInfo(tx.actor.timezone))
    return {
        State.REQUIRED: Assignment.status.in_(COUNTED),
        State.CONFIRMED: Assignment.status == Status.CONFIRMED,
        State.IN_REVIEW: Assignment.status == Status.IN_REVIEW,
        State.RETURNED: Assignment.status == Status.RETURNED,
        State.LATE: late,
        State.AT_STAKE: and_(Assignment.status.in_(UNDONE), Assignment.due_on <= until),
        State.WAITING: and_(Assignment.status == Status.IN_REVIEW, Assignment.status_at < since),
    }


async def _counts(
    tx: Tx, inside: Select[int], wave: Wave | None, by: str
) -> dict[int, tuple[Counts, int, int]]:
    """Counts, schools that have handed in, schools that are silent; one query however many places."""
    until = wave.ends_on if wave else date.max
    quiet = tx.midnight(tx.actor.timezone) - timedelta(days=chase.UNINVOLVED_DAYS - 1)
    of_school = (
        select(
            Assignment.municipality_id.label("municipality_id"),
            Assignment.school_id.label("school_id"),
            *(
                func.sum(case((condition, 1), else_=0)).label(state.value)
                for state, condition in _states(tx, until).items()
            ),
            func.max(case((Assignment.version > 0, Assignment.status_at))).label("moved_at"),
        )
        .where(_of(wave, inside))
        .group_by(Assignment.municipality_id, Assignment.school_id)
        .subquery()
    )
    columns = of_school.c
    key = columns.school_id if by == "school" else columns.municipality_id
    waiting = columns[State.REQUIRED.value] > columns[State.CONFIRMED.value]
    silent = and_(waiting, or_(columns.moved_at.is_(None), columns.moved_at < quiet))
    query = select(
        key,
        *(func.sum(columns[state.value]) for state in State),
        func.sum(case((columns.moved_at.is_not(None), 1), else_=0)),
        func.sum(case((silent, 1), else_=0)),
    ).group_by(key)
    return {
        row[0]: (Counts(*map(int, row[1:-2])), int(row[-2]), int(row[-1]))
        for row in (await tx.session.execute(query)).all()
    }


async def _year_ago(tx: Tx, inside: Select[int], by: str) -> dict[int, int | None]:
    """Per cent of what was due in the year before last year's today that had been confirmed by then.

    Key 0 is the whole. Only deadlines of that year count: plans of other years say nothing about it.
    """
    day = progress.today(tx) - YEAR
    moment = tx.midnight(tx.actor.timezone) + timedelta(days=1) - YEAR
    key = Assignment.school_id if by == "school" else Assignment.municipality_id
    done = and_(Assignment.status == Status.CONFIRMED, Assignment.status_at < moment)
    query = (
        select(key, func.count(), func.sum(case((done, 1), else_=0)))
        .where(
            Assignment.school_id.in_(inside),
            Assignment.status.in_(COUNTED),
            Assignment.due_on >= date(day.year, 1, 1),
            Assignment.due_on <= date(day.year, 12, 31),
        )
        .group_by(key)
    )
    rows = [(row[0], row[1], int(row[2] or 0)) for row in (await tx.session.execute(query)).all()]
    found = {id_: outcomes.percent(part, total) for id_, total, part in rows}
    return {**found, 0: outcomes.percent(sum(r[2] for r in rows), sum(r[1] for r in rows))}


async def _sources(
    tx: Tx,
    wave: Wave | None,
    of: CriteriaSet | None,
    inside: Select[int],
    names: Mapping[int, tuple[Place, str, int, Sequence[int]]],
) -> dict[int, dict[str, Tally]]:
    """Tallies of the other automatic criteria by line."""
    if wave is None or of is None:
        return {}
    line_of = {id_: key for key, (_, _, _, ids) in names.items() for id_ in ids}
    found: dict[int, dict[str, Tally]] = {}
    for kind in sorted({leaf.automatic for leaf in of.leaves()} & automatic.KINDS):
        for fact in await monitoring.automatic_facts(tx, wave, kind, inside):
            own = found.setdefault(line_of[fact.school_id], {})
            done, total = own.get(kind, Tally(0, 0))
            own[kind] = Tally(done + fact.counts, total + 1)
    return found


async def facts(
    tx: Tx, wave: Wave | None, segment: Segment, state: State, *, limit: int | None = MOST_FACTS
) -> tuple[list[FactRow], int]:
    """The assignments behind a number, the soonest due first, and how many they are in all."""
    inside = await narrowed(tx, segment)
    condition = _states(tx, wave.ends_on if wave else date.max)[state]
    wanted = and_(_of(wave, inside), condition)
    total = await tx.session.scalar(select(func.count()).select_from(Assignment).where(wanted)) or 0
    query = (
        select(
            Assignment.id,
            School.id,
            School.name,
            Municipality.name,
            roadmaps.Measure.number,
            roadmaps.Measure.title,
            Assignment.status,
            Assignment.due_on,
        )
        .join(School, School.id == Assignment.school_id)
        .join(Municipality, Municipality.id == School.municipality_id)
        .join(roadmaps.Measure, roadmaps.Measure.id == Assignment.measure_id)
        .where(wanted)
        .order_by(Assignment.due_on.is_(None), Assignment.due_on, Municipality.name, School.name)
        .limit(limit)
    )
    return [FactRow(*row) for row in (await tx.session.execute(query))], total


async def automatic_facts(
    tx: Tx, wave: Wave, segment: Segment, kind: str
) -> list[tuple[automatic.Fact, str]]:
    """What another automatic criterion is made of, with the school's name."""
    inside = await narrowed(tx, segment)
    found = await monitoring.automatic_facts(tx, wave, kind, inside)
    query = select(School.id, School.name).where(School.id.in_(inside))
    names = {row[0]: row[1] for row in (await tx.session.execute(query)).all()}
    return sorted(((fact, names[fact.school_id]) for fact in found), key=lambda i: (i[0].counts, i[1]))


async def wave_line(tx: Tx, place: Place, drawn: Board | None = None) -> list[WavePoint]:
    """Every wave of a region, the oldest first: what was published, today's forecast of those that are not over, what
    experts' marks gave in those that are.

    `drawn` is a board that is at hand already: its wave is not counted again.
    """
    points = []
    today = progress.today(tx)
    for wave in reversed([w for w in await monitoring.waves(tx) if w.region_id == place.region_id]):
        of = await monitoring.criteria_of(tx, wave)
        published = _published(of, (await monitoring.officials(tx, wave)).get(place))
        forecast = scored = None
        if not _is_all(tx, place, EVERYTHING):
            pass  # a part of a region is no point of its line
        elif wave.ends_on < today:
            scored = await monitoring.scored(tx, wave, place)
        else:
            same = drawn is not None and drawn.wave is not None and drawn.wave.id == wave.id
            found = drawn if same and drawn is not None else await board(tx, wave)
            forecast = found.whole.forecast
        points.append(WavePoint(wave, published, forecast, scored, monitoring.totals_only(of)))
    return points


async def last_activity(tx: Tx, school_ids: Select[int]) -> dict[int, datetime]:
    """When each school last handed something in."""
    query = (
        select(Assignment.school_id, func.max(Submission.submitted_at))
        .join(Submission, Submission.assignment_id == Assignment.id)
        .where(Assignment.school_id.in_(school_ids), Submission.withdrawn_at.is_(None))
        .group_by(Assignment.school_id)
    )
    return {row[0]: row[1] for row in (await tx.session.execute(query)).all() if row[0] is not None}


async def members(tx: Tx, segment: Segment) -> dict[int, schools.SchoolRow]:
    """Schools of a segment with the names of their municipalities."""
    query = (
        select(School, Municipality.name)
        .join(Municipality, Municipality.id == School.municipality_id)
        .where(School.id.in_(await narrowed(tx, segment)))
        .order_by(Municipality.name, School.name)
    )
    return {
        school.id: schools.SchoolRow(school, above) for school, above in (await tx.session.execute(query))
    }


async def are_many(tx: Tx) -> bool:
    """Whether the actor sees more than one school."""
    query = select(School.id).where(within(tx.actor, Permission.SEE, School)).limit(2)
    return len((await tx.session.scalars(query)).all()) > 1


async def tracks(tx: Tx) -> list[tuple[int, str]]:
    """Tracks of the roadmaps by which somebody in the actor's places owes something, the newest first."""
    owed = select(Assignment.id).where(
        within(tx.actor, Permission.SEE, Assignment), Assignment.roadmap_id == roadmaps.Track.roadmap_id
    )
    query = select(roadmaps.Track.id, roadmaps.Track.title).where(owed.exists())
    order = roadmaps.Track.roadmap_id.desc(), roadmaps.Track.id
    return list(await tx.session.execute(query.order_by(*order)))


async def large_regions(tx: Tx, least: int) -> list[int]:
    """Regions with at least so many schools."""
    query = select(School.region_id).group_by(School.region_id).having(func.count() >= least)
    return list(await tx.session.scalars(query.where(within(tx.actor, Permission.SEE, School))))
