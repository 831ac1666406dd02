"""Clusters of schools and the context of municipalities, with the lists behind their cells."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import Response
from markupsafe import Markup

from admin import boards
from admin.auth import Visitor
from admin.boards import SegmentFilters
from admin.page import Visit
from admin.pages.monitoring import tools
from admin.pages.monitoring_outcomes import (
    ANY,
    ResultFilters,
    SchoolLine,
    behind,
    narrowed,
    two_years,
)
from admin.tables import export
from admin.words import CLUSTERS
from domain import charts, context, giving, outcomes
from domain.db import Tx
from domain.errors import N_
from domain.meanings import GROUPINGS, MEANINGS, named, notes_of
from domain.meanings import KINDS as WORDS
from domain.outcomes import Cluster, Movement
from domain.tables import Table

closed = APIRouter()
MOVEMENTS = {kind: WORDS[kind] for kind in Movement}
ORDER = (Cluster.SEVERE, Cluster.MODERATE, Cluster.BASIC, Cluster.NONE)
CLUSTER_RULE = MEANINGS["clusters"][1]


@closed.get("/monitoring/clusters")
async def clusters_page(visit: Visitor, filters: Annotated[ResultFilters, Query()]) -> Response:
    """How schools moved between clusters, from where to where, and who left the list."""
    async with visit.read() as tx:
        table = await _table(tx, filters)
        if table is not None and filters.format:
            return export(_cluster_file(visit, table, filters.by), filters.format, "clusters")
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
        notes=notes_of(visit.say, filters.by, **table.overlap._asdict()) if table else [],
        reduction=_reduction(table) if table else None,
        rule=visit.say(CLUSTER_RULE),
        choices=choices,
        filters=filters,
        **tools(filters),
    )


async def _table(tx: Tx, filters: ResultFilters) -> outcomes.ClusterTable | None:
    years = await two_years(tx, filters, clusters=True)
    if years is None:
        return None
    return await outcomes.cluster_table(
        tx,
        before=years[0],
        after=years[1],
        by=filters.by,
        narrowed=await narrowed(tx, filters),
        tracks=await giving.by_track(tx) if filters.by == outcomes.TRACK else {},
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


def _cluster_file(visit: Visit, table: outcomes.ClusterTable, by: str) -> Table:
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
    notes = notes_of(say, by, **table.overlap._asdict())
    return Table(f"{say('Clusters')} {table.before}-{table.after}", columns, rows, (say("Notes"), notes))


@closed.get("/monitoring/clusters/schools")
async def behind_clusters(visit: Visitor, filters: Annotated[ResultFilters, Query()]) -> Response:
    """The schools behind a number of the table of clusters; «kind» may be a movement or «from-to»."""
    say = visit.say
    async with visit.read() as tx:
        table = await _table(tx, filters)
        lines: list[SchoolLine] = []
        if table is not None:
            years = table.before, table.after
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
    return behind(
        visit, filters, say("Clusters"), lines, kinds, total=len(lines), back="/monitoring/clusters"
    )


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
