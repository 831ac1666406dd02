"""Reports: the list, each as a page, a sheet, CSV or JSON with the same numbers; long ones in the background."""

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, Response
from starlette.background import BackgroundTask

from admin.auth import Visitor
from admin.forms import refusal, sent
from admin.page import Visit
from admin.tables import MIME, NUMBERS, Where, attachment, drawn_rows
from domain import handouts, outcomes, peer_review, programme, reports, schools, seasons, snapshots
from domain.accounts import Report
from domain.actor import COORDINATORS, SCHOOL_TEAM, Role
from domain.db import Tx
from domain.errors import DomainError, Forbidden, InvalidInput, NotFound
from domain.handouts import Format
from domain.meanings import FILTERS, GROUPINGS
from domain.tables import Book, drawn, first_rows, plain_rows, told

closed = APIRouter()
PAPER_READERS = {*COORDINATORS, Role.OBSERVER}
OWN = ("format", "done", "n")  # parts of an address that are no filters
# Where a row opens into what it is about, by its cells.
WHERE: dict[str, Where] = {"pairs": lambda row: f"/peer/pairs/{row[3]}" if row[3] else ""}


def offered(visit: Visit) -> list[Report]:
    """Reports that are of use to this person."""
    small = visit.actor.roles() <= {*SCHOOL_TEAM, Role.CURATOR}
    return [report for report in handouts.catalogue().values() if not (small and report.coordinators)]


def is_offered(visit: Visit, name: str) -> bool:
    """Whether this person may take that report away."""
    return any(report.name == name for report in offered(visit))


def _report(visit: Visit, name: str) -> Report:
    found = handouts.catalogue().get(name)
    if found is None:
        raise NotFound
    if found not in offered(visit):
        raise Forbidden
    return found


@closed.get("/reports")
async def report_list(visit: Visitor) -> Response:
    """Everything that can be taken away."""
    async with visit.read() as tx:
        tasks = await seasons.season_tasks(tx)
        names = await schools.place_names(tx, [task.place for task in tasks])
    return visit.page(
        "reporting/list.html",
        reports=offered(visit),
        tasks=tasks,
        names=names,
        seasons=seasons.SEASONS,
        briefs=bool(visit.actor.roles() & PAPER_READERS),
    )


@closed.get("/reports/{name}")
async def report_page(visit: Visitor, name: str, request: Request) -> Response:
    """One report: its first rows, its filters, its files. Of a very large place the page shows kept numbers and says as
    of when; a line for each school is written in the background."""
    of = _report(visit, name)
    given = {key: value for key, value in request.query_params.items() if key not in OWN}
    kind = request.query_params.get("format", "")
    problem, shown = "", None
    async with visit.read() as tx:
        vast = await handouts.size(tx) > handouts.LARGE
        if kind in ("xlsx", "csv", "json") and not (vast and of.large):
            try:
                filters = await handouts.filters_of(tx, of, given)
                return await _file(visit, await of.build(tx, filters, visit.say), kind)
            except DomainError as error:
                problem = visit.say.error(refusal(error))
        elif not vast:
            shown = await _live(visit, tx, of, given)
        choices = await _choices(visit, tx, of)
    task = None
    if vast and shown is None:
        shown = await _kept(visit, of, given)
        task = BackgroundTask(handouts.count_wanted, visit.panel.db) if shown.stale else None
    shown = shown or Shown()
    page = visit.page(
        "reporting/page.html",
        status=422 if problem and kind else 200,
        report=of,
        book=shown.book,
        kept=vast,
        rows=shown.rows,
        more=len(shown.rows) == handouts.KEPT_ROWS,
        problem=problem or shown.problem,
        waiting=shown.stale and shown.book is None and not shown.problem,
        given=given,
        choices=choices,
        labels=FILTERS,
        keeps=not vast and bool(visit.actor.roles() & {*COORDINATORS, Role.OBSERVER}),
        large=vast and of.large,
        lines=drawn_rows(visit.say, shown.book.main.columns, shown.rows, WHERE.get(name))
        if shown.book
        else "",
        numbers=NUMBERS,
    )
    page.background = task
    return page


class Shown(NamedTuple):
    """What a page has to show."""

    book: Book | None = None
    rows: Sequence[Any] = ()
    problem: str = ""
    stale: bool = False  # to be counted anew


async def _live(visit: Visit, tx: Tx, of: Report, given: dict[str, str]) -> Shown:
    try:
        book = await of.build(tx, await handouts.filters_of(tx, of, given), visit.say)
        return Shown(book, await first_rows(book, handouts.KEPT_ROWS))
    except DomainError as error:
        return Shown(problem=visit.say.error(refusal(error)))


