"""Evidence is what its bytes say, and durable before anybody is told."""

import io
import zipfile
from pathlib import Path

import pytest

from domain.files import (
    ARCHIVE,
    DAMAGED,
    DISGUISED,
    EMPTY,
    ENCRYPTED,
    MACROS,
    OLD_OFFICE,
    TOO_LARGE,
    VIDEO,
    WRONG_TYPE,
    FileRefused,
    FileStore,
    check_evidence,
)
from tests.world import DATA, YAROSLAVL

ALLOWED = ("pdf", "rtf", "docx", "xls", "xlsx", "jpg", "png")
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504


def archive(*names: str, body: bytes = b"x") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as z:
        for name in names:
            z.writestr(name, body)
    return out.getvalue()


DOCX = archive("[Content_Types].xml", "word/document.xml")
GOOD = [
    ("Приказ.pdf", b"%PDF-1.4\n%%EOF", "pdf"),
    ("Приказ.PDF", b"%PDF-1.4\n%%EOF", "pdf"),
    ("план.rtf", b"{\\rtf1 text}", "rtf"),
    ("план.docx", DOCX, "docx"),
    ("план.xlsx", archive("[Content_Types].xml", "xl/workbook.xml"), "xlsx"),
    ("план.xls", OLE + "Workbook".encode("utf-16-le"), "xls"),
    ("фото.jpeg", b"\xff\xd8\xff\xe0 jpeg", "jpg"),
    ("фото.png", b"\x89PNG\r\n\x1a\n", "png"),
    ("фото.png", b"\xff\xd8\xff\xe0 jpeg", "jpg"),
]
BAD = [
    ("пусто.pdf", b"", EMPTY),
    ("большой.pdf", b"%PDF-" + b"0" * (1024 * 1024), TOO_LARGE),
    ("с паролем.pdf", b"%PDF-1.4 trailer << /Encrypt 5 0 R >> %%EOF", ENCRYPTED),
    ("с паролем.docx", OLE + "EncryptedPackage".encode("utf-16-le"), ENCRYPTED),
    ("макрос.docx", archive("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"), MACROS),
    ("макрос.xls", OLE + "Workbook".encode("utf-16-le") + "VBA".encode("utf-16-le"), MACROS),
    ("битый.docx", DOCX[:60], DAMAGED),
    ("бомба.docx", archive("[Content_Types].xml", "word/document.xml", body=b"0" * 5_000_000), DAMAGED),
    ("не то.pdf", DOCX, DISGUISED),
    ("не то.docx", b"%PDF-1.4", DISGUISED),
    ("таблица.pdf", b"just text", WRONG_TYPE),
    ("письмо.txt", b"just text", WRONG_TYPE),
    ("всё.zip", archive("a.pdf"), ARCHIVE),
    ("всё.rar", b"Rar!\x1a\x07", ARCHIVE),
    ("старый.doc", OLE + "WordDocument".encode("utf-16-le"), OLD_OFFICE),
    ("план.odt", archive("mimetype", body=b"application/vnd.oasis.opendocument.text"), OLD_OFFICE),
    ("слайды.pptx", archive("[Content_Types].xml", "ppt/presentation.xml"), OLD_OFFICE),
    ("урок.mp4", b"\0\0\0\x18ftypmp42", VIDEO),
]


@pytest.mark.parametrize(("name", "body", "true"), GOOD)
def test_accepted(name: str, body: bytes, true: str) -> None:
    assert check_evidence(name, body, allowed=ALLOWED, max_mb=1) == true


@pytest.mark.parametrize(("name", "body", "reason"), BAD, ids=[f"{n}-{i}" for i, (n, _, _) in enumerate(BAD)])
def test_refused_with_its_reason(name: str, body: bytes, reason: str, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(body)
    for source in (body, path):
        with pytest.raises(FileRefused) as caught:
            check_evidence(name, source, allowed=ALLOWED, max_mb=1)
        assert caught.value.params["reason"] == reason


def test_the_limit_is_exact() -> None:
    limit = 1024 * 1024
    assert check_evidence("a.pdf", b"%PDF-".ljust(limit, b"0"), allowed=ALLOWED, max_mb=1) == "pdf"
    with pytest.raises(FileRefused):
        check_evidence("a.pdf", b"%PDF-".ljust(limit + 1, b"0"), allowed=ALLOWED, max_mb=1)


def test_a_real_document_is_accepted() -> None:
    path = DATA / YAROSLAVL
    assert check_evidence(path.name, path, allowed=ALLOWED, max_mb=30) == "docx"


async def test_kept_bytes_lie_under_their_hash_for_the_owner_only(tmp_path: Path) -> None:
    store = FileStore(tmp_path / "files")
    kept = await store.keep(b"hello")
    assert (kept.size, store.path(kept.sha256).read_bytes()) == (5, b"hello")
    assert store.path(kept.sha256).stat().st_mode & 0o777 == 0o600
    incoming = store.incoming()
    incoming.write_bytes(b"hello")
    assert await store.keep(incoming) == kept
    assert not incoming.exists()
    with pytest.raises(ValueError, match="sha256"):
        store.path("../../etc/passwd")
