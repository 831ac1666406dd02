"""What a file truly is and whether it is safe to pass on, read from its bytes in bounded memory.

The name plays no part here. Limits are those of STACK.md («file safety»). Nothing is unpacked to a disk, nothing is held
whole: archives are read part by part, the directory of an old Office file by its own table, a PDF in one pass.
"""

import re
import tempfile
import zipfile
import zlib
from enum import StrEnum
from itertools import islice, pairwise
from typing import IO

from domain.compound import OLE, CompoundBroken, office_kind

MAX_ENTRIES = 2_000
MAX_UNPACKED = 150 * 1024 * 1024
MAX_RATIO = 100
MAX_DEPTH = 2  # documents within documents
SMALL_PART = 1024 * 1024  # below this size a dense part is harmless
CHUNK = 1 << 20
LOOKED_AT = 1 << 20  # of a part that is read for what it says


class Trouble(StrEnum):
    """Why a file is not passed on, whatever its type."""

    DAMAGED = "damaged"
    ENCRYPTED = "encrypted"
    MACROS = "macros"
    BOMB = "bomb"
    MIXED = "mixed"  # two types in one file: what is checked would not be what is opened


class Unsafe(Exception):
    """The file has a trouble."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(trouble.value)
        self.trouble = trouble


_SIGNATURES = (
    (b"{\\rtf", "rtf"),
    (b"\xff\xd8\xff", "jpg"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"GIF8", "gif"),
    (b"BM", "bmp"),
    (b"II*\x00", "tif"),
    (b"MM\x00*", "tif"),
    (b"Rar!", "rar"),
    (b"7z\xbc\xaf", "7z"),
    (b"\x1f\x8b", "gz"),
    (b"\x1a\x45\xdf\xa3", "mkv"),
    (b"OggS", "ogg"),
    (b"ID3", "mp3"),
    (b"\xff\xfb", "mp3"),
    (b"MZ", "exe"),
    (b"\x7fELF", "exe"),
)
_HEIC = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1"})
_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_MAIN_PARTS = (
    (f"{_WORD}.document.main+xml", "docx"),
    (f"{_SHEET}.sheet.main+xml", "xlsx"),
    ("presentationml", "pptx"),
    (f"{_WORD}.template.main+xml", "dotx"),
    (f"{_SHEET}.template.main+xml", "xltx"),
    ("ms-excel.sheet.binary", "xlsb"),
)
_FOLDERS = {"word/": "docx", "xl/": "xlsx", "ppt/": "pptx"}
_MACRO_PARTS = re.compile(r"vbaproject\.bin$|vbadata\.xml$|/macrosheets/|/activex/|^basic/", re.IGNORECASE)
_MACRO_TYPES = re.compile(rb"macroenabled|vbaproject|macrosheet", re.IGNORECASE)
_RELATION = re.compile(rb"<(?:\w+:)?Relationship\b[^>]*>")
# Loaded when the document is opened; a template on a disk of one's own is usual and harmless.
_LOADS = re.compile(rb"/(?:attachedTemplate|oleObject|frame|subDocument)[\"']", re.IGNORECASE)
_FROM_AFAR = re.compile(rb"Target\s*=\s*[\"']\s*(?:https?|ftp|mhtml|ms-\w+|\\\\)", re.IGNORECASE)
_DDE = re.compile(rb"<w:instrText[^>]*>\s*DDE(?:AUTO)?\s", re.IGNORECASE)  # a field that starts a program
_WRAPPED = "\x01Ole10Native".encode("utf-16-le")


def true_type(file: IO[bytes], size: int) -> str | None:
    """The type by the content, None for an unknown one. Raises Unsafe with the trouble by its name."""
    file.seek(0)
    head = file.read(1024)
    if head[:4] in {b"PK\x03\x04", b"PK\x05\x06"}:
        return _zip_type(file)
    kind = _kind_of_head(head)
    if kind is not None and _has_archive_at_end(file, size):
        raise Unsafe(Trouble.MIXED)
    if kind == "pdf":
        _check_pdf(file, size)
    elif kind == "rtf":
        _check_rtf(file, size)
    elif kind == "ole":
        return _ole_type(file, size)
    return kind


def _kind_of_head(head: bytes) -> str | None:
    # Readers of PDF pass over what stands before its head; spaces and a byte order mark are met with.
    if head.lstrip(b"\xef\xbb\xbf \r\n\t\x00").startswith(b"%PDF-"):
        return "pdf"
    if head.startswith(OLE):
        return "ole"
    for signature, kind in _SIGNATURES:
        if head.startswith(signature):
            return kind
    if head[:4] == b"RIFF":
        return {b"WEBP": "webp", b"AVI ": "avi", b"WAVE": "wav"}.get(head[8:12])
    if head[4:8] == b"ftyp":
        if head[8:12] in _HEIC:
            return "heic"
        return "m4a" if head[8:12] == b"M4A " else "mov" if head[8:12] == b"qt  " else "mp4"
    return None


def _has_archive_at_end(file: IO[bytes], size: int) -> bool:
    """Whether an archive hangs on the end: programs that read from there would open another file."""
    start = max(0, size - 66_000)
    file.seek(start)
    tail = file.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) < at + 22:
        return False
    directory = int.from_bytes(tail[at + 12 : at + 16], "little")
    begin = start + at - directory
    if not directory or begin < 0:
        return False
    file.seek(begin)
    return file.read(4) == b"PK\x01\x02"


_ENCRYPT = re.compile(rb"/Encrypt\s*(?:\d+\s+\d+\s+R|<<)")
_LINEAR = re.compile(rb"/Linearized[^>]*?/L\s+(\d+)")


def _named(*names: str) -> re.Pattern[bytes]:
    """These names of a PDF, each sign as itself or as «#4a»: so a reader sees them, and so they are hidden."""
    written = ["".join(f"(?:{sign}|#{ord(sign):02x})" for sign in name) for name in names]
    return re.compile(f"/(?:{'|'.join(written)})(?![A-Za-z0-9])".encode(), re.IGNORECASE)


