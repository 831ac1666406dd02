"""What a file really is, and whether it is safe to open: by its bytes, never by its name.

The limits are those of STACK.md («file safety»): they are checked against what the archive declares and then against
what it really unpacks to, part by part, before any other library sees the file.
"""

import zlib
from io import BytesIO
from itertools import pairwise
from typing import NamedTuple
from zipfile import BadZipFile, ZipFile, ZipInfo

from domain.documents.errors import DocumentRefused
from domain.documents.reach import Reach

MAX_ENTRIES = 2_000
MAX_UNPACKED = 150 * 1024 * 1024
MAX_RATIO = 100
MAX_TREE = 32 * 1024 * 1024  # of a part that is read as a whole tree, ten times as large in memory
_TREES = frozenset({"word/document.xml", "content.xml"})
SMALL_PART = 1024 * 1024  # below this size a dense part is harmless
_CHUNK = 1 << 20

_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"%PDF", "pdf"), (b"\xff\xd8\xff", "photo"), (b"\x89PNG", "photo"), (b"GIF8", "photo"), (b"BM", "photo"),
    (b"II*\x00", "photo"), (b"MM\x00*", "photo"), (b"{\\rtf", "rtf"), (b"Rar!", "archive"), (b"7z\xbc\xaf", "archive"),
    (b"\x1f\x8b", "archive"), (b"MZ", "program"), (b"\x7fELF", "program"),
)  # fmt: skip
_SEND = {
    "photo": "docx, xlsx", "rtf": "docx", "doc": "docx", "odt": "docx", "html": "xlsx, docx",
    "text": "xlsx, docx", "csv": "xlsx, docx", "presentation": "docx, xlsx", "xlsb": "xlsx", "archive": "docx, xlsx",
    "program": "docx, xlsx", "unknown": "docx, xlsx",
}  # fmt: skip
READABLE = frozenset({"docx", "xlsx", "xls", "ods", "pdf"})


class Container(NamedTuple):
    """A file found safe: its true kind (docx, xlsx, xls, ods, csv, pdf …) and its bytes."""

    kind: str
    data: bytes


