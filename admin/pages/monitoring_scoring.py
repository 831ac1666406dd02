"""An expert scores a school with the evidence at hand; the marks behind a number for coordinators."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from starlette.datastructures import FormData

from admin import boards
from admin.auth import Visitor
from admin.boards import SegmentFilters
from admin.forms import refusal, sent
from admin.page import Visit
from admin.pages.monitoring import tools
from admin.words import STANDINGS
from domain import monitoring, overview, people, progress, risks, rubrics, schools
from domain.db import Tx
from domain.errors import DomainError, NotFound
from domain.policy import Permission
from domain.rubrics import Criterion

closed = APIRouter()


class MarkFilters(SegmentFilters):
    """Marks of one criterion."""

    criterion: str = ""


@closed.get("/monitoring/waves/{wave_id}/schools/{school_id}")
async def scoring_page(visit: Visitor, wave_id: int, school_id: int) -> Response:
    """Programme, measures and files on one side, criteria with their scales on the other."""
    return await _scoring_page(visit, wave_id, school_id)


async def _scoring_page(
    visit: Visit, wave_id: int, school_id: int, *, problem: str = "", kept: FormData | None = None
) -> Response:
    async with visit.read() as tx:
        wave = await monitoring.wave(tx, wave_id)
        if not await monitoring.is_mine(tx, wave_id, school_id):
            raise NotFound
        school = await schools.school(tx, school_id)
        place = await schools.place_name(tx, school.place)
        of = await monitoring.criteria_of(tx, wave)
        marks = (await monitoring.marks_of(tx, wave)).get(school_id, {})
        standing = await monitoring.standing(tx, wave_id, school.place)
        evidence = await _evidence(tx, school_id)
        today = progress.today(tx)
    person = visit.actor.person_id
    given = {key: by[person] for key, by in marks.items() if person in by}
    asked = [leaf for leaf in of.leaves() if leaf.scored_by == "expert"]
    return visit.page(
        "monitoring/scoring.html",
        status=422 if problem else 200,
        wave=wave,
        school=school,
        municipality=place.above,
        asked=asked,
        given=given,
        standing=standing,
        is_open=wave.starts_on <= today <= wave.ends_on,
        today=today,
        problem=problem,
        kept=kept or {},
        remarks={leaf.key: rubrics.remarks_for(leaf) for leaf in asked},
        standings=STANDINGS,
        number=boards.number,
        of_max=boards.of_max,
        done=sum(leaf.key in given for leaf in asked),
        **evidence,
    )


async def _evidence(tx: Tx, school_id: int) -> dict[str, Any]:
    """What a mark is given by: the risk profile, programmes, concept documents, every measure with its report."""
    return {
        "profile": await risks.profile_of(tx, school_id),
        "programmes": [row for row in await risks.programmes(tx) if row.school_id == school_id],
        "documents": await risks.concept_documents(tx, school_id),
        "work": await progress.my_work(tx, school_id=school_id, permission=Permission.SEE),
        "factors": risks.FACTORS,
        "papers": risks.DOCUMENTS,
    }


@closed.post("/monitoring/waves/{wave_id}/schools/{school_id}")
async def give_marks(visit: Visitor, wave_id: int, school_id: int, request: Request) -> Response:
    """Keep the marks that were filled in; what is left empty stays as it was. All of them or none."""
    raw = await sent(request)
    async with visit.read() as tx:
        if not await monitoring.is_mine(tx, wave_id, school_id):
            raise NotFound
        of = await monitoring.criteria_of(tx, await monitoring.wave(tx, wave_id))
    given = 0
    try:
        async with visit.write() as tx:
            for leaf in of.leaves():
                points = str(raw.get(f"points-{leaf.key}", "")).strip()
                if not points:
                    continue
                remark = _remark(raw, leaf)
                await monitoring.give_mark(tx, wave_id, school_id, leaf.key, points, remark=remark)
                given += 1
    except DomainError as error:
        problem = visit.say.error(refusal(error))
        return await _scoring_page(visit, wave_id, school_id, problem=problem, kept=raw)
    return visit.go(f"/monitoring/waves/{wave_id}/schools/{school_id}", "marked", given)


def _remark(raw: FormData, leaf: Criterion) -> str:
    """Chosen remarks and the expert's own words, a line each."""
    chosen = [str(line) for line in raw.getlist(f"remark-{leaf.key}")]
    own = str(raw.get(f"words-{leaf.key}", "")).strip()
    return "\n".join([*chosen, own] if own else chosen)[:2000]


@closed.get("/monitoring/marks")
async def marks_page(visit: Visitor, filters: Annotated[MarkFilters, Query()]) -> Response:
    """Which experts gave which points and why, school by school, for one criterion."""
    async with visit.read() as tx:
        wave = await boards.chosen_wave(tx, filters)
        if wave is None:
            raise NotFound
        of = await monitoring.criteria_of(tx, wave)
        leaf = next((leaf for leaf in of.leaves() if leaf.key == filters.criterion), None)
        if leaf is None:
            raise NotFound
        inside = await overview.narrowed(tx, filters.segment())
        marks = await monitoring.marks_of(tx, wave, inside)
        members = await overview.members(tx, filters.segment())
        ids = [p for s in marks.values() for by in s.values() for p in by]
        # Who gave a mark is for coordinators: a school sees what was said, not by whom.
        names = await people.person_names(tx, ids) if visit.may(Permission.OVERRULE) else {}
    rows = [
        (members[school_id], of_school[leaf.key])
        for school_id, of_school in marks.items()
        if leaf.key in of_school
    ]
    return visit.page(
        "monitoring/marks.html",
        wave=wave,
        leaf=leaf,
        rows=rows,
        names=names,
        filters=filters,
        **tools(filters),
    )
