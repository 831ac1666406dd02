"""Files that attack, and good ones that resemble them: (what it is, name, bytes, verdict). Built here, part by part.

The verdict is the true type where the file is accepted, else the name of the reason in `domain.files`.
"""

import io
import random
import struct
import zipfile
import zlib
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from PIL import Image

from tests import corpus
from tests.corpus import OLE, PDF, SHEET, archive, compound, content_types, office, relation
from tests.world import DATA, YAROSLAVL

MB = 1024 * 1024
NOISE = random.Random(5).randbytes(3000)


class Case(NamedTuple):
    """One file of the corpus."""

    what: str
    name: str
    make: Callable[[], bytes]
    verdict: str


def zeros(size: int) -> bytes:
    """A part that packs a thousandfold."""
    return b"0" * size


def nested_bomb(depth: int = 5, width: int = 10) -> bytes:
    """42.zip in small: archives of archives, each of which looks harmless."""
    body = archive({"0.txt": zeros(900_000)})
    for _ in range(depth):
        body = archive({f"{n}.zip": body for n in range(width)})
    return body


def pdf(*objects: bytes) -> bytes:
    """A PDF of one page with more objects, without a table of them: readers rebuild it."""
    more = b"".join(b"%d 0 obj%bendobj\n" % (n, body) for n, body in enumerate(objects, start=10))
    page = b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 300]>>endobj\n"
    pages = b"2 0 obj<</Type/Pages/Count 1/Kids[3 0 R]>>endobj\n"
    return (
        b"%PDF-1.7\n1 0 obj<</Type/Catalog/Pages 2 0 R/OpenAction 10 0 R>>endobj\n"
        + pages
        + page
        + more
        + b"trailer<</Root 1 0 R>>\n%%EOF\n"
    )


def packed(body: bytes, entry: bytes = b"/Type/ObjStm/N 1/First 5") -> bytes:
    """A stream of a PDF, deflated."""
    stream = zlib.compress(body)
    return b"<<%b/Filter/FlateDecode/Length %d>>stream\n%b\nendstream " % (entry, len(stream), stream)


def long_pdf(pages: int = 10_000) -> bytes:
    """Very many empty pages."""
    kids = b" ".join(b"%d 0 R" % n for n in range(3, pages + 3))
    each = b"".join(
        b"%d 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 300]>>endobj\n" % n for n in range(3, pages + 3)
    )
    return (
        b"%%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
        b"2 0 obj<</Type/Pages/Count %d/Kids[%b]>>endobj\n%btrailer<</Root 1 0 R>>\n%%%%EOF\n"
        % (pages, kids, each)
    )


def looping_pdf() -> bytes:
    """Pages that are their own parents and children."""
    return (
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
        b"2 0 obj<</Type/Pages/Parent 2 0 R/Count 99999/Kids[2 0 R 2 0 R]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
    )


def wide_pdf() -> bytes:
    """A page of two kilometres, and a stream that unpacks to 200 MB."""
    return pdf(packed(zeros(200 * MB), b"")).replace(
        b"[0 0 300 300]", b"[0 0 6000000 6000000]/Contents 10 0 R"
    )


def png_header(width: int, height: int) -> bytes:
    """A PNG that claims a size and brings a few bytes."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">2I5B", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(zeros(1000)))
        + chunk(b"IEND", b"")
    )


def jpeg_claiming(width: int, height: int) -> bytes:
    """A JPEG whose header claims another size."""
    body = bytearray(corpus.picture())
    at = body.index(b"\xff\xc0") + 5
    body[at : at + 4] = struct.pack(">2H", height, width)
    return bytes(body)


def laughs() -> bytes:
    """A billion laughs, behind a megabyte of spaces."""
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    return (
        '<?xml version="1.0"?>' + " " * (MB + 100) + f'<!DOCTYPE x [<!ENTITY l0 "ha">{entities}]><x>&l9;</x>'
    ).encode()


def deep_xml(levels: int = 300_000) -> bytes:
    """A document of boxes within boxes."""
    w = b'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    return (
        b"<w:document "
        + w
        + b"><w:body>"
        + b"<w:p>" * levels
        + b"</w:p>" * levels
        + b"</w:body></w:document>"
    )


def real_docx(extra: dict[str, bytes]) -> bytes:
    """The real roadmap with more parts, or with others in place of its own."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(DATA / YAROSLAVL) as source,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for entry in source.infolist():
            if entry.filename not in extra:
                target.writestr(entry.filename, source.read(entry.filename))
        for name, body in extra.items():
            target.writestr(name, body)
    return out.getvalue()


