"""Signing in and out: a code from the bot, or the administrator's password."""

import asyncio

from fastapi import APIRouter, Request
from fastapi.responses import Response

from admin.auth import COOKIE, Anyone, Visitor, keep_session, local_path, source_of
from admin.forms import Form, read_form, sent
from admin.page import Visit
from domain import access
from domain.actor import STRANGER
from domain.errors import DomainError

public = APIRouter()
closed = APIRouter()


class CodeForm(Form):
    """A one-time code, typed or from a link."""

    code: str
    next: str = "/"


class PasswordForm(Form):
    """The administrator's way in."""

    login: str
    password: str
    totp: str
    next: str = "/"


def _page(visit: Visit, *, wanted: str, code: str = "", login: str = "", problem: str = "") -> Response:
    return visit.page(
        "access/sign_in.html",
        status=422 if problem else 200,
        wanted=local_path(wanted),
        code=code,
        login=login,
        problem=problem,
        bot=visit.panel.bot_username(),
    )


async def _refused(visit: Visit, error: DomainError, wanted: str, login: str = "") -> Response:
    if isinstance(error, access.CodeWrong | access.PasswordWrong):
        async with visit.panel.db.write(STRANGER) as tx:
            await access.note_failure(tx, source_of(visit.request))
    return _page(visit, wanted=wanted, login=login, problem=visit.say.error(error))


@public.get("/sign-in")
async def sign_in_page(visit: Anyone, code: str = "", next: str = "/") -> Response:
    """Where to type the code. A link that carries one is only shown: it is used up by the button, so that
    previews of links in a chat do not spend it."""
    if visit.actor.person_id is not None and not code:
        return visit.go(local_path(next))
    digits = code if code.isdecimal() and len(code) <= 12 else ""
    return _page(visit, wanted=next, code=digits)


@public.post("/sign-in")
async def sign_in(visit: Anyone, request: Request) -> Response:
    """Use the code up and open a session."""
    raw = await sent(request)
    wanted = str(raw.get("next", "/"))
    try:
        form = read_form(CodeForm, raw)
        async with visit.panel.db.write(STRANGER) as tx:
            opened = await access.sign_in(tx, form.code, source=source_of(request))
    except DomainError as error:
        return await _refused(visit, error, wanted)
    response = visit.go(local_path(wanted))
    keep_session(response, visit, opened.token)
    return response


@public.post("/sign-in/password")
async def sign_in_with_password(visit: Anyone, request: Request) -> Response:
    """Check password and one-time code; argon2 runs in a thread, outside the transactions."""
    raw = await sent(request)
    wanted, source = str(raw.get("next", "/")), source_of(request)
    try:
        form = read_form(PasswordForm, raw)
        async with visit.panel.db.read(STRANGER) as tx:
            kept = await access.password_hash(tx, form.login, source=source)
        fits = await asyncio.to_thread(access.password_fits, kept, form.password)
        async with visit.panel.db.write(STRANGER) as tx:
            opened = await access.sign_in_with_password(
                tx, form.login, kept if fits else None, form.totp, source=source
            )
    except DomainError as error:
        return await _refused(visit, error, wanted, login=str(raw.get("login", "")))
    response = visit.go(local_path(wanted))
    keep_session(response, visit, opened.token)
    return response


@closed.post("/sign-out")
async def sign_out(visit: Visitor) -> Response:
    """End this session."""
    async with visit.write() as tx:
        await access.sign_out(tx, visit.request.cookies.get(COOKIE, ""))
    response = visit.go("/sign-in", done="signed_out")
    response.delete_cookie(COOKIE)
    return response
