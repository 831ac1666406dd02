"""Evidence files: what they truly are, and bytes that are durable before anyone is told «принято».

Type is read from the content, never from the name alone (STACK.md, file safety): a macro document renamed
to .docx, an encrypted file and a ZIP bomb are refused by name of the trouble.
"""

import asyncio
import hashlib
import io
import os
import tempfile
import zipfile
from collections.abc import Collection
from pathlib import Path
from typing import NamedTuple

from domain.errors import N_, DomainError

MAX_ENTRIES = 2_000
MAX_UNPACKED = 150 * 1024 * 1024
MAX_RATIO = 100
IMAGES = frozenset({"jpg", "png", "heic", "webp"})
# Extensions that mean the same type.
ALIASES = {"jpeg": "jpg", "htm": "html"}
_OOXML = {"word/": "docx", "xl/": "xlsx", "ppt/": "pptx"}
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
MIME = {
    "pdf": "application/pdf",
    "rtf": "application/rtf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "xls": "application/vnd.ms-excel",
    "jpg": "image/jpeg",
    "png": "image/png",
    "webp": "image/webp",
}


class StoredFile(NamedTuple):
    """Bytes that survived an fsync."""

    sha256: str
    size: int


class FileRefused(DomainError):
    """A file that cannot be evidence; `reason` says why and what to do."""

    sentence = N_("This file cannot be accepted.")


EMPTY = N_("The file “%(name)s” is empty. Please send it again.")
TOO_LARGE = N_("The file “%(name)s” is larger than %(max)s MB. Please send a smaller one.")
ENCRYPTED = N_("The file “%(name)s” is protected by a password. Please send it without one.")
MACROS = N_("The file “%(name)s” contains macros. Save it as a plain document and send it again.")
DAMAGED = N_("The file “%(name)s” does not open: it seems damaged. Please save it anew and send it again.")
DISGUISED = N_("The file “%(name)s” is in fact of the type %(true)s. Please send it under its own name.")
WRONG_TYPE = N_(
    "The file “%(name)s” will not do: %(allowed)s are accepted. Save it as PDF and send it again."
)
ARCHIVE = N_("“%(name)s” is an archive. Please send the documents from it one by one.")
OLD_OFFICE = N_("“%(name)s” is in an old or foreign format. Save it as DOCX or PDF and send it again.")
VIDEO = N_("Video does not fit into the report. Put it on the school's site and send the link.")


def extension(name: str) -> str:
    """The type that the name claims."""
    found = Path(name).suffix.lower().lstrip(".")
    return ALIASES.get(found, found)


def check_evidence(name: str, source: bytes | Path, *, allowed: Collection[str], max_mb: int) -> str:
    """The true type of a file that may be evidence; raises FileRefused with the reason for a person."""
    size = len(source) if isinstance(source, bytes) else source.stat().st_size
    allowed_text = ", ".join(sorted(allowed))
    if size == 0:
        raise FileRefused(reason=EMPTY, name=name)
    if size > max_mb * 1024 * 1024:
        raise FileRefused(reason=TOO_LARGE, name=name, max=max_mb)
    true = true_type(name, source)
    if true in allowed:
        if extension(name) != true and true not in IMAGES:
            raise FileRefused(reason=DISGUISED, name=name, true=true)
        return true
    refusal = WRONG_TYPE
    if true in {"zip", "rar", "7z"}:
        refusal = ARCHIVE
    elif true in {"doc", "odt", "ods", "ppt", "pptx"}:
        refusal = OLD_OFFICE
    elif true in {"mp4", "mov"}:
        refusal = VIDEO
    raise FileRefused(reason=refusal, name=name, allowed=allowed_text)


def true_type(name: str, source: bytes | Path) -> str:
    """What the bytes say; raises FileRefused for damaged, encrypted, macro and bomb containers."""
    head, tail = _ends(source)
    if head.startswith(b"%PDF-"):
        if b"/Encrypt" in tail:
            raise FileRefused(reason=ENCRYPTED, name=name)
        return "pdf"
    for signature, kind in (
        (b"{\\rtf", "rtf"),
        (b"\xff\xd8\xff", "jpg"),
        (b"\x89PNG\r\n\x1a\n", "png"),
        (b"Rar!", "rar"),
        (b"7z\xbc\xaf", "7z"),
    ):
        if head.startswith(signature):
            return kind
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "webp"
    if head[4:8] == b"ftyp":
        return "heic" if head[8:12] in {b"heic", b"heix", b"mif1"} else "mp4"
    if head.startswith(_OLE):
        return _ole_type(name, source)
    if head.startswith(b"PK\x03\x04") or head.startswith(b"PK\x05\x06"):
        return _zip_type(name, source)
    return extension(name) if extension(name) not in MIME else "?"


