"""PDF: the four given roadmaps as an office program prints them, typeset ones, and files that cannot be read."""

import json
import subprocess
import sys
import zlib
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import typst
from PIL import Image

from domain.documents import READING_DOUBTS, REASONS, DocumentRefused, Reading, read_roadmap, read_table
from domain.documents.lines import Line, Written

DATA = Path(__file__).resolve().parent.parent / "data"
TRUTHS = sorted((DATA / "roadmaps").glob("*.json"))
TEXTS = (
    "section",
    "section_goal",
    "number",
    "activity",
    "deadline_raw",
    "responsible_raw",
    "result",
    "document",
)
HEAD = ["№", "Мероприятие", "Срок", "Ответственный", "Результат"]
# A printed page does not tell «март- апрель» from «март-апрель», nor a new line from a full one.
UNTOLD: dict[str, dict[tuple[int, str], Any]] = {
    "000_yaroslavl_2022": {(0, "deadline_raw"): "декабрь 2021-январь 2022 декабрь 2022"},
    "003_dergachi_plan": {
        (2, "responsible"): ["Управление образования участники Программы"],
        (9, "activity"): "Проведение муниципальных семинаров, мастер-классов на базе школ по вопросам качества "
        "образования (итоговая аттестация, использование современных технологий обучения, проектирование "
        "современного урока и т.п.)",
        (10, "deadline_raw"): "Ежегодно, март-апрель",
    },
}  # fmt: skip


def collapsed(text: str | None) -> str | None:
    return None if text is None else " ".join(text.split())


def differences(reading: Reading, truth: dict[str, Any]) -> dict[tuple[int, str], Any]:
    """What was read otherwise than it is written, by the row and the field."""
    found: dict[tuple[int, str], Any] = {}
    for index, (item, wanted) in enumerate(zip(reading.to_json()["items"], truth["items"], strict=True)):
        for name in TEXTS:
            if collapsed(item[name]) != collapsed(wanted[name]):
                found[index, name] = collapsed(item[name])
        if item["responsible"] != (wanted.get("responsible_list") or []):
            found[index, "responsible"] = item["responsible"]
    return found


@pytest.mark.parametrize("truth", TRUTHS, ids=lambda p: p.stem)
def test_a_printed_roadmap_is_read_as_it_was_written(truth: Path) -> None:
    expected = json.loads(truth.read_text("utf-8"))
    reading = read_roadmap(DATA / "pdf" / f"{truth.stem}.pdf")
    assert collapsed(reading.title) == collapsed(expected["title"])
    assert reading.reference_year == expected["reference_year"]
    assert differences(reading, expected) == UNTOLD.get(truth.stem, {})
    assert "from_pdf" in reading.doubts
    assert set(reading.doubts) <= READING_DOUBTS
    assert {skipped.why for skipped in reading.skipped} <= {"text", "repeated_header"} < REASONS


def test_a_page_of_a_browser_leaves_the_row_that_goes_on_open() -> None:
    """No ruling closes the last row of a page there."""
    expected = json.loads((DATA / "roadmaps" / "000_yaroslavl_2022.json").read_text("utf-8"))
    reading = read_roadmap(DATA / "pdf" / "browser.pdf")
    assert differences(reading, expected) == {}
    assert {skipped.why for skipped in reading.skipped} == {"repeated_header"}
    assert [item.number for item in reading.items if "joined_row" in item.doubts] == ["2.5"]


def written(text: str) -> str:
    """As typst takes it literally."""
    return "".join(f"\\{sign}" if sign in '#*_`$@<>\\[]"~=-+/' else sign for sign in text)


