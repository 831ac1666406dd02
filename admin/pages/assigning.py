"""Giving a roadmap: who receives it and which measures first, then one button that says what will happen."""

from collections.abc import Sequence
from typing import Annotated, NamedTuple

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from admin.auth import Visitor
from admin.forms import Choice, Filters, Form, read_form, refusal, sent
from admin.page import Visit
from admin.words import CLUSTERS
from domain import drafts, giving, outcomes, programme, progress, roadmaps, schools
from domain.actor import Place
from domain.db import Tx
from domain.errors import N_, DomainError, NotFound
from domain.giving import Group, Past, Receivers
from domain.outcomes import Cluster
from domain.roadmaps import RoadmapState

closed = APIRouter()

PASTS = {
    Past.LEAVE: N_("do not give them"),
    Past.UNDATED: N_("give them without dates: nothing reminds of them"),
    Past.KEEP: N_("give them as they are: overdue at once"),
}


class GroupQuery(Filters):
    """Who receives: schools by municipality, cohort, cluster, track or ticks, or offices; and which measures."""

    to: Receivers = Receivers.SCHOOLS
    municipality: Choice = None
    cohort: Choice = None
    cluster: str = ""
    track: Choice = None
    school: list[int] = []  # noqa: RUF012 — a pydantic default is copied
    office: list[str] = []  # noqa: RUF012
    measure: list[int] = []  # noqa: RUF012

    def group(self) -> Group:
        """The same for the domain."""
        return Group(
            municipality_id=self.municipality,
            cohort_id=self.cohort,
            track_id=self.track,
            cluster=Cluster(self.cluster) if self.cluster in set(Cluster) else None,
            school_ids=self.school,
        )


class AssignForm(Form):
    """Exactly the receivers and measures that the button named."""

    school_ids: list[int] = []  # noqa: RUF012
    office_keys: list[str] = []  # noqa: RUF012
    measure_ids: list[int] = []  # noqa: RUF012
    past: Past = Past.KEEP  # what becomes of dates that have been


class _Receiving(NamedTuple):
    """Who would receive something, and what each kind of receiver is chosen from."""

    schools: list[schools.SchoolRow]
    offices: dict[str, schools.Office]  # by key
    office_choice: dict[str, schools.Office]


def key_of(place: Place) -> str:
    """An office in addresses and forms."""
    return f"m{place.municipality_id}" if place.municipality_id is not None else f"g{place.region_id}"


async def _offices(tx: Tx, roadmap_id: int) -> dict[str, schools.Office]:
    return {key_of(office.place): office for office in await giving.offices(tx, roadmap_id)}


async def _receiving(tx: Tx, roadmap_id: int, query: GroupQuery) -> _Receiving:
    if query.to is Receivers.SCHOOLS:
        return _Receiving(await giving.group(tx, roadmap_id, query.group()), {}, {})
    municipal = query.to is Receivers.MUNICIPAL
    every = await _offices(tx, roadmap_id)
    choice = {key: o for key, o in every.items() if (o.municipality_id is not None) is municipal}
    ticked = {key: o for key, o in choice.items() if not query.office or key in query.office}
    return _Receiving([], ticked, choice)


async def _page(visit: Visit, roadmap_id: int, query: GroupQuery, problem: str = "") -> Response:
    async with visit.read() as tx:
        roadmap = await roadmaps.roadmap_for_planning(tx, roadmap_id)
        view = await roadmaps.roadmap(tx, roadmap_id)
        measures = [m for m in view.measures if m.gone_at is None]
        found = await _receiving(tx, roadmap_id, query)
        preview = await giving.preview(
            tx,
            roadmap_id,
            [row.school.id for row in found.schools],
            query.measure or None,
            offices=[office.place for office in found.offices.values()],
        )
        municipalities = await schools.municipalities(tx)
        cohorts = await programme.cohorts(tx)
        tracks = await giving.tracks_in_use(tx)
        years = await outcomes.cluster_years(tx)
        today = progress.today(tx)
        offered = {office.municipality_id is None for office in (await _offices(tx, roadmap_id)).values()}
    fresh = [row for row in found.schools if preview.by_school.get(row.school.id)]
    return visit.page(
        "roadmaps/assign.html",
        status=422 if problem else 200,
        roadmap=roadmap,
        is_draft=roadmap.state is RoadmapState.DRAFT,
        rows=found.schools,
        fresh=fresh,
        given={row.school.id for row in found.schools} - {row.school.id for row in fresh},
        offices=found.office_choice,
        ticked=found.offices,
        fresh_offices={key: o for key, o in found.offices.items() if o.place in preview.by_office},
        to_municipal=False in offered,
        to_regional=True in offered,
        preview=preview,
        parts=_parts(view.tracks, measures),
        measures=measures,
        proposals=giving.proposals(measures) if not query.measure else [],
        chosen=set(query.measure) or {m.id for m in measures},
        query=query,
        municipalities=[m for m in municipalities if roadmap.place.covers(m.place)],
        cohorts=cohorts,
        tracks=tracks,
        clusters=CLUSTERS if years else {},
        cluster_year=years[0] if years else None,
        pasts=PASTS,
        past_plan=drafts.past_plan(measures, today) if roadmap.state is RoadmapState.DRAFT else None,
        problem=problem,
    )


def _parts(
    tracks: Sequence[roadmaps.Track], measures: Sequence[roadmaps.Measure]
) -> list[tuple[str, list[roadmaps.Measure]]]:
    """The measures by track, in the order of the plan."""
    titles = {track.id: track.title for track in tracks}
    found: dict[str, list[roadmaps.Measure]] = {}
    for measure in measures:
        found.setdefault(titles.get(measure.track_id or 0, ""), []).append(measure)
    return list(found.items())


@closed.get("/roadmaps/{roadmap_id}/assign")
async def choose(visit: Visitor, roadmap_id: int, query: Annotated[GroupQuery, Query()]) -> Response:
    """Choose the receivers and the measures; the page tells how many assignments appear, for whom, when due."""
    return await _page(visit, roadmap_id, query)


@closed.post("/roadmaps/{roadmap_id}/assign")
async def assign(visit: Visitor, request: Request, roadmap_id: int) -> Response:
    """Approve what is still a draft, and give it to the schools or offices, in one go."""
    raw = await sent(request)
    try:
        form = read_form(AssignForm, raw)
        async with visit.write() as tx:
            await roadmaps.approve(tx, roadmap_id)
            offices = await _offices(tx, roadmap_id) if form.office_keys else {}
            if not set(form.office_keys) <= set(offices):
                raise NotFound
            given = await giving.assign(
                tx,
                roadmap_id,
                sorted(set(form.school_ids)),
                offices={offices[key].place for key in form.office_keys},
                measure_ids=form.measure_ids or None,
                past=form.past,
            )
    except DomainError as error:
        return await _page(visit, roadmap_id, GroupQuery(), visit.say.error(refusal(error)))
    if form.office_keys:
        return visit.go(f"/roadmaps/{roadmap_id}", "given", given)
    return visit.go(f"/roadmaps/{roadmap_id}", "assigned", len(set(form.school_ids)))
