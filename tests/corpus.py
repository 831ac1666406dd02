"""Good and hostile files, made here: every container is built from its parts, so that each trouble is the only one."""

import io
import struct
import zipfile
import zlib
from collections.abc import Mapping

import xlwt
from PIL import Image

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
END, FREE, FAT, LIST = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD, 0xFFFFFFFC
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
DOCM = "application/vnd.ms-word.document.macroEnabled.main+xml"
RELS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def archive(parts: Mapping[str, bytes], how: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A ZIP of these parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", how) as z:
        for name, body in parts.items():
            z.writestr(name, body)
    return out.getvalue()


def content_types(main: str = WORD) -> bytes:
    """The list of types of an Office package."""
    return f'<Types><Override PartName="/main.xml" ContentType="{main}"/></Types>'.encode()


def office(main: str = WORD, **parts: bytes) -> bytes:
    """A new Office document with more parts; `__` in a name stands for a slash, `_dot_` for a dot."""
    folder = "xl/workbook.xml" if main == SHEET else "word/document.xml"
    more = {name.replace("__", "/").replace("_dot_", "."): body for name, body in parts.items()}
    return archive({"[Content_Types].xml": content_types(main), folder: b"<main/>", **more})


def relation(kind: str, target: str) -> bytes:
    """One relationship to something outside of the document."""
    return (
        f'<Relationships><Relationship Id="r1" Type="{RELS}/{kind}" Target="{target}" '
        f'TargetMode="External"/></Relationships>'
    ).encode()


def overlapping(copies: int = 200, kernel: int = 1_000_000) -> bytes:
    """A bomb whose entries all share the same packed bytes, as in «A better zip bomb»."""
    packed = zlib.compress(b"0" * kernel)[2:-4]
    crc = zlib.crc32(b"0" * kernel)
    local = (
        struct.pack("<4s5H3I2H", b"PK\x03\x04", 20, 0, 8, 0, 0, crc, len(packed), kernel, 1, 0)
        + b"a"
        + packed
    )
    directory = b""
    for n in range(copies):
        name = f"{n}.xml".encode()
        directory += struct.pack(
            "<4s6H3I5H2I", b"PK\x01\x02", 20, 20, 0, 8, 0, 0, crc, len(packed), kernel, len(name), 0, 0, 0, 0, 0, 0
        ) + name  # fmt: skip
    end = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, copies, copies, len(directory), len(local), 0)
    return local + directory + end


def declared(body: bytes, size: int) -> bytes:
    """An archive whose first entry declares another unpacked size in the directory."""
    at = body.rindex(b"PK\x01\x02")
    while (before := body.rfind(b"PK\x01\x02", 0, at)) >= 0:
        at = before
    return body[: at + 24] + struct.pack("<I", size) + body[at + 28 :]


def locked(body: bytes) -> bytes:
    """An archive whose first entry is marked as encrypted."""
    at = body.index(b"PK\x01\x02")
    return body[: at + 8] + b"\x01" + body[at + 9 :]


def compound(streams: Mapping[str, bytes], *, storages: tuple[str, ...] = ()) -> bytes:
    """A compound file of 512-byte sectors with these streams, each filled up to the cut-off of 4096 bytes."""
    table: list[int] = []
    body = bytearray()

    def put(data: bytes) -> int:
        start, count = len(table), max(1, -(-len(data) // 512))
        table.extend([*range(start + 1, start + count), END])
        body.extend(data.ljust(count * 512, b"\x00"))
        return start

    placed = {name: (put(data.ljust(4096, b"\x00")), max(4096, len(data))) for name, data in streams.items()}
    entries = [_entry("Root Entry", 5, END, 0)]
    entries += [_entry(name, 2, *where) for name, where in placed.items()]
    entries += [_entry(name, 1, 0, 0) for name in storages]
    directory = put(b"".join(entries))
    sectors, more = 1, 0  # of the table, and of the list of the table's own sectors
    while (len(table) + sectors + more) > sectors * 128:
        sectors += 1
        more = max(0, -(-(sectors - 109) // 127))
    first = len(table)
    table += [FAT] * sectors + [LIST] * more
    table += [FREE] * (sectors * 128 - len(table))
    head = OLE + bytes(16) + struct.pack("<5H6x", 0x3E, 3, 0xFFFE, 9, 6)
    head += struct.pack("<7I", 0, sectors, directory, 0, 4096, END, 0)
    head += struct.pack("<2I", first + sectors if more else END, more)
    places = [*range(first, first + sectors)]
    head += struct.pack("<109I", *places[:109], *[FREE] * (109 - len(places)))
    listed = b""
    for n in range(more):
        part = places[109 + 127 * n : 236 + 127 * n]
        after = first + sectors + n + 1 if n + 1 < more else END
        listed += struct.pack("<128I", *part, *[FREE] * (127 - len(part)), after)
    return head + body + struct.pack(f"<{len(table)}I", *table) + listed


def _entry(name: str, kind: int, start: int, size: int) -> bytes:
    encoded = name.encode("utf-16-le") + b"\x00\x00"
    return (
        encoded.ljust(64, b"\x00")
        + struct.pack("<HBB3I", len(encoded), kind, 1, FREE, FREE, FREE)
        + bytes(36)
        + struct.pack("<IQ", start, size)
    )


def records(*found: tuple[int, bytes]) -> bytes:
    """The beginning of an old workbook: its mark, these records, its end."""
    every = [(0x0809, bytes(16)), *found, (0x000A, b"")]
    return b"".join(struct.pack("<HH", kind, len(data)) + data for kind, data in every)


def sheet_record(kind: int) -> tuple[int, bytes]:
    """A record that names a sheet: 0 is a plain one, 1 a sheet of old macros, 6 a module."""
    return 0x0085, struct.pack("<IBBBB", 0, 0, kind, 1, 0) + b"A"


def old_workbook(rows: int = 200) -> bytes:
    """A real .xls."""
    book = xlwt.Workbook()
    sheet = book.add_sheet("Школы")
    for n in range(rows):
        sheet.write(n, 0, f"Школа № {n}")
        sheet.write(n, 1, n)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def picture(kind: str = "JPEG", size: tuple[int, int] = (400, 300), mode: str = "RGB") -> bytes:
    """A real picture."""
    out = io.BytesIO()
    Image.new(mode, size).save(out, kind)
    return out.getvalue()
