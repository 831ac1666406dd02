"""Programmes of a region: which cohorts are in them, and what a report in them may bring."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from admin.auth import Visitor
from admin.forms import Form, read_form, refusal, sent
from admin.page import Visit
from domain import programme, progress, schools
from domain.actor import Role
from domain.errors import DomainError, Forbidden
from domain.policy import Permission

closed = APIRouter()


class SlotForm(Form):
    """The evidence slot of a programme in a region."""

    region: int
    max_files: int
    max_file_mb: int
    types: list[str] = []  # noqa: RUF012 - pydantic copies it


class NameForm(Form):
    """A new programme."""

    name: str = ""


class StepsForm(Form):
    """Days from a deadline, as people write them: «-14, -7, 0, 3»."""

    steps: str


class CohortForm(Form):
    """A cohort and the year of the programme's cycle that it belongs to."""

    cohort: int
    year: int


@closed.get("/programmes")
async def programme_list(visit: Visitor) -> Response:
    """Every programme with its slot in this region."""
    return await _page(visit)


def _regions(visit: Visit) -> list[int]:
    return sorted(p.region_id for p in visit.actor.places(Role.REGIONAL_COORDINATOR) if p.region_id)


async def _page(visit: Visit, problem: str = "", kept: SlotForm | None = None) -> Response:
    if not visit.may(Permission.REGISTER):
        raise Forbidden
    async with visit.read() as tx:
        names = {region.id: region.name for region in await schools.regions(tx)}
        regions = [(number, names[number]) for number in _regions(visit) if number in names]
        slots = {number: await programme.slots_of(tx, number) for number, _ in regions}
        cohorts = await programme.cohorts(tx)
        year = progress.today(tx).year
    return visit.page(
        "programmes/list.html",
        status=422 if problem else 200,
        regions=regions,
        slots=slots,
        cohorts=cohorts,
        year=year,
        federal=programme.FEDERAL,
        types=programme.KNOWN_TYPES,
        most_files=programme.MOST_FILES,
        most_mb=programme.MOST_MB,
        problem=problem,
        kept=kept,
    )


@closed.post("/programmes")
async def add(visit: Visitor, request: Request) -> Response:
    """A programme more."""
    form = read_form(NameForm, await sent(request))
    try:
        async with visit.write() as tx:
            await programme.add_programme(tx, form.name)
    except DomainError as error:
        return await _page(visit, visit.say.error(refusal(error)))
    return visit.go("/programmes", "saved")


@closed.post("/programmes/{programme_id}/slot")
async def set_slot(visit: Visitor, request: Request, programme_id: int) -> Response:
    """What a report may bring from now on, in the chat and on the page for large files."""
    raw, form = await sent(request), None
    try:
        form = read_form(SlotForm, raw)
        async with visit.write() as tx:
            await programme.set_slot(
                tx,
                programme_id,
                form.region,
                max_files=form.max_files,
                max_file_mb=form.max_file_mb,
                file_types=form.types,
            )
    except DomainError as error:
        return await _page(visit, visit.say.error(refusal(error)), form)
    return visit.go("/programmes", "slot_set")


@closed.post("/programmes/{programme_id}/steps")
async def set_steps(visit: Visitor, request: Request, programme_id: int) -> Response:
    """On which days from a deadline it is reminded."""
    try:
        form = read_form(StepsForm, await sent(request))
        async with visit.write() as tx:
            await programme.set_steps(tx, programme_id, programme.read_steps(form.steps))
    except DomainError as error:
        return await _page(visit, visit.say.error(refusal(error)))
    return visit.go("/programmes", "saved")


@closed.post("/programmes/{programme_id}/cohorts")
async def place_cohort(visit: Visitor, request: Request, programme_id: int) -> Response:
    """Say which cohort is of this programme."""
    try:
        form = read_form(CohortForm, await sent(request))
        async with visit.write() as tx:
            await schools.place_cohort(tx, form.cohort, programme_id, form.year)
    except DomainError as error:
        return await _page(visit, visit.say.error(refusal(error)))
    return visit.go("/programmes", "saved")
