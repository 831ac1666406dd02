"""Bringing results of assessments in without the panel."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from vekha.commands.reading import AsJson, not_read, read_bytes
from vekha.console import Refused, about, emit, group, note, out, run, say

if TYPE_CHECKING:
    from collections.abc import Mapping

    from domain.marksheets import Brought, Problem, Reading
    from domain.outcomes import AssessmentProcedure

# The shape of the document of columns; docs/monitoring.md says the same.
CHECKED = """
\b
{"columns": [{"name": "ОГЭ русский", "total": 42,
  "counts": {"positive": 14, "all_passed": 17, "negative": 10, "neutral": 0, "not_computed": 1},
  "printed": {"positive": 33}}]}
"""

outcomes = group(say("Results of assessments: ВПР, ОГЭ, ЕГЭ, clusters."))


@outcomes.callback()
def _several() -> None:
    """Keep `import` a word of its own beside others."""


@outcomes.command(
    "import",
    help=about(
        say(
            "Brings results in from a table with columns of any name: schools, participants, below the "
            "threshold (or its share), clusters. Twice is once."
        ),
        "vekha outcomes import oge.xlsx --year 2022 --procedure oge_math",
        "vekha outcomes import clusters.csv --preview --json",
    ),
)
def import_outcomes(
    file: Annotated[Path, typer.Argument(help=say("A table of results: .xlsx, .xls, .ods, .csv, .docx."))],
    year: Annotated[
        int | None, typer.Option(min=1990, max=2100, help=say("The year, where the file does not say it."))
    ] = None,
    procedure: Annotated[
        str | None,
        typer.Option(help=say("The procedure, where the file does not say it: a key or its name.")),
    ] = None,
    preview: Annotated[
        bool, typer.Option("--preview", help=say("Only show what would be brought in."))
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Import results."""
    from domain import marksheets
    from domain import outcomes as results
    from domain.actor import SYSTEM
    from domain.settings import Settings
    from vekha import store

    data = read_bytes(file)

    async def work() -> "tuple[Brought, Reading]":
        async with store.opened(Settings()) as database:
            async with database.read(SYSTEM) as tx:
                known = await results.known_procedures(tx)
            reading = read_results(data, file, year, _procedure(procedure, known), known)
            if preview:
                async with database.read(SYSTEM) as tx:
                    found = await marksheets.preview(tx, reading)
                    return marksheets.would_bring(found, reading), reading
            async with database.write(SYSTEM) as tx:
                return await marksheets.bring_in(tx, reading, name=file.name), reading

    brought, reading = run(work())
    for problem in brought.problems:
        note(say("Not imported: %(what)s", what=_sentence(problem, file.name)))
    for doubt in brought.doubts:
        note(say("Please look: %(what)s", what=_sentence(doubt, file.name)))
    note(
        say.n(
            "%(n)s result, new or changed: %(changed)s",
            "%(n)s results, new or changed: %(changed)s",
            brought.results,
            changed=brought.changed,
        )
    )
    if as_json:
        emit(_brought(brought, reading, preview=preview))
    if not brought.results and not brought.absent:
        raise typer.Exit(1)


@outcomes.command(
    "procedures",
    help=about(
        say("Lists the procedures and their keys; adds one, changes its name and words, or retires it."),
        "vekha outcomes procedures --json",
        'vekha outcomes procedures --key vpr_biology_7 --title "ВПР биология 7" --word впр --word биолог --word 7',
        "vekha outcomes procedures --key ege_math_basic --retire",
    ),
)
def list_procedures(
    *,
    key: Annotated[
        str | None,
        typer.Option(help=say("The key of the procedure to add or change: Latin letters, digits, _.")),
    ] = None,
    title: Annotated[str | None, typer.Option(help=say("What people call it."))] = None,
    word: Annotated[
        list[str] | None,
        typer.Option(
            help=say("A pattern that its headers hold; all of them must be found. Without any: its name.")
        ),
    ] = None,
    retire: Annotated[
        bool, typer.Option("--retire", help=say("No longer recognise it; results stay."))
    ] = False,
    as_json: AsJson = False,
) -> None:
    """List, add or change procedures."""
    from domain import outcomes as results
    from domain.actor import SYSTEM
    from domain.settings import Settings
    from vekha import store

    async def work() -> "dict[str, results.AssessmentProcedure]":
        async with store.opened(Settings()) as database:
            if key is not None:
                async with database.write(SYSTEM) as tx:
                    was = (await results.known_procedures(tx)).get(key)
                    name = title or (was.title if was else "")
                    words = word if word or title else (was.words if was else ())
                    await results.save_procedure(tx, key, name, list(words or ()), retired=retire)
            async with database.read(SYSTEM) as tx:
                return await results.known_procedures(tx)

    try:
        found = run(work())
    except Refused:
        if key is not None:
            raise
        found = results.procedures()  # without a database there are those that come with the program
    if as_json:
        emit([{"key": p.key, "title": p.title, "retired": p.retired} for p in found.values()])
        return
    gone = say("retired")
    for known in found.values():
        out(f"{known.key}\t{known.title}" + (f"\t{gone}" if known.retired else ""))