def page(
    rows: list[list[str]], before: str = "", after: str = "", columns: str = "(30pt, 2fr, 70pt, 80pt, 1fr)"
) -> bytes:
    """A typeset document: narrow columns, hyphenated words, a running title, numbered pages."""
    cells: list[str] = []
    for row in rows[1:]:
        span = len(rows[0]) if len(row) == 1 else 1
        cells += [f"table.cell(colspan: {span})[{written(text)}]" for text in row]
    head = ", ".join(f"[{written(text)}]" for text in rows[0])
    source = (
        '#set page(paper: "a5", margin: 1.2cm, header: [Приложение к приказу], numbering: "1")\n'
        '#set text(font: "Libertinus Serif", size: 9pt, lang: "ru", hyphenate: true)\n#set par(justify: true)\n'
        f"{before}\n#table(columns: {columns}, table.header({head}), {', '.join(cells)})\n{after}"
    )
    return typst.compile(source.encode())


LONG = [
    HEAD,
    ["Раздел 1. Организационная работа с руководителями образовательных организаций муниципального района"],
    *[
        [
            f"1.{n}",
            "Проведение информационно-методических совещаний для руководителей и заместителей руководителей "
            "общеобразовательных организаций, функционирующих в неблагоприятных социальных условиях; "
            "рассмотрение результатов самодиагностики и составление перечня профессиональных затруднений",
            "февраль-апрель" if n % 2 else "до 15.05.2022",
            "Управление образования",
            f"Проведено не менее {n} совещаний, подготовлены методические рекомендации",
        ]
        for n in range(1, 31)
    ],
]  # fmt: skip


def test_rows_hyphens_and_pages_of_a_typeset_plan_are_put_together_again() -> None:
    reading = read_roadmap(page(LONG, "#align(center)[План работы на 2022 год]"), "plan.pdf")
    rows = [[i.number, i.activity, i.deadline_raw, i.responsible_raw, i.result] for i in reading.items]
    assert [[collapsed(text) for text in row] for row in rows] == [row for row in LONG if len(row) == 5][1:]
    assert {item.section for item in reading.items} == {LONG[1][0]}
    assert reading.title == "План работы на 2022 год"
    whys = [skipped.why for skipped in reading.skipped]
    assert whys == ["text", *["repeated_header"] * (len(whys) - 1)]
    assert len(whys) > 3
    joined = [item.number for item in reading.items if "joined_row" in item.doubts]
    assert 0 < len(joined) < len(whys)


def test_merged_cells_keep_their_rows() -> None:
    rows = "table.cell(rowspan: 2)[1], table.cell(rowspan: 2)[Семинары], [март], [ИРО], [Отчёт], [май], [МР], [Справка]"
    head = ", ".join(f"[{text}]" for text in HEAD)
    reading = read_roadmap(
        typst.compile(f"#table(columns: 5, {head}, {rows})".encode()), "plan.pdf", year=2022
    )
    assert [(i.number, i.activity, i.deadline_raw, i.result) for i in reading.items] == [
        ("1", "Семинары", "март", "Отчёт"),
        ("1", "Семинары", "май", "Справка"),
    ]
    assert reading.items[1].doubts == ["continuation"]


def test_a_scanned_page_among_others_is_named(tmp_path: Path) -> None:
    Image.new("RGB", (60, 60), "gray").save(tmp_path / "scan.png")
    source = (
        "#set page(width: 14cm, height: 9cm)\n#table(columns: 3, [Мероприятие], [Срок], [Ответственный], "
        "[Провести семинар], [март], [ИРО])\n#pagebreak()\n"
        '#image("scan.png")'
    )
    (tmp_path / "plan.typ").write_text(source, "utf-8")
    reading = read_roadmap(typst.compile(tmp_path / "plan.typ"), "plan.pdf", year=2022)
    assert [item.activity for item in reading.items] == ["Провести семинар"]
    assert [(s.why, s.place.table) for s in reading.skipped] == [("scanned_page", "page 2")]


def photograph() -> bytes:
    out = BytesIO()
    Image.new("RGB", (800, 600), "white").save(out, "PDF")
    return out.getvalue()


