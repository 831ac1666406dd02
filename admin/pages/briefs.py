"""Papers: the analytical note, the analysis of measures, the coordinators' hour; templates of the region."""

import asyncio
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import BeforeValidator
from starlette.background import BackgroundTask
from starlette.datastructures import UploadFile

from admin.auth import Visitor
from admin.forms import Choice, Filters, Form, read_form, refusal, sent
from admin.page import Visit
from admin.pages.reporting import PAPER_READERS
from admin.tables import attachment
from domain import accounts, briefs, handouts
from domain.actor import Role
from domain.briefs import Paper
from domain.errors import N_, DomainError, Forbidden, InvalidInput, NotFound
from domain.handouts import Format, file_name
from domain.policy import Permission

closed = APIRouter()
UPLOAD = "/briefs/{paper}/template"


class BriefQuery(Filters):
    """Which file, of which plan."""

    format: Annotated[
        Literal["", "docx", "pdf"],
        BeforeValidator(lambda value: value if value in ("docx", "pdf") else ""),
    ] = ""
    roadmap: Choice = None


class OrderForm(Form):
    """Which file, of which plan."""

    format: Literal["docx", "pdf"]
    roadmap: Choice = None


def _paper(visit: Visit, name: str) -> Paper:
    if name not in set(Paper):
        raise NotFound
    if not visit.actor.roles() & PAPER_READERS:
        raise Forbidden
    return Paper(name)


@closed.get("/briefs")
async def brief_list(visit: Visitor) -> Response:
    """The papers, and for a region its own templates."""
    return await _list(visit)


async def _list(visit: Visit, problem: str = "") -> Response:
    if not visit.actor.roles() & PAPER_READERS:
        raise Forbidden
    rows = []
    async with visit.read() as tx:
        vast = await handouts.size(tx) > handouts.LARGE
    region = next((p.region_id for p in visit.actor.places(Role.REGIONAL_COORDINATOR)), None)
    if region is not None:
        async with visit.read() as tx:
            rows = await briefs.templates(tx, region)
    return visit.page(
        "briefs/list.html",
        status=422 if problem else 200,
        papers=briefs.PAPERS,
        vast=vast,
        rows=rows,
        fields=briefs.FIELDS,
        problem=problem,
    )


@closed.get("/briefs/{paper}")
async def brief_page(visit: Visitor, paper: str, query: Annotated[BriefQuery, Query()]) -> Response:
    """One paper: to read and print, or as Word and PDF."""
    kind = _paper(visit, paper)
    async with visit.read() as tx:
        vast = await handouts.size(tx) > handouts.LARGE
    if vast and query.format:
        return visit.go("/briefs")  # such a paper is asked for and fetched later
    if vast:
        return await _kept(visit, kind, query.roadmap)
    async with visit.read() as tx:
        made = await briefs.paper(tx, kind, accounts.Filters(roadmap_id=query.roadmap), visit.say)
        template = b""
        if query.format == "docx":
            template = await briefs.template_of(tx, briefs.place_of(tx), kind)
        at = tx.now
    if not query.format:
        return _shown(visit, kind, made, query.roadmap)
    content = await asyncio.to_thread(briefs.as_file, made, query.format, template)
    name = file_name(made.title, query.format, at)
    return Response(content, media_type=briefs.MIME[query.format], headers=attachment(name))


def _shown(
    visit: Visit, kind: Paper, made: briefs.Written | None, roadmap: int | None, **more: Any
) -> Response:
    """The page of a paper; nothing made yet: it is being gathered."""
    title = visit.say(briefs.PAPERS[kind])
    usual = {"vast": False, "as_of": None, "problem": ""}
    return visit.page(
        "briefs/page.html", paper=kind, made=made, title=title, roadmap=roadmap, **{**usual, **more}
    )


async def _kept(visit: Visit, kind: Paper, roadmap: int | None) -> Response:
    """A paper of a very large place, as it was gathered last: in the background, never while somebody waits."""
    given = {"paper": kind.value, **({"roadmap": str(roadmap)} if roadmap else {})}
    async with visit.read() as tx:
        briefs.place_of(tx)
        found = await handouts.counted(tx, handouts.PAPER, given)
    stale = found is None
    if found is None:
        async with visit.write() as tx:
            found = await handouts.want(tx, handouts.PAPER, given)
            stale = found.as_of is None or tx.now - found.as_of > handouts.FRESH
    made = briefs.read_again(kind, found.title, found.document) if found.document is not None else None
    problem = "" if made else found.problem
    page = _shown(visit, kind, made, roadmap, vast=True, as_of=found.as_of, problem=problem)
    if stale:
        page.background = BackgroundTask(handouts.count_wanted, visit.panel.db)
    return page


@closed.post("/briefs/{paper}")
async def order(visit: Visitor, paper: str, request: Request) -> Response:
    """Have a paper written in the background; the bot tells when it is ready."""
    kind = _paper(visit, paper)
    form = read_form(OrderForm, await sent(request))
    filters = {"paper": kind.value, **({"roadmap": form.roadmap} if form.roadmap else {})}
    async with visit.write() as tx:
        briefs.place_of(tx)
        title = visit.say(briefs.PAPERS[kind])
        await handouts.ask(tx, handouts.PAPER, Format(form.format), filters, title)
    answer = visit.go("/takeaways", "ordered")
    answer.background = BackgroundTask(handouts.run, visit.panel.db, visit.panel.files)
    return answer


@closed.get("/briefs/{paper}/template")
async def template_file(visit: Visitor, paper: str) -> Response:
    """The template in use, to be changed in Word."""
    kind = _paper(visit, paper)
    async with visit.read() as tx:
        content = await briefs.template_of(tx, briefs.place_of(tx), kind)
    return Response(content, media_type=briefs.MIME["docx"], headers=attachment(f"{kind.value}.docx"))


@closed.post("/briefs/{paper}/template")
async def put_template(visit: Visitor, paper: str, request: Request) -> Response:
    """Upload a template of the region's own: tried with every field before it is kept; without a file, the shipped one again."""
    kind = _paper(visit, paper)
    region = next((p.region_id for p in visit.actor.places(Role.REGIONAL_COORDINATOR)), None)
    if region is None or not visit.may(Permission.REGISTER):
        raise Forbidden
    raw = await sent(request)
    file = raw.get("file")
    if raw.get("shipped"):
        async with visit.write() as tx:
            await briefs.drop_template(tx, region, kind)
        return visit.go("/briefs", "saved")
    if not isinstance(file, UploadFile) or not file.filename:
        return await _list(visit, visit.say.error(InvalidInput(reason=N_("Choose a file first."))))
    content = await file.read(briefs.MAX_TEMPLATE + 1)
    try:
        async with visit.write() as tx:
            await briefs.put_template(tx, region, kind, content, name=file.filename)
    except DomainError as error:
        return await _list(visit, visit.say.error(refusal(error)))
    return visit.go("/briefs", "saved")