@outcomes.command(
    "check",
    help=about(
        say(
            "Checks columns of a printed table: their parts must make the total, shares must follow from the "
            "counts. A column that cannot be is named with what was expected and what stands there."
        ),
        "vekha outcomes check columns.json --json",
    )
    + CHECKED,
)
def check_columns(
    file: Annotated[Path, typer.Argument(help=say("A JSON document of columns."))], as_json: AsJson = False
) -> None:
    """Check printed columns."""
    from domain import outcomes as results

    found: list[dict[str, Any]] = []
    for name, counts, total, printed in _columns(file):
        flaws = results.check_column(counts, total, printed)
        found.append({"name": name, "possible": not flaws, "flaws": [flaw._asdict() for flaw in flaws]})
    if as_json:
        emit(found)
        return
    kinds = {
        "sum": say("the parts do not make the total"),
        "range": say("the part is impossible"),
        "share": say("the share does not follow"),
    }
    fits = say("possible")
    for line in found:
        said = "; ".join(
            f"{' '.join(filter(None, (kinds[flaw['kind']], flaw['name'])))}: {flaw['found']} ≠ {flaw['expected']}"
            for flaw in line["flaws"]
        )
        out(f"{line['name']}\t{said or fits}")


def _columns(file: Path) -> "list[tuple[str, dict[str, int], int, dict[str, int]]]":
    wrong = say(
        "%(path)s: a list of columns is needed, each with name, counts, total and, if printed, shares.",
        path=file.name,
    )
    try:
        document = json.loads(read_bytes(file).decode("utf-8-sig"))
        columns = document["columns"] if isinstance(document, dict) else document
        return [
            (
                str(column.get("name", number)),
                {str(k): _whole(v) for k, v in column["counts"].items()},
                _whole(column["total"]),
                {str(k): _whole(v) for k, v in (column.get("printed") or {}).items()},
            )
            for number, column in enumerate(columns, start=1)
        ]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Refused(wrong) from error


def _whole(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise TypeError("not a number")
    return int(str(value).strip().removesuffix("%"))


def read_results(
    data: bytes,
    path: Path,
    year: int | None,
    procedure: str | None,
    known: "Mapping[str, AssessmentProcedure]",
) -> "Reading":
    """Read a table of results from a file of this machine; refuses with the file's name."""
    from domain import documents, marksheets

    try:
        grids = documents.read_table(data, path.name, max_rows=documents.MANY_ROWS)
        return marksheets.read(grids, procedure=procedure, year=year, known=known, name=path.stem)
    except marksheets.NoResults as error:
        raise Refused(f"{path.name}: {say.error(error)}") from error
    except documents.DocumentRefused as error:
        raise Refused(not_read(path, error)) from error


def _procedure(words: str | None, known: "Mapping[str, AssessmentProcedure]") -> str | None:
    from domain import marksheets

    if words is None:
        return None
    found = words if words in known else marksheets.procedure_in(words, known)
    if found is None:
        names = ", ".join(known)
        raise Refused(say("There is no procedure «%(key)s». There are: %(known)s.", key=words, known=names))
    return found


def _sentence(problem: "Problem", name: str) -> str:
    where = [name, problem.sheet, say("row %(row)s", row=problem.row) if problem.row else ""]
    where.append(str(problem.params.get("school") or ""))
    return f"{', '.join(filter(None, where))}: {say(problem.message, **problem.params)}"


def _brought(brought: "Brought", reading: "Reading", *, preview: bool) -> dict[str, Any]:
    def listed(problems: "list[Problem]") -> list[dict[str, Any]]:
        return [{"sheet": p.sheet, "row": p.row, "text": say(p.message, **p.params)} for p in problems]

    return {
        "preview": preview,
        "results": brought.results,
        "changed": brought.changed,
        "schools": brought.schools,
        "schools_without_numbers": brought.absent,
        "years": brought.years,
        "procedures": brought.procedures,
        "columns": [
            {"header": h.text, "role": h.role, "procedure": h.procedure, "year": h.year}
            for h in reading.columns
        ],
        "unused": reading.unused,
        "problems": listed(brought.problems),
        "doubts": listed(brought.doubts),
    }
