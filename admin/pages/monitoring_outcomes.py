"""Results of schools: dynamics by group and procedure, and the lists behind their cells."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Annotated, Any, NamedTuple
from urllib.parse import urlencode

from fastapi import APIRouter, Query
from fastapi.responses import Response
from markupsafe import Markup
from pydantic import BeforeValidator

from admin import boards
from admin.auth import Visitor
from admin.boards import SegmentFilters
from admin.forms import Choice
from admin.page import Visit
from admin.pages.monitoring import tools
from admin.tables import export
from domain import charts, dynamics, outcomes, overview
from domain.db import Tx
from domain.dynamics import Asked, Behind, Counted
from domain.errors import N_
from domain.meanings import GROUPINGS, MEANINGS, named, notes_of
from domain.meanings import KINDS as WORDS
from domain.outcomes import EVERYTHING, Column, Dynamics, Narrowed, Result
from domain.overview import Segment
from domain.policy import Permission
from domain.tables import Table
from domain.texts import Texts

closed = APIRouter()
# In the order in which bars are drawn; the words are those of the reports.
KINDS = {
    kind: WORDS[kind]
    for kind in (
        Dynamics.POSITIVE,
        Dynamics.ALL_PASSED,
        Dynamics.NEUTRAL,
        Dynamics.NEGATIVE,
        Dynamics.NOT_COMPUTED,
    )
}
LOOKS = {
    Dynamics.POSITIVE: "good",
    Dynamics.ALL_PASSED: "fine",
    Dynamics.NEUTRAL: "plain",
    Dynamics.NEGATIVE: "bad",
    Dynamics.NOT_COMPUTED: "none",
}
ANY = "any"
NO_DATA = "no_data"  # of schools that stand in no table of either year: none of the columns counts them
CELL = Markup('<a href="{}">{} %</a> <small>{}</small>')
MOST_LINES = 500  # of schools on a page; the file to take away has all


def _known(kind: Any, otherwise: str) -> BeforeValidator:
    return BeforeValidator(lambda value: value if value in kind else otherwise)


class ResultFilters(SegmentFilters):
    """Two years, how schools are grouped, and which schools."""

    before: Choice = None
    after: Choice = None
    by: Annotated[str, _known(GROUPINGS, EVERYTHING)] = EVERYTHING
    group: str = EVERYTHING
    procedure: str = ""
    kind: str = ANY


class SchoolLine(NamedTuple):
    """A school behind a cell, with both years."""

    id: int
    name: str
    municipality: str
    before: str
    after: str
    kind: str


async def two_years(tx: Tx, filters: ResultFilters, *, clusters: bool) -> tuple[int, int] | None:
    """The years that a table compares, None without two; they are put into the filters.

    Without years in the address the newest two; `year` alone means it and the one before.
    """
    known = await (outcomes.cluster_years(tx) if clusters else outcomes.years(tx))
    after = filters.after or filters.year or (known[0] if known else None)
    earlier = [year for year in known if after is not None and year < after]
    before = filters.before or (earlier[0] if earlier else None)
    if before is None or after is None:
        return None
    filters.before, filters.after = before, after
    return before, after


async def narrowed(tx: Tx, filters: ResultFilters) -> Narrowed:
    """Which schools a table is about."""
    segment = filters.segment()
    if replace(segment, year=None) == Segment():
        return Narrowed()
    return Narrowed(schools=await overview.narrowed(tx, segment))


async def _asked(tx: Tx, filters: ResultFilters) -> Asked | None:
    years = await two_years(tx, filters, clusters=False)
    if years is None:
        return None
    return Asked(*years, filters.by, await narrowed(tx, filters))


@closed.get("/monitoring/outcomes")
async def dynamics_page(visit: Visitor, filters: Annotated[ResultFilters, Query()]) -> Response:
    """Groups × procedures; every count opens the schools behind it."""
    async with visit.read() as tx:
        asked = await _asked(tx, filters)
        count = dynamics.counted if filters.format else dynamics.region_table
        table = await count(tx, asked) if asked else None
        if table is not None and filters.format:
            return export(_dynamics_file(visit, table, filters.by), filters.format, "dynamics")
        known = await outcomes.years(tx)
        choices = await boards.choices(tx, visit)
    return visit.page(
        "monitoring/outcomes.html",
        table=table,
        years=[(year, str(year)) for year in known],
        groups=[(key, visit.say(name)) for key, name in GROUPINGS.items()],
        kinds=KINDS,
        flaws=_flaws(visit, table) if table else [],
        rules=[visit.say(MEANINGS[key][1]) for key in ("dynamics", "positive_result", "percent")],
        drawings=_drawings(visit, table, filters.by) if table else {},
        cells_of=_cells_of(visit, filters),
        group_name=lambda key: named(visit.say, key),
        notes=notes_of(visit.say, filters.by, **table.overlap._asdict()) if table else [],
        choices=choices,
        filters=filters,
        may_import=visit.may(Permission.REGISTER),
        **tools(filters),
    )


def _flaws(visit: Visit, table: Counted) -> list[str]:
    """What cannot be: parts that do not make the group."""
    say = visit.say
    return [
        say(
            "%(group)s, %(procedure)s: the parts make %(found)s of %(expected)s schools.",
            group=named(say, group),
            procedure=table.titles[key],
            found=flaw.found,
            expected=flaw.expected,
        )
        for group, cells in table.groups.items()
        for key, column in cells.items()
        for flaw in outcomes.check_column(column.counts, column.total)
    ]


def _cells_of(visit: Visit, filters: ResultFilters) -> Callable[[str, Mapping[str, Column]], Markup]:
    """Draws the cells of a group. Thousands of them on a page: a template would take ten times as long."""
    address = boards.address("/monitoring/outcomes/schools", filters, kind=ANY, group=None, procedure=None)
    words: dict[tuple[int, int], str] = {}

    def draw(group: str, columns: Mapping[str, Column]) -> Markup:
        parts = []
        for key, column in columns.items():
            share, counts = column.positive_percent, (column.positive_result, column.total)
            if counts not in words:
                words[counts] = visit.say("%(done)s of %(total)s", done=counts[0], total=counts[1])
            link = f"{address}&{urlencode({'group': group, 'procedure': key})}"
            shown = CELL.format(link, share, words[counts]) if column.total else "–"
            parts.append(f'<td class="num {boards.band(share)}">{shown}</td>')
        return Markup("".join(parts))  # noqa: S704 - made of escaped parts and numbers

    return draw


def _drawings(visit: Visit, table: Counted, by: str) -> dict[str, Markup]:
    """One drawing a group; of many groups only the whole is drawn."""
    shown = [EVERYTHING] if by == EVERYTHING or len(table.groups) > 5 else list(table.groups)
    names = {LOOKS[kind]: visit.say(words) for kind, words in KINDS.items()}
    return {
        group: boards.drawn(
            charts.stacked(
                f"{named(visit.say, group)}, {table.before} → {table.after}",
                [
                    (table.titles[key], [(LOOKS[kind], column.counts[kind]) for kind in KINDS])
                    for key, column in table.groups[group].items()
                ],
                names,
                key=f"d{number}",
            )
        )
        for number, group in enumerate(shown)
        if table.groups.get(group)
    }


def _dynamics_file(visit: Visit, table: Counted, by: str) -> Table:
    say = visit.say
    columns = [
        say("Group"),
        say("Procedure"),
        *(say(name) for name in KINDS.values()),
        say("Schools"),
        say("Positive result"),
        say("Positive result, per cent"),
        say("Schools without data"),
    ]
    rows = [
        [
            named(say, group),
            table.titles[key],
            *(column.counts[kind] for kind in KINDS),
            column.total,
            column.positive_result,
            column.positive_percent,
            table.silent[group],
        ]
        for group, cells in table.groups.items()
        for key, column in cells.items()
    ]
    notes = notes_of(say, by, **table.overlap._asdict())
    return Table(f"{say('Dynamics')} {table.before}-{table.after}", columns, rows, (say("Notes"), notes))


@closed.get("/monitoring/outcomes/schools")
async def behind_dynamics(visit: Visitor, filters: Annotated[ResultFilters, Query()]) -> Response:
    """The schools behind a cell, with the numbers of both years."""
    kind = next((kind for kind in Dynamics if kind == filters.kind), None)
    found: list[Behind] = []
    total = 0
    async with visit.read() as tx:
        procedure = (await outcomes.known_procedures(tx)).get(filters.procedure)
        asked = await _asked(tx, filters)
        limit = None if filters.format else MOST_LINES
        if asked is not None and filters.kind == NO_DATA:
            found, total = await dynamics.schools_without(tx, asked, group=filters.group, limit=limit)
        elif asked is not None and procedure is not None:
            found, total = await dynamics.schools_behind(
                tx, asked, group=filters.group, procedure=procedure.key, kind=kind, limit=limit
            )
    title = procedure.title if procedure is not None else ""
    kinds: dict[str, str] = {ANY: N_("all"), **{k.value: n for k, n in KINDS.items()}}
    words = None
    if filters.kind == NO_DATA:
        title, kinds, words = visit.say("No data"), {}, visit.say("in no table of these years")
    lines = [_school_line(visit.say, line, words) for line in found]
    return behind(visit, filters, title, lines, kinds, total=total, back="/monitoring/outcomes")


def _school_line(say: Texts, of: Behind, kind: str | None = None) -> SchoolLine:
    def words(result: Result | None) -> str:
        if result is None:
            return "–"
        share = boards.number(outcomes.percent(result.below, result.participants))
        return say(
            "%(below)s of %(participants)s = %(share)s %%",
            below=result.below,
            participants=result.participants,
            share=share,
        )

    moved = kind or say(KINDS[of.kind])
    return SchoolLine(of.id, of.name, of.municipality, words(of.before), words(of.after), moved)


def behind(
    visit: Visit,
    filters: ResultFilters,
    title: str,
    lines: list[SchoolLine],
    kinds: Mapping[str, str],
    *,
    total: int,
    back: str,
) -> Response:
    """The page, or the file, of the schools behind a cell of the table at `back`, which are `total`."""
    say = visit.say
    before, after = filters.before or 0, filters.after or 0
    if filters.format:
        columns = [say("Municipality"), say("School"), str(before), str(after), say("Movement")]
        rows = [[x.municipality, x.name, x.before, x.after, x.kind] for x in lines]
        return export(Table(title or say("Schools"), columns, rows), filters.format, "schools")
    return visit.page(
        "monitoring/behind.html",
        title=title,
        group=named(say, filters.group),
        before=before,
        after=after,
        lines=lines,
        total=total,
        kinds=kinds,
        filters=filters,
        back=back,
        **tools(filters),
    )
