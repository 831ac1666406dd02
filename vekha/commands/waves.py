"""Waves on the command line: opened by a criteria set, their forecast told."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from vekha.commands.monitoring import criteria_set, monitoring, plain, set_document
from vekha.commands.reading import AsJson
from vekha.commands.reporting import PlaceName, give, read, report
from vekha.console import Refused, about, emit, note, run, say

if TYPE_CHECKING:
    from domain.db import Tx
    from domain.monitoring import Standing

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


@report.command(
    "wave",
    help=about(
        say(
            "The forecast of a wave: where we stand today, what the next point costs, official results beside."
        ),
        'vekha report wave --place "Угличский МР" --json',
    ),
)
def wave(
    number: Annotated[
        int | None, typer.Option("--wave", help=say("Its number; without it the newest wave."))
    ] = None,
    place: PlaceName = None,
    as_json: AsJson = False,
    xlsx: Annotated[Path | None, typer.Option("--xlsx", help=say("Write an Excel file."))] = None,
) -> None:
    """Print the forecast of a wave."""
    from domain import monitoring as waves
    from domain.actor import Place
    from vekha import places

    async def work(tx: "Tx") -> "Standing":
        known = await waves.waves(tx)
        chosen = number if number is not None else known[0].id if known else None
        if chosen is None:
            raise Refused(say("There is no wave yet. Open one: vekha monitoring open SET"))
        found = await waves.wave(tx, chosen)
        where = await places.place(tx, place) if place else Place(found.region_id)
        return await waves.standing(tx, chosen, where)

    found = read(work)
    lines: list[list[Any]] = [
        [line.title, plain(line.points), plain(line.max)] for line in found.forecast.score.lines
    ]
    lines.append([say("Forecast"), plain(found.forecast.score.total), plain(found.forecast.score.max)])
    lines += [
        [say("Official result, %(source)s", source=result.source), plain(score.total), plain(score.max)]
        for result, score in found.official
    ]
    columns = [say("Criterion"), say("Points"), say("Maximum")]
    give(_standing(found), found.wave.title, columns, lines, as_json=as_json, xlsx=xlsx)
    for step in found.forecast.steps:
        note(
            say.n(
                "%(n)s more confirmed measure: +%(gain)s, that is +%(total)s of %(max)s.",
                "%(n)s more confirmed measures: +%(gain)s, that is +%(total)s of %(max)s.",
                step.needed,
                gain=plain(step.gain),
                total=plain(step.total_gain),
                max=plain(found.forecast.score.max),
            )
        )


def _standing(found: "Standing") -> dict[str, Any]:
    forecast = found.forecast
    return {
        "wave": found.wave.id,
        "title": found.wave.title,
        "set": found.of.key,
        "starts_on": found.wave.starts_on,
        "ends_on": found.wave.ends_on,
        "forecast": {
            "total": plain(forecast.score.total),
            "max": plain(forecast.score.max),
            "index_percent": plain(forecast.score.index),
            "confirmed": forecast.tally.done,
            "of": forecast.tally.of,
            "in_review": forecast.in_review,
            "missing": list(forecast.score.missing),
            "at_stake": list(forecast.at_stake),
            "steps": [
                {
                    "criterion": step.criterion,
                    "confirmations": step.needed,
                    "points": plain(step.gain),
                    "total": plain(step.total_gain),
                    "assignments": list(step.assignments),
                }
                for step in forecast.steps
            ],
        },
        "official": [
            {"source": r.source, "total": plain(s.total), "index_percent": plain(s.index)}
            for r, s in found.official
        ],
    }
