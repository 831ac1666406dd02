"""A look at a file of a report within the panel: pictures of its pages, or its words; never the file itself."""

import asyncio
from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import Response

from admin.auth import Visitor
from admin.page import Visit
from domain import previews, progress
from domain.errors import NotFound
from domain.files import extension
from domain.previews import NoPreview
from domain.progress import Evidence, Kind

closed = APIRouter()
AT_ONCE = asyncio.Semaphore(2)  # each look is a process


async def _file(visit: Visit, evidence_id: int) -> tuple[Evidence, Path, str]:
    async with visit.read() as tx:
        found = await progress.evidence(tx, evidence_id)
    path = visit.panel.files.path(found.sha256) if found.sha256 else None
    if path is None or not path.exists():
        raise NotFound
    # Of a photo the name says little; what it is was read from its bytes when it came.
    kind = "jpg" if found.kind is Kind.PHOTO else extension(found.name or "")
    return found, path, kind


@closed.get("/files/{evidence_id}/view")
async def view(visit: Visitor, evidence_id: int) -> Response:
    """The pages or the words of a file; where neither can be shown, only the way to download it."""
    found, path, kind = await _file(visit, evidence_id)
    pages, words = 0, []
    async with AT_ONCE:
        try:
            if kind in previews.WORDS:
                words = await asyncio.to_thread(previews.words_of, path, kind)
            else:
                pages = await asyncio.to_thread(previews.pages_of, path, kind)
        except NoPreview:
            pages, words = 0, []
    return visit.page("work/view.html", item=found, pages=pages, words=words, most=previews.MAX_PAGES)


@closed.get("/files/{evidence_id}/pages/{number}")
async def picture(visit: Visitor, evidence_id: int, number: int) -> Response:
    """One page as a picture made anew: nothing of the file itself reaches the browser."""
    _, path, kind = await _file(visit, evidence_id)
    async with AT_ONCE:
        try:
            body = await asyncio.to_thread(previews.picture_of, path, kind, number)
        except NoPreview as none:
            raise NotFound from none
    headers = {"Cache-Control": "private, max-age=3600"}
    return Response(body, media_type="image/jpeg", headers=headers)
