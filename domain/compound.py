"""Old Office files and encrypted new ones: «compound files», a small file system inside a file ([MS-CFB]).

Only the directory and the beginning of one stream are read, by the file's own table of sectors; a table that leads in
circles or out of the file is told as broken.
"""

import struct
from array import array
from collections.abc import Iterator
from typing import IO, NamedTuple

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
END, FREE = 0xFFFFFFFE, 0xFFFFFFFF
MAX_DIRECTORY = 4 * 1024 * 1024  # 32,000 names
GLOBALS = 1024 * 1024  # of a workbook: its list of sheets stands in the beginning

_MACROS = frozenset({"_vba_project_cur", "_vba_project", "vba", "macros"})
_ENCRYPTED = frozenset({"encryptedpackage", "encryptioninfo"})
_BOF, _EOF, _FILEPASS, _BOUNDSHEET = 0x0809, 0x000A, 0x002F, 0x0085
_MACRO_SHEETS = frozenset({1, 6})  # Excel 4.0 macros; a module


class CompoundBroken(Exception):
    """The table of sectors cannot be followed."""


class Stream(NamedTuple):
    """Where a stream begins and how long it is."""

    start: int
    size: int


class Compound:
    """The directory of a compound file."""

    def __init__(self, file: IO[bytes], size: int) -> None:
        self.file = file
        file.seek(0)
        head = file.read(512)
        if len(head) < 512 or not head.startswith(OLE):
            raise CompoundBroken
        shift, mini_shift = struct.unpack_from("<HH", head, 30)
        if shift not in {9, 12} or mini_shift != 6:
            raise CompoundBroken
        self.sector = 1 << shift
        self.sectors = max(0, (size - 1) // self.sector)
        directory, self.cutoff, mini_table = struct.unpack_from("<I4xII", head, 48)
        self.table = self._table(head)
        self.mini_table_start = mini_table
        self.streams: dict[str, Stream] = {}
        self.root = Stream(END, 0)
        self._read_directory(directory)

    def _table(self, head: bytes) -> "array[int]":
        count = struct.unpack_from("<I", head, 44)[0]
        following = struct.unpack_from("<I", head, 68)[0]
        places = [n for n in struct.unpack_from("<109I", head, 76) if n != FREE]
        per_sector = self.sector // 4
        seen = 0
        while following not in {END, FREE} and len(places) < count:
            seen += 1
            if seen > self.sectors:
                raise CompoundBroken
            numbers = struct.unpack(f"<{per_sector}I", self._sector(following))
            places += [n for n in numbers[:-1] if n != FREE]
            following = numbers[-1]
        if len(places) < count or count > self.sectors:
            raise CompoundBroken
        table = array("I")
        for place in places[:count]:
            table.frombytes(self._sector(place))
        return table

    def _sector(self, number: int) -> bytes:
        if number >= self.sectors:
            raise CompoundBroken
        self.file.seek((number + 1) * self.sector)
        body = self.file.read(self.sector)
        # The last sector of some writers' files is not filled up.
        return body.ljust(self.sector, b"\x00")

    def _chain(self, start: int, table: "array[int]") -> Iterator[int]:
        number, steps = start, 0
        while number != END:
            if number >= len(table) or steps > len(table):
                raise CompoundBroken
            yield number
            number, steps = table[number], steps + 1

    def _read_directory(self, start: int) -> None:
        read = 0
        for number in self._chain(start, self.table):
            sector = self._sector(number)
            read += len(sector)
            if read > MAX_DIRECTORY:
                raise CompoundBroken
            for at in range(0, len(sector), 128):
                length, kind = struct.unpack_from("<HB", sector, at + 64)
                if kind not in {1, 2, 5} or not 2 <= length <= 64:
                    continue
                name = sector[at : at + length - 2].decode("utf-16-le", "replace").casefold()
                found = Stream(*struct.unpack_from("<II", sector, at + 116))
                if kind == 5:
                    self.root = found
                else:
                    self.streams.setdefault(name, found)

    def beginning(self, name: str, limit: int) -> bytes:
        """The first bytes of a stream; the whole chain is followed, so that a cut file is told."""
        stream = self.streams[name]
        if stream.size < self.cutoff:
            return self._small(stream)[:limit]
        body = bytearray()
        wanted = 0
        for number in self._chain(stream.start, self.table):
            wanted += self.sector
            if len(body) < limit:
                body += self._sector(number)
            elif number >= self.sectors:
                raise CompoundBroken
        if wanted < stream.size:
            raise CompoundBroken
        return bytes(body[: min(limit, stream.size)])

    def _small(self, stream: Stream) -> bytes:
        """A stream below the cut-off lies in pieces of 64 bytes inside the root's stream."""
        table = array("I")
        for number in self._chain(self.mini_table_start, self.table):
            table.frombytes(self._sector(number))
        places = list(self._chain(self.root.start, self.table))
        body = bytearray()
        for piece in self._chain(stream.start, table):
            at = piece * 64
            index, offset = divmod(at, self.sector)
            if index >= len(places):
                raise CompoundBroken
            body += self._sector(places[index])[offset : offset + 64]
        return bytes(body[: stream.size])


def office_kind(file: IO[bytes], size: int) -> tuple[str | None, str | None]:
    """The type (xls, doc, ppt, None) and the trouble (encrypted, macros, None). Raises CompoundBroken."""
    compound = Compound(file, size)
    names = compound.streams.keys()
    if names & _ENCRYPTED:
        return None, "encrypted"
    if names & _MACROS:
        return None, "macros"
    workbook = next((name for name in ("workbook", "book") if name in names), None)
    if workbook is not None:
        return "xls", _workbook_trouble(compound.beginning(workbook, GLOBALS))
    if "powerpoint document" in names:
        return "ppt", None
    return ("doc" if "worddocument" in names else None), None


def _workbook_trouble(body: bytes) -> str | None:
    """Walk over the records of the workbook's own part: a password, or a sheet of old macros."""
    at = 0
    while at + 4 <= len(body):
        kind, length = struct.unpack_from("<HH", body, at)
        if at == 0 and kind != _BOF:
            raise CompoundBroken
        if kind == _EOF:
            return None
        if kind == _FILEPASS:
            return "encrypted"
        if kind == _BOUNDSHEET and length >= 6 and body[at + 9] in _MACRO_SHEETS:
            return "macros"
        at += 4 + length
    if len(body) >= GLOBALS:
        return None  # a workbook of very many shared strings
    raise CompoundBroken
