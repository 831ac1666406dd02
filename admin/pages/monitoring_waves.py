"""Waves in the panel: opening one, its sample and experts, where experts differ, official results, recommendations."""

from datetime import date
from typing import Annotated, Any, NamedTuple

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import StringConstraints
from starlette.datastructures import FormData

from admin import boards
from admin.auth import Visitor
from admin.forms import Choice, Filters, Form, read_form, refusal, sent
from admin.page import Visit
from domain import monitoring, overview, people, progress, rubrics, schools
from domain.actor import Place
from domain.db import Tx
from domain.errors import DomainError, Forbidden
from domain.overview import Segment
from domain.policy import TABLE, Permission, allows

closed = APIRouter()
Words = Annotated[str, StringConstraints(max_length=2000)]


class WaveForm(Form):
    """A new wave."""

    set: int
    title: Annotated[str, StringConstraints(max_length=200)] = ""
    first: date
    last: date
    roadmap: Choice = None


class WaveFilters(Filters):
    """Whose schools are to be chosen."""

    expert: Choice = None
    criterion: str = ""
    municipality: Choice = None


class SampleForm(Form):
    """Schools for an expert."""

    expert: int
    schools: list[int] = []  # noqa: RUF012 - pydantic copies it


class GoneForm(Form):
    """One school less for an expert."""

    expert: int
    school: int


class OfficialForm(Form):
    """What was published: the whole, or its two parts."""

    municipality: Choice = None
    school: Choice = None
    content: str = ""
    organisational: str = ""
    total: str = ""
    source: Words = ""


class SettleForm(Form):
    """The coordinator's word."""

    school: int
    criterion: str
    points: str
    reason: Words = ""


class RecommendForm(Form):
    """What a school is asked to mend."""

    school: int
    criterion: str = ""
    text: Words = ""
    due: date


class Differing(NamedTuple):
    """A school and a criterion on which experts differ."""

    school_id: int
    school: str
    criterion: str
    title: str
    points: list[tuple[str, str, str]]  # expert, points, remark
    scale: list[tuple[int, str]]
    max: str


class Remark(NamedTuple):
    """What an expert wrote about a criterion."""

    school_id: int
    school: str
    criterion: str
    title: str
    expert: str
    points: str
    words: str


@closed.get("/monitoring/waves")
async def waves_page(visit: Visitor) -> Response:
    """Every wave with what was published and what is expected; the form for a new one."""
    return await _waves_page(visit)


async def _waves_page(visit: Visit, *, problem: str = "", kept: FormData | None = None) -> Response:
    async with visit.read() as tx:
        regions = await _regions(tx, visit)
        waves = await monitoring.waves(tx)
        names = await schools.place_names(tx, [Place(w.region_id) for w in waves])
        sets = [kept_set for r in regions for kept_set in await rubrics.kept_sets(tx, r.region_id or 0)]
        points = {
            p.wave.id: p
            for region_id in {w.region_id for w in waves}
            for p in await overview.wave_line(tx, Place(region_id))
        }
        mine = await monitoring.queue(tx)
        today = progress.today(tx)
    return visit.page(
        "monitoring/waves.html",
        status=422 if problem else 200,
        waves=waves,
        names=names,
        place=Place,
        sets=sets,
        points=points,
        dashes=monitoring.TOTALS_ONLY if any(p.totals_only for p in points.values()) else "",
        mine=mine,
        may_open=bool(regions),
        today=today,
        problem=problem,
        kept=kept or {},
        of_max=boards.of_max,
        number=boards.number,
    )


async def _regions(tx: Tx, visit: Visit) -> list[Place]:
    """Regions whose waves one sets up."""
    return sorted(
        {Place(g.place.region_id) for g in visit.actor.grants if Permission.REGISTER in TABLE[g.role]}
    )


@closed.post("/monitoring/waves")
async def open_wave(visit: Visitor, request: Request) -> Response:
    """Open a wave by a kept criteria set."""
    if not visit.may(Permission.REGISTER):
        raise Forbidden
    raw = await sent(request)
    try:
        form = read_form(WaveForm, raw)
        async with visit.write() as tx:
            kept = await rubrics.kept_set(tx, form.set)
            wave = await monitoring.open_wave(
                tx,
                kept.id,
                form.title or kept.title,
                starts_on=form.first,
                ends_on=form.last,
                roadmap_id=form.roadmap,
            )
    except DomainError as error:
        return await _waves_page(visit, problem=visit.say.error(refusal(error)), kept=raw)
    return visit.go(f"/monitoring/waves/{wave.id}", "wave_open")


