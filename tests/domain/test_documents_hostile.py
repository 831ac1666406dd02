"""Files that are damaged, disguised or meant to harm: each gets a named refusal, none takes the process down."""

import os
import struct
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.documents import REFUSALS, DocumentRefused, read_roadmap

DATA = Path(__file__).resolve().parent.parent / "data"
DOCX = (DATA / "roadmaps" / "003_dergachi_dk.docx").read_bytes()
XLSX = (DATA / "roadmaps" / "003_dergachi_dk.xlsx").read_bytes()
SHEET = "xl/worksheets/sheet1.xml"
Changes = dict[str, Callable[[bytes], bytes | None]]
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504
NAMESPACE = b'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


def repacked(data: bytes, change: Changes | None = None, added: dict[str, bytes] | None = None) -> bytes:
    """The archive again, with some parts changed (None = left out) and some added."""
    buffer = BytesIO()
    with ZipFile(BytesIO(data)) as old, ZipFile(buffer, "w", ZIP_DEFLATED) as new:
        for name in old.namelist():
            part: bytes | None = old.read(name)
            if change and name in change and part is not None:
                part = change[name](part)
            if part is not None:
                new.writestr(name, part)
        for name, extra in (added or {}).items():
            new.writestr(name, extra)
    return buffer.getvalue()


def refusal(data: bytes, name: str) -> tuple[str, dict[str, object]]:
    with pytest.raises(DocumentRefused) as refused:
        read_roadmap(data, name)
    assert refused.value.code in REFUSALS
    return refused.value.code, refused.value.params


@pytest.mark.parametrize(
    ("data", "name", "code", "true"),
    [
        (b"", "plan.docx", "empty", None),
        (b" \r\n\0", "plan.docx", "empty", None),
        (b"%PDF-1.7 ...", "plan.pdf", "damaged", None),
        (b"%PDF-1.7 ...", "plan.docx", "damaged", None),
        (b"\xff\xd8\xff\xe0" + b"x" * 99, "plan.docx", "wrong_type", "photo"),
        (b"\0\0\0\x18ftypheic" + b"x" * 99, "plan.xlsx", "wrong_type", "photo"),
        (b"{\\rtf1 ...}", "plan.doc", "unsupported", "rtf"),
        (b"<html><body><table>...", "plan.xls", "wrong_type", "html"),
        ("План работы".encode(), "plan.txt", "unsupported", "text"),
        (b"Rar!\x1a\x07", "plan.rar", "unsupported", "archive"),
        (OLE + "WordDocument".encode("utf-16-le"), "plan.doc", "unsupported", "doc"),
        (OLE + "EncryptedPackage".encode("utf-16-le"), "plan.docx", "encrypted", None),
        (OLE + "_VBA_PROJECT".encode("utf-16-le"), "plan.xls", "macros", None),
        (OLE + "Workbook\0".encode("utf-16-le"), "plan.xls", "damaged", None),
        (repacked(DOCX, added={"word/vbaProject.bin": b"x"}), "plan.docx", "macros", None),
        (repacked(XLSX, added={f"x/{i}": b"" for i in range(2000)}), "plan.xlsx", "bomb", None),
        (repacked(DOCX, added={"word/media/x.bmp": b"\0" * 9_000_000}), "plan.docx", "bomb", None),
        (repacked(DOCX, {"word/document.xml": lambda part: None}), "plan.docx", "damaged", None),
        (repacked(DOCX, {"word/document.xml": lambda part: part[:-99]}), "plan.docx", "damaged", None),
        (repacked(XLSX, {"[Content_Types].xml": lambda part: None}), "plan.xlsx", "wrong_type", "archive"),
        (DOCX + XLSX, "plan.docx", "damaged", None),
    ],
)
def test_a_bad_file_is_refused_by_name(data: bytes, name: str, code: str, true: str | None) -> None:
    found, params = refusal(data, name)
    assert (found, params.get("true")) == (code, true)
    if true is not None:
        assert "docx" in str(params["send"]) or "xlsx" in str(params["send"])


def test_a_wrong_name_does_not_hide_a_good_document() -> None:
    assert len(read_roadmap(XLSX, "plan.docx").items) == 7
    assert len(read_roadmap(DOCX, "no extension").items) == 7


