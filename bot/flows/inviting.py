"""«Пригласить»: role → place → a personal link to pass on."""

from typing import Any, NamedTuple
from urllib.parse import quote

from aiogram.filters import Command
from aiogram.types import CallbackQuery, Message

from bot.identity import Expecting
from bot.presses import Home, InviteMake, InvitePlace, InviteRole
from bot.presses_review import StandIn
from bot.routes import Routes
from bot.talk import Talk
from bot.ui import PAGE, Expects, Row, Screen, button, link, page
from bot.words import INVITED, ROLE, full_place
from domain import people, schools
from domain.actor import COORDINATORS, Place, Role
from domain.db import Tx
from domain.errors import Forbidden
from domain.policy import MAY_INVITE, Permission
from domain.texts import Raw

router = Routes("inviting")

EXPECTS = "invite-place"
SCHOOL_ROLES = frozenset({Role.CURATOR, Role.SCHOOL_HEAD, Role.SCHOOL_MEMBER})


class Choice(NamedTuple):
    """A place to choose, and where a press leads."""

    label: str
    press: InvitePlace | InviteMake


@router.message(Command("invite"))
async def invite_command(message: Message, talk: Talk) -> None:
    """Whom to invite."""
    await talk.show(_roles(talk), fresh=True)


@router.callback_query(InviteRole.filter())
async def invite(query: CallbackQuery, talk: Talk) -> None:
    """Whom to invite."""
    await talk.show(_roles(talk))


def _roles(talk: Talk) -> Screen:
    mine = talk.actor.roles()
    offered = [role for role in Role if any(role in MAY_INVITE.get(own, ()) for own in mine)]
    if not offered:
        raise Forbidden
    rows: list[Row] = [[button(talk.plain(ROLE[r]).capitalize(), InvitePlace(role=r))] for r in offered]
    if mine & COORDINATORS:
        rows.append([button(talk.plain("A substitute for a while…"), StandIn())])
    rows.append([button(talk.plain("‹ Back"), Home())])
    return Screen(talk.say("Whom do you invite?"), rows)


@router.callback_query(InvitePlace.filter())
async def choose_place(query: CallbackQuery, callback_data: InvitePlace, talk: Talk) -> None:
    """Down the tree until the level of the role; a level with one choice is passed by."""
    async with talk.db.read(talk.actor) as tx:
        choices = await _choices(tx, callback_data)
    while len(choices) == 1 and isinstance(choices[0].press, InvitePlace):
        callback_data = choices[0].press
        async with talk.db.read(talk.actor) as tx:
            choices = await _choices(tx, callback_data)
    await talk.show(_places(talk, callback_data, choices))


@router.message(Expecting(EXPECTS, text_only=True))
async def search_place(message: Message, talk: Talk, memo: dict[str, Any]) -> None:
    """Part of a school's name instead of leafing through pages."""
    role = Role(memo["role"])
    async with talk.db.read(talk.actor) as tx:
        rows = await schools.school_list(tx, search=message.text or "", permission=Permission.INVITE)
    found = [_school_choice(role, row) for row in rows]
    # The first few; a page of them could not be turned without the words that were searched for.
    await talk.show(_places(talk, InvitePlace(role=role), found[:PAGE]), fresh=True)
    await talk.strip(memo["screen"])


@router.callback_query(InviteMake.filter())
async def make(query: CallbackQuery, callback_data: InviteMake, talk: Talk) -> None:
    """Make the link; it is shown once."""
    role = callback_data.role
    place = Place(callback_data.region, callback_data.municipality or None, callback_data.school or None)
    async with talk.db.write(talk.actor) as tx:
        made = await people.invite(tx, role, place)
        name = await full_place(tx, place)
    address = f"https://t.me/{talk.bot_name}?start={made.payload}"
    text = talk.say(
        "%(invited)s\nThe link is for one person and works once, until %(day)s. Pass it on:\n\n%(link)s",
        invited=f"{talk.plain(ROLE[role]).capitalize()}: {name}.",
        day=talk.say.date(made.invitation.expires_at.date()),
        link=Raw(address),
    )
    words = talk.plain("Hello! This is the link to Vekha, where schools report on their roadmaps.")
    words += " " + talk.plain(INVITED[role], place=name)
    share = f"https://t.me/share/url?url={quote(address, safe='')}&text={quote(words, safe='')}"
    rows: list[Row] = [
        [link(talk.plain("Send to the person"), share)],
        [button(talk.plain("One more"), InviteRole()), button(talk.plain("‹ Back"), Home())],
    ]
    await talk.show(Screen(text, rows))


async def _choices(tx: Tx, at: InvitePlace) -> list[Choice]:
    regions = list(dict.fromkeys(p.region_id for p in tx.actor.places(*MAY_INVITE) if p.region_id))
    if at.role in SCHOOL_ROLES and at.municipality:
        rows = await schools.school_list(tx, municipality_id=at.municipality, permission=Permission.INVITE)
        return [_school_choice(at.role, row, short=True) for row in rows]
    if at.role in SCHOOL_ROLES or at.role is Role.MUNICIPAL_COORDINATOR:
        return await _municipality_choices(tx, at.role)
    named = [(region, await full_place(tx, Place(region))) for region in regions]
    return [Choice(name, InviteMake(role=at.role, region=region)) for region, name in named]


async def _municipality_choices(tx: Tx, role: Role) -> list[Choice]:
    found = await schools.municipalities(tx, Permission.INVITE)
    if role is Role.MUNICIPAL_COORDINATOR:
        return [Choice(m.name, InviteMake(role=role, region=m.region_id, municipality=m.id)) for m in found]
    if found:
        return [Choice(m.name, InvitePlace(role=role, region=m.region_id, municipality=m.id)) for m in found]
    # A school head has no municipality to choose from, only the own schools.
    rows = await schools.school_list(tx, permission=Permission.INVITE)
    return [_school_choice(role, row, short=True) for row in rows]


def _school_choice(role: Role, row: schools.SchoolRow, *, short: bool = False) -> Choice:
    region, municipality, school = row.school.place
    label = row.school.name if short else f"{row.school.name}, {row.municipality}"
    press = InviteMake(role=role, region=region or 0, municipality=municipality or 0, school=school or 0)
    return Choice(label, press)


def _places(talk: Talk, at: InvitePlace, choices: list[Choice]) -> Screen:
    shown = page(choices, at.page)
    rows: list[Row] = [[button(choice.label, choice.press)] for choice in shown.items]
    rows.append(shown.turning(lambda number: at.model_copy(update={"page": number})))
    rows.append([button(talk.plain("‹ Back"), InviteRole())])
    role = talk.plain(ROLE[at.role]).capitalize()
    if not choices:
        return Screen(talk.say("Nothing found. Try another part of the name."), rows, _searching(at.role))
    if at.role in SCHOOL_ROLES:
        text = talk.say("%(role)s: where? You can also write part of the school's name.", role=role)
        return Screen(text, rows, _searching(at.role))
    return Screen(talk.say("%(role)s: where?", role=role), rows)


def _searching(role: Role) -> Expects:
    return Expects(EXPECTS, {"role": role.value})
