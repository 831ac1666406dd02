"""Invitations: a personal link bound to a role and a place, shown once."""

from typing import Annotated, NamedTuple

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from starlette.datastructures import FormData

from admin.auth import Visitor
from admin.forms import Choice, Filters, Form, read_form, refusal, sent
from admin.page import Visit
from admin.words import ROLES
from domain import people, schools
from domain.actor import Place, Role
from domain.db import Tx
from domain.errors import DomainError, Forbidden
from domain.people import LEVEL
from domain.policy import MAY_INVITE, Permission

closed = APIRouter()
ONCE = "vekha_invitation"  # cookie that carries a fresh link over the redirect, read and dropped by one page


class InviteForm(Form):
    """Role, place and whom the link is for."""

    role: Role
    place: str
    name: str = ""


class InviteQuery(Filters):
    """The role chosen in the first step; the school where one came from."""

    role: str = ""
    school: Choice = None


class PlaceChoice(NamedTuple):
    """A line of the list of places."""

    value: str
    name: str
    group: str


def place_value(place: Place) -> str:
    """A place as the value of a form field."""
    return "-".join(str(part) for part in place if part is not None)


def read_place(value: str) -> Place:
    """Back from the form; whether it is one of ours is for the domain to say."""
    parts = [int(part) if part.isdecimal() and len(part) < 12 else 0 for part in value.split("-")[:3]]
    return Place(*parts) if parts else Place(0)


def roles_to_invite(visit: Visit) -> list[Role]:
    """Roles that this person may hand out somewhere, in the usual order."""
    may = {role for grant in visit.actor.grants for role in MAY_INVITE.get(grant.role, ())}
    return [role for role in ROLES if role in may]


async def _places(tx: Tx, visit: Visit, role: Role, school_id: int | None) -> list[PlaceChoice]:
    level = LEVEL[role]
    if level == 3:
        rows = await schools.school_list(tx, permission=Permission.INVITE)
        return [
            PlaceChoice(place_value(row.school.place), row.school.name, row.municipality)
            for row in rows
            if school_id is None or row.school.id == school_id
        ]
    if level == 2:
        found = await schools.municipalities(tx)
        return [PlaceChoice(place_value(m.place), m.name, "") for m in found]
    regions = {Place(g.place.region_id) for g in visit.actor.grants if role in MAY_INVITE.get(g.role, ())}
    names = await schools.place_names(tx, regions)
    return [PlaceChoice(place_value(place), name.name, "") for place, name in names.items()]


async def _form(
    visit: Visit, query: InviteQuery, *, kept: FormData | None = None, problem: str = ""
) -> Response:
    roles = roles_to_invite(visit)
    if not roles:
        raise Forbidden
    async with visit.read() as tx:
        school = (await schools.school(tx, query.school, Permission.INVITE)) if query.school else None
        if school is not None:
            roles = [role for role in roles if LEVEL[role] == 3]
        role = next((r for r in roles if r == query.role), roles[0] if len(roles) == 1 else None)
        places = await _places(tx, visit, role, query.school) if role else []
    return visit.page(
        "invitations/form.html",
        status=422 if problem else 200,
        roles={r: ROLES[r] for r in roles},
        role=role,
        role_name=ROLES[role] if role else "",
        places=places,
        school=school,
        kept=kept or {},
        problem=problem,
    )


@closed.get("/invitations/new")
async def invitation_form(visit: Visitor, query: Annotated[InviteQuery, Query()]) -> Response:
    """First the role, then the place that fits it."""
    return await _form(visit, query)


@closed.post("/invitations/new")
async def invite(visit: Visitor, request: Request) -> Response:
    """Make the link; it is shown on the next page, once."""
    raw = await sent(request)
    try:
        form = read_form(InviteForm, raw)
        async with visit.write() as tx:
            invited = await people.invite(tx, form.role, read_place(form.place), name=form.name)
    except DomainError as error:
        query = InviteQuery(role=str(raw.get("role", "")))
        return await _form(visit, query, kept=raw, problem=visit.say.error(refusal(error)))
    path = f"/invitations/{invited.invitation.id}"
    response = visit.go(path)
    secure = visit.panel.settings.public_url.startswith("https://")
    response.set_cookie(
        ONCE, invited.payload, max_age=120, path=path, httponly=True, samesite="lax", secure=secure
    )
    return response


@closed.get("/invitations")
async def invitation_list(visit: Visitor) -> Response:
    """Links that still work."""
    if not visit.may(Permission.INVITE):
        raise Forbidden
    async with visit.read() as tx:
        found = await people.invitations(tx)
        names = await schools.place_names(tx, {i.place for i in found})
        makers = await people.person_names(tx, [i.created_by for i in found])
    rows = [(i, names[i.place], makers.get(i.created_by or 0, "")) for i in found]
    return visit.page("invitations/list.html", rows=rows, roles=ROLES)


@closed.get("/invitations/{invitation_id}")
async def invitation_page(visit: Visitor, request: Request, invitation_id: int) -> Response:
    """The fresh link, once; afterwards only what it is for."""
    async with visit.read() as tx:
        invitation = await people.invitation_by_id(tx, invitation_id)
        name = await schools.place_name(tx, invitation.place)
    payload = request.cookies.get(ONCE, "")
    fits = bool(payload) and people.digest(payload) == invitation.token_hash
    response = visit.page(
        "invitations/card.html",
        invitation=invitation,
        place=name,
        role_name=ROLES[invitation.role],
        payload=payload if fits else "",
        bot=visit.panel.bot_username(),
    )
    if payload:
        response.delete_cookie(ONCE, path=request.url.path)
    return response


@closed.post("/invitations/{invitation_id}/revoke")
async def revoke(visit: Visitor, invitation_id: int) -> Response:
    """Take an unused link back."""
    async with visit.write() as tx:
        await people.revoke_invitation(tx, invitation_id)
    return visit.go("/invitations", "invitation_revoked")
