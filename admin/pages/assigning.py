"""Giving a roadmap to a group of schools: who they are first, then one button that says what will happen."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from admin.auth import Visitor
from admin.forms import Choice, Filters, Form, read_form, refusal, sent
from admin.page import Visit
from domain import programme, progress, reports, roadmaps, schools
from domain.errors import DomainError
from domain.policy import Permission
from domain.roadmaps import RoadmapState

closed = APIRouter()


class GroupQuery(Filters):
    """A group of schools: a municipality, a cohort, or the ticked ones."""

    municipality: Choice = None
    cohort: Choice = None
    school: list[int] = []  # noqa: RUF012 — a pydantic default is copied


class AssignForm(Form):
    """Exactly the schools that the button named."""

    school_ids: list[int]


async def _page(visit: Visit, roadmap_id: int, query: GroupQuery, problem: str = "") -> Response:
    async with visit.read() as tx:
        roadmap = await roadmaps.roadmap_for_planning(tx, roadmap_id)
        found = await schools.school_list(
            tx, municipality_id=query.municipality, cohort_id=query.cohort, permission=Permission.PLAN
        )
        given = {r.school_id for r in await reports.school_progress(tx) if r.roadmap_id == roadmap_id}
        municipalities = await schools.municipalities(tx)
        cohorts = await programme.cohorts(tx)
    rows = [row for row in found if roadmap.place.covers(row.school.place)]
    if query.school:
        rows = [row for row in rows if row.school.id in set(query.school)]
    return visit.page(
        "roadmaps/assign.html",
        status=422 if problem else 200,
        roadmap=roadmap,
        is_draft=roadmap.state is RoadmapState.DRAFT,
        rows=rows,
        fresh=[row for row in rows if row.school.id not in given],
        given=given,
        query=query,
        municipalities=[m for m in municipalities if roadmap.place.covers(m.place)],
        cohorts=cohorts,
        problem=problem,
    )


@closed.get("/roadmaps/{roadmap_id}/assign")
async def choose(visit: Visitor, roadmap_id: int, query: Annotated[GroupQuery, Query()]) -> Response:
    """Choose the group; the button tells how many schools it is."""
    return await _page(visit, roadmap_id, query)


@closed.post("/roadmaps/{roadmap_id}/assign")
async def assign(visit: Visitor, request: Request, roadmap_id: int) -> Response:
    """Approve what is still a draft, and give it to the schools, in one go."""
    raw = await sent(request)
    try:
        form = read_form(AssignForm, raw)
        async with visit.write() as tx:
            await roadmaps.approve(tx, roadmap_id)
            await progress.assign(tx, roadmap_id, sorted(set(form.school_ids)))
    except DomainError as error:
        return await _page(visit, roadmap_id, GroupQuery(), visit.say.error(refusal(error)))
    return visit.go(f"/roadmaps/{roadmap_id}", "assigned", len(set(form.school_ids)))