_ACTIVE = _named("JavaScript", "Launch")  # scripts, and programs started by a press
_OBJECTS = re.compile(rb"/ObjStm\b")
MOST_OBJECTS = 500  # packed groups of objects that are looked into
LONGEST_OBJECTS = 1 << 20


def _check_pdf(file: IO[bytes], size: int) -> None:
    """One pass: encrypted anywhere, ended somewhere, without scripts, and not cut where it says how long it is."""
    file.seek(0)
    ended, before, first, at = False, b"", True, 0
    packed: list[int] = []
    while chunk := file.read(CHUNK):
        window = before + chunk
        if first:
            length = _LINEAR.search(window[:2048])
            if length and int(length[1]) > size:
                raise Unsafe(Trouble.DAMAGED)
            first = False
        if _ENCRYPT.search(window):
            raise Unsafe(Trouble.ENCRYPTED)
        if _ACTIVE.search(window):
            raise Unsafe(Trouble.MACROS)
        ended = ended or b"%%EOF" in window
        start = at - len(before)
        if len(packed) < MOST_OBJECTS:
            packed += [start + found.start() for found in islice(_OBJECTS.finditer(window), MOST_OBJECTS)]
        before, at = window[-64:], at + len(chunk)
    if not ended:
        raise Unsafe(Trouble.DAMAGED)
    for place in sorted(set(packed))[:MOST_OBJECTS]:
        _check_objects(file, place)


def _check_objects(file: IO[bytes], place: int) -> None:
    """Look into one packed group of objects: what is plain in a PDF of 1999 is packed in one of today."""
    file.seek(place)
    found = re.match(rb"[^\x80-\xff]{0,900}?stream\r?\n", body := file.read(256 * 1024), re.DOTALL)
    if found is None:
        return
    try:
        words = zlib.decompressobj().decompress(body[found.end() :], LONGEST_OBJECTS)
    except zlib.error:
        return  # packed in another way, or not at all: then it was seen already
    if _ACTIVE.search(words):
        raise Unsafe(Trouble.MACROS)


_RTF_ACTIVE = re.compile(
    rb"\\(?:objdata|objocx|objautlink|objlink|objupdate|ddeauto)(?![a-z])|\\\*\\template\s*\{?\s*(?:https?|ftp|\\\\\\\\)",
    re.IGNORECASE,
)


def _check_rtf(file: IO[bytes], size: int) -> None:
    """Ended, and without embedded programs or templates from afar: so documents of this type attack."""
    file.seek(max(0, size - 1024))
    if not file.read().rstrip(b" \r\n\t\x00").endswith(b"}"):
        raise Unsafe(Trouble.DAMAGED)
    file.seek(0)
    before = b""
    while chunk := file.read(CHUNK):
        window = before + chunk
        if _RTF_ACTIVE.search(window):
            raise Unsafe(Trouble.MACROS)
        before = window[-64:]


def _ole_type(file: IO[bytes], size: int) -> str | None:
    try:
        kind, trouble = office_kind(file, size)
    except CompoundBroken as broken:
        raise Unsafe(Trouble.DAMAGED) from broken
    if trouble is not None:
        raise Unsafe(Trouble(trouble))
    return kind


def _zip_type(file: IO[bytes], depth: int = 0) -> str:
    file.seek(0)
    try:
        with zipfile.ZipFile(file) as archive:
            entries = archive.infolist()
            _check_declared(entries)
            kind = _package_type(archive, {entry.filename for entry in entries})
            _check_parts(archive, entries, xml=kind not in {"zip", "jar"}, depth=depth)
            return kind
    except (
        zipfile.BadZipFile,
        zlib.error,
        OSError,
        EOFError,
        ValueError,
        NotImplementedError,
        RuntimeError,
        KeyError,
    ) as broken:
        raise Unsafe(Trouble.DAMAGED) from broken


