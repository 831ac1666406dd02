"""Assessment procedures of the installation: those shipped and its own, by what words tables name them."""

import re
from collections.abc import Sequence

from fastapi import APIRouter, Request
from fastapi.responses import Response

from admin.auth import Visitor
from admin.forms import Form, read_form, refusal, sent
from admin.page import Visit
from domain import outcomes
from domain.errors import DomainError, Forbidden
from domain.policy import Permission

closed = APIRouter()
_SIGNS = re.compile(r"\\[bBdDsSwW]|[\\?*+^$()\[\]]")


class ProcedureForm(Form):
    """A procedure; `words` one a line."""

    key: str
    title: str
    words: str = ""
    retired: bool = False


def in_words(patterns: Sequence[str], either: str) -> str:
    """Patterns as a person reads them: «впр или всероссийск + матем + 5»; the signs of the pattern are left out."""
    return " + ".join(
        f" {either} ".join(" ".join(_SIGNS.sub("", part).split()) for part in pattern.split("|"))
        for pattern in patterns
    )


@closed.get("/procedures")
async def procedure_page(visit: Visitor) -> Response:
    """All procedures."""
    return await _page(visit)


async def _page(visit: Visit, problem: str = "") -> Response:
    if not visit.may(Permission.REGISTER):
        raise Forbidden
    async with visit.read() as tx:
        found = await outcomes.known_procedures(tx)
    return visit.page(
        "procedures/page.html",
        status=422 if problem else 200,
        rows=list(found.values()),
        in_words=lambda patterns: in_words(patterns, visit.say("or")),
        problem=problem,
    )


@closed.post("/procedures")
async def save(visit: Visitor, request: Request) -> Response:
    """Add a procedure, or change one."""
    form = read_form(ProcedureForm, await sent(request))
    try:
        async with visit.write() as tx:
            await outcomes.save_procedure(
                tx, form.key, form.title, form.words.splitlines(), retired=form.retired
            )
    except DomainError as error:
        return await _page(visit, visit.say.error(refusal(error)))
    return visit.go("/procedures", "saved")
