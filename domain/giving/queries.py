"""Groups of receivers, and what giving them a roadmap would create."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import select

from domain import deadlines, outcomes, progress, roadmaps, schools
from domain.actor import Place
from domain.db import Tx
from domain.errors import NotFound
from domain.giving.rules import Past
from domain.outcomes import Cluster, ClusterMark
from domain.policy import Permission, allows, within
from domain.progress import Assignment

UNDATED = deadlines.Window(None, None)


@dataclass(frozen=True, slots=True)
class Group:
    """Filters that all hold at once; `school_ids` names single schools among those that are left."""

    municipality_id: int | None = None
    cohort_id: int | None = None
    track_id: int | None = None  # schools that work by this track of some plan
    cluster: Cluster | None = None
    cluster_year: int | None = None  # without it the newest year with clusters
    school_ids: Collection[int] = ()


class TrackRow(NamedTuple):
    """A track that schools work by, with its plan."""

    id: int
    title: str
    roadmap: str


class Plan(NamedTuple):
    """What is to be given to whom, and how much of it was given before."""

    roadmap: roadmaps.Roadmap
    measures: dict[int, roadmaps.Measure]
    places: Sequence[Place]
    dues: list[progress.Due]
    known: int


async def group(tx: Tx, roadmap_id: int, chosen: Group = Group()) -> list[schools.SchoolRow]:
    """Schools below the roadmap's place that the actor may give it to, by municipality and name."""
    roadmap = await roadmaps.roadmap_for_planning(tx, roadmap_id)
    rows = await schools.school_list(
        tx, municipality_id=chosen.municipality_id, cohort_id=chosen.cohort_id, permission=Permission.PLAN
    )
    wanted = {row.school.id for row in rows if roadmap.place.covers(row.school.place)}
    if chosen.track_id is not None:
        wanted &= await _of_track(tx, chosen.track_id)
    if chosen.cluster is not None:
        wanted &= await _of_cluster(tx, chosen.cluster, chosen.cluster_year)
    if chosen.school_ids:
        wanted &= set(chosen.school_ids)
    return [row for row in rows if row.school.id in wanted]


async def _of_track(tx: Tx, track_id: int) -> set[int]:
    query = progress.working_by([track_id]).where(within(tx.actor, Permission.SEE, Assignment))
    return {id_ for id_ in await tx.session.scalars(query.distinct()) if id_ is not None}


async def _of_cluster(tx: Tx, cluster: Cluster, year: int | None) -> set[int]:
    if year is None:
        years = await outcomes.cluster_years(tx)
        if not years:
            return set()
        year = years[0]
    query = select(ClusterMark.school_id).where(
        within(tx.actor, Permission.SEE, ClusterMark),
        ClusterMark.year == year,
        ClusterMark.cluster == cluster,
    )
    return set(await tx.session.scalars(query))


async def tracks_in_use(tx: Tx) -> list[TrackRow]:
    """Tracks of plans by which schools of the actor's places owe something, the newest plan first."""
    used = (
        select(roadmaps.Measure.track_id)
        .join(Assignment, Assignment.measure_id == roadmaps.Measure.id)
        .where(within(tx.actor, Permission.PLAN, Assignment), Assignment.school_id.is_not(None))
    )
    query = (
        select(roadmaps.Track.id, roadmaps.Track.title, roadmaps.Roadmap.title)
        .join(roadmaps.Roadmap, roadmaps.Roadmap.id == roadmaps.Track.roadmap_id)
        .where(roadmaps.Track.id.in_(used))
        .order_by(roadmaps.Roadmap.id.desc(), roadmaps.Track.position)
    )
    return [TrackRow(*row) for row in (await tx.session.execute(query))]


