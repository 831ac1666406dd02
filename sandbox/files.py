"""What Telegram finds out about a file: its type, and the size of a picture."""

from __future__ import annotations

import mimetypes
import re
import struct

DOWNLOAD_LIMIT = 20 * 2**20
UPLOAD_LIMIT = 50 * 2**20
PHOTO_LIMIT = 10 * 2**20

_OFFICE = "application/vnd.openxmlformats-officedocument."
_TYPES = {
    ".docx": _OFFICE + "wordprocessingml.document",
    ".xlsx": _OFFICE + "spreadsheetml.sheet",
    ".pptx": _OFFICE + "presentationml.presentation",
    ".webp": "image/webp",
    ".ogg": "audio/ogg",
    ".md": "text/markdown",
    ".csv": "text/csv",
}


def clean_name(name: str) -> str:
    """A file name without a path and control characters, as Telegram keeps it."""
    name = re.sub(r"[\x00-\x1f\x7f]", "", name.replace("\\", "/").rsplit("/", 1)[-1]).strip()
    return name[:255] or "file"


def mime_of(name: str) -> str:
    """The type by the name's ending; Telegram trusts the ending, not the bytes."""
    ending = re.search(r"\.[^.]+$", name.lower())
    if ending and ending[0] in _TYPES:
        return _TYPES[ending[0]]
    return mimetypes.guess_type(name)[0] or "application/octet-stream"


def _jpeg_size(body: bytes) -> tuple[int, int] | None:
    at = 2
    while at + 9 < len(body) and body[at] == 0xFF:
        marker, length = body[at + 1], int.from_bytes(body[at + 2 : at + 4], "big")
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", body[at + 5 : at + 9])
            return width, height
        at += 2 + length
    return None


def image_size(body: bytes) -> tuple[int, int] | None:
    """Width and height of a PNG, JPEG, GIF or WebP; None for anything else."""
    if body.startswith(b"\x89PNG\r\n\x1a\n") and len(body) >= 24:
        width, height = struct.unpack(">II", body[16:24])
        return width, height
    if body.startswith(b"\xff\xd8"):
        return _jpeg_size(body)
    if body[:6] in (b"GIF87a", b"GIF89a") and len(body) >= 10:
        width, height = struct.unpack("<HH", body[6:10])
        return width, height
    if body[:4] == b"RIFF" and body[8:12] == b"WEBP" and len(body) >= 30:
        if body[12:16] == b"VP8X":
            return 1 + int.from_bytes(body[24:27], "little"), 1 + int.from_bytes(body[27:30], "little")
        if body[12:16] == b"VP8 ":
            width, height = struct.unpack("<HH", body[26:30])
            return width & 0x3FFF, height & 0x3FFF
        bits = int.from_bytes(body[21:25], "little")
        return 1 + (bits & 0x3FFF), 1 + ((bits >> 14) & 0x3FFF)
    return None


def image_type(body: bytes) -> str | None:
    """The content type of a picture that a browser may show; None for anything else."""
    for start, kind in ((b"\x89PNG", "png"), (b"\xff\xd8", "jpeg"), (b"GIF8", "gif")):
        if body.startswith(start):
            return f"image/{kind}"
    return "image/webp" if body[:4] == b"RIFF" and body[8:12] == b"WEBP" else None
