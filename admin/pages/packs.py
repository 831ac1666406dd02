"""Evidence packs: what would be in one, and the archive itself."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import FileResponse, Response
from starlette.background import BackgroundTask

from admin.auth import Visitor
from admin.forms import Choice, Filters, Form, read_form, sent
from admin.page import Visit
from admin.tables import attachment
from domain import packs, reports, schools
from domain.errors import DomainError, NotFound
from domain.packs import Pack, PackEmpty, Scope
from domain.risks import FACTORS, Stage

closed = APIRouter()

REASONS = {
    packs.Reason.TOO_MANY: "more files than the slot takes: beside the slots",
    packs.Reason.TOO_LARGE: "larger than the slot takes",
    packs.Reason.WRONG_TYPE: "of a type that the slot does not take",
    packs.Reason.NOT_JOINED: "photos whose PDF has not been made yet",
    packs.Reason.LOST: "not found in the store",
}


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


def _scope(chosen: PackFilters | PackForm) -> Scope:
    return Scope(chosen.school, chosen.municipality, chosen.roadmap, chosen.factor, chosen.stage)


@closed.get("/packs")
async def pack_page(visit: Visitor, filters: Annotated[PackFilters, Query()]) -> Response:
    """What the pack would hold: files by slot, what is left out and why."""
    return await _page(visit, filters)


async def _page(visit: Visit, chosen: PackFilters | PackForm, problem: str = "") -> Response:
    async with visit.read() as tx:
        try:
            pack = await packs.pack_of(tx, _scope(chosen))
        except PackEmpty as empty:
            pack, problem = Pack(), problem or visit.say.error(empty)
        found = await schools.school_list(tx)
        municipalities = await schools.municipalities(tx)
        plans = await reports.used_roadmaps(tx)
    return visit.page(
        "packs/page.html",
        status=422 if problem and isinstance(chosen, PackForm) else 200,
        pack=pack,
        chosen=chosen,
        schools=found,
        municipalities=municipalities,
        plans=plans,
        factors=FACTORS,
        stages=list(Stage),
        reasons=REASONS,
        problem=problem,
    )


@closed.post("/packs")
async def take_pack(visit: Visitor, request: Request) -> Response:
    """The archive: written to a temporary file, sent, and deleted."""
    form = read_form(PackForm, await sent(request))
    try:
        async with visit.write() as tx:
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


def _name(pack: Pack, form: PackForm) -> str:
    logins = {file.proof.login for file in pack.files}
    parts = [logins.pop() if len(logins) == 1 else "vekha"]
    parts += [f"risk{form.factor}"] if form.factor else []
    parts += [f"stage{form.stage}"] if form.stage else []
    return "_".join(parts)
