"""«Не требуется»: requests of schools, and what a coordinator decides by themselves; words on an assignment."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from admin.auth import Visitor
from admin.forms import Form, read_form, refusal, sent
from admin.page import Visit
from domain import obligations, progress, talks
from domain.errors import DomainError, Forbidden
from domain.policy import Permission

closed = APIRouter()


class AnswerForm(Form):
    """Whether a school is let off, and a word."""

    grant: bool
    answer: str = ""


class ReasonForm(Form):
    """Why."""

    reason: str = ""


class WordsForm(Form):
    """A question or an answer."""

    text: str = ""


@closed.get("/waivers")
async def waiver_list(visit: Visitor) -> Response:
    """Requests that wait, the longest first."""
    return await _page(visit)


async def _page(visit: Visit, problem: str = "") -> Response:
    if not visit.may(Permission.OVERRULE):
        raise Forbidden
    async with visit.read() as tx:
        rows = await obligations.open_waivers(tx)
    return visit.page("waivers/list.html", status=422 if problem else 200, rows=rows, problem=problem)


@closed.post("/waivers/{waiver_id}/answer")
async def answer(visit: Visitor, request: Request, waiver_id: int) -> Response:
    """Let the school off, or say why it is required; whoever comes second is told who was first."""
    raw = await sent(request)
    try:
        form = read_form(AnswerForm, raw)
        async with visit.write() as tx:
            if form.grant:
                await obligations.grant_waiver(tx, waiver_id, form.answer)
            else:
                await obligations.decline_waiver(tx, waiver_id, form.answer)
    except DomainError as error:
        return await _page(visit, visit.say.error(refusal(error)))
    return visit.go("/waivers", "answered")


@closed.post("/work/{assignment_id}/waive")
async def waive(visit: Visitor, request: Request, assignment_id: int) -> Response:
    """A coordinator lets a school off unasked."""
    form = read_form(ReasonForm, await sent(request))
    async with visit.write() as tx:
        await obligations.waive(tx, assignment_id, form.reason)
    return visit.go(f"/work/{assignment_id}", "saved")


@closed.post("/work/{assignment_id}/require")
async def require_again(visit: Visitor, request: Request, assignment_id: int) -> Response:
    """What was waived is required after all."""
    form = read_form(ReasonForm, await sent(request))
    async with visit.write() as tx:
        await obligations.require_again(tx, assignment_id, form.reason)
    return visit.go(f"/work/{assignment_id}", "saved")


@closed.post("/work/{assignment_id}/say")
async def say(visit: Visitor, request: Request, assignment_id: int) -> Response:
    """Ask or answer; it reaches the other side in the bot."""
    form = read_form(WordsForm, await sent(request))
    async with visit.write() as tx:
        await progress.assignment(tx, assignment_id)
        await talks.say(tx, assignment_id, form.text)
    return visit.go(f"/work/{assignment_id}", "said", anchor="thread")
