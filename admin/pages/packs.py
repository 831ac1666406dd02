"""Evidence packs: what would be in one, and the archive itself."""

import asyncio
from dataclasses import asdict
from typing import Annotated
from urllib.parse import parse_qsl, urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import FileResponse, Response
from starlette.background import BackgroundTask

from admin.auth import Visitor
from admin.forms import Choice, Filters, Form, read_form, refusal, sent
from admin.page import Visit
from admin.tables import attachment
from domain import handouts, packs, reports, roadmaps, schools
from domain.db import Tx
from domain.errors import N_, DomainError, NotFound
from domain.packs import Pack, PackEmpty, Scope
from domain.policy import Permission, allows
from domain.risks import FACTORS, Stage

closed = APIRouter()

REASONS = {
    packs.Reason.TOO_MANY: N_("more files than the slot takes: beside the slots"),
    packs.Reason.TOO_LARGE: N_("larger than the slot takes"),
    packs.Reason.WRONG_TYPE: N_("of a type that the slot does not take"),
    packs.Reason.NOT_JOINED: N_("photos whose PDF has not been made yet"),
    packs.Reason.LOST: N_("not found in the store"),
}
SHOWN = 300


class PackFilters(Filters):
    """Which part of the proof."""

    school: Choice = None
    municipality: Choice = None
    roadmap: Choice = None
    factor: Choice = None
    stage: Choice = None


class PackForm(Form):
    """The same, as a form: taking files along leaves a trace, so it is no link."""

    school: Choice = None
    municipality: Choice = None
    roadmap: Choice = None
    factor: Choice = None
    stage: Choice = None


class ChoiceForm(Form):
    """Which files take the places of one school's slot; `back` is the page to go back to."""

    school: int
    files: list[int] = []  # noqa: RUF012 - pydantic copies it
    back: str = ""


def _scope(chosen: PackFilters | PackForm) -> Scope:
    return Scope(chosen.school, chosen.municipality, chosen.roadmap, chosen.factor, chosen.stage)


@closed.get("/packs")
async def pack_page(visit: Visitor, filters: Annotated[PackFilters, Query()]) -> Response:
    """What the pack would hold: files by slot, what is left out and why; and packs that are being written."""
    return await _page(visit, filters)


async def _page(visit: Visit, chosen: PackFilters | PackForm, problem: str = "") -> Response:
    async with visit.read() as tx:
        empty = ""
        try:
            pack = await packs.pack_of(tx, _scope(chosen))
        except PackEmpty as nothing:
            pack, empty = Pack(), visit.say.error(nothing)
        orders = await handouts.ordered_packs(tx)
        found = await schools.school_list(tx)
        reviewed = {
            row.school.id
            for row in found
            if not visit.actor.works_at(row.school.id)
            and any(
                allows(visit.actor, p, row.school.place) for p in (Permission.REVIEW, Permission.OVERRULE)
            )
        }
        municipalities = await schools.municipalities(tx)
        plans = await reports.used_roadmaps(tx)
    page = visit.page(
        "packs/page.html",
        status=422 if problem or (empty and isinstance(chosen, PackForm)) else 200,
        pack=pack,
        shown=SHOWN,
        chosen=chosen,
        at_once=chosen.school is not None or len(found) == 1,
        orders=orders,
        reviewed=reviewed,
        schools=found,
        municipalities=municipalities,
        plans=plans,
        factors=FACTORS,
        stages=list(Stage),
        reasons=REASONS,
        problem=problem,
        empty=empty,
    )
    if any(order.state in handouts.RUNNING for order in orders):
        page.headers["Refresh"] = "3;url=/packs"  # seconds
    return page


@closed.post("/packs")
async def take_pack(visit: Visitor, request: Request) -> Response:
    """A school's archive at once: written to a temporary file, sent, and deleted. Many schools': in the background."""
    form = read_form(PackForm, await sent(request))
    try:
        async with visit.write() as tx:
            if form.school is None and len(await schools.school_list(tx)) > 1:
                asked = {name: value for name, value in asdict(_scope(form)).items() if value is not None}
                await handouts.ask(
                    tx, handouts.PACK, handouts.Format.ZIP, asked, await _title(visit, tx, form)
                )
                return visit.go("/packs", "pack_ordered", anchor="orders")
            pack = await packs.request_pack(tx, _scope(form))
            at = tx.now
    except NotFound:
        raise
    except DomainError as error:
        return await _page(visit, form, visit.say.error(error))
    target = visit.panel.files.incoming()
    try:
        await asyncio.to_thread(
            packs.write_pack, target, pack, visit.panel.files, visit.say, at=at, zone=visit.actor.timezone
        )
    except BaseException:
        target.unlink(missing_ok=True)
        raise
    name = f"{_name(pack, form)}.zip"
    cleaning = BackgroundTask(target.unlink, missing_ok=True)
    return FileResponse(target, media_type="application/zip", headers=attachment(name), background=cleaning)


@closed.post("/packs/choose")
async def choose(visit: Visitor, request: Request) -> Response:
    """Say which files take the places of a crowded slot."""
    form = read_form(ChoiceForm, await sent(request))
    try:
        async with visit.write() as tx:
            await packs.choose_files(tx, form.school, form.files)
    except DomainError as error:
        return await _page(visit, PackFilters(school=form.school), visit.say.error(refusal(error)))
    filters = PackFilters.model_validate(dict(parse_qsl(form.back)))
    kept = {name: value for name, value in filters.model_dump().items() if value is not None}
    return visit.go(f"/packs?{urlencode(kept)}" if kept else "/packs", "saved")


async def _title(visit: Visit, tx: Tx, form: PackForm) -> str:
    """«Комплект подтверждений, Даниловский МР, риск 3, этап 1»: what stands in the list and in the message."""
    parts = [visit.say("Evidence pack")]
    parts += [m.name for m in await schools.municipalities(tx) if m.id == form.municipality]
    parts += [
        roadmaps.short(title, 80) for id_, title in await reports.used_roadmaps(tx) if id_ == form.roadmap
    ]
    parts += [visit.say("risk %(n)s", n=form.factor)] if form.factor else []
    parts += [visit.say("stage %(n)s", n=form.stage)] if form.stage else []
    return ", ".join(parts)


def _name(pack: Pack, form: PackForm) -> str:
    logins = {file.proof.login for file in pack.files}
    parts = [logins.pop() if len(logins) == 1 else "vekha"]
    parts += [f"risk{form.factor}"] if form.factor else []
    parts += [f"stage{form.stage}"] if form.stage else []
    return "_".join(parts)
