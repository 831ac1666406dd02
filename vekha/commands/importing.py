"""Bringing registers and roadmaps in without the panel."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from vekha.commands.reading import AsJson, Year, not_read, read_bytes, read_roadmap_file, tell_skipped
from vekha.console import Refused, about, emit, group, note, run, say

if TYPE_CHECKING:
    from domain.actor import Place
    from domain.db import WriteTx
    from domain.documents import Reading
    from domain.files import StoredFile
    from domain.register import Imported, Problem

imports = group(say("Brings registers and roadmaps into the database."))


@imports.command(
    "schools",
    help=about(
        say("Brings a register in: schools, or municipalities with their totals. Twice is once."),
        "vekha import schools schools.xlsx",
        'vekha import schools list.csv --region "Ярославская область" --cohort "500+ 2022"',
    ),
)
def import_schools(
    file: Annotated[Path, typer.Argument(help=say("A list of schools: .xlsx, .xls, .ods, .csv, .docx."))],
    region: Annotated[str, typer.Option(help=say("The region, where the file does not say it."))] = "",
    municipality: Annotated[
        str, typer.Option(help=say("The municipality, where the file does not say it."))
    ] = "",
    cohort: Annotated[str, typer.Option(help=say("The cohort, where the file does not say it."))] = "",
    as_json: AsJson = False,
) -> None:
    """Import a register of schools."""
    from domain import documents, register
    from domain.actor import SYSTEM
    from domain.settings import Settings
    from vekha import store

    settings = Settings()
    try:
        reading = register.read(
            documents.read_table(read_bytes(file), file.name, max_rows=documents.MANY_ROWS)
        )
    except register.NotARegister as error:
        raise Refused(f"{file.name}: {say.error(error)}") from error
    except documents.DocumentRefused as error:
        raise Refused(not_read(file, error)) from error
    store.prepare(settings)

    async def work() -> "Imported":
        async with store.opened(settings) as database, database.write(SYSTEM) as tx:
            return await register.import_register(
                tx,
                reading,
                region=region,
                municipality=municipality,
                cohort=cohort,
                timezone=settings.timezone,
            )

    imported = run(work())
    for line in reading.left:
        note(say("Passed over: %(what)s", what=say("row %(n)s: %(text)s", n=line.row, text=line.text)))
    _tell(imported, file.name, of_schools=reading.of_schools)
    if as_json:
        emit(_imported(imported))
    if imported.problems and not imported.added and not imported.known:
        if not region or not municipality:
            note(say("What the file does not say can be added: --region NAME, --municipality NAME"))
        raise typer.Exit(1)


def _tell(imported: "Imported", name: str, *, of_schools: bool) -> None:
    for problem in imported.problems:
        note(say("Not imported: %(what)s", what=_sentence(problem, name)))
    for doubt in imported.doubts:
        note(say("Please look: %(what)s", what=_sentence(doubt, name)))
    total = imported.added + imported.known
    if of_schools:
        note(say.n("%(n)s school, new: %(new)s", "%(n)s schools, new: %(new)s", total, new=imported.added))
    else:
        note(
            say.n(
                "%(n)s municipality, new: %(new)s",
                "%(n)s municipalities, new: %(new)s",
                total,
                new=imported.added,
            )
        )
    if imported.cohorts:
        note(say("Cohorts: %(names)s", names=", ".join(imported.cohorts)))


def _sentence(problem: "Problem", name: str) -> str:
    where = say("row %(row)s", row=problem.row)
    sheet = f", {problem.sheet}" if problem.sheet else ""
    return f"{name}{sheet}, {where}: {say(problem.message, **problem.params)}"


def _imported(imported: "Imported") -> dict[str, Any]:
    def listed(problems: "list[Problem]") -> list[dict[str, Any]]:
        return [{"sheet": p.sheet, "row": p.row, "text": say(p.message, **p.params)} for p in problems]

    return {
        "regions": imported.regions,
        "municipalities": imported.municipalities,
        "rows": imported.rows,
        "added": imported.added,
        "known": imported.known,
        "cohorts": imported.cohorts,
        "problems": listed(imported.problems),
        "doubts": listed(imported.doubts),
    }


@imports.command(
    "roadmap",
    help=about(
        say("Brings a roadmap in, and with --approve --assign gives its measures to schools."),
        'vekha import roadmap plan.docx --year 2022 --owner "Даниловский МР" --approve --assign all',
        'vekha import roadmap plan.docx --owner "Даниловский МР" --again',
    ),
)
def import_roadmap(
    file: Annotated[Path, typer.Argument(help=say("A document: .docx, .xlsx, .xls, .ods, .pdf."))],
    *,
    owner: Annotated[str, typer.Option(help=say("Whose plan it is: a region, a municipality or a school."))],
    year: Year = None,
    approve: Annotated[bool, typer.Option("--approve", help=say("Make it live at once."))] = False,
    assign: Annotated[
        str | None, typer.Option(help=say("To whom: all, a place or a cohort. With --approve."))
    ] = None,
    again: Annotated[
        bool, typer.Option("--again", help=say("Bring it in even if this very file is there already."))
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Import a roadmap."""
    if assign is not None and not approve:
        raise typer.BadParameter(
            say("only an approved roadmap can be assigned: add --approve"), param_hint="--assign"
        )
    from domain.settings import Settings
    from vekha import store

    settings = Settings()
    reading = read_roadmap_file(file, year)

    async def work() -> dict[str, Any]:
        from domain.actor import SYSTEM
        from domain.files import FileStore
        from vekha import places

        async with store.opened(settings) as database, database.write(SYSTEM) as tx:
            place = await places.place(tx, owner)
            stored = await FileStore(settings.files_dir).keep(read_bytes(file))
            known = None if again else await _known(tx, place, reading, stored)
            if known is not None:
                return known
            chosen = await places.receivers(tx, assign, place) if assign is not None else []
            document = Document(reading, file.name, stored)
            return await _bring_in(tx, place, document, approve, [school.id for school in chosen])

    result = run(work())
    if result["known"]:
        note(say("This very file is there already: %(title)s, No. %(id)s. Nothing was done.",
                 title=result["title"], id=result["roadmap_id"]))  # fmt: skip
        note(say("To bring it in once more, add --again"))
    else:
        _tell_roadmap(result, reading, is_assigned=assign is not None)
    if as_json:
        emit(result)