async def offices(tx: Tx, roadmap_id: int) -> list[schools.Office]:
    """The offices that the actor may give the roadmap's measures to: the region's own first, then its
    municipalities by name. A municipality's plan is its own office's only."""
    roadmap = await roadmaps.roadmap_for_planning(tx, roadmap_id)
    places = [Place(roadmap.region_id)]
    places += [m.place for m in await schools.municipalities(tx)]
    mine = [p for p in places if roadmap.place.covers(p) and allows(tx.actor, Permission.PLAN, p)]
    named = await schools.offices(tx, mine)
    return [named[place] for place in mine]


async def plan(
    tx: Tx,
    roadmap_id: int,
    school_ids: Collection[int],
    *,
    offices: Collection[Place] = (),
    measure_ids: Collection[int] | None = None,
    past: Past = Past.KEEP,
) -> Plan:
    """What giving a roadmap to schools and offices would create. `measure_ids`: only these measures; `past`:
    what becomes of dates before today. Raises NotFound for a receiver outside the actor's plan."""
    roadmap = await roadmaps.roadmap_for_planning(tx, roadmap_id)
    found = (await roadmaps.roadmap(tx, roadmap_id)).measures
    measures = {m.id: m for m in found if m.gone_at is None and (measure_ids is None or m.id in measure_ids)}
    places = await _places(tx, roadmap, set(school_ids), set(offices))
    query = select(Assignment).where(Assignment.roadmap_id == roadmap_id)
    columns = query.with_only_columns(
        Assignment.measure_id, Assignment.occurrence, *Assignment.place_columns()
    )
    given = {(m, o, Place(*where)) for m, o, *where in await tx.session.execute(columns)}
    dues: list[progress.Due] = []
    known, today = 0, progress.today(tx)
    for measure in measures.values():
        for occurrence, window in enumerate(roadmaps.parse_windows(measure.windows or [[None, None]])):
            dates = window
            if past is not Past.KEEP and window.due is not None and window.due < today:
                if past is Past.LEAVE:
                    continue
                dates = UNDATED
            for place in places:
                if (measure.id, occurrence, place) in given:
                    known += 1
                else:
                    dues.append(progress.Due(measure.id, place, occurrence, *dates))
    return Plan(roadmap, measures, places, dues, known)


async def _places(
    tx: Tx, roadmap: roadmaps.Roadmap, school_ids: set[int], office_places: set[Place]
) -> list[Place]:
    rows = await schools.school_list(tx, permission=Permission.PLAN) if school_ids else []
    found = [row.school.place for row in rows if row.school.id in school_ids]
    mine = {office.place for office in await offices(tx, roadmap.id)} if office_places else set()
    if len(found) != len(school_ids) or not office_places <= mine:
        raise NotFound
    return [*found, *(place for place in sorted(office_places, key=lambda p: p.municipality_id or 0))]


async def preview(
    tx: Tx,
    roadmap_id: int,
    school_ids: Collection[int],
    measure_ids: Collection[int] | None = None,
    *,
    offices: Collection[Place] = (),
    past: Past = Past.KEEP,
) -> progress.Preview:
    """How many assignments would appear, for whom, when due; for a draft as well as for a living roadmap."""
    found = await plan(tx, roadmap_id, school_ids, offices=offices, measure_ids=measure_ids, past=past)
    return progress.preview(found.dues, found.known, progress.today(tx))


async def by_track(tx: Tx) -> dict[str, set[int]]:
    """Which schools of the actor's places work by which track; a school of two tracks stands in both.

    Tracks of the same name in several roadmaps are one.
    """
    query = (
        select(roadmaps.Track.title, Assignment.school_id)
        .join(roadmaps.Measure, roadmaps.Measure.track_id == roadmaps.Track.id)
        .join(Assignment, Assignment.measure_id == roadmaps.Measure.id)
        .where(within(tx.actor, Permission.SEE, Assignment), Assignment.school_id.is_not(None))
    )
    found: dict[str, set[int]] = {}
    for title, school_id in await tx.session.execute(query.distinct()):
        found.setdefault(" ".join(title.split()), set()).add(school_id or 0)
    return found