def _check_declared(entries: list[zipfile.ZipInfo]) -> None:
    """By what the archive says of itself, before anything is unpacked."""
    if not entries:
        return
    if any(entry.flag_bits & 1 for entry in entries):
        raise Unsafe(Trouble.ENCRYPTED)
    if len(entries) > MAX_ENTRIES or sum(entry.file_size for entry in entries) > MAX_UNPACKED:
        raise Unsafe(Trouble.BOMB)
    for entry in entries:
        if entry.file_size > SMALL_PART and entry.file_size > MAX_RATIO * max(entry.compress_size, 1):
            raise Unsafe(Trouble.BOMB)
    spans = sorted((entry.header_offset, entry.header_offset + 30 + entry.compress_size) for entry in entries)
    if any(end > start for (_, end), (start, _) in pairwise(spans)):
        raise Unsafe(Trouble.BOMB)  # entries that share bytes
    if spans[0][0] > 0:
        raise Unsafe(Trouble.MIXED)  # another archive stands before this one
    if len({entry.filename for entry in entries}) != len(entries):
        raise Unsafe(Trouble.DAMAGED)


def _package_type(archive: zipfile.ZipFile, names: set[str]) -> str:
    if any(_MACRO_PARTS.search(name) for name in names):
        raise Unsafe(Trouble.MACROS)
    if "[Content_Types].xml" in names:
        types = _start(archive, "[Content_Types].xml")
        if _MACRO_TYPES.search(types):
            raise Unsafe(Trouble.MACROS)
        words = types.decode("utf-8", "replace")
        for part, kind in _MAIN_PARTS:
            if part in words:
                return kind
        return next((k for f, k in _FOLDERS.items() if any(n.startswith(f) for n in names)), "zip")
    if "mimetype" in names:
        return _open_document_type(archive, names)
    return "jar" if "META-INF/MANIFEST.MF" in names else "zip"


def _open_document_type(archive: zipfile.ZipFile, names: set[str]) -> str:
    manifest = "META-INF/manifest.xml"
    if manifest in names and b"encryption-data" in _start(archive, manifest):
        raise Unsafe(Trouble.ENCRYPTED)
    words = _start(archive, "mimetype")[:100]
    if b"spreadsheet" in words:
        return "ods"
    if b"presentation" in words:
        return "odp"
    return "odt" if b"opendocument.text" in words else "zip"


def _start(archive: zipfile.ZipFile, name: str) -> bytes:
    with archive.open(name) as part:
        return part.read(LOOKED_AT)


def _check_parts(archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo], *, xml: bool, depth: int) -> None:
    """Unpack every part once, counting and checking its sum: what an archive declares may be a lie."""
    total = 0
    for entry in entries:
        is_xml = xml and entry.filename.lower().endswith((".xml", ".rels"))
        inner = xml and "/embeddings/" in entry.filename.lower()
        with archive.open(entry) as part, tempfile.SpooledTemporaryFile(CHUNK) as kept:
            before = b""
            while chunk := part.read(CHUNK):
                total += len(chunk)
                if total > MAX_UNPACKED:
                    raise Unsafe(Trouble.BOMB)
                if is_xml:
                    _check_xml(before + chunk, relations=entry.filename.endswith(".rels"))
                    before = chunk[-64:]
                if inner:
                    kept.write(chunk)
            if inner:
                _check_inner(kept, depth)


def _check_inner(part: IO[bytes], depth: int) -> None:
    """A document within a document is judged as one; a file of any kind wrapped into one is not passed on."""
    part.seek(0)
    head = part.read(CHUNK)
    if head.startswith(OLE) and _WRAPPED in head:
        raise Unsafe(Trouble.MACROS)
    if head[:4] == b"PK\x03\x04":
        if depth >= MAX_DEPTH:
            raise Unsafe(Trouble.BOMB)
        _zip_type(part, depth + 1)


def _check_xml(chunk: bytes, *, relations: bool) -> None:
    """No entities that multiply, nothing that is fetched and run when the document is opened."""
    plain = chunk.replace(b"\x00", b"")  # UTF-16 too
    if b"<!DOCTYPE" in plain or b"<!ENTITY" in plain:
        raise Unsafe(Trouble.BOMB)
    if _DDE.search(plain):
        raise Unsafe(Trouble.MACROS)
    if relations and any(_LOADS.search(tag) and _FROM_AFAR.search(tag) for tag in _RELATION.findall(plain)):
        raise Unsafe(Trouble.MACROS)
