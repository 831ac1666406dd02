"""A criteria set as fields: rows added, taken out and moved, sums beside the maxima; two versions compared."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from admin import boards, criteria_fields
from admin.auth import Visitor
from admin.forms import Choice, Filters, Form, read_form, refusal, sent
from admin.page import Visit
from domain import rubrics, sheets
from domain.actor import Place
from domain.errors import DomainError, Forbidden, NotFound
from domain.policy import Permission, allows
from domain.rubrics import CriteriaSetVersion, SetScored
from domain.sheets import Sheet

closed = APIRouter()
DIFFERENCES = 400  # lines of a comparison that a page draws


class YearForm(Form):
    """A new year's set."""

    year: int
    title: str = ""


class CompareFilters(Filters):
    """With which other version."""

    old: Choice = None


@closed.get("/monitoring/criteria/{set_id}/fields")
async def fields_page(visit: Visitor, set_id: int) -> Response:
    """The set as fields; one that was scored by is shown as it is, with the way to a new version."""
    found = await _changeable(visit, set_id)
    if found.scored_at is not None:
        return visit.go(f"/monitoring/criteria/{set_id}")
    return _draw(visit, found, sheets.sheet_of(found.document), asked=False)


@closed.post("/monitoring/criteria/{set_id}/fields")
async def fields(visit: Visitor, set_id: int, request: Request) -> Response:
    """One press: a row added, taken out or moved is only drawn; «save» keeps the set, or says what does not fit."""
    found = await _changeable(visit, set_id)
    raw = await sent(request)
    sheet, press = criteria_fields.read_sheet(raw), str(raw.get("press", "save"))
    if press not in ("save", "version"):
        place = sheets.changed(sheet, press)
        return _draw(visit, found, sheet, asked=False, moved=place)
    if sheets.doubts(sheet):
        return _draw(visit, found, sheet, asked=True)
    document = sheets.document_of(sheet, found.document)
    try:
        async with visit.write() as tx:
            if press == "version":
                made = await rubrics.copy_set(tx, set_id)
                document |= {"key": made.key, "version": made.version}
            else:
                document |= {"key": found.key, "version": found.version}
            kept = await rubrics.save_set(tx, found.region_id, document)
    except SetScored as error:
        return _draw(visit, found, sheet, asked=True, problem=error)
    except DomainError as error:
        return _draw(visit, found, sheet, asked=True, problem=refusal(error))
    if press == "version":
        return visit.go(f"/monitoring/criteria/{kept.id}/fields", "copied")
    return visit.go(f"/monitoring/criteria/{kept.id}/fields", "saved")


def _draw(
    visit: Visit,
    found: CriteriaSetVersion,
    sheet: Sheet,
    *,
    asked: bool,
    moved: str | None = None,
    problem: DomainError | None = None,
) -> Response:
    """The page; `asked`: somebody wanted to save it, so what does not fit is a refusal and not a hint."""
    doubts = sheets.doubts(sheet)
    beside: dict[tuple[str, str], str] = {}
    for doubt in doubts:
        beside.setdefault((doubt.place, doubt.field), visit.say.error(doubt.error))
    refused = problem is not None or (asked and bool(doubts))
    who = dict(boards.WHO_SCORES) | {f"automatic:{kind}": name for kind, name in boards.SOURCES.items()}
    return visit.page(
        "monitoring/set_fields.html",
        status=422 if refused else 200,
        found=found,
        sheet=sheet,
        beside=beside,
        asked=asked,
        scored=isinstance(problem, SetScored) or found.scored_at is not None,
        problem=visit.say.error(problem) if problem is not None else "",
        doubted=len(doubts) if asked else 0,
        moved=moved,
        who=who,
        sum_of=sheets.sum_of,
        total=sheets.total_of(sheet),
        spare=criteria_fields.with_spare,
        name_of=criteria_fields.field_name,
        ends=sheets.upper_ends,
        number=boards.number,
    )


@closed.post("/monitoring/criteria/{set_id}/year")
async def new_year(visit: Visitor, set_id: int, request: Request) -> Response:
    """Last year's set copied for another year, to be put right."""
    found = await _changeable(visit, set_id)
    form = read_form(YearForm, await sent(request))
    async with visit.write() as tx:
        made = await rubrics.copy_set(tx, found.id, year=form.year, title=form.title)
    return visit.go(f"/monitoring/criteria/{made.id}/fields", "copied")


@closed.get("/monitoring/criteria/{set_id}/compare")
async def compare_page(visit: Visitor, set_id: int, request: Request) -> Response:
    """What this version says otherwise than another one of the region."""
    filters = CompareFilters.model_validate(dict(request.query_params))
    async with visit.read() as tx:
        found = await rubrics.kept_set(tx, set_id)
        if not any(grant.place.region_id == found.region_id for grant in visit.actor.grants):
            raise NotFound
        others = list(await rubrics.beside(tx, found))
        earlier = [o for o in others if o.key == found.key and o.version < found.version]
        old = filters.old or next((kept.id for kept in (*earlier, *others)), None)
        compared = await sheets.compared(tx, old, set_id) if old else None
    return visit.page(
        "monitoring/set_compare.html",
        found=found,
        others=others,
        old=compared[0] if compared else None,
        differences=compared[2][:DIFFERENCES] if compared else [],
        told=lambda name, value: _told(visit, name, value),
    )


def _told(visit: Visit, name: str, value: object) -> str:
    """One side of a difference as people read it."""
    if value is None or value in ({}, ()):
        return "–"
    if name == "who":
        by, _, computed = str(value).partition(":")
        return visit.say(boards.SOURCES.get(computed) or boards.WHO_SCORES.get(by) or str(value))
    if name == "scale" and isinstance(value, dict):
        return ", ".join(f"{points} {word}" for points, word in value.items())
    if name == "bands" and isinstance(value, tuple):
        lines = [
            visit.say(
                "from %(share)s %%: %(points)s",
                share=boards.number(band.start),
                points=boards.number(band.points),
            )
            for band in value
        ]
        return "; ".join(lines)
    return str(value) if name in ("title", "year", "order") else boards.number(value)  # type: ignore[arg-type]


async def _changeable(visit: Visit, set_id: int) -> CriteriaSetVersion:
    """The set, for who may change it: a stranger is told «not found», an insider «forbidden»."""
    async with visit.read() as tx:
        found = await rubrics.kept_set(tx, set_id)
    if not any(grant.place.region_id == found.region_id for grant in visit.actor.grants):
        raise NotFound
    if not allows(visit.actor, Permission.REGISTER, Place(found.region_id)):
        raise Forbidden
    return found
