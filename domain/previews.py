"""A look at a file without opening it in the reader's browser: pictures of its pages, or its words.

What people send was judged by `containers`, but a PDF or a document is still a program of packed parts that anybody may
write. So it is opened by a process of its own, with limits on its memory and time; run as a script this file is that
process: it writes one picture, or the words as JSON, to standard output.
"""

import io
import json
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import NamedTuple

MAX_MEMORY = 1024 * 1024 * 1024  # bytes of address space, the interpreter included
MAX_SECONDS = 15
MAX_PAGES = 10  # shown of a PDF
LONG_SIDE = 1200  # pixels of a picture
MAX_LINES, MAX_LINE = 400, 2_000  # of words
PICTURES = frozenset({"pdf", "jpg", "png", "webp"})
WORDS = frozenset({"docx", "xlsx", "xls", "rtf"})


class NoPreview(Exception):
    """It cannot be shown: not a type that we show, broken, or too heavy."""


class Look(NamedTuple):
    """What there is to see of a file: so many pictures, or its words; neither where it cannot be shown."""

    pages: int = 0
    words: tuple[str, ...] = ()


class Looks:
    """Looks that were taken once are kept beside what passes through the store: no backup carries them along."""

    def __init__(self, files: Path) -> None:
        self.folder = files / "incoming" / "looks"

    def has(self, sha256: str) -> bool:
        """Whether the first look was taken."""
        return (self.folder / f"{sha256}.json").exists()

    def of(self, path: Path, kind: str, sha256: str) -> Look:
        """A look at a file of the store. Blocking: the first one starts a process, later ones read a line."""
        kept = self.folder / f"{sha256}.json"
        try:
            found = json.loads(kept.read_text("utf-8"))
            return Look(found["pages"], tuple(found["words"]))
        except (OSError, ValueError, KeyError):
            pass
        try:
            look = Look(words=tuple(words_of(path, kind))) if kind in WORDS else Look(pages_of(path, kind))
        except NoPreview:
            look = Look()
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        fresh = kept.with_suffix(f".{os.getpid()}-{threading.get_ident()}")
        fresh.write_text(json.dumps(look._asdict()), "utf-8")
        fresh.chmod(0o600)
        fresh.replace(kept)
        if not path.exists():
            self.forget(sha256)  # wiped while it was looked at
        return look

    def forget(self, sha256: str) -> None:
        """The file was wiped: nothing of its words stays."""
        (self.folder / f"{sha256}.json").unlink(missing_ok=True)


def pages_of(path: Path, kind: str) -> int:
    """How many pictures there are of it, at most MAX_PAGES. Raises NoPreview."""
    if kind not in PICTURES:
        raise NoPreview
    return 1 if kind != "pdf" else min(MAX_PAGES, int(_run(path, kind, "count")))


def picture_of(path: Path, kind: str, number: int) -> bytes:
    """One page as JPEG, without anything that the file had besides; pages are counted from 1. Raises NoPreview."""
    if kind not in PICTURES or not 1 <= number <= MAX_PAGES:
        raise NoPreview
    return _run(path, kind, str(number))


def words_of(path: Path, kind: str) -> list[str]:
    """The words of a document, a paragraph or a row of a table each. Raises NoPreview."""
    if kind not in WORDS:
        raise NoPreview
    found: list[str] = json.loads(_run(path, kind, "words"))
    return found


def _run(path: Path, kind: str, what: str) -> bytes:
    command = [sys.executable, "-I", str(Path(__file__)), str(path), kind, what]
    try:
        done = subprocess.run(command, capture_output=True, timeout=MAX_SECONDS + 5, check=False)  # noqa: S603 - our own file
    except subprocess.TimeoutExpired as error:
        raise NoPreview from error
    if done.returncode != 0 or not done.stdout:
        raise NoPreview
    return done.stdout


