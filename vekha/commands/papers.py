"""Papers on the command line: the same facts as in the panel, as Word, PDF or JSON."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vekha.commands.reading import AsJson
from vekha.console import Refused, about, emit, note, out, run, say

if TYPE_CHECKING:
    from domain import briefs
    from domain.actor import Actor
    from domain.db import Tx

PaperName = Annotated[str | None, typer.Argument(help=say("analytical, effectiveness or hour."))]
Of = Annotated[
    str | None,
    typer.Option("--place", help=say("Region or municipality; without it the only region there is.")),
]
Plan = Annotated[int | None, typer.Option("--roadmap", help=say("Number of the roadmap; else the newest."))]
Docx = Annotated[Path | None, typer.Option("--docx", help=say("Write a Word file by the region's template."))]
Pdf = Annotated[Path | None, typer.Option("--pdf", help=say("Write a PDF file."))]
Listed = Annotated[bool, typer.Option("--list", help=say("List the papers."))]


PAPER_HELP = about(
    say("Print a paper, or write it as Word or PDF."),
    'vekha report paper hour --place "Даниловский МР" --pdf hour.pdf',
    "vekha report paper analytical --docx note.docx",
)


def paper(
    name: PaperName = None,
    *,
    place: Of = None,
    roadmap: Plan = None,
    docx: Docx = None,
    pdf: Pdf = None,
    as_json: AsJson = False,
    listed: Listed = False,
) -> None:
    """Print a paper, or write it as Word or PDF."""
    from domain import accounts, briefs
    from domain.actor import SYSTEM
    from domain.settings import Settings
    from vekha import store

    titles = {kind.value: say(title) for kind, title in briefs.PAPERS.items()}
    if listed:
        if as_json:
            emit([{"name": key, "title": title} for key, title in titles.items()])
        else:
            for key, title in titles.items():
                out(f"{key}\t{title}")
        return
    kind = _kind(name, titles)

    async def work() -> tuple["briefs.Written", bytes]:
        async with store.opened(Settings()) as database:
            async with database.read(SYSTEM) as tx:
                actor = await _actor(tx, place)
            async with database.read(actor) as tx:
                made = await briefs.paper(tx, kind, accounts.Filters(roadmap_id=roadmap), say)
                return made, await briefs.template_of(tx, briefs.place_of(tx), kind)

    made, template = run(work())
    for target, extension in ((docx, "docx"), (pdf, "pdf")):
        if target is not None:
            _save(target, briefs.as_file(made, extension, template))
    if as_json:
        emit(made.context)
    elif docx is None and pdf is None:
        _print(made)


def _kind(name: str | None, titles: dict[str, str]) -> "briefs.Paper":
    from domain.briefs import Paper

    if name is None or name.strip().casefold() not in titles:
        known = ", ".join(titles)
        raise Refused(
            say("There is no paper «%(name)s». There are: %(known)s.", name=name or "", known=known)
        )
    return Paper(name.strip().casefold())


async def _actor(tx: "Tx", words: str | None) -> "Actor":
    """Somebody who coordinates just this place: a paper shows what its coordinator would see."""
    from domain import schools
    from domain.actor import Actor, Grant, Place, Role
    from vekha import places

    if words is None:
        regions = await schools.regions(tx)
        if len(regions) != 1:
            names = ", ".join(region.name for region in regions)
            raise Refused(say("Name the place with --place. There are: %(names)s", names=names or "—"))
        chosen = Place(regions[0].id)
    else:
        chosen = await places.place(tx, words)
    if chosen.school_id is not None:
        raise Refused(say("A paper is about a region or a municipality, not about a school."))
    role = Role.REGIONAL_COORDINATOR if chosen.municipality_id is None else Role.MUNICIPAL_COORDINATOR
    return Actor(grants=(Grant(role, chosen),), timezone=await schools.timezone(tx, chosen))


def _save(target: Path, content: bytes) -> None:
    try:
        target.write_bytes(content)
    except OSError as error:
        raise Refused(
            say("%(path)s cannot be written: %(error)s", path=target, error=error.strerror)
        ) from error
    note(say("Written: %(path)s", path=target))


def _print(made: "briefs.Written") -> None:
    out(made.title)
    out(made.subtitle)
    for block in made.blocks:
        if block.text:
            out(("\n" if block.kind == "heading" else "") + block.text)
        if block.columns:
            out("\t".join(block.columns))
        for row in block.rows:
            out("\t".join("—" if value in (None, "") else str(value) for value in row))
