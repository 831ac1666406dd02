"""The rating and the correction of the year on other screens: a line of the morning, a button on the first screen."""

from collections.abc import Mapping, Sequence
from datetime import date

from bot.holders import hat_of
from bot.letters import plain
from bot.lines import short_due
from bot.presses_seasons import Cycle
from bot.talk import Talk
from bot.ui import Row, button
from domain import seasons
from domain.actor import Place
from domain.db import Tx
from domain.seasons import Season, SeasonTask
from domain.texts import Texts


def name_of(say: Texts, task: SeasonTask) -> str:
    """«Рейтинг за первое полугодие 2026» or «Коррективы в план»."""
    if task.season is Season.CORRECTION:
        return say("Corrections of the plan")
    half, year = seasons.half_of(task.month)
    if half == 1:
        return say("Rating of the first half of %(year)s", year=year)
    return say("Rating of the second half of %(year)s", year=year)


def cycle_lines(
    say: Texts, tasks: Sequence[SeasonTask], today: date, names: Mapping[Place, str]
) -> list[str]:
    """One line each; the place is named where there are several."""
    lines = []
    for task in tasks:
        sign = "🔴" if task.due_on < today else "🟡"
        where = f", {names[task.place]}" if len(tasks) > 1 else ""
        lines.append(f"{sign} {name_of(say, task)}{where}: {short_due(say, task.due_on, today)}")
    return lines


def cycle_buttons(say: Texts, tasks: Sequence[SeasonTask]) -> Row:
    """The way to the first of them."""
    return [
        button("📅 " + name_of(plain(say), task), Cycle(hat=hat_of(task.place), fresh=True))
        for task in tasks[:1]
    ]


async def cycle_button(tx: Tx, talk: Talk, place: Place) -> Row:
    """On the first screen of a place whom this month asks; nothing in other months and once it is done."""
    for task in await seasons.open_tasks(tx):
        if hat_of(task.place) == hat_of(place):
            due = short_due(talk.plain, task.due_on, talk.today())
            return [button(f"📅 {name_of(talk.plain, task)} · {due}", Cycle(hat=hat_of(place)))]
    return []
