"""Results of schools: dynamics by group and procedure, and the lists behind their cells."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, NamedTuple

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
from domain import charts, giving, outcomes, overview
from domain.db import Tx
from domain.errors import N_
from domain.meanings import GROUPINGS, MEANINGS, named, notes_of
from domain.meanings import KINDS as WORDS
from domain.outcomes import EVERYTHING, Dynamics, DynamicsTable, Narrowed
from domain.policy import Permission
from domain.tables import Table

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


async def comparison(tx: Tx, filters: ResultFilters, *, clusters: bool) -> dict[str, Any] | None:
    """What a table of two years is asked for, None without two years; the years found are put into the filters.

    Without years in the address the newest two; `year` alone means it and the one before.
    """
    known = await (outcomes.cluster_years(tx) if clusters else outcomes.years(tx))
    after = filters.after or filters.year or (known[0] if known else None)
    earlier = [year for year in known if after is not None and year < after]
    before = filters.before or (earlier[0] if earlier else None)
    if before is None or after is None:
        return None
    filters.before, filters.after = before, after
    return {
        "before": before,
        "after": after,
        "by": filters.by,
        "narrowed": Narrowed(schools=await overview.narrowed(tx, filters.segment())),
        "tracks": await giving.by_track(tx) if filters.by == outcomes.TRACK else {},
    }


@closed.get("/monitoring/outcomes")
async def dynamics_page(visit: Visitor, filters: Annotated[ResultFilters, Query()]) -> Response:
    """Groups × procedures; every count opens the schools behind it."""
    async with visit.read() as tx:
        asked = await comparison(tx, filters, clusters=False)
        table = await outcomes.dynamics_table(tx, **asked) if asked else None
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
        group_name=lambda key: named(visit.say, key),
        notes=notes_of(visit.say, filters.by, **table.overlap._asdict()) if table else [],
        choices=choices,
        filters=filters,
        may_import=visit.may(Permission.REGISTER),
        **tools(filters),
    )


def _flaws(visit: Visit, table: DynamicsTable) -> list[str]:
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
        for key, cell in cells.items()
        for flaw in outcomes.check_column(cell.column.counts, cell.column.total)
    ]


def _drawings(visit: Visit, table: DynamicsTable, by: str) -> dict[str, Markup]:
    """One drawing a group; of many groups only the whole is drawn."""
    shown = [EVERYTHING] if by == EVERYTHING or len(table.groups) > 5 else list(table.groups)
    names = {LOOKS[kind]: visit.say(words) for kind, words in KINDS.items()}
    return {
        group: boards.drawn(
            charts.stacked(
                f"{named(visit.say, group)}, {table.before} → {table.after}",
                [
                    (
                        table.titles[key],
                        [(LOOKS[kind], cell.column.counts[kind]) for kind in KINDS],
                    )
                    for key, cell in table.groups[group].items()
                ],
                names,
                key=f"d{number}",
            )
        )
        for number, group in enumerate(shown)
        if table.groups.get(group)
    }


def _dynamics_file(visit: Visit, table: DynamicsTable, by: str) -> Table:
    say = visit.say
    columns = [
        say("Group"),
        say("Procedure"),
        *(say(name) for name in KINDS.values()),
        say("Schools"),
        say("Positive result"),
        say("Positive result, per cent"),
    ]
    rows = [
        [
            named(say, group),
            table.titles[key],
            *(cell.column.counts[kind] for kind in KINDS),
            cell.column.total,
            cell.column.positive_result,
            cell.column.positive_percent,
        ]
        for group, cells in table.groups.items()
        for key, cell in cells.items()
    ]
    notes = notes_of(say, by, **table.overlap._asdict())
    return Table(f"{say('Dynamics')} {table.before}-{table.after}", columns, rows, (say("Notes"), notes))


@closed.get("/monitoring/outcomes/schools")
async def behind_dynamics(visit: Visitor, filters: Annotated[ResultFilters, Query()]) -> Response:
    """The schools behind a cell, with the numbers of both years."""
    async with visit.read() as tx:
        asked = await comparison(tx, filters, clusters=False)
        lines: list[SchoolLine] = []
        title = ""
        if asked:
            table = await outcomes.dynamics_table(tx, **asked)
            years = table.before, table.after
            cell = table.groups.get(filters.group, {}).get(filters.procedure)
            title = table.titles.get(filters.procedure, "")
            if cell is not None:
                wanted = {
                    kind: ids for kind, ids in cell.schools.items() if filters.kind in (ANY, kind.value)
                }
                found = await outcomes.results_of(
                    tx, [i for ids in wanted.values() for i in ids], filters.procedure, years
                )
                lines = _school_lines(visit, table.members, wanted, found, years)
    return behind(visit, filters, title, lines, {ANY: N_("all"), **{k.value: n for k, n in KINDS.items()}})


def _school_lines(
    visit: Visit,
    members: Mapping[int, outcomes.Member],
    wanted: Mapping[Dynamics, Sequence[int]],
    found: Mapping[tuple[int, int], outcomes.Result],
    years: tuple[int, int],
) -> list[SchoolLine]:
    say = visit.say

    def words(id_: int, year: int) -> str:
        result = found.get((id_, year))
        if result is None or not result.participants:
            return "–"
        share = boards.number(outcomes.percent(result.below, result.participants))
        return say(
            "%(below)s of %(participants)s = %(share)s %%",
            below=result.below,
            participants=result.participants,
            share=share,
        )

    return [
        SchoolLine(
            id_,
            members[id_].name,
            members[id_].municipality,
            words(id_, years[0]),
            words(id_, years[1]),
            say(KINDS[kind]),
        )
        for kind in KINDS
        for id_ in wanted.get(kind, ())
    ]


def behind(
    visit: Visit,
    filters: ResultFilters,
    title: str,
    lines: list[SchoolLine],
    kinds: Mapping[str, str],
) -> Response:
    """The page, or the file, of the schools behind a cell."""
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
        kinds=kinds,
        filters=filters,
        back="/monitoring/clusters" if not filters.procedure else "/monitoring/outcomes",
        **tools(filters),
    )
