"""Results of schools: dynamics by group and procedure, clusters, the context of municipalities, lists behind cells."""

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
from admin.words import CLUSTERS
from domain import charts, context, outcomes, overview
from domain.db import Tx
from domain.errors import N_
from domain.meanings import GROUPINGS, MEANINGS, named
from domain.meanings import KINDS as WORDS
from domain.outcomes import EVERYTHING, Cluster, Dynamics, DynamicsTable, Movement, Narrowed
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
MOVEMENTS = {kind: WORDS[kind] for kind in Movement}
ORDER = (Cluster.SEVERE, Cluster.MODERATE, Cluster.BASIC, Cluster.NONE)
ANY = "any"
CLUSTER_RULE = MEANINGS["clusters"][1]


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


async def _narrowed(tx: Tx, filters: ResultFilters) -> Narrowed:
    return Narrowed(schools=await overview.narrowed(tx, filters.segment()))


async def _years(tx: Tx, filters: ResultFilters, *, clusters: bool) -> tuple[int, int] | None:
    """The two years of the address; without them the newest two. `year` alone means it and the one before."""
    known = await (outcomes.cluster_years(tx) if clusters else outcomes.years(tx))
    after = filters.after or filters.year or (known[0] if known else None)
    earlier = [year for year in known if after is not None and year < after]
    before = filters.before or (earlier[0] if earlier else None)
    return (before, after) if before is not None and after is not None else None


@closed.get("/monitoring/outcomes")
async def dynamics_page(visit: Visitor, filters: Annotated[ResultFilters, Query()]) -> Response:
    """Groups × procedures; every count opens the schools behind it."""
    async with visit.read() as tx:
        years = await _years(tx, filters, clusters=False)
        table = None
        if years is not None:
            filters.before, filters.after = years
            narrowed = await _narrowed(tx, filters)
            table = await outcomes.dynamics_table(
                tx, before=years[0], after=years[1], by=filters.by, narrowed=narrowed
            )
        if table is not None and filters.format:
            return export(_dynamics_file(visit, table), filters.format, "dynamics")
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


def _dynamics_file(visit: Visit, table: DynamicsTable) -> Table:
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
    return Table(f"{say('Dynamics')} {table.before}-{table.after}", columns, rows)


@closed.get("/monitoring/outcomes/schools")
async def behind_dynamics(visit: Visitor, filters: Annotated[ResultFilters, Query()]) -> Response:
    """The schools behind a cell, with the numbers of both years."""
    async with visit.read() as tx:
        years = await _years(tx, filters, clusters=False)
        lines: list[SchoolLine] = []
        title = ""
        if years is not None:
            filters.before, filters.after = years
            table = await outcomes.dynamics_table(
                tx, before=years[0], after=years[1], by=filters.by, narrowed=await _narrowed(tx, filters)
            )
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
    return _behind(visit, filters, title, lines, {ANY: N_("all"), **{k.value: n for k, n in KINDS.items()}})


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


def _behind(
    visit: Visit,
    filters: ResultFilters,
    title: str,
    lines: list[SchoolLine],
    kinds: Mapping[str, str],
) -> Response:
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


@closed.get("/monitoring/clusters")
async def clusters_page(visit: Visitor, filters: Annotated[ResultFilters, Query()]) -> Response:
    """How schools moved between clusters, from where to where, and who left the list."""
    async with visit.read() as tx:
        years = await _years(tx, filters, clusters=True)
        table = None
        if years is not None:
            filters.before, filters.after = years
            table = await outcomes.cluster_table(
                tx, before=years[0], after=years[1], by=filters.by, narrowed=await _narrowed(tx, filters)
            )
        if table is not None and filters.format:
            return export(_cluster_file(visit, table), filters.format, "clusters")
        known = await outcomes.cluster_years(tx)
        choices = await boards.choices(tx, visit)
    return visit.page(
        "monitoring/clusters.html",
        table=table,
        years=[(year, str(year)) for year in known],
        groups=[(key, visit.say(name)) for key, name in GROUPINGS.items()],
        order=ORDER,
        clusters=CLUSTERS,
        movements=MOVEMENTS,
        drawing=_cluster_drawing(visit, table) if table else None,
        group_name=lambda key: named(visit.say, key),
        reduction=_reduction(table) if table else None,
        rule=visit.say(CLUSTER_RULE),
        choices=choices,
        filters=filters,
        **tools(filters),
    )


