"""Evidence is what its bytes say, and durable before anybody is told."""

import io
import random
import tracemalloc
import zipfile
from pathlib import Path

import pytest

from domain import files
from domain.files import FileRefused, FileStore, check_evidence
from tests import corpus
from tests.corpus import PDF, archive, compound, office, records, relation
from tests.world import DATA, YAROSLAVL

ALLOWED = ("pdf", "rtf", "docx", "xls", "xlsx", "jpg", "png")
DOCX = office()
XLSX = office(corpus.SHEET)
XLS = corpus.old_workbook()
JPG = corpus.picture()
PNG = corpus.picture("PNG")
NOISE = random.Random(1).randbytes(3000)

GOOD = [
    ("Приказ.pdf", PDF, "pdf"),
    ("Приказ.PDF", PDF, "pdf"),
    ("с пробелом.pdf", b"\xef\xbb\xbf \n" + PDF, "pdf"),
    ("хвост.pdf", PDF + b"\n" * 5000, "pdf"),
    ("о шифрах.pdf", PDF.replace(b"endobj", b"(/EncryptMe) endobj"), "pdf"),
    ("план.rtf", b"{\\rtf1 text}", "rtf"),
    ("план.rtf", b"{\\rtf1 text}\r\n\x00", "rtf"),
    ("план.docx", DOCX, "docx"),
    ("план.docx", office(word___rels__settings_dot_xml_dot_rels=relation("attachedTemplate", "file:///C:/N.dotm")), "docx"),
    ("план.docx", office(word___rels__document_dot_xml_dot_rels=relation("hyperlink", "https://school.example")), "docx"),
    ("план.docx", office(word__media__a_dot_png=PNG), "docx"),
    ("план.xlsx", XLSX, "xlsx"),
    ("план.xlsx", office(corpus.SHEET, xl__sharedStrings_dot_xml=b"<s>" + b"0" * 900_000), "xlsx"),
    ("план.xls", XLS, "xls"),
    ("план.xls", compound({"Workbook": records(corpus.sheet_record(0), corpus.sheet_record(2))}), "xls"),
    ("план.xls", compound({"Book": records(corpus.sheet_record(0))}), "xls"),
    ("фото.jpeg", JPG, "jpg"),
    ("фото.JPG", JPG, "jpg"),
    ("фото.png", PNG, "png"),
    ("фото.png", JPG, "jpg"),
    ("фото", JPG, "jpg"),
]  # fmt: skip

