"""Reading documents and deadlines without a database."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vekha.console import Refused, about, emit, group, note, out, say

if TYPE_CHECKING:
    from domain.documents import DocumentRefused, Reading

roadmap = group(say("Roadmaps: what stands in a document."))
deadline = group(say("Deadlines: what people's words mean."))

AsJson = Annotated[bool, typer.Option("--json", help=say("One JSON document on stdout."))]
Year = Annotated[
    int | None, typer.Option(min=1990, max=2100, help=say("The year that dates without a year belong to."))
]


def read_roadmap_file(path: Path, year: int | None) -> "Reading":
    """Read a roadmap from a file of this machine; refuses with the file's name."""
    from domain import documents

    try:
        return documents.read_roadmap(read_bytes(path), path.name, year=year)
    except documents.DocumentRefused as error:
        raise Refused(not_read(path, error)) from error


def not_read(path: Path, error: "DocumentRefused") -> str:
    """Why a document was refused and what to do, in the words of the panel."""
    from admin.words import REFUSED
    from domain import documents

    sentence = documents.sentence_of(error) or REFUSED[error.code]
    return f"{path.name}: {say(sentence, **error.params)}"


def read_bytes(path: Path) -> bytes:
    """The bytes of a file, or a sentence that names it."""
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise Refused(say("There is no file %(path)s", path=path)) from error
    except OSError as error:
        raise Refused(say("%(path)s cannot be read: %(error)s", path=path, error=error.strerror)) from error


@roadmap.command(
    "parse",
    help=about(
        say("Reads a roadmap from Word or Excel and shows what it understood. Needs no database."),
        "vekha roadmap parse plan.docx --year 2022 --json",
    ),
)
def roadmap_parse(
    file: Annotated[Path, typer.Argument(help=say("A document: .docx, .xlsx, .xls, .ods, .pdf."))],
    year: Year = None,
    as_json: AsJson = False,
) -> None:
    """Print the items of a roadmap."""
    reading = read_roadmap_file(file, year)
    if as_json:
        emit(reading.to_json())
        return
    out(f"{reading.title or file.name} ({reading.reference_year or '—'})")
    for item in reading.items:
        due = item.deadline.due
        doubts = f" [{', '.join(item.deadline.doubts)}]" if item.deadline.doubts else ""
        out(f"{item.number or '—'}  {' '.join((item.activity or '').split())}")
        out(
            f"      «{' '.join((item.deadline_raw or '').split())}» → {due.isoformat() if due else '—'}{doubts}"
        )
    note(say.n("%(n)s measure", "%(n)s measures", len(reading.items)))
    tell_skipped(reading)


def tell_skipped(reading: "Reading") -> None:
    """Name everything that was passed over, and what cannot be relied on: nothing is dropped silently."""
    from admin.words import READING, SKIPPED

    if "from_pdf" in reading.doubts:
        to_check = READING["from_pdf"]
        note(say(to_check))
    for skipped in reading.skipped:
        where = say("row %(row)s", row=skipped.row) if skipped.row else say("outside the table")
        text = " ".join(skipped.text.split())[:100]
        note(
            say(
                "%(where)s, passed over: %(text)s (%(why)s)",
                where=where,
                text=text,
                why=say(SKIPPED[skipped.why]),
            )
        )


@deadline.command(
    "parse",
    help=about(
        say("Says what deadlines mean: one object per text. Without texts reads lines from stdin."),
        'vekha deadline parse --year 2022 "Февраль-апрель" "до 30 апреля" --json',
    ),
)
def deadline_parse(
    text: Annotated[list[str] | None, typer.Argument(help=say("Deadlines as people write them."))] = None,
    year: Year = None,
    as_json: AsJson = False,
) -> None:
    """Print the meaning of deadlines."""
    from domain import deadlines

    context = deadlines.Context(year=year)
    lines = text or [line.rstrip("\r\n") for line in sys.stdin]
    found = [(line, deadlines.parse(line, context)) for line in lines]
    if as_json:
        emit([meaning.to_json() for _, meaning in found])
        return
    for line, meaning in found:
        windows = ", ".join(f"{w.start or '…'}–{w.due or '…'}" for w in meaning.windows) or "—"
        doubts = f" [{', '.join(meaning.doubts)}]" if meaning.doubts else ""
        out(f"{line}\t{meaning.kind}\t{windows}{doubts}")
