"""Reports on the command line: the books of the panel as JSON with everything behind it, as files, as lines to read."""

import re
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from domain.errors import N_
from domain.meanings import ABOUT, TITLES
from vekha.commands.reading import AsJson
from vekha.console import Refused, about, emit, group, note, out, run, say

if TYPE_CHECKING:
    from domain.accounts import Report
    from domain.db import Tx
    from domain.tables import Book

report = group(say("Reports."))

PlaceName = Annotated[str | None, typer.Option(help=say("Only of this region, municipality or school."))]
CohortName = Annotated[str | None, typer.Option(help=say("Only schools of this cohort."))]
By = Annotated[
    str | None,
    typer.Option(help=say("Groups: all, cohort, track, municipality, cluster, status, settlement.")),
]
Before = Annotated[
    int | None, typer.Option(help=say("The earlier year; without it the one before the newest."))
]
After = Annotated[int | None, typer.Option(help=say("The later year; without it the newest."))]
Weeks = Annotated[int | None, typer.Option(min=1, max=60, help=say("How many weeks back."))]
Wave = Annotated[int | None, typer.Option(help=say("Number of the wave; without it the newest."))]
Chosen = Annotated[
    list[str] | None,
    typer.Option("--filter", help=say("Any filter of the report: cohort=…, by=…, roadmap=…")),
]
Xlsx = Annotated[Path | None, typer.Option("--xlsx", help=say("Write an Excel file."))]
Csv = Annotated[Path | None, typer.Option("--csv", help=say("Write a CSV file."))]

EXAMPLES = {
    "dynamics": "vekha report dynamics --by cohort --before 2021 --after 2022 --xlsx dynamics.xlsx",
    "clusters": "vekha report clusters --filter by=cohort --json",
    "overdue": 'vekha report overdue --place "Даниловский МР" --csv overdue.csv',
    "wave": 'vekha report wave --place "Угличский МР" --json',
    "curators": "vekha report curators --weeks 4 --json",
}
_WAYS = {
    "TwoYearsNeeded": N_("Here: vekha outcomes import FILE --year YEAR"),
    "NoWave": N_("Here: vekha monitoring open SET"),
}
_ABSENT = re.compile(r"^\s*$")


@report.callback(invoke_without_command=True)
def _listed(
    context: typer.Context,
    listed: Annotated[bool, typer.Option("--list", help=say("List the reports."))] = False,
    as_json: AsJson = False,
) -> None:
    if listed:
        if as_json:
            emit([{"name": n, "title": say(t), "about": say(ABOUT[n])} for n, t in TITLES.items()])
        else:
            for name, title in TITLES.items():
                out(f"{name}\t{say(title)}")
        raise typer.Exit
    if context.invoked_subcommand is None:
        out(context.get_help())
        raise typer.Exit


def _command(name: str) -> Callable[..., None]:
    def show(
        *,
        place: PlaceName = None,
        cohort: CohortName = None,
        by: By = None,
        before: Before = None,
        after: After = None,
        weeks: Weeks = None,
        wave: Wave = None,
        chosen: Chosen = None,
        as_json: AsJson = False,
        xlsx: Xlsx = None,
        csv: Csv = None,
    ) -> None:
        options = {
            "place": place,
            "cohort": cohort,
            "by": by,
            "before": before,
            "after": after,
            "weeks": weeks,
            "wave": wave,
        }
        given = {key: str(value) for key, value in options.items() if value is not None}
        give(name, {**given, **_pairs(chosen or [])}, as_json=as_json, files={"xlsx": xlsx, "csv": csv})

    show.__doc__ = f"Print the report {name}."
    return show


for _name in TITLES:
    report.command(_name, help=about(say(ABOUT[_name]), EXAMPLES.get(_name, f"vekha report {_name} --json")))(
        _command(_name)
    )


def _pairs(chosen: list[str]) -> dict[str, str]:
    found = {}
    for words in chosen:
        key, equals, value = words.partition("=")
        if not equals or _ABSENT.match(key):
            raise Refused(say("A filter is written as NAME=VALUE, not «%(words)s».", words=words))
        found[key.strip()] = value
    return found


def give(name: str, given: Mapping[str, str], *, as_json: bool, files: Mapping[str, Path | None]) -> None:
    """Print a report as JSON, write it as files, else print its lines; what one should know goes beside."""
    from domain import accounts, handouts
    from domain.actor import SYSTEM
    from domain.settings import Settings
    from domain.tables import drawn, plain_rows, told
    from vekha import store

    of = handouts.report(name)

    async def work() -> "tuple[Book, object]":
        async with store.opened(Settings()) as database, database.read(SYSTEM) as tx:
            filters = await handouts.filters_of(tx, of, await _resolved(tx, of, given))
            for kind, path in files.items():
                if path is not None:
                    book = await of.build(tx, filters, say)
                    await _save(book, kind, path)
            book = await of.build(tx, filters, say)
            if as_json:
                return book, await told(book)
            return book if any(files.values()) else await drawn(book, whole=False), None

    try:
        book, document = run(work())
    except (accounts.TwoYearsNeeded, accounts.NoWave) as error:
        raise Refused(f"{say.error(error)} {say(_WAYS[type(error).__name__])}") from error
    if as_json:
        emit(document)
    elif not any(files.values()):
        out("\t".join(column.title for column in book.main.columns))
        for row in plain_rows(book.main):
            out("\t".join(_words(value) for value in row))
    for remark in book.remarks:
        note(remark)


def _words(value: Any) -> str:
    if value is None:
        return "—"
    return say.number(value) if isinstance(value, float) else str(value)


async def _save(book: "Book", kind: str, path: Path) -> None:
    from domain import handouts
    from domain.tables import written

    write = partial(handouts.write, kind=handouts.Format(kind), target=path, say=say)
    try:
        rows = await written(book, write)
    except OSError as error:
        raise Refused(
            say("%(path)s cannot be written: %(error)s", path=path, error=error.strerror)
        ) from error
    note(say.n("Written: %(path)s, %(n)s row", "Written: %(path)s, %(n)s rows", rows, path=path))


async def _resolved(tx: "Tx", of: "Report", given: Mapping[str, str]) -> dict[str, str]:
    """Names of places as ids: here «did you mean» is answered."""
    from vekha import places

    found = dict(given)
    for key in ("place", "municipality", "school"):
        words = found.get(key)
        if words is None or words.strip().isdecimal() or _ABSENT.match(words):
            continue
        if not {"municipality", "school"} & set(of.filters):
            continue  # refused later, with the filters that there are
        place = await places.place(tx, words)
        del found[key]
        named = {"school": place.school_id, "municipality": place.municipality_id}
        if place.school_id is None and place.municipality_id is None and "region" in of.filters:
            named["region"] = place.region_id
        found |= {k: str(v) for k, v in named.items() if v is not None and k in of.filters}
    return found
