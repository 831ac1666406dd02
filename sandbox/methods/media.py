"""Files in the bot's messages: uploads, ``attach://`` and ``file_id``."""

from __future__ import annotations

from typing import Any

from sandbox.call import Call, Upload
from sandbox.errors import Refusal, bad_request
from sandbox.files import PHOTO_LIMIT, image_size
from sandbox.model import JSON, StoredFile
from sandbox.people import document_content, file_json, photo_content

_TITLES = {"video_note": "VideoNote"}


def _title(kind: str) -> str:
    return _TITLES.get(kind, kind.title())


def attached(call: Call, given: Any, kind: str, *, upload_name: str) -> StoredFile:
    """The file that a parameter names. Raises Refusal where there is none or Telegram would not take it."""
    upload = call.files.get(upload_name) if upload_name else None
    if isinstance(given, str) and given.startswith("attach://"):
        upload = call.files.get(given.removeprefix("attach://"))
        if upload is None:
            raise bad_request(f'can\'t find file with name "{given.removeprefix("attach://")}"')
    if upload is not None:
        return _uploaded(call, upload, kind)
    if not given or not isinstance(given, str):
        raise bad_request(f"there is no {kind.replace('_', ' ')} in the request")
    if given.startswith(("http://", "https://")):
        raise bad_request("failed to get HTTP URL content")
    stored = call.world.files.get(given)
    if stored is None:
        raise bad_request("wrong file identifier/HTTP URL specified")
    if stored.kind != kind and not (kind == "document" and stored.kind in ("video", "audio", "animation")):
        raise bad_request(f"can't use file of type {_title(stored.kind)} as {_title(kind)}")
    return stored


def _uploaded(call: Call, upload: Upload, kind: str) -> StoredFile:
    if not upload.body:
        raise bad_request("file must be non-empty")
    if kind == "photo":
        _check_photo(upload.body)
    return call.world.add_file(upload.body, upload.name, kind, mime=None)


def _check_photo(body: bytes) -> None:
    """A photo is a picture of at most 10 MB, its sides together at most 10,000, their ratio at most 20."""
    if len(body) > PHOTO_LIMIT:
        raise bad_request(
            f"file of size {len(body)} bytes is too big for a photo; the maximum size is {PHOTO_LIMIT} bytes"
        )
    size = image_size(body)
    if size is None:
        raise Refusal(400, "Bad Request: IMAGE_PROCESS_FAILED")
    if sum(size) > 10_000 or min(size) == 0 or max(size) / min(size) > 20:
        raise Refusal(400, "Bad Request: PHOTO_INVALID_DIMENSIONS")


def content_of(call: Call, stored: StoredFile, kind: str) -> JSON:
    """The content of a message with this file, as the kind of message asks for it."""
    if kind == "document":
        return document_content(stored)
    if kind == "photo":
        return photo_content(call.world, stored)
    more: JSON = {"mime_type": stored.mime}
    if kind != "voice":
        more["file_name"] = stored.name
    if kind == "video_note":
        return {kind: file_json(stored, length=call.number("length", 240), duration=call.number("duration"))}
    more["duration"] = call.number("duration")
    if kind in ("video", "animation"):
        more |= {"width": call.number("width", 320), "height": call.number("height", 240)}
    if kind == "audio":
        more |= {name: call.text(name) for name in ("performer", "title") if call.text(name)}
    found = {kind: file_json(stored, **more)}
    if kind == "animation":
        found |= document_content(stored)
    return found
