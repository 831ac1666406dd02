"""Shaping a draft: columns, period, report dates, rows split, joined, added and taken back, targets."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from admin.auth import Visitor
from admin.documents import read_again
from admin.forms import Choice, Form, read_form, refusal, sent
from admin.page import Visit
from admin.pages.measures import BASE, own
from admin.pages.roadmaps import TryQuery, show
from admin.plan_check import ROLES
from domain import drafts, roadmaps
from domain.drafts import Part
from domain.errors import N_, DomainError, InvalidInput
from domain.roadmaps import RoadmapState

closed = APIRouter()
ROADMAP = "/roadmaps/{roadmap_id}"


class ColumnsForm(Form):
    """A role for each column, in the order of the table."""

    role: list[str]
    seen: Choice = None


class PeriodForm(Form):
    """Which year the roadmap is for."""

    year: int
    last_year: Choice = None
    school_year: bool = False
    seen: Choice = None


class YearsForm(Form):
    """By how many years to move all dates."""

    years: int
    seen: Choice = None


class DatesForm(Form):
    """When to report on what goes on all the time."""

    words: str
    seen: Choice = None


class RestoreForm(Form):
    """A row passed over."""

    key: str


class AddForm(Form):
    """A row of one's own."""

    title: str
    deadline: str = ""


class SplitForm(Form):
    """The parts of a row, each with a deadline of its own or an empty one."""

    title: list[str]
    deadline: list[str]
    seen: Choice = None


class SeenForm(Form):
    """The version that the person looked at."""

    seen: Choice = None


class TargetsForm(Form):
    """Targets to be counted, by their words."""

    quote: list[str]


def _override(layout: list[list[str]], chosen: list[str]) -> dict[str, str | int]:
    """The columns as the reader takes them: role → header, or → index where headers do not tell them apart."""
    if len(chosen) != len(layout) or not set(chosen) <= set(ROLES):
        raise InvalidInput
    if "activity" not in chosen:
        raise InvalidInput(reason=N_("Say which column holds the measures."))
    headers = [header for _, header in layout]
    # A role that a column has lost is looked for in none.
    result: dict[str, str | int] = {role: -1 for role, _ in layout if role not in (*chosen, "other")}
    for index, role in reversed(list(enumerate(chosen))):
        if role != "other":
            result[role] = headers[index] if headers.count(headers[index]) == 1 and headers[index] else index
    return result


@closed.post(f"{ROADMAP}/columns")
async def columns(visit: Visitor, request: Request, roadmap_id: int) -> Response:
    """Read the document again with other columns; what a person has changed stays."""
    raw = await sent(request)
    try:
        form = read_form(ColumnsForm, raw)
        async with visit.read() as tx:
            roadmap = await roadmaps.roadmap_for_planning(tx, roadmap_id)
            if roadmap.state is not RoadmapState.DRAFT:
                raise roadmaps.RoadmapClosed
        override = _override(roadmap.layout, form.role)
        reading = await read_again(visit, roadmap, override)
        async with visit.write() as tx:
            await drafts.read_anew(tx, roadmap_id, reading, override, seen=form.seen)
    except DomainError as error:
        return await show(visit, roadmap_id, problem=visit.say.error(refusal(error)))
    return visit.go(f"/roadmaps/{roadmap_id}", "read_anew")


@closed.post(f"{ROADMAP}/period")
async def period(visit: Visitor, request: Request, roadmap_id: int) -> Response:
    """«Учебный год или календарный», asked once; deadlines that nobody has settled follow."""
    raw = await sent(request)
    try:
        form = read_form(PeriodForm, raw)
        async with visit.write() as tx:
            changed = await drafts.set_period(
                tx,
                roadmap_id,
                year=form.year,
                last_year=form.last_year,
                school_year=form.school_year,
                seen=form.seen,
            )
    except DomainError as error:
        return await show(visit, roadmap_id, problem=visit.say.error(refusal(error)))
    return visit.go(f"/roadmaps/{roadmap_id}", "period_set", changed)


@closed.post(f"{ROADMAP}/years")
async def years(visit: Visitor, request: Request, roadmap_id: int) -> Response:
    """Move a plan of years that are over, all dates at once."""
    raw = await sent(request)
    try:
        form = read_form(YearsForm, raw)
        async with visit.write() as tx:
            count = await drafts.shift_years(tx, roadmap_id, form.years, seen=form.seen)
    except DomainError as error:
        return await show(visit, roadmap_id, problem=visit.say.error(refusal(error)))
    return visit.go(f"/roadmaps/{roadmap_id}", "years_moved", count)


@closed.post(f"{ROADMAP}/report-dates")
async def report_dates(visit: Visitor, request: Request, roadmap_id: int) -> Response:
    """One answer for all measures that go on all the time."""
    raw = await sent(request)
    try:
        form = read_form(DatesForm, raw)
        async with visit.write() as tx:
            count = await drafts.set_report_dates(tx, roadmap_id, form.words, seen=form.seen)
    except DomainError as error:
        return await show(visit, roadmap_id, problem=visit.say.error(refusal(error)))
    return visit.go(f"/roadmaps/{roadmap_id}", "dates_set", count)


