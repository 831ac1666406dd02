"""Town or village: schools of which nobody has said it, with what their words suggest, confirmed many at a time."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from admin.auth import Visitor
from admin.boards import SETTLEMENTS
from admin.forms import Choice, Filters, InvalidForm, sent
from domain import schools
from domain.errors import Forbidden
from domain.policy import Permission
from domain.schools import Settlement

closed = APIRouter()
PAGE = 200  # schools of one page
UNKNOWN = "unknown"


class UnsettledFilters(Filters):
    """Whose schools."""

    municipality: Choice = None


@closed.get("/schools/settlements")
async def settlements_page(visit: Visitor, filters: Annotated[UnsettledFilters, Query()]) -> Response:
    """Schools without a town or a village; what the name or the address suggests is chosen already."""
    if not visit.may(Permission.REGISTER):
        raise Forbidden
    async with visit.read() as tx:
        rows = await schools.unsettled(tx, municipality_id=filters.municipality, limit=PAGE)
        count = await schools.unsettled_count(tx)
        municipalities = await schools.municipalities(tx, Permission.REGISTER)
    return visit.page(
        "schools/settlements.html",
        rows=rows,
        count=count,
        municipalities=municipalities,
        filters=filters,
        kinds={kind.value: name for kind, name in SETTLEMENTS.items()},
        guessed=sum(row.guess is not None for row in rows),
    )


@closed.post("/schools/settlements")
async def settle_many(visit: Visitor, request: Request) -> Response:
    """Keep what was chosen; a school left at «unknown» is what `rest` says of all such, or stays as it is."""
    if not visit.may(Permission.REGISTER):
        raise Forbidden
    raw = await sent(request)
    kinds: dict[int, Settlement | None] = {}
    rest = str(raw.get("rest", UNKNOWN))
    for name, value in raw.items():
        number, chosen = name.removeprefix("school-"), rest if value == UNKNOWN else str(value)
        if name.startswith("school-") and number.isdecimal() and chosen != UNKNOWN:
            kinds[int(number)] = _kind(chosen)
    async with visit.write() as tx:
        changed = await schools.settle(tx, kinds)
    return visit.go("/schools/settlements", "settled_places", changed)


@closed.post("/schools/{school_id}/settlement")
async def settle_one(visit: Visitor, school_id: int, request: Request) -> Response:
    """One school on its own page; here it may also be taken back."""
    value = str((await sent(request)).get("kind", UNKNOWN))
    kind = None if value == UNKNOWN else _kind(value)
    async with visit.write() as tx:
        await schools.settle(tx, {school_id: kind})
    return visit.go(f"/schools/{school_id}", "saved")


def _kind(value: str) -> Settlement:
    try:
        return Settlement(value)
    except ValueError:
        raise InvalidForm(frozenset({"kind"})) from None
