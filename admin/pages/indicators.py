"""Indicators and agreements: the table at dates, values with their documents, retiring with the reason."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from admin.auth import Visitor
from admin.forms import Choice, Filters, Form, read_form, refusal, sent
from admin.page import Visit
from admin.pages.reporting import is_offered
from domain import indicators, reports, schools
from domain.actor import COORDINATORS, Place
from domain.errors import DomainError
from domain.indicators import AgreementKind, AgreementSpec, IndicatorSpec, Source, Unit
from domain.policy import Permission

closed = APIRouter()


class IndicatorFilters(Filters):
    """Which indicators."""

    municipality: Choice = None


class IndicatorForm(Form):
    """A new indicator."""

    title: str
    track: str = ""
    source: Source = Source.ENTERED
    unit: Unit = Unit.SHARE
    target: str = ""
    word: str = ""
    roadmap: Choice = None


class ValueForm(Form):
    """A value on a date."""

    on: date
    numerator: int
    denominator: Choice = None
    document: str = ""


class RetireForm(Form):
    """Why it is no longer counted."""

    reason: str = ""


class AgreementForm(Form):
    """What was signed, with whom."""

    municipality: Choice = None
    school: Choice = None
    kind: AgreementKind
    partner: str = ""
    document: str = ""
    signed_on: date
    until: str = ""


def _own(visit: Visit) -> Place:
    """The place whose indicators this person keeps: the first that they coordinate."""
    places = visit.actor.places(*COORDINATORS)
    return places[0] if places else Place(None)


@closed.get("/indicators")
async def indicator_page(visit: Visitor, filters: Annotated[IndicatorFilters, Query()]) -> Response:
    """The table of indicators."""
    return await _page(visit, filters)


async def _page(visit: Visit, filters: IndicatorFilters, problem: str = "") -> Response:
    async with visit.read() as tx:
        found = await indicators.table(tx, municipality_id=filters.municipality)
        agreed = await indicators.agreements(tx, municipality_id=filters.municipality)
        municipalities = await schools.municipalities(tx)
        plans = await reports.used_roadmaps(tx)
        listed = await schools.school_list(tx) if visit.may(Permission.PLAN) else []
    return visit.page(
        "indicators/page.html",
        status=422 if problem else 200,
        table=found,
        agreed=agreed,
        agreements=indicators.AGREEMENTS,
        municipalities=municipalities,
        listed=listed,
        plans=plans,
        chosen=filters,
        sources=indicators.SOURCES,
        states=indicators.STATES,
        units=Unit,
        entered=Source.ENTERED,
        files=is_offered(visit, "indicators"),
        problem=problem,
    )


@closed.post("/indicators")
async def add(visit: Visitor, request: Request) -> Response:
    """Set an indicator up."""
    form = read_form(IndicatorForm, await sent(request))
    spec = IndicatorSpec(
        form.title, form.source, form.unit, form.target, form.track, form.word, roadmap_id=form.roadmap
    )
    try:
        async with visit.write() as tx:
            await indicators.add_indicator(tx, _own(visit), spec)
    except DomainError as error:
        return await _page(visit, IndicatorFilters(), visit.say.error(refusal(error)))
    return visit.go("/indicators", "saved")


@closed.post("/indicators/{indicator_id}/values")
async def enter(visit: Visitor, indicator_id: int, request: Request) -> Response:
    """Enter a value with its document."""
    form = read_form(ValueForm, await sent(request))
    try:
        async with visit.write() as tx:
            await indicators.enter_value(
                tx, indicator_id, form.on, form.numerator, form.denominator, document=form.document
            )
    except DomainError as error:
        return await _page(visit, IndicatorFilters(), visit.say.error(refusal(error)))
    return visit.go("/indicators", "saved", anchor=f"i{indicator_id}")


@closed.post("/indicators/{indicator_id}/retire")
async def retire(visit: Visitor, indicator_id: int, request: Request) -> Response:
    """Retire an indicator, with the reason."""
    form = read_form(RetireForm, await sent(request))
    try:
        async with visit.write() as tx:
            await indicators.retire_indicator(tx, indicator_id, reason=form.reason)
    except DomainError as error:
        return await _page(visit, IndicatorFilters(), visit.say.error(refusal(error)))
    return visit.go("/indicators", "saved")


@closed.post("/agreements")
async def agree(visit: Visitor, request: Request) -> Response:
    """Note an agreement."""
    form = read_form(AgreementForm, await sent(request))
    try:
        until = date.fromisoformat(form.until) if form.until else None
        async with visit.write() as tx:
            if form.school is not None:
                place = (await schools.school(tx, form.school)).place
            else:
                found = {m.id: m.place for m in await schools.municipalities(tx)}
                place = found.get(form.municipality or 0, Place(None))
            spec = AgreementSpec(form.kind, form.partner, form.document, form.signed_on, until)
            await indicators.add_agreement(tx, place, spec)
    except ValueError:
        return await _page(visit, IndicatorFilters(), visit.say("There is no such day."))
    except DomainError as error:
        return await _page(visit, IndicatorFilters(), visit.say.error(refusal(error)))
    return visit.go("/indicators", "saved", anchor="agreements")


@closed.post("/agreements/{agreement_id}/remove")
async def remove(visit: Visitor, agreement_id: int) -> Response:
    """Take back an agreement entered by mistake."""
    async with visit.write() as tx:
        await indicators.remove_agreement(tx, agreement_id)
    return visit.go("/indicators", "saved", anchor="agreements")
