"""Risk profiles, chosen risks and their programmes, concept documents; which measure belongs to which risk."""

import asyncio
import re
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from starlette.datastructures import UploadFile

from admin.auth import Visitor
from admin.documents import MAX_DOCUMENT
from admin.forms import Choice, Filters, Form, read_form, refusal, sent
from admin.page import Visit
from admin.pages.register import Unread, unread
from admin.tables import Format, export
from admin.words import REFUSED, STANDINGS
from domain import documents, risks, roadmaps, schools
from domain.errors import N_, DomainError, Forbidden, InvalidInput
from domain.policy import Permission, allows
from domain.risks import ACTIONS, DOCUMENTS, FACTORS, LEVELS, ConceptDocument, RiskFactor, RiskLevel, Stage
from domain.tables import Table

closed = APIRouter()
IMPORT = "/risks/import"
MOST_LINES = 2_000
_LINE = re.compile(r"^\s*(?P<login>\S+)[\s;,:|]+(?P<levels>.+?)\s*$")


class TableFilters(Filters):
    """The table as a page or a file."""

    format: Format = ""


class LevelsForm(Form):
    """Ten levels, one choice each or all as letters, and where they come from."""

    level: list[str] = []  # noqa: RUF012 - pydantic copies it
    levels: str = ""
    source: str = ""


class FactorsForm(Form):
    """The risks that are worked on."""

    factors: list[int] = []  # noqa: RUF012 - pydantic copies it


class ObjectionForm(Form):
    """What is wrong with a profile."""

    objection: str = ""


class ImportForm(Form):
    """Profiles of many schools, a line each: login and ten letters."""

    lines: str = ""
    source: str = ""


class SlotForm(Form):
    """Where chosen measures belong."""

    measures: list[int] = []  # noqa: RUF012
    factor: Choice = None
    stage: Choice = None
    document: str = ""


@closed.get("/risks")
async def risk_table(visit: Visitor, filters: Annotated[TableFilters, Query()]) -> Response:
    """Schools × ten factors, with the chosen ones marked."""
    return await _table_page(visit, filters.format)


async def _table_page(
    visit: Visit, kind: Format = "", imported: risks.Imported | None = None, problem: str = ""
) -> Response:
    async with visit.read() as tx:
        rows = await risks.profiles(tx)
        programmes = await risks.programmes(tx)
    if kind:
        return export(_table(visit, rows), kind, "risks")
    counts: dict[int, list[risks.ProgrammeRow]] = {}
    for row in programmes:
        counts.setdefault(row.school_id, []).append(row)
    return visit.page(
        "risks/table.html",
        status=422 if problem else 200,
        rows=rows,
        counts=counts,
        factors=FACTORS,
        letters=risks.letters,
        may_plan=visit.may(Permission.PLAN),
        imported=imported,
        refused={k: visit.say.error(e) for k, e in imported.refused.items()} if imported else {},
        problem=problem,
    )


def _table(visit: Visit, rows: list[risks.ProfileRow]) -> Table:
    say = visit.say
    names = [f"{int(factor)}. {say(title)}" for factor, title in FACTORS.items()]
    lines = []
    for row in rows:
        levels: list[Any] = [""] * len(FACTORS)
        if row.profile is not None:
            levels = [
                say(LEVELS[RiskLevel(level)]) + (" ✓" if RiskFactor(n) in row.chosen else "")
                for n, level in enumerate(row.profile.levels, start=1)
            ]
        verified = say("yes") if row.profile is not None and row.profile.is_verified else ""
        lines.append([row.school.name, row.school.federal_login, *levels, verified])
    return Table(say("Risk profiles"), [say("School"), say("Federal login"), *names, say("Verified")], lines)


@closed.post(IMPORT)
async def import_profiles(visit: Visitor, request: Request) -> Response:
    """Profiles of a file, or pasted from a table; bad rows are named, the others come in."""
    if not visit.may(Permission.PLAN):
        raise Forbidden
    raw = await sent(request)
    form = read_form(ImportForm, raw)
    try:
        rows, source = await _rows(form, raw.get("file"))
    except DomainError as error:
        return await _table_page(visit, problem=visit.say.error(error))
    async with visit.write() as tx:
        imported = await risks.import_profiles(tx, rows, source=form.source or source)
    return await _table_page(visit, imported=imported)


