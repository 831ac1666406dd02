"""Analysis of the year's measures: done by facts, effect, problem, proposal and verdict by people."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import BeforeValidator

from admin.auth import Visitor
from admin.forms import Choice, Filters, Form, read_form, refusal, sent
from admin.page import Visit
from admin.pages.reporting import PAPER_READERS, is_offered
from domain import effects, reports
from domain.effects import Verdict
from domain.errors import DomainError
from domain.policy import Permission, allows

closed = APIRouter()


class EffectFilters(Filters):
    """Which plan."""

    roadmap: Choice = None


class JudgeForm(Form):
    """What a coordinator says of a measure."""

    roadmap: Choice = None
    effect: str = ""
    problem: str = ""
    proposal: str = ""
    verdict: Annotated[Verdict | None, BeforeValidator(lambda value: value or None)] = None


@closed.get("/effects")
async def effect_page(visit: Visitor, filters: Annotated[EffectFilters, Query()]) -> Response:
    """The analysis of one plan; without a choice, of the newest in use."""
    return await _page(visit, filters.roadmap)


async def _page(visit: Visit, roadmap_id: int | None, problem: str = "") -> Response:
    async with visit.read() as tx:
        plans = await reports.used_roadmaps(tx)
        chosen = roadmap_id or await reports.default_roadmap(tx)
        found = await effects.analysis(tx, chosen) if chosen is not None else None
        may = found is not None and allows(visit.actor, Permission.PLAN, found.roadmap.place)
    return visit.page(
        "effects/page.html",
        status=422 if problem else 200,
        plans=plans,
        found=found,
        may=may,
        verdicts=effects.VERDICTS,
        files=is_offered(visit, "effectiveness"),
        paper=bool(visit.actor.roles() & PAPER_READERS),
        problem=problem,
    )


@closed.post("/effects/{measure_id}")
async def judge(visit: Visitor, measure_id: int, request: Request) -> Response:
    """Keep the words about a measure."""
    form = read_form(JudgeForm, await sent(request))
    try:
        async with visit.write() as tx:
            await effects.judge(
                tx,
                measure_id,
                effect=form.effect,
                problem=form.problem,
                proposal=form.proposal,
                verdict=form.verdict,
            )
    except DomainError as error:
        return await _page(visit, form.roadmap, visit.say.error(refusal(error)))
    query = f"?roadmap={form.roadmap}" if form.roadmap else ""
    return visit.go(f"/effects{query}", "saved", anchor=f"m{measure_id}")
