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


class DoForm(Form):
    """What to do with a linked group."""

    do: Literal["unlink", "lines", "silent"]


@closed.get("/groups")
async def group_list(visit: Visitor) -> Response:
    """Linked groups, and how to link one."""
    if not visit.may(Permission.OVERRULE):
        raise Forbidden
    async with visit.read() as tx:
        found = await groups.group_list(tx)
        places = await schools.place_names(tx, {group.place for group in found})
        names = await people.person_names(tx, [group.linked_by for group in found])
    rows = [(g, places[g.place].name, names.get(g.linked_by or 0, "")) for g in found]
    return visit.page("groups/list.html", rows=rows, bot=visit.panel.bot_username())


@closed.post("/groups/{group_id}")
async def act(visit: Visitor, request: Request, group_id: int) -> Response:
    """Unlink it, or let it hear of deadlines or not."""
    form = read_form(DoForm, await sent(request))
    async with visit.write() as tx:
        if form.do == "unlink":
            await groups.unlink(tx, group_id)
        else:
            await groups.set_deadlines(tx, group_id, tells=form.do == "lines")
    return visit.go("/groups", "noted")
