"""Bringing results of assessments in without the panel."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from vekha.commands.reading import AsJson, not_read, read_bytes
from vekha.console import Refused, about, emit, group, note, out, run, say

if TYPE_CHECKING:
    from domain.marksheets import Brought, Problem, Reading

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
    from domain.actor import SYSTEM
    from domain.settings import Settings
    from vekha import store

    reading = read_results(file, year, _procedure(procedure))

    async def work() -> "Brought":
        async with store.opened(Settings()) as database:
            if preview:
                async with database.read(SYSTEM) as tx:
                    found = await marksheets.preview(tx, reading)
                    return marksheets.Brought(
                        results=len(found.matched),
                        schools=len({school.id for _, school in found.matched}),
                        years=sorted({entry.year for entry, _ in found.matched}),
                        procedures=sorted({entry.procedure for entry, _ in found.matched}),
                        problems=found.problems,
                        doubts=reading.doubts,
                    )
            async with database.write(SYSTEM) as tx:
                return await marksheets.bring_in(tx, reading, name=file.name)

    brought = run(work())
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
    if brought.problems and not brought.results:
        raise typer.Exit(1)


@outcomes.command(
    "procedures", help=about(say("Lists the procedures and their keys."), "vekha outcomes procedures --json")
)
def list_procedures(as_json: AsJson = False) -> None:
    """List procedures."""
    from domain import outcomes as results

    found = [{"key": p.key, "title": p.title} for p in results.procedures().values()]
    if as_json:
        emit(found)
        return
    for known in found:
        out(f"{known['key']}\t{known['title']}")


def read_results(path: Path, year: int | None, procedure: str | None) -> "Reading":
    """Read a table of results from a file of this machine; refuses with the file's name."""
    from domain import documents, marksheets

    try:
        grids = documents.read_table(read_bytes(path), path.name)
        return marksheets.read(grids, procedure=procedure, year=year)
    except marksheets.NoResults as error:
        raise Refused(f"{path.name}: {say.error(error)}") from error
    except documents.DocumentRefused as error:
        raise Refused(not_read(path, error)) from error


def _procedure(words: str | None) -> str | None:
    from domain import marksheets
    from domain import outcomes as results

    if words is None:
        return None
    found = words if words in results.procedures() else marksheets.procedure_in(words)
    if found is None:
        known = ", ".join(results.procedures())
        raise Refused(say("There is no procedure «%(key)s». There are: %(known)s.", key=words, known=known))
    return found


def _sentence(problem: "Problem", name: str) -> str:
    where = say("row %(row)s", row=problem.row)
    sheet = f", {problem.sheet}" if problem.sheet else ""
    school = f", {problem.params['school']}" if problem.params.get("school") else ""
    return f"{name}{sheet}, {where}{school}: {say(problem.message, **problem.params)}"


def _brought(brought: "Brought", reading: "Reading", *, preview: bool) -> dict[str, Any]:
    def listed(problems: "list[Problem]") -> list[dict[str, Any]]:
        return [{"sheet": p.sheet, "row": p.row, "text": say(p.message, **p.params)} for p in problems]

    return {
        "preview": preview,
        "results": brought.results,
        "changed": brought.changed,
        "schools": brought.schools,
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
