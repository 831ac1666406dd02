"""A look at a file of a report within the panel: pictures of its pages, or its words; never the file itself."""

import asyncio
from collections.abc import Iterable
from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import Response

from admin.auth import Visitor
from admin.page import Visit
from domain import previews, progress, proof
from domain.errors import NotFound
from domain.previews import Look, Looks, NoPreview
from domain.progress import Evidence

closed = APIRouter()
AT_ONCE = asyncio.Semaphore(2)  # each look is a process
ON_A_CARD = 6  # files that a card shows itself; the others are a press away


async def _file(visit: Visit, evidence_id: int) -> tuple[Evidence, Path]:
    async with visit.read() as tx:
        found = await progress.evidence(tx, evidence_id)
    path = visit.panel.files.path(found.sha256) if found.sha256 else None
    if path is None or not path.exists():
        raise NotFound
    return found, path


async def _look(visit: Visit, item: Evidence, path: Path) -> Look:
    async with AT_ONCE:
        looks = Looks(visit.panel.files.folder)
        return await asyncio.to_thread(looks.of, path, proof.shown_as(item), item.sha256 or "")


async def looks(visit: Visit, items: Iterable[Evidence]) -> dict[int, Look]:
    """What a card shows of its files at once, by their numbers; a PDF made of photos shows nothing new."""
    wanted = [item for item in items if item.sha256 and item.submission_id and not item.joined][:ON_A_CARD]
    found = {}
    for item in wanted:
        path = visit.panel.files.path(item.sha256 or "")
        if path.exists():
            found[item.id] = await _look(visit, item, path)
    return {number: look for number, look in found.items() if look.pages or look.words}


@closed.get("/files/{evidence_id}/view")
async def view(visit: Visitor, evidence_id: int) -> Response:
    """The pages or the words of a file; where neither can be shown, only the way to download it."""
    found, path = await _file(visit, evidence_id)
    look = await _look(visit, found, path)
    return visit.page(
        "work/view.html", item=found, pages=look.pages, words=look.words, most=previews.MAX_PAGES
    )


@closed.get("/files/{evidence_id}/pages/{number}")
async def picture(visit: Visitor, evidence_id: int, number: int) -> Response:
    """One page as a picture made anew: nothing of the file itself reaches the browser."""
    found, path = await _file(visit, evidence_id)
    async with AT_ONCE:
        try:
            body = await asyncio.to_thread(previews.picture_of, path, proof.shown_as(found), number)
        except NoPreview as none:
            raise NotFound from none
    headers = {"Cache-Control": "private, max-age=3600"}
    return Response(body, media_type="image/jpeg", headers=headers)
