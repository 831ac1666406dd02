"""Building the panel: routes in order, what surrounds them, nothing else."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from fastapi import APIRouter, Depends, FastAPI
from starlette.middleware.gzip import GZipMiddleware
from starlette.routing import BaseRoute, Mount
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from admin.auth import signed_in
from admin.documents import MAX_DOCUMENT
from admin.errors import Apology, add_handlers, too_large
from admin.keeping import Keeping, worth_keeping
from admin.page import STATIC, Panel
from admin.pages import (
    access,
    adapting,
    assigning,
    attention,
    audit,
    briefs,
    broadcasts,
    chasing,
    criteria_fields,
    curation,
    curators,
    deliveries,
    effects,
    events,
    exporting,
    groups,
    guests,
    health,
    home,
    indicators,
    invitations,
    letters,
    measures,
    monitoring,
    monitoring_clusters,
    monitoring_criteria,
    monitoring_outcomes,
    monitoring_results,
    monitoring_scoring,
    monitoring_waves,
    overseeing,
    packs,
    papers,
    peer_forms,
    peer_pairs,
    peers,
    people,
    phrases,
    polls,
    preview,
    procedures,
    programmes,
    register,
    reporting,
    revisions,
    risks,
    roadmaps,
    schools,
    settlements,
    shaping,
    snapshots,
    uploads,
    waivers,
    work,
)
from admin.security import Guard
from admin.twice import Twice
from domain.briefs import MAX_TEMPLATE, Paper
from domain.db import Database
from domain.files import FileStore
from domain.settings import Settings

PUBLIC = (access.public, health.public, uploads.public)
CLOSED = (
    access.closed,
    home.closed,
    # Opened most: an address is looked for from the top.
    reporting.closed,
    monitoring.closed,
    monitoring_outcomes.closed,
    monitoring_clusters.closed,
    monitoring_results.closed,
    curators.closed,
    monitoring_waves.closed,
    monitoring_criteria.closed,
    criteria_fields.closed,
    monitoring_scoring.closed,
    register.closed,  # before the page of one school, whose address would fit its own
    settlements.closed,
    schools.closed,
    work.closed,
    preview.closed,
    overseeing.closed,
    waivers.closed,
    curation.closed,
    phrases.closed,
    programmes.closed,
    papers.closed,
    risks.closed,
    packs.closed,
    roadmaps.closed,
    measures.closed,
    assigning.closed,
    adapting.closed,
    shaping.closed,
    revisions.closed,
    exporting.closed,
    indicators.closed,
    effects.closed,
    snapshots.closed,
    briefs.closed,
    procedures.closed,
    people.closed,
    invitations.closed,
    letters.closed,
    broadcasts.closed,
    deliveries.closed,
    chasing.closed,
    events.closed,
    guests.closed,
    polls.closed,
    peer_forms.closed,  # before the rounds, whose numbers would fit
    peer_pairs.closed,
    peers.closed,
    groups.closed,
    audit.closed,
    attention.closed,
)
# Those whose pages cost much to make: given again while nothing has changed.
KEPT = (
    home.closed,
    schools.closed,
    reporting.closed,
    monitoring.closed,
    monitoring_outcomes.closed,
    monitoring_clusters.closed,
    monitoring_results.closed,
    monitoring_waves.closed,
    monitoring_criteria.closed,
    criteria_fields.closed,
    monitoring_scoring.closed,
    curators.closed,
    curation.closed,
    indicators.closed,
    effects.closed,
    snapshots.closed,
)
# The file and the other fields.
LIMITS = {uploads.PATH: uploads.MOST, broadcasts.COMPOSE: broadcasts.MOST} | dict.fromkeys(
    (peers.LIST, roadmaps.UPLOAD, revisions.UPLOAD, register.UPLOAD, risks.IMPORT, monitoring_results.UPLOAD),
    MAX_DOCUMENT + 64 * 1024,
)
LIMITS |= {briefs.UPLOAD.format(paper=paper): MAX_TEMPLATE + 64 * 1024 for paper in Paper}


class _Static(StaticFiles):
    """Style sheet and fonts: their addresses change with their content, so browsers keep them."""

    async def get_response(self, path: str, scope: Scope) -> Any:
        """Add the age; the type is right for every file that we have."""
        response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response


def build_panel(
    db: Database,
    settings: Settings,
    files: FileStore,
    *,
    bot_username: Callable[[], str] | str = "",
    extra_routes: Sequence[BaseRoute] = (),
) -> FastAPI:
    """The panel as an ASGI application.

    `bot_username`: for invitation links, asked anew for each page, since the bot may start later.
    `extra_routes`: routes of others in the same process (a webhook); they check a secret of their own and are
    not asked where their posts come from.
    """
    name = bot_username if callable(bot_username) else lambda: bot_username
    app = FastAPI(title="Vekha", docs_url=None, redoc_url=None, openapi_url=None)
    app.state.panel = Panel(db, settings, files, name)
    app.router.routes.extend(extra_routes)
    app.router.routes.append(Mount("/static", GZipMiddleware(_Static(directory=STATIC)), name="static"))
    for router in PUBLIC:
        app.include_router(router)
    # Everything else is closed, whatever the route itself asks for.
    inside = APIRouter(dependencies=[Depends(signed_in)])
    for router in CLOSED:
        inside.include_router(router, dependencies=[Depends(worth_keeping)] if router in KEPT else [])
    app.include_router(inside)
    add_handlers(app)
    app.add_middleware(Keeping, db=db)
    app.add_middleware(Apology, pages=app)
    app.add_middleware(Twice)
    app.add_middleware(
        Guard,
        public_url=settings.public_url,
        limits=LIMITS,
        too_large=partial(too_large, app),
        exempt=[getattr(route, "path", "") for route in extra_routes],
    )
    return app
