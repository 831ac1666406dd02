"""The card of an assignment: what was asked, what was sent, what was decided; and the queue of reports."""

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, Response

from admin.auth import Visitor
from admin.casework import beside
from admin.forms import Form, read_form, refusal, sent
from admin.page import Visit
from admin.pages.audit import deeds
from admin.pages.preview import looks
from admin.tables import attachment
from admin.words import STANDINGS
from domain import audit, phrases, progress
from domain.db import Tx
from domain.errors import DomainError, Forbidden, NotFound
from domain.policy import Permission
from domain.progress import Decision

closed = APIRouter()


class DecisionForm(Form):
    """A decision about one version, with a ready phrase, own words, or both."""

    submission: int
    decision: Decision
    phrase: str = ""
    comment: str = ""


@closed.get("/work/{assignment_id}")
async def work_page(visit: Visitor, assignment_id: int) -> Response:
    """Everything about one assignment on one page."""
    return await _card(visit, assignment_id)


async def _card(visit: Visit, assignment_id: int, *, problem: str = "", kept: Form | None = None) -> Response:
    async with visit.read() as tx:
        card = await progress.work_card(tx, assignment_id)
        entries = await audit.entries(tx, subject_kind="assignment", subject_id=assignment_id)
        history = await deeds(tx, visit, entries)
        day = progress.today(tx)
        more = await beside(tx, visit, card)
        region_id = card.assignment.place.region_id or 0
        ready = {decision: await phrases.phrases(tx, region_id, decision) for decision in Decision}
    newest = card.submissions[0].evidence if card.submissions else []
    return visit.page(
        "work/card.html",
        status=422 if problem else 200,
        card=card,
        history=history,
        day=day,
        standings=STANDINGS,
        phrases=ready,
        looks=await looks(visit, newest),
        problem=problem,
        kept=kept,
        **more,
    )


async def _comment(tx: Tx, visit: Visit, form: DecisionForm, region_id: int) -> str:
    """The ready phrase, own words, or both: also a phrase that the region has dropped while the page stood open."""
    phrase = await phrases.phrase(tx, region_id, form.decision, form.phrase) if form.phrase else None
    ready = "" if phrase is None else phrase.text if phrase.own else visit.say(phrase.text)
    return " ".join(part for part in (ready, form.comment) if part)


@closed.post("/work/{assignment_id}/decide")
async def decide(visit: Visitor, request: Request, assignment_id: int) -> Response:
    """Confirm or return; whoever comes second is told who was first."""
    raw, form = await sent(request), None
    try:
        form = read_form(DecisionForm, raw)
        async with visit.write() as tx:
            await progress.assignment(tx, assignment_id)
            card = await progress.submission_card(tx, form.submission)
            if card.assignment.id != assignment_id:
                raise NotFound
            words = await _comment(tx, visit, form, card.assignment.place.region_id or 0)
            await progress.decide(tx, form.submission, form.decision, words)
    except DomainError as error:
        sentence = _decided(visit, error) or visit.say.error(refusal(error))
        return await _card(visit, assignment_id, problem=sentence, kept=form)
    done = "confirmed" if form.decision is Decision.CONFIRM else "returned"
    return visit.go(f"/work/{assignment_id}", done)


def _decided(visit: Visit, error: DomainError) -> str:
    if not isinstance(error, progress.AlreadyDecided):
        return ""
    at = visit.say.time(error.params["at"], visit.actor.timezone)
    name = error.params["name"]
    if error.params["decision"] == Decision.CONFIRM:
        return visit.say("Already decided: %(name)s confirmed it on %(at)s.", name=name, at=at)
    return visit.say("Already decided: %(name)s returned it on %(at)s.", name=name, at=at)


@closed.get("/files/{evidence_id}")
async def evidence_file(visit: Visitor, evidence_id: int) -> Response:
    """A file of a report, always as a download: the browser never opens it within the panel."""
    async with visit.read() as tx:
        found = await progress.evidence(tx, evidence_id)
    path = visit.panel.files.path(found.sha256) if found.sha256 else None
    if path is None or not path.exists():
        raise NotFound
    return FileResponse(path, media_type="application/octet-stream", headers=attachment(found.name or "file"))


@closed.get("/review")
async def queue(visit: Visitor) -> Response:
    """Reports that wait for this person's decision, the longest waiting first."""
    if not (visit.may(Permission.REVIEW) or visit.may(Permission.OVERRULE)):
        raise Forbidden
    async with visit.read() as tx:
        rows = await progress.queue(tx)
    return visit.page("work/queue.html", rows=rows)