def _reduction(table: outcomes.ClusterTable) -> tuple[int, int, int | None]:
    """How many schools were on the list and are: the target is 30 % fewer a year (DOMAIN.md §6)."""
    before, after = (
        sum(count for key, count in table.counts[year].items() if key is not Cluster.NONE)
        for year in (table.before, table.after)
    )
    return before, after, outcomes.percent(before - after, before) if after <= before else None


def _cluster_drawing(visit: Visit, table: outcomes.ClusterTable) -> Markup:
    looks = {Movement.RAISED: "good", Movement.LEFT: "fine", Movement.SAME: "plain", Movement.DOWN: "bad"}
    rows = [
        (
            named(visit.say, group),
            [
                ("good", row.raised),
                ("fine", row.left),
                ("plain", row.same),
                ("bad", row.down),
            ],
        )
        for group, row in table.rows.items()
    ]
    names = {look: visit.say(MOVEMENTS[kind]) for kind, look in looks.items()}
    title = visit.say(
        "Movement between clusters, %(before)s → %(after)s", before=table.before, after=table.after
    )
    return boards.drawn(charts.stacked(title, rows, names, key="clusters"))


def _cluster_file(visit: Visit, table: outcomes.ClusterTable) -> Table:
    say = visit.say
    columns = [
        say("Group"),
        *(say(name) for name in MOVEMENTS.values()),
        say("Positive dynamics, per cent"),
        say("Schools"),
    ]
    rows = [
        [named(say, g), r.raised, r.left, r.same, r.down, r.unknown, r.positive_percent, r.total]
        for g, r in table.rows.items()
    ]
    return Table(f"{say('Clusters')} {table.before}-{table.after}", columns, rows)


@closed.get("/monitoring/clusters/schools")
async def behind_clusters(visit: Visitor, filters: Annotated[ResultFilters, Query()]) -> Response:
    """The schools behind a number of the table of clusters; «kind» may be a movement or «from-to»."""
    say = visit.say
    async with visit.read() as tx:
        years = await _years(tx, filters, clusters=True)
        lines: list[SchoolLine] = []
        if years is not None:
            filters.before, filters.after = years
            table = await outcomes.cluster_table(
                tx, before=years[0], after=years[1], by=filters.by, narrowed=await _narrowed(tx, filters)
            )
            lists = table.lists.get(filters.group, {})
            marks = await outcomes.clusters_of(tx, list(table.members), years, assumed=table.assumed > 0)
            for movement, ids in lists.items():
                for id_ in ids:
                    pair = marks[id_]
                    step = "-".join(mark.value if mark else "" for mark in pair)
                    if filters.kind in (ANY, movement.value, step):
                        member = table.members[id_]
                        was, now = (say(CLUSTERS[mark]) if mark else "–" for mark in pair)
                        lines.append(
                            SchoolLine(
                                id_, member.name, member.municipality, was, now, say(MOVEMENTS[movement])
                            )
                        )
    kinds = {ANY: N_("all"), **{k.value: n for k, n in MOVEMENTS.items()}}
    return _behind(visit, filters, say("Clusters"), lines, kinds)


@closed.get("/monitoring/context")
async def context_page(visit: Visitor, filters: Annotated[SegmentFilters, Query()]) -> Response:
    """What municipalities live with: shares as computed and as printed, totals of all sources side by side."""
    async with visit.read() as tx:
        table = await context.municipal_table(tx, visit.say(context.TOTAL))
    if filters.format:
        return export(_context_file(visit, table), filters.format, "context")
    return visit.page(
        "monitoring/context.html",
        table=table,
        cells={row.name: {share.measure: share for share in row.shares} for row in table.rows},
        disagreeing={row.name for row in table.disagreements},
        filters=filters,
        **tools(filters),
    )


def _context_file(visit: Visit, table: context.MunicipalTable) -> Table:
    say = visit.say
    columns = [say("Municipality"), *table.totals]
    for name in table.counts:
        columns += [name, say("%(name)s, per cent", name=name)]
    rows: list[list[Any]] = []
    for row in table.rows:
        shares = {share.measure: share for share in row.shares}
        line: list[Any] = [row.name, *(row.totals.get(name) for name in table.totals)]
        for name in table.counts:
            share = shares.get(name)
            line += [share.part, share.computed] if share else [None, None]
        rows.append(line)
    return Table(say("Context"), columns, rows)