def wrapped() -> bytes:
    """What Word's «insert object» makes of any file."""
    return compound({"\x01Ole10Native": NOISE})


def many_rows() -> bytes:
    """A sheet of a million rows that packs to little."""
    rows = b"".join(b'<row r="%d"><c r="A%d"><v>1</v></c></row>' % (n, n) for n in range(1, 60_001))
    sheet = (
        b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        + rows
        + b"</sheetData></worksheet>"
    )
    return office(SHEET, xl__worksheets__sheet1_dot_xml=sheet)


def animated() -> bytes:
    """A TIFF of two sheets, as a scanner makes it."""
    out = io.BytesIO()
    Image.new("1", (200, 300)).save(out, "TIFF", save_all=True, append_images=[Image.new("1", (200, 300))])
    return out.getvalue()


def large(kind: str) -> bytes:
    """Nearly 30 MB that cannot be packed."""
    stuff = random.Random(3).randbytes(28 * MB).replace(b"/Encrypt", b"_")
    if kind == "pdf":
        return PDF[:-7] + stuff + b"\n%%EOF\n"
    return archive({"[Content_Types].xml": content_types(), "word/document.xml": stuff}, zipfile.ZIP_STORED)


def unpacking() -> bytes:
    """Small, and 140 MB when unpacked, each part below every ratio."""
    stuff = random.Random(3).randbytes(140 * 9000)
    parts = {f"word/{n}.xml": stuff[n * 9000 : n * 9000 + 9000] * 110 for n in range(140)}
    return archive({"[Content_Types].xml": content_types(), **parts})


