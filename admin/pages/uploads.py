"""A page for a phone where a file too large for the messenger is handed over; the link is the right to do so."""

import asyncio
import shutil

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.datastructures import UploadFile

from admin.auth import Anyone
from admin.forms import sent
from admin.page import Visit
from domain import uploads
from domain.actor import STRANGER
from domain.errors import DomainError, InvalidInput
from domain.files import MIME, check_evidence
from domain.uploads import PassView

public = APIRouter()

PATH = "/upload"
MOST = 60 * 1024 * 1024  # bytes of a request; the slot's own limit is asked for the file itself
PICTURES = frozenset({"jpg", "png"})


async def _pass(visit: Visit, token: str) -> PassView:
    async with visit.panel.db.read(STRANGER) as tx:
        return await uploads.upload_pass(tx, token)


def _page(visit: Visit, view: PassView, token: str, problem: str = "") -> Response:
    return visit.page(
        "uploads/page.html",
        status=422 if problem else 200,
        view=view,
        token=token,
        problem=problem,
        accept=",".join(f".{kind}" for kind in (*view.limits.file_types, *sorted(PICTURES))),
    )


@public.get(PATH)
async def upload_page(visit: Anyone, t: str = "") -> Response:
    """Which assignment the file is for, and the file."""
    return _page(visit, await _pass(visit, t), t)


@public.post(PATH)
async def upload(visit: Anyone, request: Request, t: str = "") -> Response:
    """Take the file: checked and durable before anything is said; safe to send again."""
    view = await _pass(visit, t)  # before the body is read: a stranger's file is not taken in
    if view.found.used_at is not None:
        return visit.go(f"{PATH}?t={t}")
    try:
        await _take(visit, view, t, (await sent(request)).get("file"))
    except DomainError as error:
        return _page(visit, view, t, visit.say.error(error))
    return visit.go(f"{PATH}?t={t}")


async def _take(visit: Visit, view: PassView, token: str, file: object) -> None:
    if not isinstance(file, UploadFile) or not file.filename:
        raise InvalidInput
    store, name = visit.panel.files, file.filename
    path = store.incoming()
    try:
        with path.open("wb") as out:
            await asyncio.to_thread(shutil.copyfileobj, file.file, out, 1 << 20)
        allowed = {*view.limits.file_types, *PICTURES}
        kind = await asyncio.to_thread(
            check_evidence, name, path, allowed=allowed, max_mb=view.limits.max_file_mb
        )
        stored = await store.keep(path)
    finally:
        path.unlink(missing_ok=True)
    async with visit.panel.db.write(view.actor) as tx:
        await uploads.receive_upload(
            tx, token, stored, name=name, mime=MIME.get(kind), photo=kind in PICTURES
        )
