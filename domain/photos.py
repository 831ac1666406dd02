"""Photos of a report become one PDF, a page each, in their order.

The federal system takes no pictures (DOMAIN.md §6, file slot), and a reviewer reads one document faster than ten
photos. Bounded memory: one picture is open at a time, its size is read from the header before it is decoded, and a
JPEG is decoded at a reduced scale. Neither the place nor the camera of a photo gets into the PDF.
"""

import io
import tempfile
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, NamedTuple

from PIL import Image, ImageOps

MAX_PIXELS = 70_000_000  # a telephone's largest JPEG; it is decoded at a half, a quarter or an eighth
MAX_FULL_PIXELS = 25_000_000  # other types are decoded whole: 100 MB of memory at most
LONG_SIDE = 1600  # pixels: the text of a photographed A4 sheet stays readable
# Long side and JPEG quality; the next one where the file came out larger than allowed.
STEPS = ((LONG_SIDE, 80), (1280, 68), (1000, 55))
TYPES = ("JPEG", "PNG", "WEBP")
A4 = (595, 842)  # points
MARGIN = 18


class PhotoUnreadable(Exception):
    """Not a picture, cut off, or `too_large` to be opened safely."""

    def __init__(self, *, too_large: bool = False) -> None:
        super().__init__("too many pixels" if too_large else "unreadable")
        self.too_large = too_large


class Page(NamedTuple):
    """One picture as it stands in the PDF."""

    jpeg: bytes
    width: int
    height: int
    grey: bool


@contextmanager
def _opened(source: Path | IO[bytes], side: int) -> Iterator[Image.Image]:
    """A picture decoded no larger than needed for `side`, or PhotoUnreadable."""
    try:
        with warnings.catch_warnings():
            # Pillow warns of pictures that our own limits refuse.
            warnings.simplefilter("ignore")
            with Image.open(source, formats=TYPES) as image:
                if image.format == "JPEG":
                    _check_size(image, MAX_PIXELS)
                    image.draft("RGB", (side, side))
                _check_size(image, MAX_PIXELS if image.format == "JPEG" else MAX_FULL_PIXELS)
                image.load()
                yield image
    except Image.DecompressionBombError as bomb:
        raise PhotoUnreadable(too_large=True) from bomb
    except (OSError, ValueError, SyntaxError, EOFError, KeyError, IndexError, TypeError) as broken:
        raise PhotoUnreadable from broken


def _check_size(image: Image.Image, limit: int) -> None:
    if image.width * image.height > limit or min(image.size) < 1:
        raise PhotoUnreadable(too_large=True)


def check(source: Path | IO[bytes]) -> None:
    """Pass where the picture can be opened to its end. Raises PhotoUnreadable."""
    with _opened(source, LONG_SIDE // 4):
        pass


def page(source: Path | IO[bytes], side: int, quality: int) -> Page:
    """A picture upright, no longer than `side`, as JPEG without its metadata. Raises PhotoUnreadable."""
    with _opened(source, side) as image:
        image.thumbnail((side, side), Image.Resampling.LANCZOS)
        upright = ImageOps.exif_transpose(image)
        plain = _plain(upright)
        out = io.BytesIO()
        # Pillow would carry a comment of the camera over.
        plain.save(out, "JPEG", quality=quality, optimize=True, comment=b"")
        return Page(out.getvalue(), plain.width, plain.height, plain.mode == "L")


def _plain(image: Image.Image) -> Image.Image:
    """Grey or RGB; what shines through lies on white paper."""
    if image.mode in {"L", "RGB"} and "transparency" not in image.info:
        return image
    if image.mode in {"RGBA", "LA", "PA"} or "transparency" in image.info:
        layer = image.convert("RGBA")
        paper = Image.new("RGB", layer.size, "white")
        paper.paste(layer, mask=layer.getchannel("A"))
        return paper
    return image.convert("RGB")


def join(sources: Sequence[Path], *, max_bytes: int) -> bytes:
    """One PDF of these photos, in this order; smaller pictures where it would be larger than `max_bytes`.

    The same photos give the same bytes. Raises PhotoUnreadable, and ValueError where no step is small enough.
    """
    for side, quality in STEPS:
        with tempfile.TemporaryFile() as out:
            written = _write(out, (page(source, side, quality) for source in sources), max_bytes)
            if written:
                out.seek(0)
                return out.read()
    raise ValueError(f"{len(sources)} photos do not fit into {max_bytes} bytes")


def _write(out: IO[bytes], pages: Iterator[Page], max_bytes: int) -> bool:
    """Write a PDF page by page; False as soon as it grows beyond the limit."""
    offsets: dict[int, int] = {}

    def put(number: int, head: bytes, stream: bytes | None = None) -> None:
        offsets[number] = out.tell()
        out.write(b"%d 0 obj\n%b\n" % (number, head))
        if stream is not None:
            out.write(b"stream\n%b\nendstream\n" % stream)
        out.write(b"endobj\n")

    out.write(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    count = 0
    for count, one in enumerate(pages, start=1):
        number = 3 * count
        sheet, place = _layout(one)
        colours = b"/DeviceGray" if one.grey else b"/DeviceRGB"
        put(
            number,
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 %d %d]/Contents %d 0 R"
            b"/Resources<</XObject<</P %d 0 R>>>>>>" % (*sheet, number + 1, number + 2),
        )
        put(number + 1, b"<</Length %d>>" % len(place), place)
        put(
            number + 2,
            b"<</Type/XObject/Subtype/Image/Width %d/Height %d/ColorSpace%b/BitsPerComponent 8"
            b"/Filter/DCTDecode/Length %d>>" % (one.width, one.height, colours, len(one.jpeg)),
            one.jpeg,
        )
        if out.tell() > max_bytes:
            return False
    kids = b" ".join(b"%d 0 R" % (3 * n) for n in range(1, count + 1))
    put(1, b"<</Type/Catalog/Pages 2 0 R>>")
    put(2, b"<</Type/Pages/Count %d/Kids[%b]>>" % (count, kids))
    start = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(offsets) + 1))
    for number in sorted(offsets):
        out.write(b"%010d 00000 n \n" % offsets[number])
    out.write(b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(offsets) + 1, start))
    return out.tell() <= max_bytes


def _layout(one: Page) -> tuple[tuple[int, int], bytes]:
    """An A4 sheet, turned as the picture is, and the drawing of the picture in its middle."""
    sheet = A4 if one.height >= one.width else (A4[1], A4[0])
    scale = min((sheet[0] - 2 * MARGIN) / one.width, (sheet[1] - 2 * MARGIN) / one.height)
    width, height = one.width * scale, one.height * scale
    left, bottom = (sheet[0] - width) / 2, (sheet[1] - height) / 2
    return sheet, f"q {width:.2f} 0 0 {height:.2f} {left:.2f} {bottom:.2f} cm /P Do Q".encode()
