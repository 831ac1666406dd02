"""Reports on the command line."""

from typing import TYPE_CHECKING, Annotated

import typer

from vekha.commands.reading import AsJson
from vekha.console import about, emit, group, note, out, run, say

if TYPE_CHECKING:
    from domain.reports import OverdueRow

report = group(say("Reports."))


@report.command(
    "overdue",
    help=about(
        say("Everything that is late now: who, what, since when. The latest first."),
        "vekha report overdue --json",
        'vekha report overdue --place "Даниловский МР"',
    ),
)
def overdue(
    place: Annotated[str | None, typer.Option(help=say("Only of this municipality or school."))] = None,
    as_json: AsJson = False,
) -> None:
    """Print what is overdue."""
    from domain import reports
    from domain.actor import SYSTEM
    from domain.settings import Settings
    from vekha import places, store

    async def work() -> "list[OverdueRow]":
        async with store.opened(Settings()) as database, database.read(SYSTEM) as tx:
            where = await places.place(tx, place) if place else None
            filters = reports.Filters(
                municipality_id=where.municipality_id if where else None,
                school_id=where.school_id if where else None,
            )
            return await reports.overdue(tx, filters)

    rows = run(work())
    if as_json:
        emit([row._asdict() for row in rows])
        return
    for row in rows:
        out(
            f"{row.days_late}\t{row.due_on}\t{row.municipality}\t{row.school}\t{row.number or '—'}\t{row.measure}"
        )
    note(say.n("%(n)s overdue", "%(n)s overdue", len(rows)))
