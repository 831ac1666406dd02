"""The chat page's own files."""

from __future__ import annotations

from pathlib import Path

from aiohttp import web

from .world import World

WEB = Path(__file__).parent / "web"
_TYPES = {".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}


class ChatPage:
    """Serves the page and its scripts; nothing comes from elsewhere."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._files = {path.name: path for path in (WEB / "static").glob("*") if path.suffix in _TYPES}

    def add_to(self, app: web.Application) -> None:
        """Put the routes into the application."""
        app.router.add_get("/", self.index)
        app.router.add_get("/static/{name}", self.static)

    async def index(self, request: web.Request) -> web.Response:
        """The page."""
        return self._send(WEB / "index.html")

    async def static(self, request: web.Request) -> web.Response:
        """A script or style sheet, by exact name."""
        found = self._files.get(request.match_info["name"])
        if found is None:
            raise web.HTTPNotFound
        return self._send(found)

    def _send(self, path: Path) -> web.Response:
        kind = _TYPES[path.suffix]
        return web.Response(body=path.read_bytes(), content_type=kind, charset="utf-8", headers=HEADERS)