@closed.get("/monitoring/waves/{wave_id}")
async def wave_page(visit: Visitor, wave_id: int, filters: Annotated[WaveFilters, Query()]) -> Response:
    """The sample with its experts, differences, remarks, recommendations, official results."""
    return await _wave_page(visit, wave_id, filters)


async def _wave_page(
    visit: Visit, wave_id: int, filters: WaveFilters, *, problem: str = "", kept: FormData | None = None
) -> Response:
    async with visit.read() as tx:
        wave = await monitoring.wave(tx, wave_id)
        region = Place(wave.region_id)
        of = await monitoring.criteria_of(tx, wave)
        may_run = allows(visit.actor, Permission.REGISTER, region)
        experts = await monitoring.experts(tx, wave) if may_run else {}
        members = await overview.members(tx, Segment())
        inside = {id_: row for id_, row in members.items() if row.school.region_id == wave.region_id}
        sample = await monitoring.sample(tx, wave_id)
        today = progress.today(tx)
        officials = await monitoring.officials(tx, wave)
        places = await schools.place_names(tx, list(officials))
        marks = await monitoring.marks_of(tx, wave)
        names = await people.person_names(tx, _experts_of(marks))
        context = {
            "differing": _differing(visit, of, marks, inside, names) if may_run else [],
            "remarks": _remarks(of, marks, inside, names) if visit.may(Permission.OVERRULE) else [],
            "recommended": await monitoring.recommendations(tx, wave_id=wave_id),
            "municipalities": [m for m in await schools.municipalities(tx) if m.region_id == wave.region_id],
            "official": [
                (places[place].name, found.source, rubrics.score(of, found.facts))
                for place, found in officials.items()
            ],
        }
    given = {row.school.id for row in sample if row.task.person_id == filters.expert}
    return visit.page(
        "monitoring/wave.html",
        status=422 if problem else 200,
        wave=wave,
        of=of,
        may_run=may_run,
        experts=experts,
        schools=inside,
        sample=sample,
        expert_criteria=[c for c in of.leaves() if c.scored_by == "expert"],
        today=today,
        given=given,
        filters=filters,
        problem=problem,
        kept=kept or {},
        of_max=boards.of_max,
        number=boards.number,
        is_open=wave.starts_on <= today <= wave.ends_on,
        **context,
    )


def _experts_of(marks: Any) -> list[int | None]:
    return sorted(
        {
            person
            for of_school in marks.values()
            for by in of_school.values()
            for person in by
            if person is not None
        }
    )


def _differing(
    visit: Visit, of: rubrics.CriteriaSet, marks: Any, inside: Any, names: dict[int, str]
) -> list[Differing]:
    """Where experts gave different points and nobody has settled it."""
    leaves = {leaf.key: leaf for leaf in of.leaves()}
    found = []
    for school_id, of_school in marks.items():
        for key, by in of_school.items():
            if None in by or len({mark.points for mark in by.values()}) < 2 or key not in leaves:
                continue
            leaf = leaves[key]
            points = [(names.get(p or 0, ""), m.points, m.remark) for p, m in by.items()]
            found.append(
                Differing(
                    school_id,
                    inside[school_id].school.name,
                    key,
                    leaf.title,
                    points,
                    sorted(leaf.scale.items()),
                    boards.number(leaf.max),
                )
            )
    return found


def _remarks(of: rubrics.CriteriaSet, marks: Any, inside: Any, names: dict[int, str]) -> list[Remark]:
    """Remarks of experts, school by school: each can become a recommendation."""
    leaves = {leaf.key: leaf for leaf in of.leaves()}
    return [
        Remark(
            school_id,
            inside[school_id].school.name,
            key,
            leaves[key].title,
            names.get(person or 0, ""),
            mark.points,
            mark.remark,
        )
        for school_id, of_school in marks.items()
        for key, by in of_school.items()
        for person, mark in by.items()
        if mark.remark and person is not None and key in leaves and school_id in inside
    ]


