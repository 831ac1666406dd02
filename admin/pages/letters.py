"""Who gets no messages: why, how they are found otherwise, and invitations for them on paper."""

import asyncio
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from admin.auth import Visitor
from admin.forms import Choice, Filters, Form, read_form, refusal, sent
from admin.page import Visit
from admin.tables import Format, attachment, export
from admin.words import ROLES
from domain import letters, people, schools
from domain.actor import Place
from domain.errors import N_, DomainError, Forbidden, NotFound
from domain.policy import Permission
from domain.tables import Table

closed = APIRouter()
SHOWN = 300
NO_BOT = N_("The bot is not running yet, so there are no links to print.")


class UnreachedFilters(Filters):
    """Where, why, and who is marked beforehand."""

    municipality: Choice = None
    why: str = ""
    mark: str = ""  # «none»: nobody; else those for whom no invitation is open
    format: Format = ""


class PrintForm(Form):
    """Rows of the list."""

    keys: list[str] = []  # noqa: RUF012 - pydantic copies it
    municipality: Choice = None
    why: str = ""


class ContactForm(Form):
    """How somebody is found; empty forgets it. Then back to the list with its filters, or to the person's page."""

    kind: str
    subject: int
    text: str = ""
    municipality: Choice = None
    why: str = ""
    card: bool = False


@closed.get("/unreached")
async def unreached_page(visit: Visitor, filters: Annotated[UnreachedFilters, Query()]) -> Response:
    """People and schools whom messages do not reach, in one's places."""
    return await _page(visit, filters)


async def _page(visit: Visit, filters: UnreachedFilters, problem: str = "") -> Response:
    if not visit.may(Permission.INVITE):
        raise Forbidden
    async with visit.read() as tx:
        most = None if filters.format else SHOWN + 1
        rows = await letters.unreached(tx, municipality_id=filters.municipality, most=most)
        present = {row.why for row in rows}
        rows = [row for row in rows if filters.why not in set(letters.Why) or row.why == filters.why]
        shown = rows if filters.format else rows[:SHOWN]
        names = await schools.place_names(tx, {row.place for row in shown})
        municipalities = await schools.municipalities(tx)
    if filters.format:
        return export(_table(visit, rows, names), filters.format, "unreached")
    fresh = [row.key for row in shown if row.may_print and row.open_until is None][: letters.AT_ONCE]
    return visit.page(
        "letters/page.html",
        status=422 if problem else 200,
        rows=shown,
        more=len(rows) > len(shown),
        names=names,
        filters=filters,
        reasons=[why for why in letters.Why if why in present],
        marked=set() if filters.mark == "none" else set(fresh),
        municipalities=municipalities,
        why=letters.WHY,
        roles=ROLES,
        problem=problem or ("" if visit.panel.bot_username() else visit.say(NO_BOT)),
        can_print=bool(visit.panel.bot_username()) and any(row.may_print for row in shown),
    )


def _table(visit: Visit, rows: list[letters.Row], names: dict[Place, schools.PlaceName]) -> Table:
    say = visit.say
    columns = [say("For whom"), say("Position"), say("Role"), say("Place"), say("Municipality")]
    columns += [say("Why"), say("Since"), say("Other contact"), say("Invitation works until")]
    return Table(
        say("Who gets no messages"),
        columns,
        [
            [
                row.name,
                row.position,
                say(ROLES[row.role]),
                names[row.place].name,
                names[row.place].above,
                say(letters.WHY[row.why]),
                visit.local(row.since),
                row.contact,
                visit.local(row.open_until),
            ]
            for row in rows
        ],
    )


@closed.post("/unreached/print")
async def print_invitations(visit: Visitor, request: Request) -> Response:
    """Personal links on paper: made, drawn, sent once; the paper is the only place where they stand."""
    if not visit.may(Permission.INVITE):
        raise Forbidden
    form = read_form(PrintForm, await sent(request))
    bot = visit.panel.bot_username()
    try:
        if not bot:
            raise NotFound
        async with visit.write() as tx:
            made = await letters.print_letters(tx, set(form.keys), bot=bot)
            day = visit.local(tx.now)
    except DomainError as error:
        filters = UnreachedFilters(municipality=form.municipality, why=form.why)
        return await _page(visit, filters, visit.say.error(refusal(error)))
    pdf = await asyncio.to_thread(letters.to_pdf, made, visit.say)
    name = f"{visit.say('Invitations')} {day:%Y-%m-%d}.pdf"
    headers = {**attachment(name), "Cache-Control": "no-store"}
    return Response(pdf, media_type="application/pdf", headers=headers)


@closed.post("/unreached/contact")
async def note_contact(visit: Visitor, request: Request) -> Response:
    """A phone or an address of work, «через секретаря»."""
    form = read_form(ContactForm, await sent(request))
    if form.kind not in ("person", "invitation", "school"):
        raise NotFound
    async with visit.write() as tx:
        await people.note_contact(tx, people.Unreached(form.kind, form.subject), form.text)
    if form.card:
        return visit.go(f"/people/{form.subject}", "saved")
    query = {"municipality": form.municipality, "why": form.why}
    kept = {key: value for key, value in query.items() if value}
    path = f"/unreached?{urlencode(kept)}" if kept else "/unreached"
    return visit.go(path, "saved", anchor=f"{form.kind}-{form.subject}")
