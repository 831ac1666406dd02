"""Reports on the command line: each as JSON with everything behind it, as a sheet, and as lines to read."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from vekha.commands import report_tables as shown
from vekha.commands.reading import AsJson
from vekha.console import Refused, about, emit, group, note, out, run, say

if TYPE_CHECKING:
    from domain.actor import Place
    from domain.db import Tx
    from domain.outcomes import ClusterTable, DynamicsTable, Narrowed

T = TypeVar("T")

report = group(say("Reports."))

PlaceName = Annotated[str | None, typer.Option(help=say("Only of this municipality or school."))]
CohortName = Annotated[str | None, typer.Option(help=say("Only schools of this cohort."))]
By = Annotated[str, typer.Option(help=say("Groups: all, cohort, municipality, cluster, status."))]
Before = Annotated[
    int | None, typer.Option(help=say("The earlier year; without it the one before the newest."))
]
After = Annotated[int | None, typer.Option(help=say("The later year; without it the newest."))]
Sheet = Annotated[Path | None, typer.Option("--xlsx", help=say("Write an Excel file."))]
Weeks = Annotated[int, typer.Option(min=1, max=60, help=say("How many weeks back."))]

REPORTS = {
    "overdue": say("What is late now, the latest first."),
    "dynamics": say("Schools by the movement of their results, by procedure and group."),
    "clusters": say("Schools by their movement between clusters, with the transitions."),
    "municipalities": say("Shares of schools by municipality; printed ones that do not follow are named."),
    "wave": say("The forecast of a wave and what the next point costs."),
    "curators": say("What curators did, the most silent first."),
}


@report.callback(invoke_without_command=True)
def _listed(
    context: typer.Context,
    listed: Annotated[bool, typer.Option("--list", help=say("List the reports."))] = False,
    as_json: AsJson = False,
) -> None:
    if listed:
        if as_json:
            emit([{"name": name, "title": title} for name, title in REPORTS.items()])
        else:
            for name, title in REPORTS.items():
                out(f"{name}\t{title}")
        raise typer.Exit
    if context.invoked_subcommand is None:
        out(context.get_help())
        raise typer.Exit


def read(work: "Callable[[Tx], Awaitable[T]]") -> T:
    """Read the database of the settings as the system."""
    from domain.actor import SYSTEM
    from domain.settings import Settings
    from vekha import store

    async def opened() -> T:
        async with store.opened(Settings()) as database, database.read(SYSTEM) as tx:
            return await work(tx)

    return run(opened())


def give(
    document: Any,
    title: str,
    columns: Sequence[str],
    rows: list[list[Any]],
    *,
    as_json: bool,
    xlsx: Path | None,
) -> None:
    """Print a report as JSON, write it as a sheet, else print its lines."""
    from domain.tables import Table, to_xlsx

    if xlsx is not None:
        xlsx.write_bytes(to_xlsx(Table(title, columns, rows)))
        note(say("Written: %(path)s", path=xlsx))
    if as_json:
        emit(document)
    elif xlsx is None:
        for row in rows:
            out("\t".join("—" if value is None else str(value) for value in row))


@report.command(
    "overdue",
    help=about(
        say("Everything that is late now: who, what, since when. The latest first."),
        "vekha report overdue --json",
        'vekha report overdue --place "Даниловский МР"',
    ),
)
def overdue(place: PlaceName = None, as_json: AsJson = False, xlsx: Sheet = None) -> None:
    """Print what is overdue."""
    from domain import reports

    async def work(tx: "Tx") -> list[reports.OverdueRow]:
        where = await _place(tx, place)
        filters = reports.Filters(
            municipality_id=where.municipality_id if where else None,
            school_id=where.school_id if where else None,
        )
        return await reports.overdue(tx, filters)

    rows = read(work)
    give(
        [row._asdict() for row in rows],
        REPORTS["overdue"],
        [say("Days late"), say("Due"), say("Municipality"), say("School"), say("No."), say("Measure")],
        [[r.days_late, r.due_on, r.municipality, r.school, r.number or "—", r.measure] for r in rows],
        as_json=as_json,
        xlsx=xlsx,
    )
    if not as_json:
        note(say.n("%(n)s overdue", "%(n)s overdue", len(rows)))


@report.command(
    "dynamics",
    help=about(
        say("Every group of schools × procedure: how many improved, by exact shares below the threshold."),
        "vekha report dynamics --by cohort --json",
        "vekha report dynamics --before 2021 --after 2022 --xlsx dynamics.xlsx",
    ),
)
def dynamics(
    *,
    place: PlaceName = None,
    cohort: CohortName = None,
    by: By = "all",
    before: Before = None,
    after: After = None,
    as_json: AsJson = False,
    xlsx: Sheet = None,
) -> None:
    """Print the dynamics of results."""
    from domain import outcomes

    async def work(tx: "Tx") -> "DynamicsTable":
        narrowed = await _narrowed(tx, place, cohort)
        pair = await _years(tx, before, after, clusters=False)
        return await outcomes.dynamics_table(
            tx, before=pair[0], after=pair[1], by=_grouping(by), narrowed=narrowed
        )

    table = read(work)
    give(
        shown.dynamics_json(table, by),
        REPORTS["dynamics"],
        shown.dynamics_columns(),
        shown.dynamics_rows(table),
        as_json=as_json,
        xlsx=xlsx,
    )


@report.command(
    "clusters",
    help=about(
        say("Every group of schools: raised their cluster, left the list, stayed, went down."),
        "vekha report clusters --by cohort --before 2021 --after 2022 --json",
    ),
)
def clusters(
    *,
    place: PlaceName = None,
    cohort: CohortName = None,
    by: By = "all",
    before: Before = None,
    after: After = None,
    as_json: AsJson = False,
    xlsx: Sheet = None,
) -> None:
    """Print the dynamics of clusters."""
    from domain import outcomes

    async def work(tx: "Tx") -> "ClusterTable":
        narrowed = await _narrowed(tx, place, cohort)
        pair = await _years(tx, before, after, clusters=True)
        return await outcomes.cluster_table(
            tx, before=pair[0], after=pair[1], by=_grouping(by), narrowed=narrowed
        )

    table = read(work)
    give(
        shown.clusters_json(table, by),
        REPORTS["clusters"],
        shown.cluster_columns(),
        shown.cluster_rows(table),
        as_json=as_json,
        xlsx=xlsx,
    )
    if table.assumed:
        note(
            say.n(
                "%(n)s school is not on the later list and counts as having left it.",
                "%(n)s schools are not on the later list and count as having left it.",
                table.assumed,
            )
        )


@report.command(
    "municipalities",
    help=about(
        say("Counts and shares by municipality from the registers, totals of every source beside."),
        "vekha report municipalities --json",
    ),
)
def municipalities(as_json: AsJson = False, xlsx: Sheet = None) -> None:
    """Print the table of municipalities."""
    from domain import context

    table = read(lambda tx: context.municipal_table(tx, say(context.TOTAL)))
    columns, rows = shown.municipal_lines(table)
    give(
        shown.municipal_json(table),
        REPORTS["municipalities"],
        columns,
        rows,
        as_json=as_json,
        xlsx=xlsx,
    )
    for line in shown.municipal_remarks(table):
        note(line)


@report.command(
    "curators",
    help=about(
        say("Decisions, answers and meetings of every curator by week; the most silent first."),
        "vekha report curators --weeks 4 --json",
    ),
)
def curators(weeks: Weeks = 4, as_json: AsJson = False, xlsx: Sheet = None) -> None:
    """Print what curators did."""
    from domain import curation
    from domain.dates import local_day

    async def work(tx: "Tx") -> list[curation.CuratorRow]:
        last = local_day(tx.now, tx.actor.timezone)
        first = last - timedelta(days=last.weekday() + 7 * (weeks - 1))
        return await curation.activity(tx, first=first, last=last)

    rows = read(work)
    give(
        shown.curators_json(rows),
        REPORTS["curators"],
        shown.curator_columns(),
        shown.curator_rows(rows),
        as_json=as_json,
        xlsx=xlsx,
    )


async def _place(tx: "Tx", words: str | None) -> "Place | None":
    from vekha import places

    return await places.place(tx, words) if words else None


async def _narrowed(tx: "Tx", place: str | None, cohort: str | None) -> "Narrowed":
    from domain import outcomes, programme

    where = await _place(tx, place)
    entered = await programme.find_cohort(tx, cohort) if cohort else None
    if cohort and entered is None:
        raise Refused(say("There is no cohort «%(name)s».", name=cohort))
    return outcomes.Narrowed(
        municipality_id=where.municipality_id if where else None,
        cohort_id=entered.id if entered else None,
        school_id=where.school_id if where else None,
    )


async def _years(tx: "Tx", before: int | None, after: int | None, *, clusters: bool) -> tuple[int, int]:
    from domain import outcomes

    newest = await outcomes.newest_years(tx, clusters=clusters)
    first = before if before is not None else newest and newest[0]
    last = after if after is not None else newest and newest[1]
    if first is None or last is None or first >= last:
        raise Refused(
            say("Two years are needed to compare. Bring results in: vekha outcomes import FILE --year YEAR")
        )
    return first, last


def _grouping(by: str) -> str:
    from domain import outcomes

    if by not in outcomes.GROUPINGS:
        raise Refused(
            say(
                "There is no grouping «%(name)s». There are: %(known)s.",
                name=by,
                known=", ".join(outcomes.GROUPINGS),
            )
        )
    return by
