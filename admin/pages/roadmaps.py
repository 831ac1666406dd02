"""Roadmaps: the list, the upload of a document, the look at what was read, the plan with its progress."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from starlette.datastructures import FormData

from admin.auth import Visitor
from admin.deadlines import doubt_words, meaning, measure_meaning
from admin.documents import MAX_DOCUMENT, receive
from admin.forms import Choice, Filters, Form, read_form, refusal, sent
from admin.page import Visit
from admin.pages.invitations import PlaceChoice, place_value, read_place
from admin.plan_check import of_draft
from admin.words import COLUMNS, NOTES, READING, ROADMAP_STATE, SETTLED, SKIPPED, STANDINGS
from domain import drafts, progress, reports, revisions, roadmaps, schools
from domain.actor import Place
from domain.db import Tx
from domain.errors import DomainError, Forbidden
from domain.policy import TABLE, Permission, allows
from domain.roadmaps import RoadmapState, Settled

closed = APIRouter()
UPLOAD = "/roadmaps/new"


class UploadForm(Form):
    """Where the uploaded plan belongs and which year it is for."""

    owner: str
    year: Choice = None
    school_year: bool = False


class TryQuery(Filters):
    """Other words for a deadline, looked at before they count."""

    measure: Choice = None
    words: str = ""


@closed.get("/roadmaps")
async def roadmap_list(visit: Visitor) -> Response:
    """Plans that one may see, drafts on top."""
    async with visit.read() as tx:
        rows = await roadmaps.roadmap_list(tx)
        names = await schools.place_names(tx, {row.roadmap.place for row in rows})
        progress: dict[int, list[int]] = {}
        for line in await reports.school_progress(tx):
            sums = progress.setdefault(line.roadmap_id, [0, 0, 0])
            sums[0], sums[1], sums[2] = sums[0] + 1, sums[1] + line.done, sums[2] + line.total
    return visit.page(
        "roadmaps/list.html",
        rows=[(row, names[row.roadmap.place]) for row in rows],
        progress=progress,
        states=ROADMAP_STATE,
        may_plan=visit.may(Permission.PLAN),
    )


async def _owners(tx: Tx, visit: Visit) -> list[PlaceChoice]:
    regions = {
        Place(g.place.region_id)
        for g in visit.actor.grants
        if Permission.PLAN in TABLE[g.role] and g.place.municipality_id is None
    }
    names = await schools.place_names(tx, regions)
    found = [PlaceChoice(place_value(place), name.name, "") for place, name in names.items()]
    for m in await schools.municipalities(tx):
        if allows(visit.actor, Permission.PLAN, m.place):
            found.append(PlaceChoice(place_value(m.place), m.name, ""))
    return found


async def _upload_page(visit: Visit, *, kept: FormData | None = None, problem: str = "") -> Response:
    if not visit.may(Permission.PLAN):
        raise Forbidden
    async with visit.read() as tx:
        owners = await _owners(tx, visit)
    return visit.page(
        "roadmaps/upload.html",
        status=422 if problem else 200,
        owners=owners,
        kept=kept or {},
        problem=problem,
        limit=MAX_DOCUMENT,
    )


@closed.get(UPLOAD)
async def upload_page(visit: Visitor) -> Response:
    """Choose a file."""
    return await _upload_page(visit)


@closed.post(UPLOAD)
async def upload(visit: Visitor, request: Request) -> Response:
    """Read the document in a thread and keep what was read as a draft."""
    if not visit.may(Permission.PLAN):
        raise Forbidden
    raw = await sent(request)
    try:
        form = read_form(UploadForm, FormData([(k, v) for k, v in raw.multi_items() if k != "file"]))
        received = await receive(visit, raw, year=form.year, school_year=form.school_year)
        owner = read_place(form.owner)
        async with visit.write() as tx:
            known = await roadmaps.draft_of(tx, owner, received.file.sha256, year=form.year)
            roadmap = known or await roadmaps.import_draft(
                tx,
                owner,
                received.reading,
                file_name=received.name,
                file=received.file,
                school_year=received.reading.school_year,
                columns=received.columns,
            )
    except DomainError as error:
        return await _upload_page(visit, kept=raw, problem=visit.say.error(refusal(error)))
    return visit.go(f"/roadmaps/{roadmap.id}", "uploaded_before" if known else "uploaded")


def by_track(view: roadmaps.RoadmapView) -> list[tuple[roadmaps.Track | None, list[roadmaps.Measure]]]:
    """Measures under their tracks; those of no track first, as they stand in the document."""
    return [
        (track, found)
        for track in (None, *view.tracks)
        if (found := [m for m in view.measures if m.track_id == (track.id if track else None)])
    ]


@closed.get("/roadmaps/{roadmap_id}")
async def roadmap_page(visit: Visitor, roadmap_id: int, query: Annotated[TryQuery, Query()]) -> Response:
    """A draft to be looked through, or a living plan with its progress."""
    return await show(visit, roadmap_id, query)


async def show(visit: Visit, roadmap_id: int, query: TryQuery | None = None, problem: str = "") -> Response:
    """Draw the page; `problem` stands beside the measure that the query names."""
    query = query or TryQuery()
    async with visit.read() as tx:
        view = await roadmaps.roadmap(tx, roadmap_id)
        name = await schools.place_name(tx, view.roadmap.place)
        earlier = await revisions.earlier_of(tx, view.roadmap)
        by_measure = {
            row.measure.id: row
            for row in await reports.by_measure(tx, reports.Filters(roadmap_id=roadmap_id))
        }
        offices: dict[int, list[progress.WorkRow]] = {}
        for work in await progress.office_work(tx, roadmap_id):
            offices.setdefault(work.measure.id, []).append(work)
        past = drafts.past_plan(view.measures, progress.today(tx))
    context: dict[str, Any] = {
        "roadmap": view.roadmap,
        "place": name,
        "groups": by_track(view),
        "measures": view.measures,
        "meanings": {m.id: measure_meaning(visit, m) for m in view.measures},
        "may_plan": allows(visit.actor, Permission.PLAN, view.roadmap.place),
        "states": ROADMAP_STATE,
        "settled_words": SETTLED,
    }
    if view.roadmap.state is not RoadmapState.DRAFT:
        status = 422 if problem else 200
        return visit.page(
            "roadmaps/live.html",
            status=status,
            by_measure=by_measure,
            offices=offices,
            standings=STANDINGS,
            problem=problem,
            **context,
        )
    tried = roadmaps.reading_of(view.roadmap, query.words) if query.words and not problem else None
    return visit.page(
        "roadmaps/draft.html",
        status=422 if problem else 200,
        dated={m.id for m in view.measures if any(due for _, due in m.windows)},
        doubtful=[m for m in view.measures if m.is_doubtful],
        doubts={m.id: doubt_words(visit, m.doubts) for m in view.measures},
        columns={COLUMNS.get(role, COLUMNS["other"]): head for role, head in view.roadmap.columns.items()},
        skipped_words=SKIPPED,
        remarks_on_reading=[visit.say(READING[code]) for code in view.roadmap.doubts if code in READING],
        note_words=NOTES,
        query=query,
        tried=meaning(visit, tried.windows) if tried else [],
        tried_doubts=doubt_words(visit, tried.doubts) if tried else [],
        problem=problem,
        settled=Settled,
        earlier=earlier,
        past_plan=past,
        **of_draft(visit, view),
        **context,
    )


@closed.post("/roadmaps/{roadmap_id}/approve")
async def approve(visit: Visitor, roadmap_id: int) -> Response:
    """Make the draft live without giving it to schools yet."""
    try:
        async with visit.write() as tx:
            await roadmaps.approve(tx, roadmap_id)
    except DomainError as error:
        return await show(visit, roadmap_id, problem=visit.say.error(refusal(error)))
    return visit.go(f"/roadmaps/{roadmap_id}", "approved")


@closed.post("/roadmaps/{roadmap_id}/discard")
async def discard(visit: Visitor, roadmap_id: int) -> Response:
    """Throw a draft away."""
    try:
        async with visit.write() as tx:
            await roadmaps.discard(tx, roadmap_id)
    except DomainError as error:
        return await show(visit, roadmap_id, problem=visit.say.error(refusal(error)))
    return visit.go("/roadmaps", "discarded")
