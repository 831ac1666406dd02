"""Giving a roadmap to a group of schools: who they are and which measures first, then one button that says what
will happen."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from admin.auth import Visitor
from admin.forms import Choice, Filters, Form, read_form, refusal, sent
from admin.page import Visit
from domain import giving, programme, progress, roadmaps, schools
from domain.errors import DomainError
from domain.policy import Permission
from domain.roadmaps import RoadmapState

closed = APIRouter()


class GroupQuery(Filters):
    """A group of schools: a municipality, a cohort, or the ticked ones; and the measures that they get."""

    municipality: Choice = None
    cohort: Choice = None
    school: list[int] = []  # noqa: RUF012 — a pydantic default is copied
    measure: list[int] = []  # noqa: RUF012
    future: bool = False  # nothing that was due before today


class AssignForm(Form):
    """Exactly the schools and measures that the button named."""

    school_ids: list[int]
    measure_ids: list[int] = []  # noqa: RUF012
    future: bool = False


async def _page(visit: Visit, roadmap_id: int, query: GroupQuery, problem: str = "") -> Response:
    async with visit.read() as tx:
        roadmap = await roadmaps.roadmap_for_planning(tx, roadmap_id)
        found = await schools.school_list(
            tx, municipality_id=query.municipality, cohort_id=query.cohort, permission=Permission.PLAN
        )
        municipalities = await schools.municipalities(tx)
        cohorts = await programme.cohorts(tx)
        measures = [m for m in (await roadmaps.roadmap(tx, roadmap_id)).measures if m.gone_at is None]
        rows = [row for row in found if roadmap.place.covers(row.school.place)]
        if query.school:
            rows = [row for row in rows if row.school.id in set(query.school)]
        preview = await giving.preview(
            tx,
            roadmap_id,
            [row.school.id for row in rows],
            query.measure or None,
            since=progress.today(tx) if query.future else None,
        )
    fresh = [row for row in rows if preview.by_school.get(row.school.id)]
    return visit.page(
        "roadmaps/assign.html",
        status=422 if problem else 200,
        roadmap=roadmap,
        is_draft=roadmap.state is RoadmapState.DRAFT,
        rows=rows,
        fresh=fresh,
        given={row.school.id for row in rows} - {row.school.id for row in fresh},
        preview=preview,
        measures=measures,
        chosen=set(query.measure) or {m.id for m in measures},
        query=query,
        municipalities=[m for m in municipalities if roadmap.place.covers(m.place)],
        cohorts=cohorts,
        problem=problem,
    )


@closed.get("/roadmaps/{roadmap_id}/assign")
async def choose(visit: Visitor, roadmap_id: int, query: Annotated[GroupQuery, Query()]) -> Response:
    """Choose the group and the measures; the page tells how many assignments appear, for whom, when due."""
    return await _page(visit, roadmap_id, query)


@closed.post("/roadmaps/{roadmap_id}/assign")
async def assign(visit: Visitor, request: Request, roadmap_id: int) -> Response:
    """Approve what is still a draft, and give it to the schools, in one go."""
    raw = await sent(request)
    try:
        form = read_form(AssignForm, raw)
        async with visit.write() as tx:
            await roadmaps.approve(tx, roadmap_id)
            await giving.assign(
                tx,
                roadmap_id,
                sorted(set(form.school_ids)),
                measure_ids=form.measure_ids or None,
                since=progress.today(tx) if form.future else None,
            )
    except DomainError as error:
        return await _page(visit, roadmap_id, GroupQuery(), visit.say.error(refusal(error)))
    return visit.go(f"/roadmaps/{roadmap_id}", "assigned", len(set(form.school_ids)))
