"""Group chats of one's places: where the bot tells what is public."""

from typing import Literal

from fastapi import APIRouter, Request
from fastapi.responses import Response

from admin.auth import Visitor
from admin.forms import Form, read_form, sent
from domain import groups, people, schools
from domain.errors import Forbidden
from domain.policy import Permission

closed = APIRouter()

DAYS = [0, 1, 2, 3, 5, 7, 14]  # before a deadline, offered to choose from


class DoForm(Form):
    """What to do with a linked group."""

    do: Literal["unlink", "lines", "silent", "days", "forget"]
    days: list[int] = []  # noqa: RUF012 — a pydantic default is copied


@closed.get("/groups")
async def group_list(visit: Visitor) -> Response:
    """Linked groups, and how to link one."""
    if not visit.may(Permission.OVERRULE):
        raise Forbidden
    async with visit.read() as tx:
        found = await groups.group_list(tx)
        lost = await groups.lost_list(tx)
        places = await schools.place_names(tx, {group.place for group in (*found, *lost)})
        names = await people.person_names(tx, [group.linked_by for group in found])
    rows = [(g, places[g.place].name, names.get(g.linked_by or 0, "")) for g in found]
    return visit.page(
        "groups/list.html",
        rows=rows,
        lost=[(g, places[g.place].name) for g in lost],
        days=DAYS,
        bot=visit.panel.bot_username(),
    )


@closed.post("/groups/{group_id}")
async def act(visit: Visitor, request: Request, group_id: int) -> Response:
    """Unlink it, say when it hears of deadlines, or take a lost one off the list."""
    form = read_form(DoForm, await sent(request))
    async with visit.write() as tx:
        if form.do == "unlink":
            await groups.unlink(tx, group_id)
        elif form.do == "forget":
            await groups.forget(tx, group_id)
        elif form.do == "days":
            await groups.set_days(tx, group_id, form.days)
        else:
            await groups.set_deadlines(tx, group_id, tells=form.do == "lines")
    return visit.go("/groups", "noted")