MACRO_SHEET = compound({"Workbook": records(corpus.sheet_record(0), corpus.sheet_record(1))})
TROUBLED = {
    files.EMPTY: [("пусто.pdf", b"")],
    files.TOO_LARGE: [("большой.pdf", PDF.ljust(1024 * 1024 + 1))],
    files.ENCRYPTED: [
        ("с паролем.pdf", PDF.replace(b"/Root", b"/Encrypt 5 0 R/Root")),
        ("с паролем внутри.pdf", PDF.replace(b"endobj", b"/Encrypt<</V 4>>" + b" " * 9000 + b"endobj")),
        ("на стыке.pdf", PDF.replace(b"endobj", b" " * (1024 * 512 - 40) + b"/Encrypt 5 0 R endobj")),
        ("с паролем.docx", compound({"EncryptedPackage": NOISE, "EncryptionInfo": NOISE})),
        ("с паролем.xlsx", compound({"EncryptionInfo": NOISE})),
        ("с паролем.xls", compound({"Workbook": records((0x002F, bytes(54)), corpus.sheet_record(0))})),
        ("с паролем.docx", corpus.locked(DOCX)),
        ("с паролем.ods", archive({"mimetype": b"x", "META-INF/manifest.xml": b"<encryption-data/>"})),
    ],
    files.MACROS: [
        ("docm как.docx", office(corpus.DOCM)),
        ("макрос.docx", office(word__vbaProject_dot_bin=NOISE)),
        ("макрос.docx", office(word__VBAPROJECT_dot_BIN=NOISE)),
        ("макрос.xlsx", office(corpus.SHEET, xl__macrosheets__sheet1_dot_xml=b"<m/>")),
        ("элемент.docx", office(word__activeX__activeX1_dot_bin=NOISE)),
        ("шаблон.docx", office(word___rels__settings_dot_xml_dot_rels=relation("attachedTemplate", "https://evil.example/a.dotm"))),
        ("объект.docx", office(word___rels__document_dot_xml_dot_rels=relation("oleObject", "mhtml:http://evil.example/"))),
        ("макрос.xls", compound({"Workbook": records(), "VBA": NOISE})),
        ("макрос.xls", compound({"Workbook": records()}, storages=("_VBA_PROJECT_CUR",))),
        ("excel 4.xls", MACRO_SHEET),
        ("модуль.xls", compound({"Workbook": records(corpus.sheet_record(6))})),
        ("макрос.doc", compound({"WordDocument": NOISE}, storages=("Macros",))),
        ("объект.rtf", b"{\\rtf1 {\\object\\objemb{\\*\\objdata 0105}}}"),
    ],
    files.BOMB: [
        ("бомба.docx", office(word__a_dot_xml=b"0" * 5_000_000)),
        ("бомба.xlsx", corpus.overlapping()),
        ("много частей.docx", archive({f"{n}": b"" for n in range(2001)})),
        ("огромная.docx", corpus.declared(DOCX, 0xFFFFFF00)),
        ("сущности.docx", office(word__b_dot_xml=b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><a/>')),
        ("сущности.docx", office(word__b_dot_xml='<!DOCTYPE a [<!ENTITY b "c">]>'.encode("utf-16"))),
    ],
    files.MIXED: [
        ("pdf и zip.pdf", PDF + DOCX),
        ("фото и zip.jpg", JPG + archive({"evil.exe": NOISE})),
        ("два архива.docx", archive({"evil.txt": NOISE}) + DOCX),
        ("xls и zip.xls", XLS + DOCX),
        ("rtf и zip.rtf", b"{\\rtf1 text}" + DOCX),
    ],
    files.DAMAGED: [
        ("обрезан.pdf", PDF[:40]),
        ("обрезан.pdf", b"%PDF-1.5\n1 0 obj<</Linearized 1/L 99999/H[1 2]>>endobj\n%%EOF\n" + b"0" * 500),
        ("обрезан.docx", DOCX[:60]),
        ("обрезан.docx", DOCX[:-30]),
        ("без начала.docx", b"PK\x03\x04" + DOCX[200:]),
        ("испорчен.docx", archive({"[Content_Types].xml": corpus.content_types(), "word/document.xml": NOISE}, zipfile.ZIP_STORED).replace(NOISE[:50], NOISE[50:100])),
        ("ложь о размере.docx", corpus.declared(DOCX, 7)),
        ("обрезан.xls", XLS[: len(XLS) // 2]),
        ("обрезан.xls", XLS[:600]),
        ("только начало.xls", corpus.OLE),
        ("круг.xls", compound({"Workbook": records()}).replace(b"\x01\x00\x00\x00\x02\x00\x00\x00\x03", b"\x00\x00\x00\x00\x02\x00\x00\x00\x03")),
        ("не таблица.xls", compound({"Workbook": NOISE})),
        ("без конца.rtf", b"{\\rtf1 text"),
        ("обрезано.jpg", JPG[:300]),
        ("обрезано.png", PNG[: len(PNG) // 2]),
        ("только начало.jpg", b"\xff\xd8\xff\xe0"),
    ],
    files.HUGE_PICTURE: [("бомба.png", corpus.picture("PNG", (30_000, 30_000), "1"))],
    files.DISGUISED: [
        ("не то.pdf", DOCX),
        ("не то.docx", PDF),
        ("не то.docx", XLSX),
        ("не то.docx", XLS),
        ("не то.xls", XLSX),
        ("без типа", PDF),
        ("не фото.jpg", PDF),
    ],
    files.WRONG_TYPE: [
        ("таблица.pdf", b"just text"),
        ("таблица.docx", b"just text"),
        ("почта.msg", compound({"__properties_version1.0": NOISE})),
        ("что-то.bin", NOISE),
    ],
    files.ARCHIVE: [
        ("всё.zip", archive({"a.pdf": PDF})),
        ("архив.docx", archive({"a.pdf": PDF})),
        ("пустой.zip", archive({})),
        ("всё.rar", b"Rar!\x1a\x07"),
        ("всё.7z", b"7z\xbc\xaf\x27\x1c"),
        ("всё.gz", b"\x1f\x8b\x08"),
    ],
    files.OLD_WORD: [("старый.doc", compound({"WordDocument": NOISE})), ("обрезан.doc", corpus.OLE + bytes(600))],
    files.OPEN_OFFICE: [
        ("план.odt", archive({"mimetype": b"application/vnd.oasis.opendocument.text"})),
        ("план.ods", archive({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet"})),
        ("план.docx", archive({"mimetype": b"application/vnd.oasis.opendocument.text"})),
    ],
    files.SLIDES: [
        ("слайды.pptx", archive({"[Content_Types].xml": b"presentationml", "ppt/presentation.xml": b"x"})),
        ("слайды.ppt", compound({"PowerPoint Document": NOISE})),
    ],
    files.TEMPLATE: [("книга.xlsb", office("application/vnd.ms-excel.sheet.binary.main"))],
    files.APPLE_PICTURE: [("IMG_1.HEIC", b"\0\0\0\x18ftypheic"), ("IMG_1.jpg", b"\0\0\0\x18ftypmif1")],
    files.PICTURE: [("фото.gif", b"GIF89a"), ("скан.tif", b"II*\x00"), ("фото.bmp", b"BM\0\0")],
    files.VIDEO: [
        ("урок.mp4", b"\0\0\0\x18ftypmp42"),
        ("урок.mov", b"\0\0\0\x18ftypqt  "),
        ("урок.avi", b"RIFF\0\0\0\0AVI "),
        ("урок.webm", b"\x1a\x45\xdf\xa3"),
    ],
    files.AUDIO: [("голос.mp3", b"ID3"), ("голос.ogg", b"OggS"), ("голос.m4a", b"\0\0\0\x18ftypM4A ")],
    files.PROGRAM: [
        ("приказ.exe", b"MZ\x90"),
        ("приказ.pdf", b"MZ\x90"),
        ("приказ.jar", archive({"META-INF/MANIFEST.MF": b"x", "A.class": NOISE})),
    ],
    files.TEXT: [("письмо.txt", b"just text"), ("список.csv", b"a;b"), ("страница.html", b"<html>")],
}  # fmt: skip
BAD = [(name, body, reason) for reason, found in TROUBLED.items() for name, body in found]


@pytest.mark.parametrize(("name", "body", "true"), GOOD, ids=[f"{i}-{n}" for i, (n, _, _) in enumerate(GOOD)])
def test_accepted(name: str, body: bytes, true: str, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(body)
    for source in (body, path):
        assert check_evidence(name, source, allowed=ALLOWED, max_mb=1) == true


@pytest.mark.parametrize(("name", "body", "reason"), BAD, ids=[f"{i}-{n}" for i, (n, _, _) in enumerate(BAD)])
def test_refused_with_its_reason(name: str, body: bytes, reason: str, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(body)
    for source in (body, path):
        with pytest.raises(FileRefused) as caught:
            check_evidence(name, source, allowed=ALLOWED, max_mb=1)
        assert caught.value.params["reason"] == reason


def test_pictures_are_refused_where_only_documents_are_taken() -> None:
    for name, body in (("фото.jpg", JPG), ("фото.png", PNG)):
        with pytest.raises(FileRefused) as caught:
            check_evidence(name, body, allowed=("pdf", "docx"), max_mb=1)
        assert caught.value.params["reason"] == files.PICTURE


@pytest.mark.parametrize(
    "body", [PDF, DOCX, XLS, JPG, PNG, MACRO_SHEET], ids=["pdf", "docx", "xls", "jpg", "png", "ole"]
)
def test_a_file_broken_anywhere_gives_a_verdict_and_no_other_error(body: bytes) -> None:
    chance = random.Random(7)
    for n in range(150):
        broken = bytearray(body)
        if n % 3 == 0:
            del broken[chance.randrange(len(broken)) :]
        for _ in range(chance.choice((1, 3, 20))):
            if broken:
                broken[chance.randrange(len(broken))] = chance.randrange(256)
        try:
            check_evidence("файл.docx", bytes(broken), allowed=ALLOWED, max_mb=1)
        except FileRefused:
            continue


def test_the_limit_is_exact() -> None:
    limit = 1024 * 1024
    assert check_evidence("a.pdf", PDF.ljust(limit), allowed=ALLOWED, max_mb=1) == "pdf"
    with pytest.raises(FileRefused):
        check_evidence("a.pdf", PDF.ljust(limit + 1), allowed=ALLOWED, max_mb=1)


def test_a_real_document_is_accepted() -> None:
    path = DATA / YAROSLAVL
    assert check_evidence(path.name, path, allowed=ALLOWED, max_mb=30) == "docx"


def large(kind: str) -> bytes:
    """Files of nearly 30 MB, and small ones that would unpack to more."""
    stuff = random.Random(3).randbytes(28 * 1024 * 1024)
    if kind == "pdf":
        return PDF[:-7] + stuff.replace(b"/Encrypt", b"_") + b"\n%%EOF\n"
    if kind == "docx":
        return archive(
            {"[Content_Types].xml": corpus.content_types(), "word/document.xml": stuff}, zipfile.ZIP_STORED
        )
    if kind == "xls":
        return compound({"Workbook": records(corpus.sheet_record(0)).ljust(28_000_000, b"\0")})
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as z:
        z.writestr("[Content_Types].xml", corpus.content_types())
        for n in range(140):
            z.writestr(f"word/{n}.xml", stuff[n * 9000 : n * 9000 + 9000] * 110)
    return out.getvalue()


@pytest.mark.parametrize(
    ("kind", "name"), [("pdf", "a.pdf"), ("docx", "a.docx"), ("xls", "a.xls"), ("packed", "a.docx")]
)
def test_memory_is_bounded_however_large_the_file(kind: str, name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(large(kind))
    tracemalloc.start()
    try:
        check_evidence(name, path, allowed=ALLOWED, max_mb=30)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 8 * 1024 * 1024


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
