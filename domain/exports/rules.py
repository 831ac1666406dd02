"""Writing a plan as a Word table and as a sheet. User text is never a formula."""

import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from domain.papers import clean, set_widths

if TYPE_CHECKING:
    from domain.roadmaps import Measure, Roadmap

# Roles of columns and the field of a measure that stands in them, in the usual order of plans.
FIELDS = {
    "number": "number",
    "activity": "title",
    "deadline": "deadline_text",
    "responsible": "responsible_raw",
    "result": "expected_result",
    "document": "evidence_required",
    "indicator": "indicator",
}
_AS_DEADLINE = frozenset({"deadline_start", "deadline_end", "period"})
# Shares of the page's width.
_WIDTHS = {
    "number": 5, "activity": 24, "deadline": 10, "responsible": 13, "result": 18, "document": 14,
    "indicator": 14, "execution": 13, "date": 9, "proof": 14,
}  # fmt: skip
EXECUTION = ("execution", "date", "proof")


@dataclass(slots=True)
class PlanSheet:
    """A plan ready to be written: every cell in the reader's words."""

    heading: list[str]  # lines above the table; the last one is the title
    columns: list[tuple[str, str]]  # role, header
    rows: list[list[str] | str] = field(default_factory=list)  # a text alone is a line across the table
    closing: list[str] = field(default_factory=list)  # lines below the table


def columns_of(roadmap: "Roadmap", measures: "Sequence[Measure]") -> list[tuple[str, str]]:
    """The columns of the original document, (role, header); a kind of text that it had no column for, but that
    somebody wrote, gets one with an empty header."""
    layout = [(str(role), str(header)) for role, header in roadmap.layout] or list(roadmap.columns.items())
    found: dict[str, str] = {}
    for role, header in layout:
        known = "deadline" if role in _AS_DEADLINE else role
        if known in FIELDS:
            found.setdefault(known, header if known == role else "")
    for role, name in FIELDS.items():
        if role not in found and (
            role in ("activity", "deadline") or any(getattr(m, name) for m in measures)
        ):
            order = list(FIELDS)
            after = [r for r in found if order.index(r) < order.index(role)]
            items = list(found.items())
            place = items.index((after[-1], found[after[-1]])) + 1 if after else 0
            found = dict([*items[:place], (role, ""), *items[place:]])
    return list(found.items())


def to_docx(sheet: PlanSheet) -> bytes:
    """A Word document: heading, one table with its head on every page, tracks as rows across it."""
    import docx
    from docx.enum.section import WD_ORIENT
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Mm, Pt

    document = docx.Document()
    section = document.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = Mm(297), Mm(210)
    section.left_margin = section.right_margin = Mm(15)
    section.top_margin = section.bottom_margin = Mm(15)
    document.styles["Normal"].font.name = "Times New Roman"
    document.styles["Normal"].font.size = Pt(10)
    for n, line in enumerate(sheet.heading):
        paragraph = document.add_paragraph()
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        paragraph.add_run(clean(line)).bold = n == len(sheet.heading) - 1
    table = document.add_table(rows=1, cols=len(sheet.columns), style="Table Grid")
    table.autofit = False
    total = sum(_WIDTHS.get(role, 10) for role, _ in sheet.columns)
    widths = [Mm(267 * _WIDTHS.get(role, 10) / total) for role, _ in sheet.columns]
    _write_row(table.rows[0], [header for _, header in sheet.columns], widths, bold=True)
    _repeat(table.rows[0])
    for row in sheet.rows:
        made = table.add_row()
        if isinstance(row, str):
            cell = made.cells[0].merge(made.cells[-1])
            cell.text = ""
            cell.paragraphs[0].add_run(clean(row)).bold = True
        else:
            _write_row(made, row, widths)
    set_widths(table, widths)
    for line in sheet.closing:
        document.add_paragraph(clean(line))
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _write_row(row: Any, texts: Sequence[str], widths: Sequence[int], *, bold: bool = False) -> None:
    for cell, text, width in zip(row.cells, texts, widths, strict=True):
        cell.width = width
        cell.paragraphs[0].add_run(clean(text)).bold = bold


def _repeat(row: Any) -> None:
    """The head of the table on every page."""
    from docx.oxml import OxmlElement

    properties = row._tr.get_or_add_trPr()
    properties.append(OxmlElement("w:tblHeader"))


def to_xlsx(sheet: PlanSheet) -> bytes:
    """The same as a sheet: wrapped texts, a frozen head, tracks merged across."""
    import xlsxwriter

    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"strings_to_formulas": False, "strings_to_urls": False})
    page = book.add_worksheet("Vekha")
    title = book.add_format({"bold": True, "align": "center", "valign": "vcenter", "text_wrap": True})
    plain = book.add_format({"align": "center", "text_wrap": True})
    head = book.add_format(
        {"bold": True, "text_wrap": True, "valign": "vcenter", "align": "center", "border": 1}
    )
    cell = book.add_format({"text_wrap": True, "valign": "top", "border": 1})
    track = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "border": 1})
    last = len(sheet.columns) - 1

    def across(row: int, text: str, style: Any) -> None:
        if last:
            page.merge_range(row, 0, row, last, "", style)
        page.write_string(row, 0, clean(text)[:32_000], style)

    number = 0
    for number, line in enumerate(sheet.heading, start=1):
        across(number - 1, line, title if number == len(sheet.heading) else plain)
    for index, (role, header) in enumerate(sheet.columns):
        page.set_column(index, index, _WIDTHS.get(role, 10) * 1.4)
        page.write_string(number, index, clean(header), head)
    page.freeze_panes(number + 1, 0)
    page.repeat_rows(number)
    for row in sheet.rows:
        number += 1
        if isinstance(row, str):
            across(number, row, track)
            continue
        for index, text in enumerate(row):
            page.write_string(number, index, clean(text)[:32_000], cell)
    for line in sheet.closing:
        number += 1
        page.write_string(number + 1, 0, clean(line))
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    book.close()
    return out.getvalue()
