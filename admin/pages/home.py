"""Home: what must be done today, and «кто не сдал» by school and by measure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated, Any, NamedTuple

from fastapi import APIRouter, Query
from fastapi.responses import Response
from markupsafe import Markup

from admin.auth import Visitor
from admin.forms import Choice, Filters
from admin.page import Visit
from admin.tables import Format, export
from admin.words import STANDINGS
from domain import obligations, peer_review, peer_watch, programme, progress, reports, roadmaps, schools
from domain.actor import SCHOOL_TEAM
from domain.db import Tx
from domain.policy import Permission
from domain.progress import Standing
from domain.tables import Table

closed = APIRouter()
SIGNS = {
    Standing.CONFIRMED: "✓",
    Standing.NOTED: "☑",
    Standing.IN_REVIEW: "⏳",
    Standing.RETURNED: "↩",
    Standing.UNDATED: "·",
    Standing.WAIVED: "–",
}


class HomeFilters(Filters):
    """What of the table one looks at."""

    roadmap: Choice = None
    track: Choice = None
    municipality: Choice = None
    cohort: Choice = None
    by: str = "school"
    sort: str = "name"
    format: Format = ""

    def chosen(self) -> reports.Filters:
        """The same for the domain."""
        return reports.Filters(
            roadmap_id=self.roadmap,
            track_id=self.track,
            municipality_id=self.municipality,
            cohort_id=self.cohort,
        )


class CellView(NamedTuple):
    """A cell as drawn: in words, and its markup before and after the number of the assignment."""

    words: str
    before: str
    after: str


CELL = Markup('<td class="s-{}"><a href="/work/'), Markup('" title="{}">{}</a></td>')
EMPTY = "<td></td>"


@dataclass(frozen=True, slots=True)
class Choices:
    """What the filters offer; those with a single line are not drawn."""

    roadmaps: list[tuple[int, str]]
    tracks: list[tuple[int, str]]
    municipalities: list[tuple[int, str]]
    cohorts: list[tuple[int, str]]


def cell_view(visit: Visit, cell: reports.Cell) -> CellView:
    """Days late, the date due, or the sign of a state; never colour alone."""
    say = visit.say
    words = say(STANDINGS[cell.standing])
    sign = SIGNS.get(cell.standing, "")
    if cell.standing is Standing.OVERDUE:
        sign = f"−{cell.days_late}"
        words = say.n("%(n)s day late", "%(n)s days late", cell.days_late)
    elif not sign and cell.due_on:
        sign = say.short(cell.due_on)
        words = say("due %(day)s", day=say.date(cell.due_on))
    return CellView(words, CELL[0].format(cell.standing), CELL[1].format(words, sign))


def views(visit: Visit, matrix: reports.Matrix) -> Mapping[tuple[Any, ...], CellView]:
    """Drawn cells by all but their number (state, date, days late): few different ones in a large table."""
    different = {cell[1:]: cell for row in matrix.rows for cell in row.cells.values()}
    return {key: cell_view(visit, cell) for key, cell in different.items()}


def cells_of(visit: Visit, matrix: reports.Matrix) -> Callable[[reports.MatrixRow], Markup]:
    """Draws the cells of a row. Thousands of cells on a page: a template would take ten times as long."""
    drawn, measures = views(visit, matrix), [head.id for head in matrix.measures]

    def draw(row: reports.MatrixRow) -> Markup:
        parts = []
        for id_ in measures:
            if cell := row.cells.get(id_):
                view = drawn[cell[1:]]
                parts.append(f"{view.before}{cell.assignment_id}{view.after}")
            else:
                parts.append(EMPTY)
        return Markup("".join(parts))  # noqa: S704 - made of escaped parts and numbers

    return draw


def _sorted(matrix: reports.Matrix, order: str) -> list[reports.MatrixRow]:
    if order == "done":
        return sorted(matrix.rows, key=lambda row: (row.done / row.total if row.total else 0, row.school))
    return list(matrix.rows)


async def _choices(tx: Tx, roadmap_id: int | None) -> Choices:
    tracks = await roadmaps.track_titles(tx, roadmap_id) if roadmap_id else []
    return Choices(
        roadmaps=await reports.used_roadmaps(tx),
        tracks=[(id_, roadmaps.short(title, 60)) for id_, title in tracks],
        municipalities=[(m.id, m.name) for m in await schools.municipalities(tx)],
        cohorts=[(c.id, c.name) for c in await programme.cohorts(tx)],
    )


@closed.get("/")
async def home(visit: Visitor, filters: Annotated[HomeFilters, Query()]) -> Response:
    """The table of a coordinator or curator; the work list of somebody who is only of a school."""
    if visit.actor.roles() <= SCHOOL_TEAM:
        return await _own_work(visit)
    async with visit.read() as tx:
        attention = await reports.attention(tx) if visit.may(Permission.PLAN) else None
        quiet = await peer_watch.silences(tx) if visit.may(Permission.PLAN) else []
        asked = await obligations.waiting_waivers(tx) if visit.may(Permission.OVERRULE) else 0
        filters.roadmap = filters.roadmap or await reports.default_roadmap(tx)
        choices = await _choices(tx, filters.roadmap)
        if filters.track not in [id_ for id_, _ in choices.tracks]:
            filters.track = None  # of the roadmap that was chosen before
        matrix = await reports.matrix(tx, filters.chosen())
        offices = await progress.office_work(
            tx, filters.roadmap, municipality_id=filters.municipality, track_id=filters.track
        )
        office_rows = await reports.office_matrix(tx, filters.chosen()) if filters.format else None
        day = progress.today(tx)
    rows = _sorted(matrix, filters.sort)
    by_measure = reports.list_by_measure(matrix) if filters.by == "measure" else []
    if filters.format:
        whole = reports.with_offices(replace(matrix, rows=rows), office_rows) if office_rows else matrix
        rows, by_measure = list(whole.rows), reports.list_by_measure(whole)
        table = (
            _by_measure_table(visit, by_measure) if filters.by == "measure" else _table(visit, whole, rows)
        )
        return export(table, filters.format, "not-handed-in")
    return visit.page(
        "home/table.html",
        attention=attention,
        quiet=quiet,
        asked=asked,
        matrix=matrix,
        rows=rows,
        cells_of=cells_of(visit, matrix),
        by_measure=by_measure,
        offices=offices,
        standings=STANDINGS,
        choices=choices,
        filters=filters,
        waiting=sum(c.standing is Standing.IN_REVIEW for row in rows for c in row.cells.values()),
        may_review=visit.may(Permission.REVIEW) or visit.may(Permission.OVERRULE),
        may_write=visit.may(Permission.BROADCAST),
        day=day,
    )


async def _own_work(visit: Visit) -> Response:
    async with visit.read() as tx:
        rows = await progress.my_work(tx)
        steps = await peer_watch.lines(tx, await peer_watch.tasks(tx))
        plans = {(r.template_id or r.roadmap_id, r.school_id) for r in await reports.school_progress(tx)}
        day = progress.today(tx)
    return visit.page(
        "home/work.html",
        rows=rows,
        steps=steps,
        step_words=peer_review.STEPS,
        day=day,
        plans=sorted(plans),
        standings=STANDINGS,
        schools=sorted({row.school.name for row in rows}),
    )


def _table(visit: Visit, matrix: reports.Matrix, rows: list[reports.MatrixRow]) -> Table:
    say = visit.say
    drawn = views(visit, matrix)
    heads = [head.number or head.label for head in matrix.measures]
    lines: list[list[str | int]] = []
    for row in rows:
        cells = [row.cells.get(head.id) for head in matrix.measures]
        words = [drawn[cell[1:]].words if cell else "" for cell in cells]
        lines.append([row.municipality, row.school or say("the office itself"), *words, row.done, row.total])
    columns = [say("Municipality"), say("School"), *heads, say("Done"), say("In all")]
    return Table(say("Who has not handed in"), columns, lines)


def _by_measure_table(visit: Visit, rows: list[reports.MeasureRow]) -> Table:
    say = visit.say
    columns = [
        say("No."),
        say("Measure"),
        say("Due"),
        say("Not handed in"),
        say("Of"),
        say("Late"),
        say("Schools"),
        say("Municipalities and the region"),
    ]
    lines: list[list[str | int | date | None]] = [
        [
            row.measure.number or "",
            row.measure.title,
            row.due_on,
            len(row.missing),
            row.total,
            row.overdue,
            ", ".join(name for _, name in row.missing),
            ", ".join(row.offices),
        ]
        for row in rows
    ]
    return Table(say("Who has not handed in, by measure"), columns, lines)
