"""People: who holds which role where; taking roles away and giving them."""

from typing import Annotated, NamedTuple

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from admin.auth import Visitor
from admin.forms import Choice, Filters, Form, read_form, refusal, sent
from admin.page import Visit
from admin.tables import Format, export
from admin.words import ROLES
from domain import people, schools
from domain.actor import Place, Role
from domain.db import Tx
from domain.errors import DomainError, Forbidden, NotFound
from domain.policy import Permission, allows, require_invite
from domain.tables import Table

closed = APIRouter()


class PeopleFilters(Filters):
    """Filters of the list of people."""

    search: str = ""
    role: str = ""
    reach: str = ""  # «lost»: only those whom messages do not reach
    municipality: Choice = None
    sort: str = "name"
    format: Format = ""


class PersonLine(NamedTuple):
    """A person, once, with each role and where it is held."""

    person: people.Person
    roles: dict[Role, list[str]]
    grant: people.RoleGrant  # the first of them


def _may_manage(visit: Visit, role: Role, place: Place) -> bool:
    try:
        require_invite(visit.actor, role, place)
    except DomainError:
        return False
    return True


async def _lines(tx: Tx, filters: PeopleFilters) -> list[PersonLine]:
    region = next((g.place.region_id for g in tx.actor.grants), None)
    place = Place(region, filters.municipality) if filters.municipality else None
    role = Role(filters.role) if filters.role in set(Role) else None
    found = await people.person_list(tx, search=filters.search, role=role, place=place)
    names = await schools.place_names(tx, {row.grant.place for row in found})
    rows = [(row, names[row.grant.place]) for row in found]
    if filters.reach == "lost":
        rows = [(row, name) for row, name in rows if row.person.unreachable]
    if filters.sort == "place":
        rows.sort(key=lambda pair: (pair[1].name, pair[0].person.name))
    if filters.sort == "role":
        rows.sort(key=lambda pair: (list(ROLES).index(pair[0].grant.role), pair[0].person.name))
    lines: dict[int, PersonLine] = {}
    for row, at in rows:
        line = lines.setdefault(row.person.id, PersonLine(row.person, {}, row.grant))
        line.roles.setdefault(row.grant.role, []).append(at.name)
    return list(lines.values())


@closed.get("/people")
async def people_list(visit: Visitor, filters: Annotated[PeopleFilters, Query()]) -> Response:
    """Who holds roles inside one's places."""
    if not visit.may(Permission.SEE_PEOPLE):
        raise Forbidden
    async with visit.read() as tx:
        lines = await _lines(tx, filters)
        municipalities = await schools.municipalities(tx)
    if filters.format:
        return export(_table(visit, lines), filters.format, "people")
    return visit.page(
        "people/list.html",
        lines=lines,
        filters=filters,
        municipalities=municipalities,
        reach=reach,
        roles=ROLES,
        may_invite=visit.may(Permission.INVITE),
    )


def _table(visit: Visit, lines: list[PersonLine]) -> Table:
    say = visit.say
    return Table(
        say("People"),
        [say("Name"), say("Position"), say("Role"), say("Place"), say("Connection")],
        [
            [
                line.person.name,
                line.person.position,
                "; ".join(say(ROLES[role]) for role in line.roles),
                "; ".join(", ".join(places) for places in line.roles.values()),
                reach(visit, line.person),
            ]
            for line in lines
        ],
    )


def reach(visit: Visit, person: people.Person) -> str:
    """Whether messages arrive."""
    if person.telegram_id is None or person.consent_at is None:
        return visit.say("not in the bot yet")
    return visit.say("messages do not arrive") if person.unreachable else visit.say("in the bot")


@closed.get("/people/{person_id}")
async def person_page(visit: Visitor, person_id: int) -> Response:
    """One person: roles inside one's places."""
    return await _person(visit, person_id)


async def _person(visit: Visit, person_id: int, problem: str = "") -> Response:
    async with visit.read() as tx:
        person = await people.person(tx, person_id)
        grants = await people.grants_of(tx, person_id)
        names = await schools.place_names(tx, {grant.place for grant in grants})
        contact = (await people.contacts(tx, "person", [person_id])).get(person_id, "")
        held = await people.roles_of(tx, person_id)
    return visit.page(
        "people/card.html",
        contact=contact,
        may_print=bool(visit.panel.bot_username())
        and (person.unreachable is not None or person.telegram_id is None)
        and person_id != visit.actor.person_id
        and any(_may_manage(visit, g.role, g.place) for g in grants),
        may_note=any(allows(visit.actor, Permission.INVITE, g.place) for g in grants),
        status=422 if problem else 200,
        person=person,
        reach=reach(visit, person),
        grants=[(g, names[g.place], _may_manage(visit, g.role, g.place)) for g in grants],
        roles=ROLES,
        may_rename=person_id == visit.actor.person_id
        or all(_may_manage(visit, role, place) for role, place in held),
        problem=problem,
    )


class NameForm(Form):
    """How a person is written."""

    name: str
    position: str = ""


@closed.post("/people/{person_id}/name")
async def rename(visit: Visitor, request: Request, person_id: int) -> Response:
    """Correct a name or a position."""
    raw = await sent(request)
    try:
        form = read_form(NameForm, raw)
        async with visit.write() as tx:
            await people.person(tx, person_id)
            await people.rename_person(tx, person_id, name=form.name, position=form.position)
    except DomainError as error:
        return await _person(visit, person_id, visit.say.error(refusal(error)))
    return visit.go(f"/people/{person_id}", "saved")


@closed.post("/people/{person_id}/roles/{grant_id}/revoke")
async def revoke_role(visit: Visitor, request: Request, person_id: int, grant_id: int) -> Response:
    """Take a role away; the person's sessions end with it."""
    async with visit.write() as tx:
        await people.person(tx, person_id)
        if grant_id not in [grant.id for grant in await people.grants_of(tx, person_id)]:
            raise NotFound
        await people.revoke_role(tx, grant_id)
    return visit.go("/people", "role_revoked")
