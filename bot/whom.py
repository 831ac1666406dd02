"""Whom something goes to, chosen with one or two presses: roles, a saved circle, one municipality."""

from collections.abc import Callable

from aiogram.filters.callback_data import CallbackData

from bot.flows.writing import ROLES
from bot.talk import Talk
from bot.ui import Row, button, clip, page
from domain import audiences, reports, schools
from domain.audiences import Segment
from domain.db import Tx
from domain.errors import N_
from domain.policy import Permission

WHO = {"s": N_("Schools"), "c": N_("Curators"), "a": N_("Schools and curators")}
CIRCLES = 3  # saved circles that stand on the first screen

Press = Callable[[str], CallbackData]


def is_chosen(who: str) -> bool:
    """Whether this names a circle; otherwise it names a list to choose from."""
    return who in WHO or (who[:1] in ("c", "m", "x") and who[1:].isdecimal())


async def rows(tx: Tx, talk: Talk, press: Press, at: str = "") -> list[Row]:
    """What can be chosen; `at` names the open list and its page: «m.2», «x.0», «c.1»."""
    kind, _, number = at.partition(".")
    if kind == "m":
        found = [(m.name, f"m{m.id}") for m in await schools.municipalities(tx, Permission.BROADCAST)]
    elif kind == "x":
        table = await reports.by_measure(tx)
        found = [
            (f"{clip(row.measure.label, 34)} · {len(row.missing)}", f"x{row.measure.id}")
            for row in table
            if row.missing
        ]
    elif kind == "c":
        found = [(one.name, f"c{one.id}") for one in await audiences.saved_list(tx)]
    else:
        return await _first(tx, talk, press)
    shown = page(found, int(number) if number.isdecimal() else 0)
    listed: list[Row] = [[button(label, press(value))] for label, value in shown.items]
    listed.append(shown.turning(lambda n: press(f"{kind}.{n}")))
    listed.append([button(talk.plain("‹ Back"), press("-"))])
    return listed


async def _first(tx: Tx, talk: Talk, press: Press) -> list[Row]:
    plain = talk.plain
    by_role = [button(plain(words), press(who)) for who, words in WHO.items()]
    found: list[Row] = [by_role[:2], by_role[2:]]
    if len(await schools.municipalities(tx, Permission.BROADCAST)) > 1:
        found.append([button(plain("One municipality…"), press("m.0"))])
    found.append([button(plain("Who has not handed in…"), press("x.0"))])
    saved = await audiences.saved_list(tx)
    if len(saved) > CIRCLES:
        found.append([button(plain("Saved circles…"), press("c.0"))])
    else:
        found += [[button(one.name, press(f"c{one.id}"))] for one in saved]
    return found


async def segment(tx: Tx, who: str) -> Segment:
    """The circle that was chosen. Raises NotFound for a saved one of other places."""
    kind, number = who[:1], who[1:]
    if who in WHO:
        return Segment(roles=ROLES[who])
    if kind == "c":
        return (await audiences.saved(tx, int(number))).circle
    if kind == "x":
        return Segment(roles=ROLES["s"], measure_id=int(number))
    return Segment(roles=ROLES["a"], municipality_id=int(number))
