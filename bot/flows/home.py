"""The first screen: what waits for the person today, by role; several roles are switched by buttons with counts."""

from typing import NamedTuple

from aiogram.filters import Command, CommandStart
from aiogram.types import CallbackQuery, Message

from bot.flows import coordinate, reading, review, work
from bot.holders import hat_of
from bot.presses import Hats, Home
from bot.routes import Routes
from bot.talk import Talk
from bot.ui import Row, Screen, button, page
from domain import progress, schools
from domain.actor import COORDINATORS, SCHOOL_TEAM, Actor, Place, Role
from domain.db import Tx
from domain.errors import NotFound
from domain.progress import Standing

router = Routes("home")


class Hat(NamedTuple):
    """One of the person's roles as a screen: coordinators by place, the school team by school, all else once."""

    key: str
    role: Role
    place: Place


def hats(actor: Actor) -> list[Hat]:
    """The person's screens, the widest role first; a stable key for each."""
    found: dict[str, Hat] = {}
    order = [Role.REGIONAL_COORDINATOR, Role.MUNICIPAL_COORDINATOR, Role.SCHOOL_HEAD, Role.SCHOOL_MEMBER]
    order += [Role.CURATOR, Role.EXPERT, Role.OBSERVER]
    for role in order:
        for place in actor.places(role):
            if role in COORDINATORS | SCHOOL_TEAM:
                key = hat_of(place)
            else:
                key = "c" if role is Role.CURATOR else "o"
            found.setdefault(key, Hat(key, role, place))
    return list(found.values())


async def show(talk: Talk, hat_key: str = "", *, fresh: bool = False) -> None:
    """Draw the first screen; a role that has ended gives way to the next."""
    async with talk.db.read(talk.actor) as tx:
        screen = await home_screen(tx, talk, hat_key)
    await talk.show(screen, fresh=fresh)


async def home_screen(tx: Tx, talk: Talk, hat_key: str = "") -> Screen:
    """The screen of one role, and the ways to the others. Raises NotFound without any role."""
    mine = hats(talk.actor)
    if not mine:
        raise NotFound
    chosen = next((hat for hat in mine if hat.key == hat_key), mine[0])
    screen = await _of_hat(tx, talk, chosen)
    others = [hat for hat in mine if hat is not chosen]
    switches: list[Row] = []
    if len(others) == 1:
        switches = [[button(await _switch_label(tx, talk, others[0]), Home(hat=others[0].key))]]
    elif others:
        label = talk.plain.n("%(n)s other role", "%(n)s other roles", len(others))
        switches = [[button(label, Hats(page=0))]]
    return Screen(screen.text, [*screen.rows, *switches], screen.expects)


async def _of_hat(tx: Tx, talk: Talk, hat: Hat) -> Screen:
    if hat.role in COORDINATORS:
        return await coordinate.home_screen(tx, talk, hat.place)
    if hat.role in SCHOOL_TEAM and hat.place.school_id is not None:
        name = (await schools.place_name(tx, hat.place)).name
        return await work.home_screen(tx, talk, hat.place.school_id, name)
    if hat.role is Role.CURATOR:
        return await review.queue_screen(tx, talk, 0, is_home=True)
    return await reading.home_screen(tx, talk, hat.role, hat.place)


async def _switch_label(tx: Tx, talk: Talk, hat: Hat) -> str:
    name = (await schools.place_name(tx, hat.place)).name
    if hat.role in SCHOOL_TEAM:
        rows = await progress.my_work(tx, school_id=hat.place.school_id, open_only=True)
        overdue = sum(row.standing is Standing.OVERDUE for row in rows)
        return f"{name} · 🔴 {overdue}" if overdue else name
    if hat.role is Role.CURATOR:
        waiting = len(await progress.queue(tx))
        return talk.plain("I am a curator · ⏳ %(n)s", n=waiting) if waiting else talk.plain("I am a curator")
    return name


@router.callback_query(Hats.filter())
async def choose_hat(query: CallbackQuery, callback_data: Hats, talk: Talk) -> None:
    """All roles and places, each with what waits there."""
    shown = page(hats(talk.actor), callback_data.page)
    async with talk.db.read(talk.actor) as tx:
        rows: list[Row] = [
            [button(await _switch_label(tx, talk, hat), Home(hat=hat.key))] for hat in shown.items
        ]
    rows.append(shown.turning(lambda n: Hats(page=n)))
    await talk.show(Screen(talk.say("Where shall we go?"), rows))


@router.message(CommandStart())
@router.message(Command("menu"))
async def menu(message: Message, talk: Talk) -> None:
    """The first screen as a new message."""
    await show(talk, fresh=True)


@router.callback_query(Home.filter())
async def back_home(query: CallbackQuery, callback_data: Home, talk: Talk) -> None:
    """The first screen in place of the present one."""
    await show(talk, callback_data.hat)
