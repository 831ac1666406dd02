"""Schools: the list, and everything about one school on one page."""

from typing import Annotated, NamedTuple

from fastapi import APIRouter, Query
from fastapi.responses import Response

from admin import school_board
from admin.auth import Visitor
from admin.boards import SETTLEMENTS
from admin.forms import Choice, Filters
from admin.page import Visit
from admin.pages.audit import deeds
from admin.pages.people import reach
from admin.tables import Format, export
from admin.words import ROLES, SCHOOL_STATUS, STANDINGS
from domain import audit, people, programme, progress, reports, schools
from domain.actor import SCHOOL_TEAM, Role
from domain.db import Tx
from domain.policy import Permission, allows
from domain.tables import Table

closed = APIRouter()
SHOWN = 500  # lines of the page; the file has all


class SchoolFilters(Filters):
    """Filters of the list of schools."""

    search: str = ""
    municipality: Choice = None
    cohort: Choice = None
    status: str = ""
    sort: str = "name"
    format: Format = ""


class SchoolLine(NamedTuple):
    """A school with how far it is, over all its roadmaps."""

    id: int
    name: str
    municipality: str
    status: str
    total: int
    done: int
    in_review: int
    overdue: int


# What one may sort by; anything else is the order of the register.
SORTS = {
    "school": lambda line: (line.name, line.municipality),
    "done": lambda line: (line.done / line.total if line.total else -1, line.name),
    "overdue": lambda line: (-line.overdue, line.name),
}


async def _lines(tx: Tx, visit: Visit, filters: SchoolFilters) -> list[SchoolLine]:
    found = await schools.school_list(
        tx,
        search=filters.search,
        municipality_id=filters.municipality,
        cohort_id=filters.cohort,
        status=filters.status if filters.status in SCHOOL_STATUS else None,
        limit=None if filters.format or filters.sort in SORTS else SHOWN + 1,
    )
    among = [row.school.id for row in found] if len(found) == SHOWN + 1 else None
    sums: dict[int, list[int]] = {}
    for row in await reports.school_progress(tx, among=among):
        counts = sums.setdefault(row.school_id, [0, 0, 0, 0])
        for index, value in enumerate((row.total, row.done, row.in_review, row.overdue)):
            counts[index] += value
    lines = [
        SchoolLine(
            row.school.id,
            row.school.name,
            row.municipality,
            visit.say(SCHOOL_STATUS[row.school.status]) if row.school.status else "",
            *sums.get(row.school.id, [0, 0, 0, 0]),
        )
        for row in found
    ]
    order = SORTS.get(filters.sort)
    return sorted(lines, key=order) if order else lines


@closed.get("/schools")
async def school_list(visit: Visitor, filters: Annotated[SchoolFilters, Query()]) -> Response:
    """Schools of one's places."""
    async with visit.read() as tx:
        lines = await _lines(tx, visit, filters)
        municipalities = await schools.municipalities(tx)
        cohorts = await programme.cohorts(tx)
        unsettled = await schools.unsettled_count(tx) if visit.may(Permission.REGISTER) else 0
    if filters.format:
        return export(_table(visit, lines), filters.format, "schools")
    return visit.page(
        "schools/list.html",
        lines=lines[:SHOWN],
        alone=len(visit.actor.places(*SCHOOL_TEAM)) == 1 and visit.actor.roles() <= SCHOOL_TEAM,
        more=len(lines) > SHOWN,
        filters=filters,
        municipalities=municipalities,
        cohorts=cohorts,
        statuses=SCHOOL_STATUS,
        unsettled=unsettled,
    )


def _table(visit: Visit, lines: list[SchoolLine]) -> Table:
    say = visit.say
    columns = [
        say("School"),
        say("Municipality"),
        say("Status"),
        say("In all"),
        say("Done"),
        say("In review"),
        say("Late"),
    ]
    return Table(say("Schools"), columns, [line[1:] for line in lines])


@closed.get("/schools/{school_id}")
async def school_page(visit: Visitor, school_id: int) -> Response:
    """One school: who works there, what it owes, what happened."""
    async with visit.read() as tx:
        school = await schools.school(tx, school_id)
        place = await schools.place_name(tx, school.place)
        may_see_people = allows(visit.actor, Permission.SEE_PEOPLE, school.place)
        team = await people.person_list(tx, place=school.place) if may_see_people else []
        work = await progress.my_work(tx, school_id=school_id, permission=Permission.SEE)
        plans = await reports.school_progress(tx, school_id=school_id)
        entries = await audit.entries(tx, school_id=school_id, limit=20)
        mentor = await schools.mentor(tx, school_id)
        cohorts = await schools.cohort_names(tx, school_id)
        history = await deeds(tx, visit, entries)
        numbers = await school_board.sections(tx, visit, school)
        day = progress.today(tx)
    return visit.page(
        "schools/card.html",
        **numbers,
        school=school,
        municipality=place.above,
        settlements=SETTLEMENTS,
        may_register=allows(visit.actor, Permission.REGISTER, school.place),
        guess=schools.guess_of(school, place.above),
        school_status=SCHOOL_STATUS[school.status] if school.status else "",
        curators=[row for row in team if row.grant.role is Role.CURATOR],
        team=[row for row in team if row.grant.role in SCHOOL_TEAM],
        may_see_people=may_see_people,
        may_invite=allows(visit.actor, Permission.INVITE, school.place),
        reach=reach,
        roles=ROLES,
        standings=STANDINGS,
        work=work,
        plans=plans,
        mentor=mentor,
        cohorts=cohorts,
        history=history,
        day=day,
    )
