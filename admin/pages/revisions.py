"""A newer version of a living roadmap: upload, comparison, applying, undoing; taking back what was given."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.datastructures import FormData

from admin.auth import Visitor
from admin.deadlines import doubt_words, meaning
from admin.documents import MAX_DOCUMENT, read_again, receive
from admin.forms import Choice, Form, read_form, refusal, sent
from admin.page import Visit
from admin.pages.roadmaps import show
from admin.words import COLUMNS
from domain import people, recalls, revisions, roadmaps
from domain.db import Tx
from domain.deadlines import BLOCKING_DOUBTS
from domain.errors import N_, DomainError, NotFound
from domain.revisions import Change, ChangeKind, Comparison, Revision, RevisionState

closed = APIRouter()
ROADMAP = "/roadmaps/{roadmap_id}"
LIST = f"{ROADMAP}/revisions"
ONE = f"{LIST}/{{revision_id}}"
UPLOAD = "/roadmaps/newer"  # one address, so that it may carry a file (see `Guard`)
FIELDS = {
    "number": COLUMNS["number"],
    "title": COLUMNS["activity"],
    "deadline_text": COLUMNS["deadline"],
    "responsible_raw": COLUMNS["responsible"],
    "expected_result": COLUMNS["result"],
    "indicator": COLUMNS["indicator"],
    "evidence_required": COLUMNS["document"],
}
STATES = {
    RevisionState.PROPOSED: N_("compared, not applied"),
    RevisionState.APPLIED: N_("applied"),
    RevisionState.UNDONE: N_("undone"),
    RevisionState.DISCARDED: N_("set aside"),
}


class UploadForm(Form):
    """The roadmap of which a newer version comes, beside the file."""

    roadmap: int


class LivingForm(Form):
    """The living roadmap of which a draft is a newer version."""

    living: int


class RowForm(Form):
    """Which measure a row is (0: a new one), or its deadline in other words."""

    row: int
    measure: Choice = None
    words: str = ""
    seen: Choice = None


class ApplyForm(Form):
    """Whether new measures go to the schools that have the roadmap."""

    give_added: bool = False
    seen: Choice = None


async def _own(tx: Tx, roadmap_id: int, revision_id: int) -> Revision:
    # The address names both, and they must belong together.
    found = await revisions.revision(tx, revision_id)
    if found.roadmap_id != roadmap_id:
        raise NotFound
    return found


async def _list(visit: Visit, roadmap_id: int, problem: str = "") -> Response:
    async with visit.read() as tx:
        found = await revisions.revision_list(tx, roadmap_id)
        roadmap = (await roadmaps.roadmap(tx, roadmap_id)).roadmap
        handouts = await recalls.handouts(tx, roadmap_id)
        ids = [r.created_by for r in found] + [h.given_by for h in handouts]
        names = await people.person_names(tx, ids)
    return visit.page(
        "roadmaps/revisions.html",
        status=422 if problem else 200,
        roadmap=roadmap,
        revisions=found,
        states=STATES,
        handouts=handouts,
        names=names,
        limit=MAX_DOCUMENT,
        problem=problem,
    )


@closed.get(LIST)
async def revision_page(visit: Visitor, roadmap_id: int) -> Response:
    """Where a newer version is uploaded, and what became of earlier ones."""
    return await _list(visit, roadmap_id)


@closed.post(UPLOAD)
async def upload(visit: Visitor, request: Request) -> Response:
    """Read the newer version and compare; nothing changes yet."""
    raw = await sent(request)
    form = read_form(UploadForm, FormData([(k, v) for k, v in raw.multi_items() if k != "file"]))
    async with visit.read() as tx:
        roadmap = await roadmaps.roadmap_for_planning(tx, form.roadmap)
    try:
        # The columns that a person named once are looked for under the same headers.
        received = await receive(visit, raw, columns=roadmap.overrides)
        async with visit.write() as tx:
            made = await revisions.propose(
                tx, form.roadmap, received.reading, file_name=received.name, file=received.file
            )
    except DomainError as error:
        return await _list(visit, form.roadmap, visit.say.error(refusal(error)))
    return visit.go(f"/roadmaps/{form.roadmap}/revisions/{made.id}", "compared")


@closed.post(f"{ROADMAP}/as-newer")
async def as_newer(visit: Visitor, request: Request, roadmap_id: int) -> Response:
    """A draft turns out to be a newer version of a living roadmap: compare it, and drop the draft."""
    raw = await sent(request)
    try:
        form = read_form(LivingForm, raw)
        async with visit.read() as tx:
            draft = await roadmaps.roadmap_for_planning(tx, roadmap_id)
            await roadmaps.roadmap_for_planning(tx, form.living)
        reading = await read_again(visit, draft, draft.overrides)
        async with visit.write() as tx:
            made = await revisions.propose_draft(tx, draft.id, form.living, reading)
    except DomainError as error:
        return await show(visit, roadmap_id, problem=visit.say.error(refusal(error)))
    return visit.go(f"/roadmaps/{form.living}/revisions/{made.id}", "compared")


async def _comparison(
    visit: Visit, roadmap_id: int, revision_id: int, problem: str = "", row: int | None = None
) -> Response:
    async with visit.read() as tx:
        await _own(tx, roadmap_id, revision_id)
        compared = await revisions.comparison(tx, revision_id)
    return visit.page(
        "roadmaps/comparison.html",
        status=422 if problem else 200,
        compared=compared,
        revision=compared.revision,
        roadmap=compared.roadmap,
        kinds=ChangeKind,
        lines=[_line(visit, compared, change) for change in compared.changes],
        gone=[c.measure for c in compared.changes if c.kind is ChangeKind.GONE],
        states=STATES,
        proposed=compared.revision.state is RevisionState.PROPOSED,
        problem=problem,
        problem_row=row,
    )


def _line(visit: Visit, compared: Comparison, change: Change) -> dict[str, Any]:
    """A change as the page draws it."""
    row = compared.revision.rows[change.row] if change.row is not None else None
    title = row["title"] if row else change.measure.title if change.measure else ""
    number = row["number"] if row else change.measure.number if change.measure else None
    asks = not BLOCKING_DOUBTS.isdisjoint(change.doubts)
    return {
        "change": change,
        "row": row,
        "title": title,
        "number": number,
        "texts": [(visit.say(FIELDS[name]), *pair) for name, pair in change.texts.items()],
        "was": meaning(visit, change.was),
        "now": meaning(visit, change.now),
        "doubts": doubt_words(visit, change.doubts),
        "asks": asks,
        "worked": change.measure is not None and change.measure.id in compared.worked,
    }


@closed.get(ONE)
async def comparison(visit: Visitor, roadmap_id: int, revision_id: int) -> Response:
    """What the newer version adds, takes away, moves and rewords."""
    return await _comparison(visit, roadmap_id, revision_id)


@closed.post(f"{ONE}/row")
async def change_row(visit: Visitor, request: Request, roadmap_id: int, revision_id: int) -> Response:
    """Match a row by hand, or say its deadline in other words."""
    raw = await sent(request)
    row: int | None = None
    try:
        form = read_form(RowForm, raw)
        row = form.row
        async with visit.write() as tx:
            await _own(tx, roadmap_id, revision_id)
            if form.words:
                await revisions.retype_row(tx, revision_id, form.row, form.words, seen=form.seen)
            elif form.measure is not None:
                await revisions.pair(tx, revision_id, form.row, form.measure or None, seen=form.seen)
    except DomainError as error:
        return await _comparison(visit, roadmap_id, revision_id, visit.say.error(refusal(error)), row)
    return visit.go(f"/roadmaps/{roadmap_id}/revisions/{revision_id}", "saved", anchor=f"r{row}")


@closed.post(f"{ONE}/apply")
async def apply(visit: Visitor, request: Request, roadmap_id: int, revision_id: int) -> Response:
    """Make the roadmap like the newer version."""
    raw = await sent(request)
    try:
        form = read_form(ApplyForm, raw)
        async with visit.write() as tx:
            await _own(tx, roadmap_id, revision_id)
            await revisions.apply(tx, revision_id, give_added=form.give_added, seen=form.seen)
    except DomainError as error:
        return await _comparison(visit, roadmap_id, revision_id, visit.say.error(refusal(error)))
    return visit.go(f"/roadmaps/{roadmap_id}", "revised")


@closed.post(f"{ONE}/discard")
async def discard(visit: Visitor, roadmap_id: int, revision_id: int) -> Response:
    """Leave the roadmap as it is."""
    try:
        async with visit.write() as tx:
            await _own(tx, roadmap_id, revision_id)
            await revisions.discard(tx, revision_id)
    except DomainError as error:
        return await _comparison(visit, roadmap_id, revision_id, visit.say.error(refusal(error)))
    return visit.go(f"/roadmaps/{roadmap_id}/revisions", "set_aside")


@closed.post(f"{ONE}/undo")
async def undo(visit: Visitor, roadmap_id: int, revision_id: int) -> Response:
    """Take a newer version back, while no work has been handed in on it."""
    try:
        async with visit.write() as tx:
            await _own(tx, roadmap_id, revision_id)
            await recalls.undo_import(tx, revision_id)
    except DomainError as error:
        return await _list(visit, roadmap_id, visit.say.error(refusal(error)))
    return visit.go(f"/roadmaps/{roadmap_id}", "undone")


@closed.post(f"{ROADMAP}/handouts/{{handout_id}}/take-back")
async def take_back(visit: Visitor, roadmap_id: int, handout_id: int) -> Response:
    """Take back one giving."""
    try:
        async with visit.write() as tx:
            if (await recalls.handout(tx, handout_id)).roadmap_id != roadmap_id:
                raise NotFound
            count = await recalls.take_back(tx, handout_id)
    except DomainError as error:
        return await _list(visit, roadmap_id, visit.say.error(refusal(error)))
    return visit.go(f"/roadmaps/{roadmap_id}/revisions", "taken_back", count)


@closed.post(f"{ROADMAP}/reopen")
async def reopen(visit: Visitor, roadmap_id: int) -> Response:
    """Make an approved roadmap a draft again."""
    try:
        async with visit.write() as tx:
            await recalls.reopen_roadmap(tx, roadmap_id)
    except DomainError as error:
        return await _list(visit, roadmap_id, visit.say.error(refusal(error)))
    return visit.go(f"/roadmaps/{roadmap_id}", "reopened")
