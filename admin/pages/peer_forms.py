"""A school's own side of mutual expertise: the form, the meeting, the partner's papers, the answers."""

import asyncio
from collections.abc import Mapping
from datetime import date, datetime, time
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, Response

from admin.auth import Visitor
from admin.forms import Day, Form, read_form, refusal, sent
from admin.page import Visit
from admin.tables import attachment
from admin.words import STANDINGS
from domain import papers, peer_advice, peer_papers, peer_review, progress
from domain.errors import DomainError, NotFound
from domain.peer_review import STEPS, FormView, Verdict
from domain.policy import Permission, allows
from domain.risks import ACTIONS, DOCUMENTS, FACTORS, LEVELS, RiskLevel

closed = APIRouter()
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
CHANGES = {
    "held": peer_review.hold,
    "placed": peer_review.place,
    "reopen": peer_review.reopen,
}


class MeetingForm(Form):
    """When, and where to press."""

    day: date
    begins: time
    link: str = ""


class AnswerForm(Form):
    """What was done with a recommendation."""

    form: int
    do: str
    why: str = ""
    plan: int = 0
    until: Day = None


class ChangeForm(Form):
    """A single press: held, placed, reopen."""

    do: str


@closed.get("/peer/forms/{form_id}")
async def side(visit: Visitor, form_id: int) -> Response:
    """The school's page of a round; to have opened it is a sign of life for the partner."""
    async with visit.read() as tx:
        view = await peer_review.my_side(tx, form_id)
    if view.runs and view.mine.form.seen_at is None:
        async with visit.write() as wtx:
            await peer_review.look(wtx, form_id)
    return await _side(visit, form_id)


async def _side(
    visit: Visit, form_id: int, problem: str = "", typed: Mapping[str, Any] = MappingProxyType({})
) -> Response:
    """The page; `typed`: fields that could not be saved."""
    async with visit.read() as tx:
        view = await peer_review.my_side(tx, form_id)
        plans = await peer_advice.plans_of(tx, view.mine.form.school_id) if view.advice else []
        today = progress.today(tx)
        met = view.pair.meeting_at is not None and tx.has_passed(view.pair.meeting_at)
    return visit.page(
        "peers/side.html",
        status=422 if problem else 200,
        view=view,
        form=view.mine.form,
        round=view.round,
        steps=STEPS,
        today=today,
        plans=plans if allows(visit.actor, Permission.ADAPT, view.mine.form.place) else [],
        meets=visit.local(view.pair.meeting_at),
        may_hold=view.pair.met_at is None and (view.pair.meeting_at is None or met),
        words=_words(view, typed),
        mark_of=peer_review.mark_of,
        longest=peer_review.LONGEST_TEXT,
        problem=problem,
    )


def _words(view: FormView, typed: Mapping[str, Any]) -> dict[str, str]:
    """What stands in the fields, by section: what is kept, or what was typed and could not be."""
    kept = {section.key: str(view.mine.form.texts.get(section.key, "")) for section in view.round.form}
    return {
        key: peer_review.kept_typing(
            now, str(typed[key]), str(typed.get(f"was-{key}") or peer_review.mark_of(now))
        )
        if key in typed
        else now
        for key, now in kept.items()
    }


@closed.post("/peer/forms/{form_id}")
async def write(visit: Visitor, request: Request, form_id: int) -> Response:
    """Save the sections; then show the form, or make it final, where that was pressed."""
    raw = await sent(request)
    go = str(raw.get("go", "save"))
    try:
        async with visit.write() as tx:
            _, _, its = await peer_review.own_form(tx, form_id)
            for section in its.form:
                key, seen = section.key, raw.get(f"was-{section.key}")
                if key in raw:
                    seen = str(seen) if seen else None
                    await peer_review.write(tx, form_id, key, str(raw[key]), seen=seen)
        if go in ("share", "finish"):  # what was written is kept even where the form cannot be final yet
            async with visit.write() as tx:
                await {"share": peer_review.share, "finish": peer_review.finish}[go](tx, form_id)
    except DomainError as error:
        return await _side(visit, form_id, visit.say.error(refusal(error)), dict(raw))
    return visit.go(
        f"/peer/forms/{form_id}", {"share": "peer_shared", "finish": "peer_final"}.get(go, "saved")
    )


