"""What a person reads when something is not there, not allowed, or broken."""

import secrets
from urllib.parse import urlencode

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from admin.page import Visit
from admin.security import TooLarge
from domain.actor import STRANGER
from domain.errors import N_, DomainError, Forbidden, InvalidInput, NotFound

log = structlog.get_logger(__name__)

STATUS: dict[type[DomainError], int] = {NotFound: 404, Forbidden: 403}
TITLES = {
    403: N_("Not available to you"),
    404: N_("There is no such page"),
    405: N_("There is no such page"),
    422: N_("That did not work"),
    500: N_("Something broke on our side"),
}


class SignInNeeded(Exception):
    """A stranger asks for a closed page."""


def status_of(error: DomainError) -> int:
    """HTTP status of a named error."""
    return next((status for kind, status in STATUS.items() if isinstance(error, kind)), 422)


def _visit(request: Request) -> Visit:
    # The dependency leaves the visit here once it knows who asks.
    found = getattr(request.state, "visit", None)
    return found if isinstance(found, Visit) else Visit(request, request.app.state.panel, STRANGER)


def _page(request: Request, status: int, sentence: str) -> HTMLResponse:
    visit = _visit(request)
    title = visit.say(TITLES.get(status, TITLES[422]))
    return visit.page("error.html", status=status, title=title, sentence=sentence)


async def _domain(request: Request, error: Exception) -> Response:
    named = error if isinstance(error, DomainError) else NotFound()
    return _page(request, status_of(named), _visit(request).say.error(named))


async def _http(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    named: DomainError = NotFound() if status in (404, 405) else InvalidInput()
    return _page(request, status, _visit(request).say.error(named))


async def _sign_in(request: Request, _error: Exception) -> Response:
    if request.method not in ("GET", "HEAD"):
        visit = _visit(request)
        return visit.page("access/ended.html", status=401)
    path = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    query = "" if path == "/" else f"?{urlencode({'next': path})}"
    return RedirectResponse(f"/sign-in{query}", status_code=303)


def add_handlers(app: FastAPI) -> None:
    """Pages for everything that can go wrong and has a name."""
    app.add_exception_handler(DomainError, _domain)
    app.add_exception_handler(HTTPException, _http)
    # An address that is not a number is the address of nothing.
    app.add_exception_handler(RequestValidationError, _domain)
    app.add_exception_handler(SignInNeeded, _sign_in)


def too_large(pages: FastAPI, limit: int) -> ASGIApp:
    """The page for a file or form of more than `limit` bytes."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        request = Request({**scope, "app": pages}, receive)
        say = _visit(request).say
        sentence = say(
            "This is more than %(mb)s MB, and so much cannot be taken here at once. Go back and choose a smaller file, "
            "or shorten the text.",
            mb=limit // 2**20,
        )
        await _page(request, 413, sentence)(scope, receive, send)

    return answer


class Apology:
    """Around the application: an unexpected error becomes a page with a number that stands in the log too."""

    def __init__(self, app: ASGIApp, pages: FastAPI) -> None:
        self.app = app
        self.pages = pages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, whatever happens."""
        started = False

        async def sending(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, sending)
        except TooLarge:
            raise
        except Exception:
            if scope["type"] != "http" or started:
                raise
            number = secrets.token_hex(4)
            log.exception("panel page failed", number=number, path=scope["path"])
            scope.setdefault("state", {}).pop("visit", None)
            request = Request({**scope, "app": self.pages}, receive)
            say = _visit(request).say
            sentence = say(
                "We have written it down as No. %(number)s. Please try again later.", number=number
            )
            await _page(request, 500, sentence)(scope, receive, send)
