"""Whether the panel lives and can reach its data; for programs, open to all, and silent about the rest."""

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse, Response
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from domain.actor import STRANGER

public = APIRouter()


@public.get("/healthz")
async def alive() -> Response:
    """The process answers."""
    return PlainTextResponse("ok")


@public.get("/readyz")
async def ready(request: Request) -> Response:
    """The database answers and its tables are there."""
    try:
        async with request.app.state.panel.db.read(STRANGER) as tx:
            await tx.session.execute(text("SELECT 1 FROM person LIMIT 1"))
    except (SQLAlchemyError, OSError):
        return PlainTextResponse("not ready", status_code=503)
    return PlainTextResponse("ok")