def _tell_roadmap(result: dict[str, Any], reading: "Reading", *, is_assigned: bool) -> None:
    note(say.n("%(n)s measure", "%(n)s measures", result["measures"]) + f": {result['title']}")
    if result["doubts"]:
        note(
            say.n(
                "%(n)s deadline is in doubt and does not remind until somebody settles it in the panel.",
                "%(n)s deadlines are in doubt and do not remind until somebody settles them in the panel.",
                result["doubts"],
            )
        )
    if result["passed"]:
        passed = say.n("%(n)s date has passed already", "%(n)s dates have passed already", result["passed"])
        note(
            passed + ". " + say("Before it is given, the panel or the bot can move the whole plan by years.")
        )
    tell_skipped(reading)
    if is_assigned:
        note(
            say.n("%(n)s assignment", "%(n)s assignments", result["assigned"])
            + ", "
            + say.n("%(n)s school", "%(n)s schools", result["schools"])
        )


class Document(NamedTuple):
    """A roadmap as read, with its file in the store."""

    reading: "Reading"
    name: str
    file: "StoredFile"


async def _known(
    tx: "WriteTx", owner: "Place", reading: "Reading", file: "StoredFile"
) -> dict[str, Any] | None:
    """What there is already of this very file, this owner and this year."""
    from domain import roadmaps

    year = reading.reference_year or tx.now.year
    found = await roadmaps.of_document(tx, owner, file.sha256, year)
    return None if found is None else await _described(tx, found.id, reading, known=True)


async def _bring_in(
    tx: "WriteTx", owner: "Place", document: Document, approve: bool, school_ids: list[int]
) -> dict[str, Any]:
    from domain import giving, roadmaps

    draft = await roadmaps.import_draft(
        tx, owner, document.reading, file_name=document.name, file=document.file
    )
    if approve:
        await roadmaps.approve(tx, draft.id)
    assigned = await giving.assign(tx, draft.id, school_ids) if school_ids else 0
    described = await _described(tx, draft.id, document.reading, known=False)
    return {**described, "assigned": assigned, "schools": len(school_ids)}


async def _described(tx: "WriteTx", roadmap_id: int, reading: "Reading", *, known: bool) -> dict[str, Any]:
    from domain import drafts, progress, roadmaps

    view = await roadmaps.roadmap(tx, roadmap_id)
    past = drafts.past_plan(view.measures, progress.today(tx))
    return {
        "roadmap_id": roadmap_id,
        "known": known,
        "title": view.roadmap.title,
        "state": view.roadmap.state.value,
        "measures": len(view.measures),
        "doubts": sum(measure.is_doubtful for measure in view.measures),
        "skipped": len(reading.skipped),
        "passed": past.past if past is not None else 0,  # dates of a plan whose years are over
        "assigned": 0,
        "schools": 0,
    }
