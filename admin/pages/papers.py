"""Concept documents: which school has handed in what, and asking for them."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Annotated, Any, NamedTuple

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from admin.auth import Visitor
from admin.forms import Choice, Filters, Form, read_form, refusal, sent
from admin.page import Visit
from admin.tables import Format, export
from admin.words import STANDINGS
from domain import programme, progress, risks, schools
from domain.actor import Place
from domain.db import Tx
from domain.errors import DomainError, Forbidden, InvalidInput
from domain.policy import Permission, allows
from domain.risks import DOCUMENTS, Asked, ConceptDocument, SchoolDocuments, Stage
from domain.tables import Table

closed = APIRouter()
PATH = "/risks/documents"
USUAL = timedelta(days=30)  # to write a document


class TableFilters(Filters):
    """The table as a page or a file."""

    format: Format = ""


class AskForm(Form):
    """Documents that are wanted; days and stages stand in the order of all kinds."""

    wanted: list[ConceptDocument] = []  # noqa: RUF012 - pydantic copies it
    until: list[str] = []  # noqa: RUF012
    stage: list[str] = []  # noqa: RUF012
    owner: str = ""
    cohort: Choice = None


class Kept(NamedTuple):
    """What was chosen for a document before the form was refused."""

    until: str
    stage: str


async def _owners(tx: Tx, visit: Visit) -> list[tuple[str, str]]:
    """Regions and municipalities whose schools the person may ask."""
    places = [Place(region.id) for region in await schools.regions(tx)]
    places += [municipality.place for municipality in await schools.municipalities(tx)]
    mine = [place for place in places if allows(visit.actor, Permission.PLAN, place)]
    names = await schools.place_names(tx, mine)
    return [("-".join(str(part or 0) for part in place[:2]), names[place].name) for place in mine]


@closed.get(PATH)
async def document_table(visit: Visitor, filters: Annotated[TableFilters, Query()]) -> Response:
    """Schools × kinds of documents, with what nobody has asked for."""
    return await _page(visit, filters.format)


async def _page(
    visit: Visit, kind: Format = "", problem: str = "", kept: Mapping[ConceptDocument, Kept] | None = None
) -> Response:
    async with visit.read() as tx:
        rows = await risks.document_table(tx)
        owners = await _owners(tx, visit)
        cohorts = await programme.cohorts(tx)
        today = progress.today(tx)
    if kind:
        return export(_table(visit, rows), kind, "documents")
    return visit.page(
        "risks/documents.html",
        status=422 if problem else 200,
        rows=rows,
        asked_any=any(row.rows for row in rows),
        owners=owners,
        cohorts=cohorts,
        kinds=DOCUMENTS,
        stages=list(Stage),
        standings=STANDINGS,
        today=today,
        problem=problem,
        wanted=set(kept or ()),
        fields={kind: (kept or {}).get(kind, Kept((today + USUAL).isoformat(), "")) for kind in DOCUMENTS},
    )


def _table(visit: Visit, rows: list[SchoolDocuments]) -> Table:
    say = visit.say
    lines: list[list[Any]] = []
    for row in rows:
        cells = []
        for kind in DOCUMENTS:
            words = []
            for found in row.of(kind):
                marks = [str(int(found.factor))] if found.factor else []
                marks += [say("stage %(n)s", n=int(found.stage))] if found.stage else []
                words.append(" · ".join([*marks, say(STANDINGS[found.standing])]))
            cells.append("; ".join(words))
        lines.append([row.school.name, row.school.federal_login, *cells])
    columns = [say("School"), say("Federal login"), *(say(title) for title in DOCUMENTS.values())]
    return Table(say("Concept documents"), columns, lines)


@closed.post(PATH)
async def ask(visit: Visitor, request: Request) -> Response:
    """Ask the schools of a place for documents."""
    if not visit.may(Permission.PLAN):
        raise Forbidden
    kept: dict[ConceptDocument, Kept] = {}
    try:
        form = read_form(AskForm, await sent(request))
        order = list(DOCUMENTS)
        if not len(form.until) == len(form.stage) == len(order):
            raise InvalidInput
        kept = {
            kind: Kept(form.until[order.index(kind)], form.stage[order.index(kind)]) for kind in form.wanted
        }
        asked = [Asked(kind, _day(row.until), _stage(row.stage)) for kind, row in kept.items()]
        async with visit.write() as tx:
            roadmap = await risks.ask_documents(
                tx, _place(form.owner), asked, visit.say, cohort_id=form.cohort
            )
    except DomainError as error:
        return await _page(visit, problem=visit.say.error(refusal(error)), kept=kept)
    return visit.go(f"/roadmaps/{roadmap.id}", "documents_asked")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InvalidInput from None


def _stage(text: str) -> Stage | None:
    return Stage(int(text)) if text in {"1", "2"} else None


def _place(text: str) -> Place:
    parts = [int(part) for part in text.split("-") if part.isascii() and part.isdecimal()]
    if len(parts) != 2:
        raise InvalidInput
    return Place(parts[0], parts[1] or None)