def test_macros_are_refused_whatever_the_name() -> None:
    types = repacked(
        DOCX,
        {
            "[Content_Types].xml": lambda part: part.replace(
                b"document.main+xml", b"document.macroEnabled.main+xml"
            )
        },
    )
    assert refusal(types, "plan.docx")[0] == "macros"


def test_entities_are_not_expanded() -> None:
    def with_entity(part: bytes) -> bytes:
        return part.replace(
            b"<w:document", b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><w:document', 1
        )

    assert refusal(repacked(DOCX, {"word/document.xml": with_entity}), "plan.docx")[0] == "damaged"


@pytest.mark.parametrize("tenth", range(1, 10))
@pytest.mark.parametrize("data", [DOCX, XLSX], ids=["docx", "xlsx"])
def test_a_file_cut_short_is_damaged(data: bytes, tenth: int) -> None:
    assert refusal(data[: len(data) * tenth // 10], "plan")[0] == "damaged"


def sheet_of(body: bytes) -> bytes:
    return repacked(XLSX, {SHEET: lambda part: b"<worksheet " + NAMESPACE + b">" + body + b"</worksheet>"})


FAR = b"<sheetData><row><c %s><v>1</v></c></row><row><c %s><v>1</v></c></row></sheetData>"


@pytest.mark.parametrize(
    ("near", "far", "code"),
    [
        (b'r="A1"', b'r="XFD1048576"', "too_many_rows"),
        (b"r='A1'", b"r='XFD1048576'", "too_many_rows"),
        (b'r="A1"', b's="1"\n\tr\n=\n"XFD1048576"', "too_many_rows"),
        (b'r="A1"', b'r="xfd1048576"', "too_many_rows"),
        (b'r="A1"', b'r="&#88;FD1048576"', "damaged"),
        (b'r="A1"', b"r" + b" " * 99 + b'="XFD1048576"', "damaged"),
    ],
)
def test_two_cells_far_apart_do_not_make_half_a_terabyte(near: bytes, far: bytes, code: str) -> None:
    assert refusal(sheet_of(FAR % (near, far)), "plan.xlsx")[0] == code


def test_a_sheet_under_another_name_is_checked_as_well() -> None:
    moved = repacked(
        sheet_of(FAR % (b'r="A1"', b'r="XFD1048576"')),
        {
            "xl/_rels/workbook.xml.rels": lambda part: part.replace(
                b"worksheets/sheet1.xml", b"other/thing.bin"
            )
        },
    )
    with ZipFile(BytesIO(moved)) as archive:
        part = archive.read(SHEET)
    assert (
        refusal(repacked(moved, {SHEET: lambda _: None}, {"xl/other/thing.bin": part}), "plan.xlsx")[0]
        == "too_many_rows"
    )


def test_far_cells_of_the_old_format_end_another_process_and_not_this_one() -> None:
    assert refusal((DATA / "old" / "far_cells.xls").read_bytes(), "plan.xls")[0] in (
        "too_large",
        "too_many_rows",
    )


def test_merged_ranges_may_not_multiply() -> None:
    rows = b"".join(b'<row r="%d"><c r="A%d"><v>1</v></c></row>' % (i, i) for i in range(1, 9001))
    merges = b"<mergeCells>" + b'<mergeCell ref="A1:XFD9000"/>' * 50 + b"</mergeCells>"
    assert refusal(sheet_of(b"<sheetData>" + rows + b"</sheetData>" + merges), "plan.xlsx")[0] == "damaged"


def test_ten_thousand_rows_are_the_limit() -> None:
    rows = b"".join(b'<row r="%d"><c r="A%d"><v>1</v></c></row>' % (i, i) for i in range(1, 10_002))
    code, params = refusal(sheet_of(b"<sheetData>" + rows + b"</sheetData>"), "plan.xlsx")
    assert (code, params["limit"]) == ("too_many_rows", 10_000)
    csv = "Мероприятие;Срок\n" + "Семинар;май\n" * 10_001
    assert refusal(csv.encode(), "plan.csv")[0] == "too_many_rows"


def test_an_archive_that_lies_about_its_sizes_is_damaged() -> None:
    data = bytearray(repacked(DOCX, added={"word/x.xml": b" " * 900_000}))
    entry = data.rindex(b"PK\x01\x02")
    data[entry + 24 : entry + 28] = struct.pack("<I", 100)
    assert refusal(bytes(data), "plan.docx")[0] == "damaged"


# ---- OpenDocument

ODS = "application/vnd.oasis.opendocument.spreadsheet"
ROOT = (
    '<o:document-content xmlns:o="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:t="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:x="urn:oasis:names:tc:opendocument:xmlns:text:1.0">'
    '<o:body><o:spreadsheet><t:table t:name="План">{}</t:table></o:spreadsheet></o:body></o:document-content>'
)


def cell(text: str, attributes: str = "") -> str:
    return f"<t:table-cell {attributes}><x:p>{text}</x:p></t:table-cell>"


def row(*cells: str, times: int = 1) -> str:
    return f'<t:table-row t:number-rows-repeated="{times}">{"".join(cells)}</t:table-row>'


def ods(*rows: str, mimetype: str = ODS, manifest: str = "<m/>") -> bytes:
    buffer = BytesIO()
    with ZipFile(buffer, "w", ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", mimetype)
        archive.writestr("META-INF/manifest.xml", manifest)
        archive.writestr("content.xml", ROOT.format("".join(rows)))
    return buffer.getvalue()


def test_an_open_document_sheet_is_read_with_its_merged_and_repeated_cells() -> None:
    wide = 't:number-columns-spanned="3"'
    covered = '<t:covered-table-cell t:number-columns-repeated="2"/>'
    empty = row('<t:table-cell t:number-columns-repeated="16384"/>', times=1_048_540)
    date_cell = '<t:table-cell o:value-type="date" o:date-value="2023-05-15"><x:p>15 мая</x:p></t:table-cell>'
    reading = read_roadmap(
        ods(
            row(cell("План на 2023 год", wide), covered),
            row(cell("Мероприятие"), cell("Срок"), cell("Ответственный")),
            row(cell("Раздел 1", wide), covered),
            row(cell("Семинар"), cell("март"), cell("ИРО")),
            row(cell("Курсы"), date_cell, cell("ИРО")),
            empty,
        ),
        "plan.ods",
    )
    assert reading.title == "План на 2023 год"
    assert [(i.section, i.activity, i.deadline_raw, i.place.row) for i in reading.items] == [
        ("Раздел 1", "Семинар", "март", 4),
        ("Раздел 1", "Курсы", "15.05.2023", 5),
    ]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (ods(row(cell("x"), times=1_048_576)), "too_many_rows"),
        (ods(row(cell("x", 't:number-columns-repeated="16384"'), times=9_000)), "too_many_rows"),
        (ods(row(cell("x")), row("<t:table-cell/>", times=999_999), row(cell("y"))), "too_many_rows"),
        (ods(manifest="<m><encryption-data/></m>"), "encrypted"),
        (ods(mimetype="application/vnd.oasis.opendocument.text"), "unsupported"),
        (ods(), "no_table"),
    ],
)
def test_open_documents_are_bounded_too(data: bytes, code: str) -> None:
    assert refusal(data, "plan.odt")[0] == code


def outcome(data: bytes) -> str:
    try:
        read_roadmap(data, "plan")
    except DocumentRefused as refused:
        return refused.code
    return "read"


@settings(max_examples=60, deadline=None)
@given(st.sampled_from([DOCX, XLSX]), st.data())
def test_any_damage_gives_a_reading_or_a_refusal(data: bytes, draw: st.DataObject) -> None:
    broken = bytearray(data)
    for _ in range(draw.draw(st.integers(1, 5))):
        broken[draw.draw(st.integers(0, len(data) - 1))] = draw.draw(st.integers(0, 255))
    assert outcome(bytes(broken)) in REFUSALS | {"read"}


@settings(max_examples=40, deadline=None)
@given(
    st.sampled_from([DOCX, XLSX]),
    st.sampled_from(["word/document.xml", SHEET, "xl/sharedStrings.xml"]),
    st.data(),
)
def test_any_damage_inside_gives_a_reading_or_a_refusal(data: bytes, name: str, draw: st.DataObject) -> None:
    def damaged(part: bytes) -> bytes:
        at = draw.draw(st.integers(0, len(part)))
        return part[:at] + draw.draw(st.binary(max_size=8)) + part[at + draw.draw(st.integers(0, 30)) :]

    assert outcome(repacked(data, {name: damaged})) in REFUSALS | {"read"}


def test_random_bytes_are_refused() -> None:
    assert refusal(b"\1" + os.urandom(5000), "plan.bin")[0] in ("unsupported", "wrong_type")