@closed.post(f"{ROADMAP}/restore")
async def restore(visit: Visitor, request: Request, roadmap_id: int) -> Response:
    """Take back a row that was left out or passed over."""
    raw = await sent(request)
    try:
        form = read_form(RestoreForm, raw)
        async with visit.write() as tx:
            measure = await drafts.restore_row(tx, roadmap_id, form.key)
    except DomainError as error:
        return await show(visit, roadmap_id, problem=visit.say.error(refusal(error)))
    return visit.go(f"/roadmaps/{roadmap_id}", "restored", anchor=f"m{measure.id}")


@closed.post(f"{ROADMAP}/measures")
async def add(visit: Visitor, request: Request, roadmap_id: int) -> Response:
    """Add a row by hand."""
    raw = await sent(request)
    try:
        form = read_form(AddForm, raw)
        async with visit.write() as tx:
            measure = await roadmaps.add_measure(
                tx, roadmap_id, title=form.title, deadline_text=form.deadline
            )
    except DomainError as error:
        return await show(visit, roadmap_id, problem=visit.say.error(refusal(error)))
    return visit.go(f"/roadmaps/{roadmap_id}", "added", anchor=f"m{measure.id}")


async def _split_page(
    visit: Visit, roadmap_id: int, measure_id: int, problem: str = "", form: SplitForm | None = None
) -> Response:
    async with visit.read() as tx:
        measure = await own(tx, roadmap_id, measure_id)
        roadmap = (await roadmaps.roadmap(tx, roadmap_id)).roadmap
    parts = [Part(title) for title in drafts.suggested_parts(measure.title)]
    if form is not None:
        parts = [Part(*pair) for pair in zip(form.title, form.deadline, strict=False)]
    return visit.page(
        "roadmaps/split.html",
        status=422 if problem else 200,
        roadmap=roadmap,
        measure=measure,
        parts=[*parts, *[Part("")] * max(0, 3 - len(parts))],
        problem=problem,
    )


@closed.get(f"{BASE}/split")
async def split_page(visit: Visitor, roadmap_id: int, measure_id: int) -> Response:
    """A row and the parts that it falls into by itself."""
    return await _split_page(visit, roadmap_id, measure_id)


@closed.post(f"{BASE}/split")
async def split(visit: Visitor, request: Request, roadmap_id: int, measure_id: int) -> Response:
    """Make several rows of one."""
    raw = await sent(request)
    form: SplitForm | None = None
    try:
        form = read_form(SplitForm, raw)
        parts = [Part(*pair) for pair in zip(form.title, form.deadline, strict=False)]
        async with visit.write() as tx:
            await own(tx, roadmap_id, measure_id)
            await drafts.split_measure(tx, measure_id, parts, seen=form.seen)
    except DomainError as error:
        return await _split_page(visit, roadmap_id, measure_id, visit.say.error(refusal(error)), form)
    return visit.go(f"/roadmaps/{roadmap_id}", "split", anchor=f"m{measure_id}")


@closed.post(f"{BASE}/merge")
async def merge(visit: Visitor, request: Request, roadmap_id: int, measure_id: int) -> Response:
    """Make one row of this one and the one below."""
    raw = await sent(request)
    try:
        form = read_form(SeenForm, raw)
        async with visit.write() as tx:
            await own(tx, roadmap_id, measure_id)
            await drafts.merge_next(tx, measure_id, seen=form.seen)
    except DomainError as error:
        return await show(visit, roadmap_id, problem=visit.say.error(refusal(error)))
    return visit.go(f"/roadmaps/{roadmap_id}", "merged", anchor=f"m{measure_id}")


@closed.post(f"{BASE}/month")
async def month(visit: Visitor, request: Request, roadmap_id: int, measure_id: int) -> Response:
    """«Весь месяц»."""
    raw = await sent(request)
    try:
        form = read_form(SeenForm, raw)
        async with visit.write() as tx:
            await own(tx, roadmap_id, measure_id)
            await drafts.take_month(tx, measure_id, seen=form.seen)
    except DomainError as error:
        query = TryQuery(measure=measure_id)
        return await show(visit, roadmap_id, query, problem=visit.say.error(refusal(error)))
    return visit.go(f"/roadmaps/{roadmap_id}", "settled", anchor=f"m{measure_id}")


@closed.post(f"{BASE}/targets")
async def targets(visit: Visitor, request: Request, roadmap_id: int, measure_id: int) -> Response:
    """Keep numbers named in the text as counted targets."""
    raw = await sent(request)
    try:
        form = read_form(TargetsForm, raw)
        async with visit.write() as tx:
            await own(tx, roadmap_id, measure_id)
            await drafts.accept_targets(tx, measure_id, form.quote)
    except DomainError as error:
        return await show(visit, roadmap_id, problem=visit.say.error(refusal(error)))
    return visit.go(f"/roadmaps/{roadmap_id}", "targets", anchor="targets")
