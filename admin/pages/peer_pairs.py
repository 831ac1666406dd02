"""One pair of a round: what each school has done, what was recommended and what became of it."""

from fastapi import APIRouter
from fastapi.responses import Response

from admin.auth import Visitor
from domain import peer_review

closed = APIRouter()


@closed.get("/peer/pairs/{pair_id}")
async def pair(visit: Visitor, pair_id: int) -> Response:
    """A pair, for its schools and those above them."""
    async with visit.read() as tx:
        found = await peer_review.pair_view(tx, pair_id)
    return visit.page("peers/pair.html", found=found, round=found.round, pair=found.row, today=found.today)