async def _known(visit: Visit, wave_id: int) -> None:
    """Before anything of the form is looked at: the wave is there for this person."""
    async with visit.read() as tx:
        await monitoring.wave(tx, wave_id)


@closed.post("/monitoring/waves/{wave_id}/sample")
async def give_sample(visit: Visitor, wave_id: int, request: Request) -> Response:
    """Give schools to an expert; a conflict of interest is refused for all of them."""
    await _known(visit, wave_id)
    raw = await sent(request)
    try:
        form = read_form(SampleForm, raw)
        async with visit.write() as tx:
            for school_id in form.schools:
                await monitoring.give_to_expert(tx, wave_id, school_id, form.expert)
    except DomainError as error:
        return await _wave_page(visit, wave_id, WaveFilters(), problem=visit.say.error(refusal(error)))
    return visit.go(f"/monitoring/waves/{wave_id}", "saved", anchor="sample")


@closed.post("/monitoring/waves/{wave_id}/sample/remove")
async def take_sample(visit: Visitor, wave_id: int, request: Request) -> Response:
    """Take a school from an expert."""
    await _known(visit, wave_id)
    form = read_form(GoneForm, await sent(request))
    async with visit.write() as tx:
        await monitoring.take_from_expert(tx, wave_id, form.school, form.expert)
    return visit.go(f"/monitoring/waves/{wave_id}", "saved", anchor="sample")


@closed.post("/monitoring/waves/{wave_id}/official")
async def enter_official(visit: Visitor, wave_id: int, request: Request) -> Response:
    """What was published about the region, a municipality or a school, with its source."""
    await _known(visit, wave_id)
    raw = await sent(request)
    try:
        form = read_form(OfficialForm, raw)
        async with visit.write() as tx:
            wave = await monitoring.wave(tx, wave_id)
            place = Place(wave.region_id, form.municipality, None)
            if form.school is not None:
                place = (await schools.school(tx, form.school)).place
            given = {"content": form.content, "organisational": form.organisational, "total": form.total}
            await monitoring.enter_official(tx, wave_id, place, given, source=form.source)
    except DomainError as error:
        return await _wave_page(
            visit, wave_id, WaveFilters(), problem=visit.say.error(refusal(error)), kept=raw
        )
    return visit.go(f"/monitoring/waves/{wave_id}", "saved", anchor="official")


@closed.post("/monitoring/waves/{wave_id}/settle")
async def settle(visit: Visitor, wave_id: int, request: Request) -> Response:
    """The coordinator's word where two experts differ; their marks stay."""
    await _known(visit, wave_id)
    raw = await sent(request)
    try:
        form = read_form(SettleForm, raw)
        async with visit.write() as tx:
            await monitoring.settle(tx, wave_id, form.school, form.criterion, form.points, reason=form.reason)
    except DomainError as error:
        return await _wave_page(visit, wave_id, WaveFilters(), problem=visit.say.error(refusal(error)))
    return visit.go(f"/monitoring/waves/{wave_id}", "saved", anchor="differing")


@closed.post("/monitoring/waves/{wave_id}/recommend")
async def recommend(visit: Visitor, wave_id: int, request: Request) -> Response:
    """Ask a school to mend something until a day."""
    await _known(visit, wave_id)
    raw = await sent(request)
    try:
        form = read_form(RecommendForm, raw)
        async with visit.write() as tx:
            await monitoring.recommend(
                tx, wave_id, form.school, form.text, due_on=form.due, criterion=form.criterion
            )
    except DomainError as error:
        return await _wave_page(visit, wave_id, WaveFilters(), problem=visit.say.error(refusal(error)))
    return visit.go(f"/monitoring/waves/{wave_id}", "recommended", anchor="recommended")


class AnswerForm(Form):
    """What the school has done."""

    answer: Words = ""


@closed.post("/monitoring/recommendations/{recommendation_id}/close")
async def close_recommendation(visit: Visitor, recommendation_id: int, request: Request) -> Response:
    """The school closes a recommendation with a word about what was done."""
    form = read_form(AnswerForm, await sent(request))
    async with visit.write() as tx:
        found = await monitoring.recommendation(tx, recommendation_id)
        await monitoring.close_recommendation(tx, found.id, form.answer)
    return visit.go(f"/schools/{found.school_id}", "saved", anchor="recommendations")
