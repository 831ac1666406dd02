"""A roadmap to take away, with the state of its execution: Word or Excel, of all schools or of one."""

import asyncio
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from fastapi.responses import Response
from pydantic import BeforeValidator

from admin.auth import Visitor
from admin.forms import Choice, Filters
from admin.plan_sheet import plan_sheet
from admin.tables import attachment
from domain import exports, roadmaps
from domain.actor import SCHOOL_TEAM
from domain.files import MIME

closed = APIRouter()


class ExportQuery(Filters):
    """What to write, and of whom."""

    format: Annotated[
        Literal["docx", "xlsx"], BeforeValidator(lambda value: value if value == "xlsx" else "docx")
    ] = "docx"
    school: Choice = None
    municipality: Choice = None


@closed.get("/roadmaps/{roadmap_id}/export")
async def export(visit: Visitor, roadmap_id: int, query: Annotated[ExportQuery, Query()]) -> Response:
    """The table as a file; people of one school get that school's."""
    school = query.school
    own = {place.school_id for place in visit.actor.places(*SCHOOL_TEAM)}
    if school is None and len(own) == 1 and visit.actor.roles() <= SCHOOL_TEAM:
        school = own.pop()
    async with visit.read() as tx:
        found = await exports.execution(tx, roadmap_id, school_id=school, municipality_id=query.municipality)
    sheet = plan_sheet(visit, found)
    write = exports.to_xlsx if query.format == "xlsx" else exports.to_docx
    content = await asyncio.to_thread(write, sheet)
    name = roadmaps.short(found.roadmap.title, 80).rstrip("…")
    if found.school is not None:  # plans of several schools lie in one folder
        name = f"{found.school.name}, {name}"
    return Response(content, media_type=MIME[query.format], headers=attachment(f"{name}.{query.format}"))
