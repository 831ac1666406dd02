"""One pair of a round: what each school has done, what was recommended and what became of it; another partner."""

from typing import Annotated, Literal

from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import StringConstraints

from admin.auth import Visitor
from admin.forms import Choice, Form, read_form, refusal, sent
from admin.page import Visit
from domain import peer_partners
from domain.db import WriteTx
from domain.errors import DomainError
from domain.peer_review import PeerRound

closed = APIRouter()


class PartnerForm(Form):
    """What happens to a pair while its round runs."""

    do: Literal["replace", "leave", "part", "join"]
    school: Choice = None
    other: Choice = None
    why: Annotated[str, StringConstraints(max_length=300)] = ""
    carry: bool = False


@closed.get("/peer/pairs/{pair_id}")
async def pair(visit: Visitor, pair_id: int) -> Response:
    """A pair, for its schools and those above them."""
    return await _page(visit, pair_id)


async def _page(visit: Visit, pair_id: int, problem: str = "") -> Response:
    async with visit.read() as tx:
        found = await peer_partners.pair_view(tx, pair_id)
    return visit.page(
        "peers/pair.html",
        status=422 if problem else 200,
        found=found,
        round=found.round,
        pair=found.row,
        today=found.today,
        runs=found.round.runs(found.today),
        problem=problem,
    )


@closed.post("/peer/pairs/{pair_id}")
async def change(visit: Visitor, request: Request, pair_id: int) -> Response:
    """Another partner, nobody, or a third: the schools concerned are told."""
    try:
        form = read_form(PartnerForm, await sent(request))
        async with visit.write() as tx:
            its = await _changed(tx, pair_id, form)
    except DomainError as error:
        return await _page(visit, pair_id, visit.say.error(refusal(error)))
    return visit.go(f"/peer/{its.id}", "peer_changed")


async def _changed(tx: WriteTx, pair_id: int, form: PartnerForm) -> PeerRound:
    school, other = form.school or 0, form.other or 0
    if form.do == "replace":
        return await peer_partners.replace(tx, pair_id, school, other, form.why, carry=form.carry)
    if form.do == "leave":
        return await peer_partners.leave(tx, pair_id, school, form.why)
    if form.do == "join":
        return await peer_partners.join(tx, pair_id, other, form.why)
    return await peer_partners.part(tx, pair_id, form.why)
