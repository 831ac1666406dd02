"""Criteria sets: those that come along, the region's own versions; copied, changed as text, frozen once scored."""

import re
import tomllib
from typing import Annotated, Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import StringConstraints
from starlette.datastructures import FormData

from admin import boards
from admin.auth import Visitor
from admin.criteria_text import written
from admin.forms import Form, read_form, refusal, sent
from admin.page import Visit
from domain import rubrics, schools
from domain.actor import Place
from domain.errors import DomainError, Forbidden, NotFound
from domain.policy import TABLE, Permission, allows
from domain.rubrics import CriteriaSet, SetUnreadable

closed = APIRouter()


class KeepForm(Form):
    """A set that comes along, to be kept with the region."""

    key: str
    region: int


class ChangeForm(Form):
    """The whole set as text."""

    text: Annotated[str, StringConstraints(max_length=60_000)] = ""


@closed.get("/monitoring/criteria")
async def sets_page(visit: Visitor) -> Response:
    """Sets of one's region, and those that come along."""
    async with visit.read() as tx:
        places = sorted({Place(g.place.region_id) for g in visit.actor.grants if g.place.region_id})
        kept = [found for place in places for found in await rubrics.kept_sets(tx, place.region_id or 0)]
        own = [
            place.region_id
            for place in places
            if any(Permission.REGISTER in TABLE[g.role] and g.place == place for g in visit.actor.grants)
        ]
        names = {
            place.region_id: name.name for place, name in (await schools.place_names(tx, places)).items()
        }
    return visit.page(
        "monitoring/sets.html",
        kept=kept,
        taken={(found.region_id, found.key) for found in kept},
        shipped=rubrics.shipped_sets(),
        regions=[(region, names.get(region, "")) for region in own],
        number=boards.number,
    )


@closed.post("/monitoring/criteria")
async def keep(visit: Visitor, request: Request) -> Response:
    """Take a set that comes along."""
    if not visit.may(Permission.REGISTER):
        raise Forbidden
    form = read_form(KeepForm, await sent(request))
    async with visit.write() as tx:
        kept = await rubrics.save_set(tx, form.region, rubrics.shipped_document(form.key))
    return visit.go(f"/monitoring/criteria/{kept.id}", "saved")


@closed.get("/monitoring/criteria/{set_id}")
async def set_page(visit: Visitor, set_id: int) -> Response:
    """Groups, criteria, scales and bands; the text of it for who may change it."""
    return await _set_page(visit, set_id)


async def _set_page(
    visit: Visit, set_id: int, *, problem: str = "", kept: FormData | None = None
) -> Response:
    async with visit.read() as tx:
        found = await rubrics.kept_set(tx, set_id)
        if not any(grant.place.region_id == found.region_id for grant in visit.actor.grants):
            raise NotFound
        may_change = allows(visit.actor, Permission.REGISTER, Place(found.region_id))
    of: CriteriaSet = rubrics.read_set(found.document)
    text = str(kept["text"]) if kept and "text" in kept else written(found.document)
    return visit.page(
        "monitoring/set.html",
        status=422 if problem else 200,
        found=found,
        of=of,
        may_change=may_change,
        text=text,
        # «Мониторинг 2022 года» → 2023; a date in the title is not next year's.
        next_title=re.sub(rf"(?<![\d.]){of.year}(?!\d)", str(of.year + 1), of.title),
        problem=problem,
        number=boards.number,
        sources=boards.SOURCES,
    )


@closed.post("/monitoring/criteria/{set_id}")
async def change(visit: Visitor, set_id: int, request: Request) -> Response:
    """Save the changed set. Contradictory maxima are refused with the sum; a set that was used cannot change."""
    async with visit.read() as tx:
        found = await rubrics.kept_set(tx, set_id)
        _may(visit, found.region_id)
    raw = await sent(request)
    try:
        document = _read(read_form(ChangeForm, raw).text)
        # The page changes this version: its key and number are not a matter of the text.
        document |= {"key": found.key, "version": found.version}
        async with visit.write() as tx:
            await rubrics.save_set(tx, found.region_id, document)
    except DomainError as error:
        return await _set_page(visit, set_id, problem=visit.say.error(refusal(error)), kept=raw)
    return visit.go(f"/monitoring/criteria/{set_id}", "saved")


@closed.post("/monitoring/criteria/{set_id}/copy")
async def copy(visit: Visitor, set_id: int) -> Response:
    """The next version, free to be changed: a new year's set is made this way."""
    async with visit.read() as tx:
        _may(visit, (await rubrics.kept_set(tx, set_id)).region_id)
    async with visit.write() as tx:
        made = await rubrics.copy_set(tx, set_id)
    return visit.go(f"/monitoring/criteria/{made.id}", "copied")


def _may(visit: Visit, region_id: int) -> None:
    """A stranger is told «not found», an insider «forbidden»."""
    if not any(grant.place.region_id == region_id for grant in visit.actor.grants):
        raise NotFound
    if not allows(visit.actor, Permission.REGISTER, Place(region_id)):
        raise Forbidden


def _read(text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SetUnreadable(where=str(error)) from None
