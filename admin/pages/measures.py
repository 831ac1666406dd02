"""One measure of a roadmap: settling its deadline, correcting its fields, moving a date of a living plan."""

from datetime import date

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.datastructures import FormData

from admin.auth import Visitor
from admin.deadlines import doubt_words, measure_meaning
from admin.forms import Choice, Form, read_form, refusal, sent
from admin.page import Visit
from admin.pages.roadmaps import TryQuery, show
from domain import moving, roadmaps
from domain.db import Tx
from domain.errors import DomainError, NotFound
from domain.roadmaps import RoadmapState, Settled

closed = APIRouter()
BASE = "/roadmaps/{roadmap_id}/measures/{measure_id}"
FIELDS = ("number", "title", "responsible_raw", "expected_result", "indicator", "evidence_required")


class SettleForm(Form):
    """An answer to a doubt."""

    choice: Settled
    seen: Choice = None


class WordsForm(Form):
    """Other words for a deadline."""

    words: str
    seen: Choice = None


class FieldsForm(Form):
    """The texts of a measure."""

    number: str = ""
    title: str
    responsible_raw: str = ""
    expected_result: str = ""
    indicator: str = ""
    evidence_required: str = ""
    seen: Choice = None


class MoveForm(Form):
    """A new day for one occurrence."""

    occurrence: int
    due_on: date


async def own(tx: Tx, roadmap_id: int, measure_id: int) -> roadmaps.Measure:
    """A measure of this very roadmap, for those who plan there."""
    # The address names both, and they must belong together; planning rights are asked before anything is said.
    await roadmaps.roadmap_for_planning(tx, roadmap_id)
    found = await roadmaps.measure(tx, measure_id)
    if found.roadmap_id != roadmap_id:
        raise NotFound
    return found


def _next(visit: Visit, roadmap_id: int, done: str, measure_id: int) -> Response:
    return visit.go(f"/roadmaps/{roadmap_id}", done, anchor=f"m{measure_id}")


@closed.post(f"{BASE}/settle")
async def settle(visit: Visitor, request: Request, roadmap_id: int, measure_id: int) -> Response:
    """«Так и есть» or «Без напоминаний»."""
    raw = await sent(request)
    try:
        form = read_form(SettleForm, raw)
        async with visit.write() as tx:
            await own(tx, roadmap_id, measure_id)
            await moving.settle_deadline(tx, measure_id, form.choice, seen=form.seen)
    except DomainError as error:
        return await show(
            visit, roadmap_id, TryQuery(measure=measure_id), problem=visit.say.error(refusal(error))
        )
    return _next(visit, roadmap_id, "settled", measure_id)


@closed.post(f"{BASE}/deadline")
async def retype(visit: Visitor, request: Request, roadmap_id: int, measure_id: int) -> Response:
    """Say the deadline in other words; the author's stay beside them."""
    raw = await sent(request)
    try:
        form = read_form(WordsForm, raw)
        async with visit.write() as tx:
            await own(tx, roadmap_id, measure_id)
            await moving.retype_deadline(tx, measure_id, form.words, seen=form.seen)
    except DomainError as error:
        query = TryQuery(measure=measure_id, words=str(raw.get("words", "")))
        return await show(visit, roadmap_id, query, problem=visit.say.error(refusal(error)))
    return _next(visit, roadmap_id, "settled", measure_id)


@closed.get(BASE)
async def measure_page(visit: Visitor, roadmap_id: int, measure_id: int) -> Response:
    """The fields of one measure."""
    return await _page(visit, roadmap_id, measure_id)


async def _page(
    visit: Visit, roadmap_id: int, measure_id: int, problem: str = "", kept: FormData | None = None
) -> Response:
    async with visit.read() as tx:
        measure = await own(tx, roadmap_id, measure_id)
        roadmap = (await roadmaps.roadmap(tx, roadmap_id)).roadmap
    return visit.page(
        "roadmaps/measure.html",
        status=422 if problem else 200,
        roadmap=roadmap,
        measure=measure,
        meaning=measure_meaning(visit, measure),
        doubts=doubt_words(visit, measure.doubts),
        windows=roadmaps.parse_windows(measure.windows),
        dated=any(due for _, due in measure.windows),
        settled=Settled,
        is_draft=roadmap.state is RoadmapState.DRAFT,
        problem=problem,
        kept=kept or {},
    )


@closed.post(BASE)
async def edit(visit: Visitor, request: Request, roadmap_id: int, measure_id: int) -> Response:
    """Correct what was read."""
    raw = await sent(request)
    try:
        form = read_form(FieldsForm, raw)
        async with visit.write() as tx:
            await own(tx, roadmap_id, measure_id)
            fields = form.model_dump(exclude={"seen"})
            await roadmaps.edit_measure(tx, measure_id, seen=form.seen, **fields)
    except DomainError as error:
        return await _page(visit, roadmap_id, measure_id, visit.say.error(refusal(error)), raw)
    return _next(visit, roadmap_id, "saved", measure_id)


@closed.post(f"{BASE}/drop")
async def drop(visit: Visitor, roadmap_id: int, measure_id: int) -> Response:
    """Leave a row out."""
    try:
        async with visit.write() as tx:
            await own(tx, roadmap_id, measure_id)
            await roadmaps.drop_measure(tx, measure_id)
    except DomainError as error:
        return await _page(visit, roadmap_id, measure_id, visit.say.error(refusal(error)))
    return visit.go(f"/roadmaps/{roadmap_id}", "dropped")


@closed.post(f"{BASE}/move")
async def move(visit: Visitor, request: Request, roadmap_id: int, measure_id: int) -> Response:
    """Move a date of a living plan; what is still open moves with it."""
    raw = await sent(request)
    try:
        form = read_form(MoveForm, raw)
        async with visit.write() as tx:
            measure = await own(tx, roadmap_id, measure_id)
            if not 0 <= form.occurrence < max(1, len(measure.windows)):
                raise NotFound
            moved = await moving.move_due(tx, measure_id, form.occurrence, form.due_on)
    except DomainError as error:
        return await _page(visit, roadmap_id, measure_id, visit.say.error(refusal(error)))
    return visit.go(f"/roadmaps/{roadmap_id}", "moved", moved, anchor=f"m{measure_id}")