async def _kept(visit: Visit, of: Report, given: dict[str, str]) -> Shown:
    stale = False
    async with visit.read() as tx:
        found = await handouts.counted(tx, of.name, given)
    if found is None:
        async with visit.write() as tx:
            found = await handouts.want(tx, of.name, given)
            stale = found.as_of is None or tx.now - found.as_of > handouts.FRESH
    kept = found
    if kept.document is None or kept.as_of is None:
        return Shown(problem=kept.problem, stale=stale)
    book = snapshots.book_of(of.name, kept.title, kept.as_of, kept.document)
    return Shown(book, list(plain_rows(book.main)), stale=stale)


async def _file(visit: Visit, book: Book, kind: str) -> Response:
    """The same of a report that reads as it is written; no more of it than the file shows."""
    if kind == "json":
        book = replace(book, document=await told(book), lists=None)
        return file_of(visit, book, kind)
    return file_of(visit, await drawn(book, whole=kind != "csv"), kind)


def file_of(visit: Visit, book: Book, kind: str) -> Response:
    """A small report as a file to be saved."""
    name = handouts.file_name(book.title, kind, book.as_of)
    if kind == "json":
        content = json.dumps(book.json, ensure_ascii=False, indent=2, default=str).encode()
        return Response(content, media_type="application/json", headers=attachment(name))
    content = handouts.as_bytes(book, Format(kind), visit.say)
    return Response(content, media_type=MIME[kind], headers=attachment(name))


async def _choices(visit: Visit, tx: Tx, of: Report) -> dict[str, list[tuple[str, str]]]:
    """What the selects of the filters offer, in the order of the report."""
    found: dict[str, list[tuple[str, str]]] = {}
    for name in of.filters:
        if name == "municipality":
            found[name] = [(str(m.id), m.name) for m in await schools.municipalities(tx)]
        elif name == "cohort":
            found[name] = [(str(c.id), c.name) for c in await programme.cohorts(tx)]
        elif name == "roadmap":
            found[name] = [(str(i), title) for i, title in await reports.used_roadmaps(tx)]
        elif name == "round":
            rounds = [its for its in await peer_review.rounds(tx) if its.started_at is not None]
            found[name] = [(str(its.id), its.title) for its in rounds]
        elif name == "by":
            found[name] = [(key, visit.say(GROUPINGS[key])) for key in outcomes.GROUPINGS]
        elif name in ("before", "after", "year"):
            known = {*await outcomes.years(tx), *await outcomes.cluster_years(tx)}
            found[name] = [(str(year), str(year)) for year in sorted(known, reverse=True)]
    return found


@closed.get("/takeaways")
async def takeaway_list(visit: Visitor) -> Response:
    """Long exports of this person."""
    async with visit.read() as tx:
        found = await handouts.takeaways(tx)
    return visit.page(
        "reporting/takeaways.html", rows=found, states=handouts.STATES, moving=("waiting", "running")
    )


@closed.post("/takeaways")
async def ask_takeaway(visit: Visitor, request: Request) -> Response:
    """Have a long export written; it begins at once, in this process, after the answer."""
    form = {key: str(value) for key, value in (await sent(request)).items()}
    of = _report(visit, form.pop("what", ""))
    try:
        kind = Format(form.pop("kind", ""))
    except ValueError:
        raise InvalidInput from None
    if kind not in (Format.XLSX, Format.CSV):
        raise InvalidInput
    async with visit.write() as tx:
        filters = await handouts.filters_of(tx, of, form)
        await handouts.ask(tx, of.name, kind, handouts.asked(filters), visit.say(of.title))
    answer = visit.go("/takeaways", "ordered")
    answer.background = BackgroundTask(handouts.run, visit.panel.db, visit.panel.files)
    return answer


def made_folder(visit: Visit) -> Any:
    """Where finished exports lie."""
    return visit.panel.files.folder / handouts.FOLDER


@closed.get("/takeaways/{takeaway_id}/file")
async def takeaway_file(visit: Visitor, takeaway_id: int) -> Response:
    """A finished export."""
    async with visit.read() as tx:
        found, path = await handouts.made(tx, takeaway_id, made_folder(visit))
    name = handouts.file_name(found.title, found.kind, found.asked_at)
    return FileResponse(path, media_type=MIME.get(found.kind), headers=attachment(name))