async def _rows(form: ImportForm, file: object) -> tuple[list[tuple[str, str]], str]:
    """Schools with their levels as written, and what the file is called. Raises Unread, NoProfiles."""
    if not isinstance(file, UploadFile) or not file.filename:
        found = [_LINE.match(line) for line in form.lines.splitlines()[:MOST_LINES]]
        pasted = [(match["login"], match["levels"]) for match in found if match]
        if not pasted:
            raise InvalidInput(reason=N_("Choose a file, or paste lines: a login and ten letters in each."))
        return pasted, ""
    data = await file.read(MAX_DOCUMENT + 1)
    if len(data) > MAX_DOCUMENT:
        raise Unread(reason=REFUSED["too_large"], limit=MAX_DOCUMENT // 1024 // 1024)
    name = file.filename.replace("\\", "/").rsplit("/", 1)[-1]
    try:
        grids = await asyncio.to_thread(documents.read_table, data, name)
    except documents.DocumentRefused as error:
        raise unread(error) from None
    return [(line.school, line.levels) for line in risks.read_profiles(grids)][:MOST_LINES], name


@closed.get("/schools/{school_id}/risks")
async def school_risks(visit: Visitor, school_id: int) -> Response:
    """One school: profile, programmes, concept documents."""
    return await _school(visit, school_id)


async def _school(visit: Visit, school_id: int, problem: str = "") -> Response:
    async with visit.read() as tx:
        view = await risks.profile_of(tx, school_id)
        programmes = await risks.programmes(tx, school_id=school_id)
        facts = await risks.programme_facts(tx, school_id)
        papers = await risks.concept_documents(tx, school_id)
        missing = await risks.missing_documents(tx, school_id)
    place = view.school.place
    reviews = allows(visit.actor, Permission.REVIEW, place) or allows(visit.actor, Permission.OVERRULE, place)
    return visit.page(
        "risks/school.html",
        status=422 if problem else 200,
        view=view,
        programmes=programmes,
        facts=facts,
        documents=papers,
        missing=missing,
        factors=FACTORS,
        levels=LEVELS,
        actions=ACTIONS,
        kinds=DOCUMENTS,
        standings=STANDINGS,
        letters=risks.letters,
        may_enter=allows(visit.actor, Permission.SUBMIT, place)
        or allows(visit.actor, Permission.PLAN, place),
        may_verify=reviews and not visit.actor.works_at(school_id),
        problem=problem,
    )


@closed.post("/schools/{school_id}/risks")
async def enter(visit: Visitor, request: Request, school_id: int) -> Response:
    """Enter the ten levels."""
    form = read_form(LevelsForm, await sent(request))
    try:
        async with visit.write() as tx:
            await schools.school(tx, school_id)
            levels = risks.levels_of(form.levels or " ".join(form.level))
            await risks.enter_profile(tx, school_id, levels, source=form.source)
    except DomainError as error:
        return await _school(visit, school_id, visit.say.error(refusal(error)))
    return visit.go(f"/schools/{school_id}/risks", "saved")


@closed.post("/schools/{school_id}/risks/choose")
async def choose(visit: Visitor, request: Request, school_id: int) -> Response:
    """Say which risks are worked on."""
    form = read_form(FactorsForm, await sent(request))
    wanted = [RiskFactor(number) for number in form.factors if number in set(RiskFactor)]
    try:
        async with visit.write() as tx:
            await risks.choose_risks(tx, school_id, wanted)
    except DomainError as error:
        return await _school(visit, school_id, visit.say.error(refusal(error)))
    return visit.go(f"/schools/{school_id}/risks", "saved")


@closed.post("/risk-profiles/{profile_id}/verify")
async def verify(visit: Visitor, profile_id: int) -> Response:
    """The curator or the coordinator has looked at it."""
    async with visit.write() as tx:
        profile = await risks.verify_profile(tx, profile_id)
    return visit.go(f"/schools/{profile.school_id}/risks", "saved")


@closed.post("/risk-profiles/{profile_id}/dispute")
async def dispute(visit: Visitor, request: Request, profile_id: int) -> Response:
    """The curator or the coordinator does not agree."""
    form = read_form(ObjectionForm, await sent(request))
    async with visit.write() as tx:
        profile = await risks.dispute_profile(tx, profile_id, form.objection)
    return visit.go(f"/schools/{profile.school_id}/risks", "saved")


@closed.get("/roadmaps/{roadmap_id}/risks")
async def slots_page(visit: Visitor, roadmap_id: int) -> Response:
    """The measures of a plan and where each belongs."""
    return await _slots(visit, roadmap_id)


async def _slots(visit: Visit, roadmap_id: int) -> Response:
    async with visit.read() as tx:
        await roadmaps.roadmap_for_planning(tx, roadmap_id)
        view = await roadmaps.roadmap(tx, roadmap_id)
        places = await risks.slots(tx, [measure.id for measure in view.measures])
    return visit.page(
        "risks/slots.html",
        view=view,
        places=places,
        factors=FACTORS,
        stages=list(Stage),
        kinds=DOCUMENTS,
        suggested=risks.suggested,
        may_give=view.roadmap.state is roadmaps.RoadmapState.APPROVED,
    )


@closed.post("/roadmaps/{roadmap_id}/risks")
async def place(visit: Visitor, request: Request, roadmap_id: int) -> Response:
    """Place the chosen measures."""
    form = read_form(SlotForm, await sent(request))
    async with visit.write() as tx:
        await roadmaps.roadmap_for_planning(tx, roadmap_id)
        own = {measure.id for measure in (await roadmaps.roadmap(tx, roadmap_id)).measures}
        count = await risks.place_measures(
            tx,
            [number for number in form.measures if number in own],
            factor=RiskFactor(form.factor) if form.factor in set(RiskFactor) else None,
            stage=Stage(form.stage) if form.stage in set(Stage) else None,
            document=ConceptDocument(form.document) if form.document in set(ConceptDocument) else None,
        )
    return visit.go(f"/roadmaps/{roadmap_id}/risks", "placed", count)


@closed.post("/roadmaps/{roadmap_id}/risks/give")
async def give(visit: Visitor, roadmap_id: int) -> Response:
    """Give each risk's measures to the schools that have chosen it."""
    async with visit.write() as tx:
        await roadmaps.roadmap_for_planning(tx, roadmap_id)
        count = await risks.give_by_risk(tx, roadmap_id)
    return visit.go(f"/roadmaps/{roadmap_id}/risks", "given", count)
