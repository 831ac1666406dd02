"""The second look: a sample of what was confirmed; confirmations taken back; files with children's data removed."""

import re
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from admin.auth import Visitor
from admin.forms import Choice, Filters, Form, read_form, refusal, sent
from admin.page import Visit
from domain import oversight, progress, proof
from domain.errors import DomainError, Forbidden
from domain.policy import Permission

closed = APIRouter()
MOST = 100


class SampleFilters(Filters):
    """How many, and the word that draws them."""

    size: Choice = None
    word: str = ""


class ReasonForm(Form):
    """Why."""

    reason: str = ""


@closed.get("/second-look")
async def sample_page(visit: Visitor, filters: Annotated[SampleFilters, Query()]) -> Response:
    """Confirmed reports drawn by a word: the same word draws the same ones."""
    return await _page(visit, filters)


async def _page(visit: Visit, filters: SampleFilters, problem: str = "") -> Response:
    if not visit.may(Permission.UNCONFIRM):
        raise Forbidden
    size = min(max(filters.size or 10, 1), MOST)
    async with visit.read() as tx:
        word = re.sub(r"\s+", " ", filters.word)[:60] or f"{progress.today(tx):%Y-%m}"
        rows = await oversight.sample(tx, size=size, seed=word)
    return visit.page(
        "overseeing/sample.html",
        status=422 if problem else 200,
        rows=rows,
        size=size,
        word=word,
        problem=problem,
    )


@closed.post("/reports/{submission_id}/agree")
async def agree(visit: Visitor, submission_id: int) -> Response:
    """Everything is right with it."""
    try:
        async with visit.write() as tx:
            await oversight.agree(tx, submission_id)
    except DomainError as error:
        return await _page(visit, SampleFilters(), visit.say.error(refusal(error)))
    return visit.go("/second-look", "noted")


@closed.post("/reports/{submission_id}/unconfirm")
async def unconfirm(visit: Visitor, request: Request, submission_id: int) -> Response:
    """Take the confirmation back; the school and the reviewer read the reason."""
    form = read_form(ReasonForm, await sent(request))
    try:
        async with visit.write() as tx:
            await oversight.unconfirm(tx, submission_id, form.reason)
            _, work = await progress.submission(tx, submission_id, Permission.SEE)
    except DomainError as error:
        return await _page(visit, SampleFilters(), visit.say.error(refusal(error)))
    return visit.go(f"/work/{work.id}", "unconfirmed")


@closed.post("/files/{evidence_id}/wipe")
async def wipe(visit: Visitor, evidence_id: int) -> Response:
    """Remove a file that shows children's data, wherever it was handed in."""
    async with visit.write() as tx:
        found = await progress.evidence(tx, evidence_id)
        await proof.wipe(tx, evidence_id)
    return visit.go(f"/work/{found.assignment_id}", "wiped")