SCRIPT = b"<</S/JavaScript/JS(app.alert(1))>>"
W = "application/vnd.openxmlformats-officedocument.wordprocessingml"
CASES = (
    Case("an ordinary PDF", "приказ.pdf", lambda: PDF, "pdf"),
    Case("a real roadmap in Word", "план.docx", (DATA / YAROSLAVL).read_bytes, "docx"),
    Case("a real roadmap in Excel", "план.xlsx", (DATA / YAROSLAVL).with_suffix(".xlsx").read_bytes, "xlsx"),
    Case("a real roadmap as PDF", "план.pdf", (DATA / "pdf/003_dergachi_plan.pdf").read_bytes, "pdf"),
    Case("a PDF printed by a browser", "страница.pdf", (DATA / "pdf/browser.pdf").read_bytes, "pdf"),
    Case("an old workbook", "план.xls", corpus.old_workbook, "xls"),
    Case("Word with a table of Excel in it", "план.docx", lambda: real_docx({"word/embeddings/t.xlsx": office(SHEET)}), "docx"),
    Case("PDF with packed objects", "приказ.pdf", lambda: pdf(packed(b"5 0 <</Type/Font>>")), "pdf"),
    Case("PDF that opens on its page", "приказ.pdf", lambda: pdf(b"[3 0 R/Fit]"), "pdf"),
    Case("PDF that speaks of JavaScript", "урок.pdf", lambda: pdf(b"(Lesson on JavaScript)"), "pdf"),
    Case("PDF of 10,000 pages", "журнал.pdf", long_pdf, "pdf"),
    Case("PDF whose pages lead in circles", "круг.pdf", looping_pdf, "pdf"),
    Case("PDF with a page of two kilometres", "плакат.pdf", wide_pdf, "pdf"),
    Case("Word of boxes within boxes", "глубоко.docx", lambda: real_docx({"word/document.xml": deep_xml()}), "BOMB"),
    Case("Excel of sixty thousand rows", "много.xlsx", many_rows, "xlsx"),
    Case("28 MB of PDF", "скан.pdf", partial(large, "pdf"), "pdf"),
    Case("28 MB of Word", "фото.docx", partial(large, "docx"), "docx"),
    Case("140 MB packed into one", "карты.docx", unpacking, "docx"),
    Case("a photo with a PDF behind it", "фото.jpg", lambda: corpus.picture() + PDF, "jpg"),
    Case("0 bytes", "пусто.pdf", bytes, "EMPTY"),
    Case("a flat bomb", "план.docx", lambda: office(word__a_dot_xml=zeros(5 * MB)), "BOMB"),
    Case("a bomb of shared bytes", "план.docx", corpus.overlapping, "BOMB"),
    Case("archives within archives", "план.docx", nested_bomb, "ARCHIVE"),
    Case("a bomb within a document", "план.docx", lambda: real_docx({"word/embeddings/a.xlsx": office(SHEET, xl__b_dot_xml=zeros(5 * MB))}), "BOMB"),
    Case("documents within documents within documents", "план.docx", lambda: office(word__embeddings__a_dot_docx=office(word__embeddings__b_dot_docx=office(word__embeddings__c_dot_docx=office()))), "BOMB"),
    Case("a billion laughs", "план.docx", lambda: office(word__b_dot_xml=laughs()), "BOMB"),
    Case("three thousand parts", "план.docx", lambda: archive({f"{n}.xml": b"" for n in range(3000)}), "BOMB"),
    Case("a lie about the size", "план.docx", lambda: corpus.declared(office(), 0xFFFFFF00), "BOMB"),
    Case("a picture of 900 megapixels", "фото.png", lambda: png_header(30_000, 30_000), "HUGE_PICTURE"),
    Case("a photo that claims four gigapixels", "фото.jpg", lambda: jpeg_claiming(65_500, 65_500), "HUGE_PICTURE"),
    Case("a picture without its data", "фото.png", lambda: png_header(3_000, 3_000), "DAMAGED"),
    Case("PDF and ZIP in one", "план.pdf", lambda: PDF + office(), "MIXED"),
    Case("photo and ZIP in one", "фото.jpg", lambda: corpus.picture() + archive({"a.exe": NOISE}), "MIXED"),
    Case("a page of HTML before a PDF", "план.pdf", lambda: b"<html><script>1</script></html>" + PDF, "WRONG_TYPE"),
    Case("a program with a PDF behind it", "план.pdf", lambda: b"MZ\x90\x00" + PDF, "PROGRAM"),
    Case("docm under the name docx", "план.docx", lambda: office(corpus.DOCM), "MACROS"),
    Case("xlsm under the name xlsx", "план.xlsx", lambda: office(SHEET, xl__vbaProject_dot_bin=NOISE), "MACROS"),
    Case("macros in an old document", "план.doc", lambda: compound({"WordDocument": NOISE}, storages=("Macros",)), "MACROS"),
    Case("Word with a program wrapped in", "план.docx", lambda: real_docx({"word/embeddings/oleObject1.bin": wrapped()}), "MACROS"),
    Case("Word with a template from afar", "план.docx", lambda: office(word___rels__settings_dot_xml_dot_rels=relation("attachedTemplate", "https://a.example/b.dotm")), "MACROS"),
    Case("Word with a field that starts a program", "план.docx", lambda: office(word__d_dot_xml=b"<w:instrText> DDEAUTO c:\\\\cmd.exe </w:instrText>"), "MACROS"),
    Case("RTF with an embedded object", "план.rtf", lambda: b"{\\rtf1{\\object\\objemb{\\*\\objdata 0105}}}", "MACROS"),
    Case("RTF with a template from afar", "план.rtf", lambda: b"{\\rtf1{\\*\\template http://a.example/b.dotm}}", "MACROS"),
    Case("PDF with JavaScript", "план.pdf", lambda: pdf(SCRIPT), "MACROS"),
    Case("PDF with JavaScript by another spelling", "план.pdf", lambda: pdf(SCRIPT.replace(b"/JavaScript", b"/Java#53cript")), "MACROS"),
    Case("PDF with packed JavaScript", "план.pdf", lambda: pdf(packed(b"11 0 " + SCRIPT)), "MACROS"),
    Case("PDF that starts a program", "план.pdf", lambda: pdf(b"<</S/Launch/F(cmd.exe)>>"), "MACROS"),
    Case("PDF with a password", "план.pdf", (DATA / "pdf/locked.pdf").read_bytes, "ENCRYPTED"),
    Case("docx with a password", "план.docx", lambda: compound({"EncryptedPackage": NOISE, "EncryptionInfo": NOISE}), "ENCRYPTED"),
    Case("xls with a password", "план.xls", lambda: compound({"Workbook": corpus.records((0x002F, bytes(54)))}), "ENCRYPTED"),
    Case("a locked archive part", "план.docx", lambda: corpus.locked(office()), "ENCRYPTED"),
    Case("a PDF cut off", "план.pdf", lambda: (DATA / "pdf/browser.pdf").read_bytes()[:9000], "DAMAGED"),
    Case("a docx cut off", "план.docx", lambda: (DATA / YAROSLAVL).read_bytes()[:-200], "DAMAGED"),
    Case("a photo cut off", "фото.jpg", lambda: corpus.picture("JPEG", (900, 900))[:2000], "DAMAGED"),
    Case("Excel under the name of PDF", "план.pdf", lambda: office(SHEET), "DISGUISED"),
    Case("PDF under the name of Word", "план.docx", lambda: PDF, "DISGUISED"),
    Case("a program under the name of PDF", "приказ.pdf", lambda: b"MZ\x90\x00" + NOISE, "PROGRAM"),
    Case("a program", "приказ.exe", lambda: b"MZ\x90\x00" + NOISE, "PROGRAM"),
    Case("a program of Linux", "приказ", lambda: b"\x7fELF" + NOISE, "PROGRAM"),
    Case("a script", "приказ.bat", lambda: b"@echo off\r\ndel *.*", "WRONG_TYPE"),
    Case("SVG", "схема.svg", lambda: b'<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>', "WRONG_TYPE"),
    Case("HTML", "страница.html", lambda: b"<html><script>1</script></html>", "TEXT"),
    Case("HTML under the name of PDF", "страница.pdf", lambda: b"<html><script>1</script></html>", "WRONG_TYPE"),
    Case("TIFF of a scanner", "скан.tiff", animated, "PICTURE"),
    Case("HEIC of a telephone", "IMG_1.HEIC", lambda: b"\0\0\0\x18ftypheic" + NOISE, "APPLE_PICTURE"),
    Case("OpenDocument", "план.odt", lambda: archive({"mimetype": b"application/vnd.oasis.opendocument.text"}), "OPEN_OFFICE"),
    Case("slides", "слайды.pptx", lambda: archive({"[Content_Types].xml": b"presentationml", "ppt/presentation.xml": b"x"}), "SLIDES"),
    Case("a film", "урок.mp4", lambda: b"\0\0\0\x18ftypmp42" + NOISE, "VIDEO"),
    Case("an old document", "план.doc", lambda: compound({"WordDocument": NOISE}), "OLD_WORD"),
    Case("only the head of an old document", "план.xls", lambda: OLE + bytes(100), "DAMAGED"),
)  # fmt: skip
