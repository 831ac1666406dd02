"""Photos become one PDF: upright, in order, readable, in bounded memory."""

import io
import resource
from pathlib import Path

import pypdfium2
import pytest
from PIL import Image, ImageDraw

from domain import photos


def photo(path: Path, size: tuple[int, int], colour: str = "red", **options: object) -> Path:
    Image.new(str(options.pop("mode", "RGB")), size, colour).save(path, **options)  # type: ignore[arg-type]
    return path


def turned(path: Path, orientation: int) -> Path:
    """A picture whose stored left half is white and right half is black, with a camera's note how to turn it."""
    image = Image.new("RGB", (400, 200), "white")
    ImageDraw.Draw(image).rectangle((200, 0, 400, 200), fill="black")
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "Secret camera"
    image.save(path, exif=exif, comment=b"Secret place")
    return path


def pages(pdf: bytes) -> list[Image.Image]:
    document = pypdfium2.PdfDocument(pdf)
    return [document[n].render(scale=1).to_pil().convert("RGB") for n in range(len(document))]


def test_pages_come_in_the_order_of_the_photos(tmp_path: Path) -> None:
    colours = ["#ff0000", "#00ff00", "#0000ff"]
    sources = [photo(tmp_path / f"{n}.jpg", (300, 400), c, quality=95) for n, c in enumerate(colours)]
    found = [
        page.getpixel((page.width // 2, page.height // 2))
        for page in pages(photos.join(sources, max_bytes=10**7))
    ]
    strongest = [max(range(3), key=lambda n: pixel[n]) for pixel in found]  # type: ignore[index]
    assert strongest == [0, 1, 2]


@pytest.mark.parametrize(
    ("orientation", "white", "sheet"),
    [(1, "left", (842, 595)), (3, "right", (842, 595)), (6, "top", (595, 842)), (8, "bottom", (595, 842))],
)
def test_a_turned_camera_gives_an_upright_page(
    tmp_path: Path, orientation: int, white: str, sheet: tuple[int, int]
) -> None:
    pdf = photos.join([turned(tmp_path / "a.jpg", orientation)], max_bytes=10**6)
    [page] = pages(pdf)
    assert page.size == sheet
    middle_x, middle_y = page.width // 2, page.height // 2
    probes = {
        "left": (middle_x - 40, middle_y),
        "right": (middle_x + 40, middle_y),
        "top": (middle_x, middle_y - 40),
        "bottom": (middle_x, middle_y + 40),
    }
    opposite = {"left": "right", "right": "left", "top": "bottom", "bottom": "top"}[white]
    assert page.getpixel(probes[white]) == (255, 255, 255)
    assert max(page.getpixel(probes[opposite])) < 30  # type: ignore[arg-type]
    assert (b"Secret camera" in pdf, b"Secret place" in pdf) == (False, False)


def test_a_large_photo_is_made_smaller_and_a_small_one_is_left() -> None:
    big, small = io.BytesIO(), io.BytesIO()
    Image.effect_noise((4000, 3000), 40).save(big, "JPEG")
    Image.new("RGB", (640, 480), "white").save(small, "PNG")
    assert photos.page(big, 1600, 80)[1:] == (1600, 1200, True)
    assert photos.page(small, 1600, 80)[1:] == (640, 480, False)


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P", "1", "L", "CMYK", "I;16"])
def test_every_kind_of_picture_becomes_a_page(tmp_path: Path, mode: str) -> None:
    name = "a.jpg" if mode == "CMYK" else "a.png"
    Image.new(mode, (40, 30)).save(tmp_path / name)
    assert len(pages(photos.join([tmp_path / name], max_bytes=10**6))) == 1


def test_what_shines_through_lies_on_white_paper(tmp_path: Path) -> None:
    photo(tmp_path / "a.png", (40, 30), "#00000000", mode="RGBA")
    [page] = pages(photos.join([tmp_path / "a.png"], max_bytes=10**6))
    assert page.getpixel((page.width // 2, page.height // 2)) == (255, 255, 255)


def test_the_same_photos_give_the_same_bytes(tmp_path: Path) -> None:
    sources = [turned(tmp_path / "a.jpg", 6), photo(tmp_path / "b.png", (300, 300))]
    assert photos.join(sources, max_bytes=10**7) == photos.join(sources, max_bytes=10**7)


def test_it_is_made_smaller_until_it_fits(tmp_path: Path) -> None:
    sources = []
    for n in range(2):
        Image.effect_noise((1600, 900), 60).save(tmp_path / f"{n}.jpg", quality=95)
        sources.append(tmp_path / f"{n}.jpg")
    full = photos.join(sources, max_bytes=10**8)
    assert pages(photos.join(sources, max_bytes=len(full)))
    fitted = photos.join(sources, max_bytes=len(full) * 2 // 3)
    assert len(fitted) <= len(full) * 2 // 3
    assert len(pages(fitted)) == 2
    with pytest.raises(ValueError, match="2 photos"):
        photos.join(sources, max_bytes=10_000)


def test_hostile_pictures_are_refused(tmp_path: Path) -> None:
    whole = photo(tmp_path / "whole.jpg", (800, 600)).read_bytes()
    bomb = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(bomb, "PNG")
    assert len(bomb.getvalue()) < 100_000
    bodies = {
        "bomb": (bomb.getvalue(), True),
        "truncated": (whole[: len(whole) // 2], False),
        "header only": (whole[:30], False),
        "text": (b"just text", False),
        "gif": (b"GIF89a" + b"\0" * 40, False),
        "empty": (b"", False),
    }
    for name, (body, too_large) in bodies.items():
        with pytest.raises(photos.PhotoUnreadable) as caught:
            photos.check(io.BytesIO(body))
        assert caught.value.too_large is too_large, name


def test_memory_stays_bounded_with_many_large_photos(tmp_path: Path) -> None:
    source = tmp_path / "big.jpg"
    Image.new("RGB", (8000, 6000), "white").save(source)
    photos.join([source], max_bytes=10**8)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    photos.join([source] * 3, max_bytes=10**8)
    grown_mb = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    assert grown_mb < 20
