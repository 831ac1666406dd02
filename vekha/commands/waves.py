"""Waves on the command line: opened by a criteria set, their forecast told."""

from datetime import datetime
from typing import Annotated

import typer

from vekha.commands.monitoring import criteria_set, monitoring, set_document
from vekha.commands.reading import AsJson
from vekha.console import Refused, about, emit, note, run, say

__all__ = ["monitoring"]  # the same group of commands, with those of this page added

Day = Annotated[datetime, typer.Option(formats=["%Y-%m-%d"])]


@monitoring.command(
    "open",
    help=about(
        say("Opens a wave of a region by a criteria set; the set is kept with the region."),
        'vekha monitoring open sverdlovsk-2022 --region "Ярославская область" --first 2022-11-07 --last 2022-11-21',
    ),
)
def open_wave(
    set_: Annotated[
        str, typer.Argument(metavar="SET", help=say("The criteria set: a key, or a .toml or .json file."))
    ],
    region: Annotated[str, typer.Option(help=say("The region."))],
    first: Day,
    last: Day,
    as_json: AsJson = False,
) -> None:
    """Open a wave."""
    from domain import monitoring as waves
    from domain import rubrics
    from domain.actor import SYSTEM
    from domain.settings import Settings
    from vekha import places, store

    of, document = criteria_set(set_), set_document(set_)

    async def work() -> int:
        async with store.opened(Settings()) as database, database.write(SYSTEM) as tx:
            place = await places.place(tx, region)
            if place.region_id is None or place.municipality_id is not None:
                raise Refused(say("«%(name)s» is not a region.", name=region))
            kept = await rubrics.save_set(tx, place.region_id, document)
            wave = await waves.open_wave(tx, kept.id, of.title, starts_on=first.date(), ends_on=last.date())
            return wave.id

    number = run(work())
    note(say("Wave %(number)s: %(title)s", number=number, title=of.title))
    if as_json:
        emit({"wave": number, "set": of.key, "title": of.title})