@closed.post("/peer/forms/{form_id}/meeting")
async def meeting(visit: Visitor, request: Request, form_id: int) -> Response:
    """Agree when to meet; the partner hears of it."""
    try:
        form = read_form(MeetingForm, await sent(request))
        at = datetime.combine(form.day, form.begins, ZoneInfo(visit.actor.timezone))
        async with visit.write() as tx:
            await peer_review.set_meeting(tx, form_id, at, form.link)
    except DomainError as error:
        return await _side(visit, form_id, visit.say.error(refusal(error)))
    return visit.go(f"/peer/forms/{form_id}", "peer_meeting", anchor="meeting")


@closed.post("/peer/forms/{form_id}/change")
async def change(visit: Visitor, request: Request, form_id: int) -> Response:
    """The meeting has been held, the file is placed, or the form goes back into work."""
    try:
        form = read_form(ChangeForm, await sent(request))
        if form.do not in CHANGES:
            raise NotFound
        async with visit.write() as tx:
            await CHANGES[form.do](tx, form_id)
    except DomainError as error:
        return await _side(visit, form_id, visit.say.error(refusal(error)))
    return visit.go(f"/peer/forms/{form_id}", "saved")


@closed.get("/peer/forms/{form_id}/read")
async def read(visit: Visitor, form_id: int) -> Response:
    """A form that was shown: for the partner and for those above both schools."""
    async with visit.read() as tx:
        found = await peer_review.readable(tx, form_id)
    return visit.page("peers/form.html", found=found, form_id=form_id)


@closed.get("/peer/forms/{form_id}/file")
async def file(visit: Visitor, form_id: int) -> Response:
    """The same as a Word document."""
    async with visit.read() as tx:
        found = await peer_review.readable(tx, form_id)
    body = await asyncio.to_thread(papers.to_docx, peer_review.paper(visit.say, found))
    return Response(body, media_type=DOCX, headers=attachment(f"{found.author} – {found.about}.docx"))


@closed.get("/peer/forms/{form_id}/papers")
async def partner(visit: Visitor, form_id: int) -> Response:
    """The partner's documents, measures and confirmed reports, while the round runs."""
    async with visit.read() as tx:
        found = await peer_papers.partner_papers(tx, form_id)
    profile = found.profile.profile
    levels: list[Any] = [RiskLevel(level) for level in profile.levels] if profile is not None else []
    return visit.page(
        "peers/papers.html",
        found=found,
        form_id=form_id,
        levels=list(zip(FACTORS, levels, strict=True)) if levels else [],
        factors=FACTORS,
        words=LEVELS,
        actions=ACTIONS,
        kinds=DOCUMENTS,
        standings=STANDINGS,
    )


@closed.get("/peer/forms/{form_id}/papers/{evidence_id}")
async def partner_file(visit: Visitor, form_id: int, evidence_id: int) -> Response:
    """A file of the partner, always as a download."""
    async with visit.read() as tx:
        found = await peer_papers.partner_file(tx, form_id, evidence_id)
    path = visit.panel.files.path(found.sha256 or "")
    if not path.exists():
        raise NotFound
    return FileResponse(path, media_type="application/octet-stream", headers=attachment(found.name or "file"))


@closed.post("/peer/advice/{advice_id}")
async def answer(visit: Visitor, request: Request, advice_id: int) -> Response:
    """«Учли», «не учли, потому что …», or into the own plan."""
    raw = await sent(request)
    form = read_form(AnswerForm, raw)
    try:
        async with visit.write() as tx:
            if form.do == "plan" and form.until is not None:
                await peer_advice.into_plan(tx, advice_id, form.plan, form.until)
            else:
                taken = Verdict.TAKEN if form.do == "taken" else Verdict.DECLINED
                await peer_advice.answer(tx, advice_id, taken, form.why)
    except DomainError as error:
        return await _side(visit, form.form, visit.say.error(refusal(error)))
    return visit.go(f"/peer/forms/{form.form}", "saved", anchor=f"a{advice_id}")
