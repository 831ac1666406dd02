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
    from domain.roadmaps import Roadmap

MOST_YEARS = 30  # as in domain.drafts, which a command that only shows its help need not load

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
        'vekha import roadmap plan.docx --owner "Даниловский МР" --shift-years 4',
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
    shift_years: Annotated[
        int,
        typer.Option(
            "--shift-years",
            min=0,
            max=MOST_YEARS,
            show_default=False,
            help=say("Move all dates of a plan of earlier years by so many years."),
        ),
    ] = 0,
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
            document = Document(reading, file.name, stored)
            known = None if again else await _known(tx, place, document, shift_years)
            if known is not None and not _takes_years(known, _year(tx, document), shift_years):
                return await _described(tx, known.id, reading, known=True)
            chosen = await places.receivers(tx, assign, place) if assign is not None else []
            wish = Wish(approve, [school.id for school in chosen], shift_years)
            return await _bring_in(tx, place, document, wish, known)

    result = run(work())
    _tell_roadmap(result, reading, is_assigned=assign is not None)
    if as_json:
        emit(result)


def _tell_roadmap(result: dict[str, Any], reading: "Reading", *, is_assigned: bool) -> None:
    named = {"title": result["title"], "id": result["roadmap_id"]}
    if result["known"] and not result["moved"]:
        note(say("This very file is there already: %(title)s, No. %(id)s. Nothing was done.", **named))
        note(say("To bring it in once more, add --again"))
        return
    if result["known"]:
        note(say("This very file is there already: %(title)s, No. %(id)s.", **named))
    note(say.n("%(n)s measure", "%(n)s measures", result["measures"]) + f": {result['title']}")
    if result["doubts"]:
        note(
            say.n(
                "%(n)s deadline is in doubt and does not remind until somebody settles it in the panel.",
                "%(n)s deadlines are in doubt and do not remind until somebody settles them in the panel.",
                result["doubts"],
            )
        )
    if result["moved"]:
        note(say("All dates are moved. Measures with other dates now: %(n)s.", n=result["moved"]))
    if result["passed"]:
        _tell_passed(result)
    tell_skipped(reading)
    if is_assigned:
        note(
            say.n("%(n)s assignment", "%(n)s assignments", result["assigned"])
            + ", "
            + say.n("%(n)s school", "%(n)s schools", result["schools"])
        )


def _tell_passed(result: dict[str, Any]) -> None:
    """A plan of years that are over: what that means, and by how many years it can be moved."""
    note(say.n("%(n)s date has passed already", "%(n)s dates have passed already", result["passed"]) + ".")
    if result["state"] == "draft":
        note(
            say("Given as it is, it would be overdue from the first day.")
            + " "
            + say("To move all its dates, run this again with one of these (or press a button in the panel):")
        )
    else:
        note(
            say(
                "It is live with these dates. To move them all, make it a draft again in the panel and run this"
                " again with one of these:"
            )
        )
    for shift in result["shifts"]:
        line = f"  --shift-years {shift['years']}: " + say(
            "up to %(day)s", day=say.date(shift["last_on"], year=True)
        )
        if shift["passed"]:
            line += "; " + say.n(
                "%(n)s date would still have passed",
                "%(n)s dates would still have passed",
                shift["passed"],
            )
        note(line)


class Document(NamedTuple):
    """A roadmap as read, with its file in the store."""

    reading: "Reading"
    name: str
    file: "StoredFile"


class Wish(NamedTuple):
    """What is to be done with a roadmap beyond bringing it in."""

    approve: bool
    school_ids: list[int]
    years: int  # by which all its dates move


async def _known(tx: "WriteTx", owner: "Place", document: Document, years: int) -> "Roadmap | None":
    """What there is already of this very file, this owner and this year; moved by so many years, or not yet."""
    from domain import roadmaps

    for moved in sorted({years, 0}, reverse=True):
        year = _year(tx, document) + moved
        found = await roadmaps.of_document(tx, owner, document.file.sha256, year)
        if found is not None:
            return found
    return None


def _year(tx: "WriteTx", document: Document) -> int:
    return document.reading.reference_year or tx.now.year


def _takes_years(known: "Roadmap", year: int, years: int) -> bool:
    """Whether a roadmap of this year that is there has still to be moved. Raises Refused where it is live."""
    if not years or known.reference_year != year:
        return False
    if known.state.value != "draft":
        raise Refused(
            say(
                "This very file is there already: %(title)s, No. %(id)s. It is live: make it a draft again in the"
                " panel, then its dates can be moved.",
                title=known.title,
                id=known.id,
            )
        )
    return True


async def _bring_in(
    tx: "WriteTx", owner: "Place", document: Document, wish: Wish, known: "Roadmap | None"
) -> dict[str, Any]:
    from domain import drafts, giving, roadmaps

    draft = known or await roadmaps.import_draft(
        tx, owner, document.reading, file_name=document.name, file=document.file
    )
    moved = await drafts.shift_years(tx, draft.id, wish.years) if wish.years else 0
    if wish.approve:
        await roadmaps.approve(tx, draft.id)
    assigned = await giving.assign(tx, draft.id, wish.school_ids) if wish.school_ids else 0
    described = await _described(tx, draft.id, document.reading, known=known is not None)
    return {**described, "moved": moved, "assigned": assigned, "schools": len(wish.school_ids)}


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
        "moved": 0,  # measures whose dates moved by --shift-years
        "passed": past.past if past is not None else 0,  # dates of a plan whose years are over
        "shifts": [
            {"years": shift.years, "last_on": shift.last_on, "passed": shift.past}
            for shift in (past.shifts if past is not None else ())
        ],
        "assigned": 0,
        "schools": 0,
    }
