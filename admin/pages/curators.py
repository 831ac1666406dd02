"""Curators' activity: decisions and how fast, answers, the log, waiting reports, schools; each opens its lines."""

from datetime import timedelta
from typing import Annotated, NamedTuple

from fastapi import APIRouter, Query
from fastapi.responses import Response

from admin import boards
from admin.auth import Visitor
from admin.forms import Choice, Filters
from admin.page import Visit
from admin.tables import Format, export
from domain import charts, curation, progress, reports
from domain.curation import CuratorRow
from domain.errors import Forbidden
from domain.policy import Permission
from domain.tables import Table

closed = APIRouter()
WEEKS = (4, 8, 13, 26, 52)


class CuratorFilters(Filters):
    """Over how many weeks."""

    weeks: Choice = 8
    format: Format = ""


class CuratorLine(NamedTuple):
    """A curator with sums, and the same of the period before."""

    row: CuratorRow
    decisions: int
    answers: int
    notes: int
    silent_weeks: int
    before: int


@closed.get("/monitoring/curators")
async def curators_page(visit: Visitor, filters: Annotated[CuratorFilters, Query()]) -> Response:
    """Who works, who is silent, and the same beside the period before."""
    if not visit.may(Permission.OVERRULE):
        raise Forbidden
    weeks = filters.weeks if filters.weeks in WEEKS else 8
    async with visit.read() as tx:
        today = progress.today(tx)
        first = today - timedelta(weeks=weeks) + timedelta(days=1)
        rows = await curation.activity(tx, first=first, last=today)
        earlier = await curation.activity(
            tx, first=first - timedelta(weeks=weeks), last=first - timedelta(days=1)
        )
        waiting = await reports.silent_reviews(tx)
    before = {row.person.id: row.total for row in earlier}
    lines = [_line(row, before.get(row.person.id, 0)) for row in rows]
    if filters.format:
        return export(_table(visit, lines), filters.format, "curators")
    return visit.page(
        "monitoring/curators.html",
        lines=sorted(lines, key=lambda line: (-line.row.total, line.row.person.name)),
        weeks=weeks,
        options=[(n, visit.say.n("%(n)s week", "%(n)s weeks", n)) for n in WEEKS],
        first=first,
        last=today,
        waiting=waiting,
        drawing=_drawing(visit, lines) if lines else None,
    )


def _line(row: CuratorRow, before: int) -> CuratorLine:
    return CuratorLine(
        row,
        sum(week.decisions for week in row.weeks),
        sum(week.answers for week in row.weeks),
        sum(week.notes for week in row.weeks),
        row.silent_weeks,
        before,
    )


def _drawing(visit: Visit, lines: list[CuratorLine]) -> object:
    say = visit.say
    names = {"good": say("Decisions"), "wait": say("Answers"), "soon": say("Meetings and visits")}
    rows = [
        (line.row.person.name, [("good", line.decisions), ("wait", line.answers), ("soon", line.notes)])
        for line in sorted(lines, key=lambda line: -line.row.total)[:30]
    ]
    return boards.drawn(charts.stacked(say("What curators did"), rows, names, key="curators"))


def _table(visit: Visit, lines: list[CuratorLine]) -> Table:
    say = visit.say
    columns = [
        say("Curator"),
        say("Schools"),
        say("Decisions"),
        say("Answers"),
        say("Meetings and visits"),
        say("In all"),
        say("In the period before"),
        say("Silent weeks"),
        say("Last active"),
    ]
    rows = [
        [
            x.row.person.name,
            ", ".join(x.row.schools),
            x.decisions,
            x.answers,
            x.notes,
            x.row.total,
            x.before,
            x.silent_weeks,
            x.row.last_day,
        ]
        for x in lines
    ]
    return Table(say("Curators"), columns, rows)
