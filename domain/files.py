"""Evidence files: what they truly are, and bytes that are durable before anyone is told «принято».

Type is read from the content, never from the name alone (STACK.md, file safety): a macro document renamed to .docx, an
encrypted file, a bomb, two files in one are refused by name of the trouble, and each foreign type with what to do.
"""

import asyncio
import hashlib
import io
import os
import tempfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, NamedTuple

from domain import photos
from domain.containers import Trouble, Unsafe, true_type
from domain.errors import N_, DomainError

IMAGES = frozenset({"jpg", "png", "heic", "webp"})
# Extensions that mean the same type.
ALIASES = {"jpeg": "jpg", "jpe": "jpg", "jfif": "jpg", "htm": "html", "tiff": "tif", "heif": "heic"}
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
BOMB = N_("The file “%(name)s” is packed in a way that documents are not. Save it as PDF and send it again.")
MIXED = N_("The file “%(name)s” holds two files in one. Please send the document alone.")
HUGE_PICTURE = N_("The picture “%(name)s” has too many pixels. Please send it as a photo, not as a file.")
DISGUISED = N_("The file “%(name)s” is in fact of the type %(true)s. Please send it under its own name.")
WRONG_TYPE = N_(
    "The file “%(name)s” will not do: %(allowed)s are accepted. Save it as PDF and send it again."
)
ARCHIVE = N_("“%(name)s” is an archive. Please send the documents from it one by one.")
OLD_WORD = N_("“%(name)s” is in the old Word format. In Word: “Save as”, type DOCX, and send that.")
OPEN_OFFICE = N_("“%(name)s” is an OpenDocument. Choose “Save as” DOCX, XLSX or PDF, and send that.")
SLIDES = N_("“%(name)s” is a presentation. Save it as PDF and send that.")
TEMPLATE = N_("“%(name)s” is a template or a binary workbook. Save it as DOCX or XLSX and send that.")
PICTURE = N_("Pictures are not taken here as files. Put “%(name)s” into a PDF, or send it as a photo.")
APPLE_PICTURE = N_("“%(name)s” is in Apple's format. Send it as a photo, not as a file.")
VIDEO = N_("Video does not fit into the report. Put it on the school's site and send the link.")
AUDIO = N_("Sound does not fit into the report. Please write what it says in a few words.")
PROGRAM = N_("“%(name)s” is a program. Please send documents and photos only.")
TEXT = N_("“%(name)s” is a plain text. Send its words as a message, or save it as DOCX or PDF.")

_TROUBLES = {
    Trouble.DAMAGED: DAMAGED,
    Trouble.ENCRYPTED: ENCRYPTED,
    Trouble.MACROS: MACROS,
    Trouble.BOMB: BOMB,
    Trouble.MIXED: MIXED,
}
# What to do with a type that is not accepted.
_ADVICE = {
    **dict.fromkeys(("zip", "rar", "7z", "gz"), ARCHIVE),
    **dict.fromkeys(("odt", "ods", "odp"), OPEN_OFFICE),
    **dict.fromkeys(("ppt", "pptx"), SLIDES),
    **dict.fromkeys(("dotx", "xltx", "xlsb"), TEMPLATE),
    **dict.fromkeys(("jpg", "png", "webp", "gif", "bmp", "tif"), PICTURE),
    **dict.fromkeys(("mp4", "mov", "avi", "mkv"), VIDEO),
    **dict.fromkeys(("mp3", "m4a", "ogg", "wav"), AUDIO),
    **dict.fromkeys(("exe", "jar"), PROGRAM),
    **dict.fromkeys(("txt", "csv", "html"), TEXT),
    "doc": OLD_WORD,
    "heic": APPLE_PICTURE,
}


def extension(name: str) -> str:
    """The type that the name claims."""
    found = Path(name).suffix.lower().lstrip(".")
    return ALIASES.get(found, found)


def check_evidence(name: str, source: bytes | Path, *, allowed: Collection[str], max_mb: int) -> str:
    """The true type of a file that may be evidence; raises FileRefused with the reason for a person."""
    size = len(source) if isinstance(source, bytes) else source.stat().st_size
    if size == 0:
        raise FileRefused(reason=EMPTY, name=name)
    if size > max_mb * 1024 * 1024:
        raise FileRefused(reason=TOO_LARGE, name=name, max=max_mb)
    with _opened(source) as file:
        try:
            true = true_type(file, size) or _named_type(name)
        except Unsafe as unsafe:
            raise FileRefused(reason=_reason(name, unsafe.trouble, allowed), name=name) from unsafe
        if true not in allowed:
            reason = _ADVICE.get(true, WRONG_TYPE)
            raise FileRefused(reason=reason, name=name, allowed=", ".join(sorted(allowed)))
        if true in IMAGES:
            _check_picture(name, file)
        elif extension(name) != true:
            raise FileRefused(reason=DISGUISED, name=name, true=true)
    return true


@contextmanager
def _opened(source: bytes | Path) -> Iterator[IO[bytes]]:
    if isinstance(source, bytes):
        yield io.BytesIO(source)
        return
    with source.open("rb") as file:
        yield file


def _reason(name: str, trouble: Trouble, allowed: Collection[str]) -> str:
    """What to say of a trouble. Of a damaged file that would not be taken whole either: what to send instead."""
    claimed = extension(name)
    if trouble is Trouble.DAMAGED and claimed not in allowed:
        return _ADVICE.get(claimed, _TROUBLES[trouble])
    return _TROUBLES[trouble]


def _named_type(name: str) -> str:
    """The claim of a name whose content has no mark of its own: texts. A document without its mark is none."""
    claimed = extension(name)
    return claimed if claimed in {"txt", "csv", "html"} else "?"


def _check_picture(name: str, file: IO[bytes]) -> None:
    file.seek(0)
    try:
        photos.check(file)
    except photos.PhotoUnreadable as unreadable:
        reason = HUGE_PICTURE if unreadable.too_large else DAMAGED
        raise FileRefused(reason=reason, name=name) from unreadable


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