def _picture(path: str, kind: str, number: int) -> bytes:
    from PIL import Image, ImageOps

    if kind == "pdf":
        import pypdfium2

        page = pypdfium2.PdfDocument(path)[number - 1]
        scale = LONG_SIDE / max(page.get_width(), page.get_height(), 1)
        image = page.render(scale=min(scale, 4)).to_pil()
    else:
        opened = Image.open(path, formats=("JPEG", "PNG", "WEBP"))
        opened.draft("RGB", (LONG_SIDE, LONG_SIDE))
        image = ImageOps.exif_transpose(opened)
        image.thumbnail((LONG_SIDE, LONG_SIDE))
    out = io.BytesIO()
    image.convert("RGB").save(out, "JPEG", quality=80, comment=b"")  # nor a comment of the camera
    return out.getvalue()


def _count(path: str) -> bytes:
    import pypdfium2

    return str(len(pypdfium2.PdfDocument(path))).encode()


def _words(path: str, kind: str) -> list[str]:
    lines: list[str] = []
    if kind == "docx":
        import docx

        for block in docx.Document(path).iter_inner_content():
            if hasattr(block, "rows"):
                for row in block.rows:
                    lines.append(" | ".join(dict.fromkeys(cell.text.strip() for cell in row.cells)))
            else:
                lines.append(block.text)
            if len(lines) > MAX_LINES:
                break
    elif kind in {"xlsx", "xls"}:
        import python_calamine

        book = python_calamine.CalamineWorkbook.from_path(path)
        for name in book.sheet_names[:5]:
            lines.append(name)
            for row in book.get_sheet_by_name(name).iter_rows():
                lines.append(" | ".join(str(value) for value in row if value not in {"", None}))
                if len(lines) > MAX_LINES:
                    break
    else:
        lines = _plain_rtf(Path(path).read_bytes()[:4_000_000])
    return [line.strip()[:MAX_LINE] for line in lines if line.strip()][:MAX_LINES]


def _plain_rtf(body: bytes) -> list[str]:
    """The words of an RTF, without its groups of fonts, styles and pictures."""
    import re

    out: list[str] = []
    skipping, depth = 0, 0
    token = re.compile(
        rb"\\'([0-9a-f]{2})|\\u(-?\d+) ?(?:\\'[0-9a-f]{2}|\?)?|\\(\*|[a-z]+)(-?\d+)? ?|([{}])|\\(.)|([^\\{}\r\n]+)|[\r\n]",
        re.I,
    )
    hidden = {
        b"fonttbl",
        b"colortbl",
        b"stylesheet",
        b"info",
        b"pict",
        b"*",
        b"listtable",
        b"themedata",
        b"generator",
    }
    for found in token.finditer(body):
        code, unicode, word, _, brace, sign, plain = found.groups()
        if brace == b"{":
            depth += 1
        elif brace == b"}":
            depth -= 1
            skipping = 0 if depth < skipping else skipping
        elif word in hidden and not skipping:
            skipping = depth
        elif skipping:
            continue
        elif code:
            out.append(bytes([int(code, 16)]).decode("cp1251", "replace"))
        elif unicode:
            out.append(chr(int(unicode) % 65536))
        elif word in {b"par", b"line", b"row"}:
            out.append("\n")
        elif word in {b"cell", b"tab"}:
            out.append(" | ")
        elif plain:
            out.append(plain.decode("cp1251", "replace"))
        elif sign in {b"~", b"-", b"_"}:
            out.append(" " if sign == b"~" else "")
    return "".join(out).encode("utf-16", "surrogatepass").decode("utf-16", "replace").split("\n")


def _main(path: str, kind: str, what: str) -> None:
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY, MAX_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MAX_SECONDS, MAX_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    if what == "words":
        body = json.dumps(_words(path, kind)).encode()
    else:
        body = _count(path) if what == "count" else _picture(path, kind, int(what))
    sys.stdout.buffer.write(body)


if __name__ == "__main__":
    _main(*sys.argv[1:4])
