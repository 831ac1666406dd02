"""Ready phrases of a region: what reviewers are offered in one tap."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from admin.auth import Visitor
from admin.forms import Form, read_form, refusal, sent
from admin.page import Visit
from domain import phrases
from domain.actor import Role
from domain.errors import DomainError, Forbidden
from domain.policy import Permission
from domain.progress import Decision

closed = APIRouter()


class PhrasesForm(Form):
    """A list, a line each; an empty one brings the usual phrases back."""

    region: int
    decision: Decision
    lines: str = ""


@closed.get("/phrases")
async def phrases_page(visit: Visitor) -> Response:
    """Both lists of the region."""
    return await _page(visit)


async def _page(visit: Visit, problem: str = "", kept: PhrasesForm | None = None) -> Response:
    if not visit.may(Permission.REGISTER):
        raise Forbidden
    places = visit.actor.places(Role.REGIONAL_COORDINATOR)
    region = kept.region if kept else next((p.region_id for p in places if p.region_id), 0)
    lists = {}
    async with visit.read() as tx:
        for decision in Decision:
            found = await phrases.phrases(tx, region or 0, decision)
            lists[decision] = [p.text if p.own else visit.say(p.text) for p in found]
    return visit.page(
        "phrases/page.html",
        status=422 if problem else 200,
        lists=lists,
        region=region,
        most=phrases.MOST,
        longest=phrases.LONGEST,
        problem=problem,
        kept=kept,
    )


@closed.post("/phrases")
async def keep(visit: Visitor, request: Request) -> Response:
    """Replace one of the lists."""
    raw, form = await sent(request), None
    try:
        form = read_form(PhrasesForm, raw)
        async with visit.write() as tx:
            await phrases.keep_phrases(tx, form.region, form.decision, form.lines.splitlines())
    except DomainError as error:
        return await _page(visit, visit.say.error(refusal(error)), form)
    return visit.go("/phrases", "saved")
