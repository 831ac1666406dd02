"""A shared plan as one school has it: own words, dates and rows, edits proposed; and which schools changed what."""

from datetime import date

from fastapi import APIRouter, Request
from fastapi.responses import Response

from admin.auth import Visitor
from admin.forms import Day, Form, read_form, refusal, sent
from admin.page import Visit
from admin.words import STANDINGS
from domain import adapting, progress, roadmaps
from domain.db import Tx
from domain.errors import DomainError, Forbidden
from domain.policy import Permission, allows

closed = APIRouter()
PLAN = "/plans/{roadmap_id}/schools/{school_id}"


class AdaptForm(Form):
    """A measure in the school's words; an empty date leaves it."""

    title: str = ""
    expected_result: str = ""
    indicator: str = ""
    evidence_required: str = ""
    due_on: Day = None

    def texts(self) -> dict[str, str | None]:
        """The texts by field."""
        return {name: getattr(self, name) for name in adapting.TEXTS}


class ProposeForm(AdaptForm):
    """The same, with a word why."""

    why: str = ""


class RowForm(Form):
    """A measure of the school's own."""

    title: str = ""
    due_on: date
    evidence: str = ""


class AnswerForm(Form):
    """Whether the head takes a proposal over."""

    take: bool


@closed.get(PLAN)
async def plan_page(visit: Visitor, roadmap_id: int, school_id: int) -> Response:
    """The plan with the school's own beside the shared."""
    return await _page(visit, roadmap_id, school_id)


async def _page(visit: Visit, roadmap_id: int, school_id: int, problem: str = "") -> Response:
    async with visit.read() as tx:
        plan = await adapting.school_plan(tx, roadmap_id, school_id)
        day = progress.today(tx)
    return visit.page(
        "adapting/school.html",
        status=422 if problem else 200,
        plan=plan,
        standing=lambda row: progress.standing(row.assignment.status, row.assignment.due_on, day),
        late=lambda row: (
            progress.days_late(row.assignment.due_on, day) if row.assignment.status in progress.OPEN else 0
        ),
        open=progress.OPEN,
        standings=STANDINGS,
        day=day,
        problem=problem,
    )


async def _where(tx: Tx, assignment_id: int) -> tuple[int, int]:
    """The page of an assignment: its shared plan and its school."""
    work = await progress.assignment(tx, assignment_id)
    plan = (await roadmaps.roadmap(tx, work.roadmap_id)).roadmap
    return plan.template_id or plan.id, work.school_id or 0


@closed.post("/work/{assignment_id}/adapt")
async def adapt(visit: Visitor, request: Request, assignment_id: int) -> Response:
    """Keep the school's words and its own date."""
    raw = await sent(request)
    async with visit.read() as tx:
        where = await _where(tx, assignment_id)
    try:
        form = read_form(AdaptForm, raw)
        async with visit.write() as tx:
            await adapting.reword(tx, assignment_id, form.texts())
            work = await progress.assignment(tx, assignment_id)
            if form.due_on is not None and form.due_on != work.due_on:
                await adapting.move_date(tx, assignment_id, form.due_on)
    except DomainError as error:
        return await _page(visit, *where, problem=visit.say.error(refusal(error)))
    return visit.go(f"/plans/{where[0]}/schools/{where[1]}", "saved", anchor=f"a{assignment_id}")


@closed.post("/work/{assignment_id}/propose")
async def propose(visit: Visitor, request: Request, assignment_id: int) -> Response:
    """A curator's proposal; the head hears of it in the bot."""
    raw = await sent(request)
    async with visit.read() as tx:
        where = await _where(tx, assignment_id)
    try:
        form = read_form(ProposeForm, raw)
        async with visit.write() as tx:
            await adapting.propose(tx, assignment_id, form.texts(), due_on=form.due_on, why=form.why)
    except DomainError as error:
        return await _page(visit, *where, problem=visit.say.error(refusal(error)))
    return visit.go(f"/plans/{where[0]}/schools/{where[1]}", "said", anchor=f"a{assignment_id}")


@closed.post("/proposals/{proposal_id}/answer")
async def answer(visit: Visitor, request: Request, proposal_id: int) -> Response:
    """The head takes a proposal over, or leaves it."""
    raw = await sent(request)
    async with visit.read() as tx:
        found = await adapting.proposal(tx, proposal_id)
        where = await _where(tx, found.assignment_id)
    try:
        form = read_form(AnswerForm, raw)
        async with visit.write() as tx:
            await adapting.answer(tx, proposal_id, take=form.take)
    except DomainError as error:
        return await _page(visit, *where, problem=visit.say.error(refusal(error)))
    return visit.go(f"/plans/{where[0]}/schools/{where[1]}", "saved", anchor=f"a{found.assignment_id}")


@closed.post(f"{PLAN}/rows")
async def add_row(visit: Visitor, request: Request, roadmap_id: int, school_id: int) -> Response:
    """A measure of the school's own."""
    raw = await sent(request)
    try:
        form = read_form(RowForm, raw)
        async with visit.write() as tx:
            work = await adapting.add_row(
                tx, roadmap_id, school_id, title=form.title, due_on=form.due_on, evidence=form.evidence
            )
            anchor = f"a{work.id}"
    except DomainError as error:
        return await _page(visit, roadmap_id, school_id, problem=visit.say.error(refusal(error)))
    return visit.go(f"/plans/{roadmap_id}/schools/{school_id}", "added", anchor=anchor)


@closed.post("/work/{assignment_id}/remove-row")
async def remove_row(visit: Visitor, assignment_id: int) -> Response:
    """Take a row of the school's own out."""
    async with visit.read() as tx:
        where = await _where(tx, assignment_id)
    try:
        async with visit.write() as tx:
            await adapting.remove_row(tx, assignment_id)
    except DomainError as error:
        return await _page(visit, *where, problem=visit.say.error(refusal(error)))
    return visit.go(f"/plans/{where[0]}/schools/{where[1]}", "saved")


@closed.get("/roadmaps/{roadmap_id}/adapted")
async def adapted(visit: Visitor, roadmap_id: int) -> Response:
    """Which schools have changed what of a plan."""
    async with visit.read() as tx:
        roadmap = (await roadmaps.roadmap(tx, roadmap_id)).roadmap
        if not visit.may(Permission.OVERRULE):
            raise Forbidden
        rows = await adapting.adapted(tx, roadmap_id)
    return visit.page(
        "adapting/schools.html",
        roadmap=roadmap,
        rows=rows,
        may_plan=allows(visit.actor, Permission.PLAN, roadmap.place),
    )