def _ole_type(name: str, source: bytes | Path) -> str:
    body = source if isinstance(source, bytes) else source.read_bytes()
    if "EncryptedPackage".encode("utf-16-le") in body:
        raise FileRefused(reason=ENCRYPTED, name=name)
    if "VBA".encode("utf-16-le") in body or "Macros".encode("utf-16-le") in body:
        raise FileRefused(reason=MACROS, name=name)
    if "Workbook".encode("utf-16-le") in body or "Book".encode("utf-16-le") in body:
        return "xls"
    return "ppt" if "PowerPoint".encode("utf-16-le") in body else "doc"


def _zip_type(name: str, source: bytes | Path) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(source) if isinstance(source, bytes) else source) as archive:
            entries = archive.infolist()
            unpacked = sum(entry.file_size for entry in entries)
            packed = sum(entry.compress_size for entry in entries)
            if (
                len(entries) > MAX_ENTRIES
                or unpacked > MAX_UNPACKED
                or unpacked > MAX_RATIO * max(packed, 1024)
            ):
                raise FileRefused(reason=DAMAGED, name=name)
            if any(entry.flag_bits & 1 for entry in entries):
                raise FileRefused(reason=ENCRYPTED, name=name)
            names = {entry.filename for entry in entries}
            if any(entry.rsplit("/", 1)[-1].lower() == "vbaproject.bin" for entry in names):
                raise FileRefused(reason=MACROS, name=name)
            if "[Content_Types].xml" in names:
                content_types = archive.read("[Content_Types].xml")
                if b"macroEnabled" in content_types:
                    raise FileRefused(reason=MACROS, name=name)
                return next((k for p, k in _OOXML.items() if any(n.startswith(p) for n in names)), "zip")
            if "mimetype" in names:
                mimetype = archive.read("mimetype")[:100]
                return "ods" if b"spreadsheet" in mimetype else "odt"
            return "zip"
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as broken:
        raise FileRefused(reason=DAMAGED, name=name) from broken


def _ends(source: bytes | Path) -> tuple[bytes, bytes]:
    if isinstance(source, bytes):
        return source[:64], source[-4096:]
    with source.open("rb") as file:
        head = file.read(64)
        file.seek(max(0, source.stat().st_size - 4096))
        return head, file.read()


class FileStore:
    """Files on disk by their hash: `ab/cd/<sha256>`, modes 0600 / 0700."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, sha256: str) -> Path:
        """Where the bytes of this hash lie."""
        if len(sha256) != 64 or not sha256.isalnum():
            raise ValueError("not a sha256")
        return self.folder / sha256[:2] / sha256[2:4] / sha256

    def incoming(self) -> Path:
        """A fresh temporary path inside the store, for a download."""
        folder = self.folder / "incoming"
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle, name = tempfile.mkstemp(dir=folder)
        os.close(handle)
        return Path(name)

    async def keep(self, source: bytes | Path) -> StoredFile:
        """Make bytes durable: hashed, fsynced, renamed. A path given here is moved into the store."""
        return await asyncio.to_thread(self._keep, source)

    def _keep(self, source: bytes | Path) -> StoredFile:
        if isinstance(source, bytes):
            temporary = self.incoming()
            temporary.write_bytes(source)
        else:
            temporary = source
        hasher, size = hashlib.sha256(), 0
        with temporary.open("rb") as file:
            while chunk := file.read(1 << 20):
                hasher.update(chunk)
                size += len(chunk)
            os.fsync(file.fileno())
        target = self.path(hasher.hexdigest())
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        temporary.chmod(0o600)
        temporary.replace(target)
        directory = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)
        return StoredFile(hasher.hexdigest(), size)
