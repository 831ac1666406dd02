"""The Bot API over HTTP: ``/bot<token>/<method>`` and ``/file/bot<token>/<path>``."""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import json
from typing import Any

from aiohttp import BodyPartReader, web
from aiohttp.typedefs import LooseHeaders

from .bots import Bot
from .call import Call, Upload
from .errors import Refusal
from .faults import Fault
from .files import UPLOAD_LIMIT
from .methods import METHODS, NAMES
from .world import World

_SLACK = 2**20
_UNLOGGED = frozenset({"getupdates"})
_TOO_LARGE = Refusal(413, "Request Entity Too Large")


class Dropped(Exception):
    """The connection ends without an answer."""


def answer(body: Any, status: int = 200, headers: LooseHeaders | None = None) -> web.Response:
    """A JSON answer as the server writes it: text unescaped."""
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return web.Response(text=text, status=status, headers=headers, content_type="application/json")


def refused(refusal: Refusal) -> web.Response:
    """The HTTP form of a refusal."""
    wait = refusal.parameters.get("retry_after")
    return answer(refusal.body(), refusal.code, {"Retry-After": str(wait)} if wait else None)


class BotApi:
    """Handlers of the two routes."""

    def __init__(self, world: World) -> None:
        self.world = world

    def add_to(self, app: web.Application) -> None:
        """Put the routes into the application."""
        app.router.add_route("*", r"/bot{token:[^/]+}/{method:[^/]+}", self.serve)
        app.router.add_get(r"/file/bot{token:[^/]+}/{path:.+}", self.download)

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Answer one call."""
        bot = self.world.bots.get(request.match_info["token"])
        name = request.match_info["method"]
        try:
            params, files = await read_request(request)
        except Refusal as refusal:
            return refused(refusal)
        if bot is None:
            bad_form = ":" not in request.match_info["token"]
            return refused(
                Refusal(401, "Unauthorized: invalid token specified" if bad_form else "Unauthorized")
            )
        name = NAMES.get(name.lower(), name)
        call = Call(self.world, bot, name, params, files)
        try:
            return await self.run(call)
        except Dropped:
            if request.transport is not None:
                request.transport.abort()
            return web.Response(status=500)

    async def run(self, call: Call) -> web.Response:
        """Meet a planted fault, do what is asked, write it into the log."""
        words = call.text("text") or call.text("caption")
        fault = self.world.faults.take(call.method, _chat_id(call), words)
        if fault is not None:
            early = await self._before(call, fault)
            if early is not None:
                return early
        try:
            result = await self.perform(call)
        except Refusal as refusal:
            self._log(call, fault, "refused", refusal)
            self.world.store.flush()
            return refused(refusal)
        self._log(call, fault, "delivered")
        self.world.store.flush()
        if fault is not None:
            return await self._after(fault, result)
        return answer({"ok": True, "result": result})

    async def perform(self, call: Call) -> Any:
        """The result of the method. Raises Refusal."""
        handler = METHODS.get(call.method.lower())
        if handler is None:
            raise Refusal(404, "Not Found: method not found")
        result = handler(call)
        return await result if inspect.isawaitable(result) else result

    async def _before(self, call: Call, fault: Fault) -> web.Response | None:
        if fault.kind == "error":
            refusal = fault.refusal()
            self._log(call, fault, "refused", refusal)
            return refused(refusal)
        if fault.kind == "drop_before":
            self._log(call, fault, "dropped")
            raise Dropped
        if fault.kind == "hang":
            self._log(call, fault, "dropped")
            await self.world.stopping.wait()
            raise Dropped
        if fault.kind == "repeat":
            call.bot.queue.forget_confirmations()
            call.params.pop("offset", None)
        if fault.kind == "delay":
            await self._pause(fault.delay)
        return None

    async def _after(self, fault: Fault, result: Any) -> web.Response:
        if fault.delay and fault.kind != "delay":
            await self._pause(fault.delay)
        if fault.kind == "drop_after":
            raise Dropped
        if fault.kind == "deliver_502":
            return web.Response(
                status=502, text="<html><h1>502 Bad Gateway</h1></html>", content_type="text/html"
            )
        if fault.kind == "garbage":
            return web.Response(text='{"ok":true,"result":{"message_id', content_type="application/json")
        return answer({"ok": True, "result": result})

    async def _pause(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self.world.stopping.wait(), seconds)
        except TimeoutError:
            return

    def _log(self, call: Call, fault: Fault | None, outcome: str, refusal: Refusal | None = None) -> None:
        if call.method.lower() in _UNLOGGED and fault is None:
            return
        self.world.log.record(
            self.world.now(),
            call.method,
            _chat_id(call),
            _shown(call),
            outcome=outcome,
            code=refusal.code if refusal else None,
            description=refusal.description if refusal else "",
            message_id=call.message_ids[0] if call.message_ids else None,
            message_ids=tuple(call.message_ids),
            fault=fault.kind if fault else None,
        )
        self.world.changed.fire()

    async def download(self, request: web.Request) -> web.StreamResponse:
        """The bytes of a file whose path getFile gave out. Faults for it are planted under «download»."""
        bot: Bot | None = self.world.bots.get(request.match_info["token"])
        stored = self.world.paths.get(request.match_info["path"])
        if bot is None:
            return refused(Refusal(401, "Unauthorized"))
        if stored is None:
            return refused(Refusal(404, "Not Found"))
        fault = self.world.faults.take("download", None)
        body = self.world.store.body(stored.unique_id)
        if fault is not None and fault.kind == "error":
            return refused(fault.refusal())
        if fault is not None and fault.kind == "delay":
            await self._pause(fault.delay)
        elif fault is not None:
            return await self._broken(request, body)
        return web.Response(body=body, content_type="application/octet-stream")

    async def _broken(self, request: web.Request, body: bytes) -> web.StreamResponse:
        """A download that breaks off half-way."""
        response = web.StreamResponse(headers={"Content-Length": str(len(body))})
        await response.prepare(request)
        await response.write(body[: len(body) // 2])
        if request.transport is not None:
            request.transport.abort()
        return response


def _chat_id(call: Call) -> int | None:
    return call.number("chat_id") or None


def _shown(call: Call) -> dict[str, Any]:
    """Parameters for the log: JSON read, files by name and size."""
    shown: dict[str, Any] = {}
    for name, value in call.params.items():
        if isinstance(value, str) and value[:1] in ("{", "["):
            with contextlib.suppress(ValueError):
                value = json.loads(value)  # noqa: PLW2901
        shown[name] = value
    for name, upload in call.files.items():
        shown[name] = {"file": upload.name, "size": len(upload.body)}
    return shown


async def read_request(request: web.Request) -> tuple[dict[str, Any], dict[str, Upload]]:
    """Parameters from the address and the body (form, multipart or JSON), and the files. Raises Refusal."""
    params: dict[str, Any] = dict(request.query)
    files: dict[str, Upload] = {}
    if request.content_length is not None and request.content_length > UPLOAD_LIMIT + _SLACK:
        await _drain(request)
        raise _TOO_LARGE
    kind = request.content_type.lower()
    if kind == "multipart/form-data":
        await _read_multipart(request, params, files)
    elif kind == "application/json" and request.can_read_body:
        try:
            given = json.loads(await request.read())
        except ValueError as error:
            raise Refusal(400, "Bad Request: can't parse JSON object in the request") from error
        if isinstance(given, dict):
            params |= given
    elif kind == "application/x-www-form-urlencoded":
        form = await request.post()
        params |= {name: value for name, value in form.items() if isinstance(value, str)}
    return params, files


async def _drain(request: web.Request) -> None:
    """Read on and forget, so that the caller hears the refusal instead of a broken connection."""
    async for _ in request.content.iter_chunked(2**16):
        pass


async def _read_multipart(request: web.Request, params: dict[str, Any], files: dict[str, Upload]) -> None:
    reader = await request.multipart()
    too_large = False
    async for part in reader:
        if not isinstance(part, BodyPartReader):
            continue
        body, size = bytearray(), 0
        while chunk := await part.read_chunk(2**16):
            size += len(chunk)
            if size <= UPLOAD_LIMIT:
                body += chunk
        too_large = too_large or size > UPLOAD_LIMIT
        name = part.name or ""
        if part.filename is not None:
            files[name] = Upload(part.filename, bytes(body), part.headers.get("Content-Type"))
        else:
            params[name] = body.decode("utf-8", "replace")
    if too_large:
        raise _TOO_LARGE