def bomb() -> bytes:
    """One page whose contents unpack to far more than the memory allowed."""
    packing = zlib.compressobj(9)
    block = packing.compress(b" " * (1 << 20)) + packing.flush(zlib.Z_FULL_FLUSH)
    packed = block + block[2:] * 2000  # without the two bytes of the header each block stands by itself
    parts = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/Contents 4 0 R>>",
        b"<</Length %d/Filter/FlateDecode>>stream\n%s\nendstream" % (len(packed), packed),
    ]
    out, offsets = b"%PDF-1.4\n", []
    for number, part in enumerate(parts, 1):
        offsets.append(len(out))
        out += b"%d 0 obj%s\nendobj\n" % (number, part)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    return b"%sxref\n0 5\n0000000000 65535 f \n%strailer<</Size 5/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (
        out, table, len(out),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("make", "code"),
    [
        ((DATA / "pdf" / "locked.pdf").read_bytes, "encrypted"),
        (photograph, "no_text"),
        (lambda: b"%PDF-1.7 ...", "damaged"),
        (lambda: typst.compile(b"#pagebreak()\n" * 100 + "Конец".encode()), "too_many_pages"),
        (lambda: typst.compile("План работы без таблицы.".encode()), "no_table"),
        (bomb, "too_many_pages"),
    ],
    ids=["locked", "scan", "damaged", "long", "no table", "bomb"],
)
def test_a_pdf_that_cannot_be_read_is_refused_by_name(make: Any, code: str) -> None:
    with pytest.raises(DocumentRefused) as refused:
        read_roadmap(make(), "plan.pdf")
    assert refused.value.code == code


def outcome(data: bytes) -> set[str]:
    """What came of a file: the rows read, or the code of a refusal."""
    try:
        return {f"read {len(read_roadmap(data, 'plan.pdf').items)}"}
    except DocumentRefused as refused:
        return {refused.code}


@pytest.mark.parametrize("at", [300, 5_000, 12_000, 20_000, 25_000])
def test_a_broken_pdf_is_read_or_refused(at: int) -> None:
    data = bytearray((DATA / "pdf" / "004_sverdlovsk_federal.pdf").read_bytes())
    data[at : at + 200] = bytes(range(200))
    assert outcome(bytes(data)) <= {"damaged", "empty", "no_text", "no_table"} | {
        f"read {n}" for n in range(1, 6)
    }


def test_a_register_is_read_from_a_pdf() -> None:
    rows = [
        ["№", "Школа", "Район"],
        ["1", "Тороповская ОШ", "Даниловский"],
        ["2", "Климатинская СОШ", "Угличский"],
    ]
    assert read_table(page(rows, columns="3"), "schools.pdf")[0].texts() == rows


def test_the_library_is_not_loaded_before_a_pdf_comes() -> None:
    code = "import sys, domain.documents; print([m for m in sys.modules if m.startswith('pdf')])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def lines(*texts: str, room: float = 60.0) -> str:
    """Lines of a column in a font whose every letter is five points wide."""
    made = [
        Line(text, 0, len(text) * 5, 10.0 * n, 10.0 * n + 9, len(text.split(" ")[0]) * 5)
        for n, text in enumerate(texts)
    ]
    return Written(["сроки по организаций: да", "мастер-класс сегодня -"]).text(made, room)


@pytest.mark.parametrize(
    ("broken", "whole"),
    [
        (("работа орга-", "низаций"), "работа организаций"),
        (("учебно-", "методический"), "учебно-методический"),
        (("личностно-", "ориентированной"), "личностно-ориентированной"),
        (("руково-", "дителями"), "руководителями"),
        (("март-", "апрель"), "март-апрель"),
        (("июнь/", "сентябрь"), "июнь/сентябрь"),
        (("2021-", "2022 годы"), "2021-2022 годы"),
        (("Ответственн", "ые лица"), "Ответственные лица"),
        (("Управление", "образования"), "Управление образования"),
        (("ИРО", "МР"), "ИРО\nМР"),
        (("май -", "сентябрь"), "май - сентябрь"),
    ],
)  # fmt: skip
def test_words_broken_by_line_ends_are_whole_again(broken: tuple[str, ...], whole: str) -> None:
    assert lines(*broken) == whole
