"""The rating of a half-year and the corrections of plans: what is asked, until when, and the press that closes it."""

from aiogram.types import CallbackQuery

from bot.holders import hat_of, list_of
from bot.presses import Home
from bot.presses_seasons import Cycle
from bot.routes import Routes
from bot.seasons import name_of
from bot.talk import Talk
from bot.ui import Row, Screen, bold, button, safe
from domain import ratings, seasons
from domain.db import Tx
from domain.errors import NotFound
from domain.seasons import Season, SeasonTask

router = Routes("seasons")


@router.callback_query(Cycle.filter())
async def cycle(query: CallbackQuery, callback_data: Cycle, talk: Talk) -> None:
    """What this month asks of one place; pressed again after it is done, it says so."""
    async with talk.db.read(talk.actor) as tx:
        task = await _task(tx, callback_data.hat)
    if callback_data.do and task.is_open:
        async with talk.db.write(talk.actor) as tx:
            if callback_data.do == "publish" and task.season is Season.RATING:
                await ratings.publish(tx, task.place, talk.plain)
            elif task.place.school_id is not None:
                await seasons.nothing_to_change(tx, task.place)
            elif task.season is Season.CORRECTION:
                await seasons.finish(tx, task.place, task.season)
    async with talk.db.read(talk.actor) as tx:
        screen = await _screen(tx, talk, await _task(tx, callback_data.hat))
    await talk.show(screen, fresh=callback_data.fresh)


async def _task(tx: Tx, hat: str) -> SeasonTask:
    """The task of a place of the person; NotFound in months without one, and for places of others."""
    found = next((task for task in await seasons.season_tasks(tx) if hat_of(task.place) == hat), None)
    if found is None:
        raise NotFound
    return found


async def _screen(tx: Tx, talk: Talk, task: SeasonTask) -> Screen:
    say, plain, hat = talk.say, talk.plain, hat_of(task.place)
    place = (await seasons.names(tx, [task]))[task.place]
    lines = [f"{bold(name_of(plain, task))} · {safe(place)}"]
    rows: list[Row] = []
    if not task.is_open:
        lines.append("✅ " + say("Done for this month."))
    else:
        lines.append(say("Until %(day)s.", day=say.day(task.due_on, today=talk.today())))
        lines.append("\n" + _what(talk, task))
        if task.season is Season.RATING:
            rows.append([button(plain("Publish the rating"), Cycle(hat=hat, do="publish"))])
        else:
            if task.place.school_id is not None:
                rows.append([button(plain("All assignments"), list_of(task.place))])
            rows.append([button(plain("Nothing has to be changed"), Cycle(hat=hat, do="unchanged"))])
    if task.season is Season.CORRECTION and task.place.school_id is None:
        answered = await seasons.answered(tx)
        if answered is not None and answered.total:
            lines.append(
                say(
                    "Schools that have corrected their plans: %(n)s of %(of)s",
                    n=answered.done,
                    of=answered.total,
                )
            )
    rows.append([button(plain("‹ Back"), Home(hat=hat))])
    return Screen("\n".join(lines), rows)


def _what(talk: Talk, task: SeasonTask) -> str:
    if task.season is Season.RATING:
        return talk.say(
            "The table of how schools take part is kept as it is today; anybody who sees the place can open it later."
        )
    if task.place.school_id is not None:
        return talk.say(
            "Look through the plan: wording, dates, rows of your own. A change closes this by itself; so does the "
            "button, if everything stands as it should."
        )
    return talk.say(
        "Send a newer version of the roadmap or move a date: that closes this by itself. So does the button, if "
        "everything stands as it should."
    )
