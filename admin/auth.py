"""Who is behind a request, and the cookie by which we know."""

from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Request
from fastapi.responses import Response

from admin.errors import SignInNeeded
from admin.forms import is_beyond
from admin.page import Visit
from domain.actor import STRANGER
from domain.errors import NotFound

COOKIE = "vekha_session"
ACTOR = "vekha.actor"  # where a request says who asks, see `keeping`
COOKIE_AGE = 14 * 24 * 3600  # seconds; the session itself ends by its row in the database


async def find_visit(request: Request) -> Visit:
    """The visit, a stranger's where there is no living session."""
    return Visit(request, request.app.state.panel, request.scope.get(ACTOR, STRANGER))


async def signed_in(request: Request) -> Visit:
    """The visit of somebody with a role; everybody else is sent to the sign-in page."""
    visit = await find_visit(request)
    if visit.actor.person_id is None:
        raise SignInNeeded
    request.state.visit = visit
    if any(is_beyond(str(part)) for part in request.path_params.values()):
        raise NotFound  # an address that no row can have
    return visit


Visitor = Annotated[Visit, Depends(signed_in)]
Anyone = Annotated[Visit, Depends(find_visit)]


def local_path(path: str) -> str:
    """The path where one wanted to go, if it is one of ours; else the home page (open redirect)."""
    parts = urlsplit(path)
    clean = path.isprintable() and "\\" not in path and not parts.scheme and not parts.netloc
    return path if clean and path.startswith("/") and not path.startswith("//") else "/"


def source_of(request: Request) -> str:
    """The address whose wrong attempts are counted together."""
    return request.client.host if request.client else "unknown"


def keep_session(response: Response, visit: Visit, token: str) -> None:
    """Give the browser its token."""
    response.set_cookie(
        COOKIE,
        token,
        max_age=COOKIE_AGE,
        httponly=True,
        samesite="lax",
        secure=visit.panel.settings.public_url.startswith("https://"),
    )