def opened(data: bytes, filename: str) -> Container:
    """The true kind of a file that may be read. Raises DocumentRefused for every other."""
    if not data.strip(b"\x00 \r\n\t"):
        raise DocumentRefused("empty")
    if data[:4] == b"PK\x03\x04" or data[:4] == b"PK\x05\x06":
        return Container(_zip_kind(data), data)
    if data[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        return Container(_ole_kind(data), data)
    return Container(_plain_kind(data, filename), data)


def refuse_unread(kind: str, filename: str) -> None:
    """Refuse a kind that no table is read from, naming what to send; a wrong name is told as such."""
    if kind in READABLE:
        return
    extension = filename.rsplit(".", 1)[-1].lower() if "." in filename else ""
    if extension in READABLE:
        raise DocumentRefused("wrong_type", true=kind, name=extension, send=_SEND.get(kind, "docx, xlsx"))
    raise DocumentRefused("unsupported", true=kind, send=_SEND.get(kind, "docx, xlsx"))


def _plain_kind(data: bytes, filename: str) -> str:
    for signature, kind in _SIGNATURES:
        if data.startswith(signature):
            return kind
    if (data[:4] == b"RIFF" and data[8:12] == b"WEBP") or data[4:8] == b"ftyp":
        return "photo"
    head = data[:2048].lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    if head.startswith((b"<!doctype html", b"<html", b"<table")) or b"<html" in head:
        return "html"
    if b"\x00" in data[:2048] and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "unknown"
    return "csv" if filename.lower().endswith((".csv", ".tsv")) else "text"


def _ole_kind(data: bytes) -> str:
    """Old Office files and encrypted new ones share one container; its directory names its streams in UTF-16."""

    def holds(name: str) -> bool:
        return name.encode("utf-16-le") in data

    if holds("EncryptedPackage"):
        raise DocumentRefused("encrypted")
    if holds("_VBA_PROJECT") or holds("Macros\x00"):
        raise DocumentRefused("macros")
    if holds("Workbook\x00") or holds("Book\x00"):
        return "xls"
    if holds("WordDocument"):
        return "doc"
    return "presentation" if holds("PowerPoint Document") else "unknown"


def _zip_kind(data: bytes) -> str:
    try:
        with ZipFile(BytesIO(data)) as archive:
            entries = archive.infolist()
            if data.count(b"PK\x05\x06") != 1:  # two directories: readers would disagree on what is inside
                raise DocumentRefused("damaged")
            _check_declared(entries, len(data))
            kind = _office_kind(archive, {entry.filename for entry in entries})
            _check_actual(archive, entries, kind)
            return kind
    except DocumentRefused:
        raise
    except (
        BadZipFile,
        zlib.error,
        OSError,
        EOFError,
        ValueError,
        NotImplementedError,
        RuntimeError,
        KeyError,
    ) as error:
        raise DocumentRefused("damaged") from error


def _check_declared(entries: list[ZipInfo], size: int) -> None:
    """Refuse by what the archive says of itself, before a byte is unpacked."""
    if not entries:
        raise DocumentRefused("empty")
    if len(entries) > MAX_ENTRIES:
        raise DocumentRefused("bomb", entries=len(entries), limit=MAX_ENTRIES)
    if any(entry.flag_bits & 1 for entry in entries):
        raise DocumentRefused("encrypted")
    if len({entry.filename for entry in entries}) != len(entries):
        raise DocumentRefused("damaged")
    if sum(entry.file_size for entry in entries) > MAX_UNPACKED:
        raise DocumentRefused("too_large", limit=MAX_UNPACKED // 2**20)
    for entry in entries:
        if entry.file_size > SMALL_PART and entry.file_size > MAX_RATIO * max(entry.compress_size, 1):
            raise DocumentRefused(
                "bomb", ratio=entry.file_size // max(entry.compress_size, 1), limit=MAX_RATIO
            )
    ends = sorted((entry.header_offset, entry.header_offset + 30 + entry.compress_size) for entry in entries)
    for (_, end), (start, _) in pairwise(ends):
        if end > start:  # two entries share bytes: the trick of overlapping bombs
            raise DocumentRefused("bomb", entries=len(entries), limit=MAX_ENTRIES)
    if ends[-1][1] > size:
        raise DocumentRefused("damaged")


def _office_kind(archive: ZipFile, names: set[str]) -> str:
    if any(name.lower().endswith("vbaproject.bin") or name.startswith("Basic/") for name in names):
        raise DocumentRefused("macros")
    if "mimetype" in names:
        return _open_document_kind(archive.read("mimetype").decode("ascii", "replace"), archive, names)
    if "[Content_Types].xml" not in names:
        return "archive"
    types = archive.read("[Content_Types].xml").decode("utf-8", "replace")
    if "macroEnabled" in types or "vbaProject" in types:
        raise DocumentRefused("macros")
    if f"{_WORD}.document.main+xml" in types or f"{_WORD}.template.main+xml" in types:
        return "docx"
    if f"{_SHEET}.sheet.main+xml" in types or f"{_SHEET}.template.main+xml" in types:
        return "xlsx"
    if "ms-excel.sheet.binary" in types:
        return "xlsb"
    return "presentation" if "presentationml" in types else "archive"


def _open_document_kind(mimetype: str, archive: ZipFile, names: set[str]) -> str:
    if "META-INF/manifest.xml" in names and b"encryption-data" in archive.read("META-INF/manifest.xml"):
        raise DocumentRefused("encrypted")
    if "opendocument.spreadsheet" in mimetype:
        return "ods"
    return "odt" if "opendocument.text" in mimetype else "archive"


def _may_be_xml(start: bytes) -> bool:
    """Any XML part can be a sheet, whatever its name; pictures cannot."""
    return start.startswith((b"\xff\xfe", b"\xfe\xff")) or start.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"<"


def _check_actual(archive: ZipFile, entries: list[ZipInfo], kind: str) -> None:
    """Unpack every part once, counting: what an archive declares may be a lie."""
    total = 0
    for entry in entries:
        sheet: Reach | None = None
        read = 0
        with archive.open(entry) as part:
            while chunk := part.read(_CHUNK):
                if read == 0 and kind == "xlsx" and _may_be_xml(chunk):
                    sheet = Reach()
                read += len(chunk)
                total += len(chunk)
                if read > MAX_TREE and entry.filename in _TREES:
                    raise DocumentRefused("too_large", limit=MAX_TREE // 2**20)
                if total > MAX_UNPACKED:
                    raise DocumentRefused("too_large", limit=MAX_UNPACKED // 2**20)
                if sheet is not None:
                    sheet.take(chunk)
