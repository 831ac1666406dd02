"""A list on paper: a Word document with a heading, lines, and tables whose heads repeat on every page."""

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from domain.tables import Table

_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|[\ud800-\udfff]")
WIDTH = 267  # mm between the margins of a turned A4 sheet


@dataclass(frozen=True, slots=True)
class Paper:
    """What is printed, from top to bottom; of a table's columns those named in `without` are left out."""

    title: str
    lines: Sequence[str] = ()
    tables: Sequence[Table] = ()
    closing: Sequence[str] = ()
    without: frozenset[str] = field(default_factory=frozenset)


def to_docx(paper: Paper) -> bytes:
    """The document on turned sheets; widths of columns follow what stands in them."""
    import docx
    from docx.enum.section import WD_ORIENT
    from docx.shared import Mm, Pt

    document = docx.Document()
    section = document.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = Mm(297), Mm(210)
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = Mm(15)
    document.styles["Normal"].font.name = "Times New Roman"
    document.styles["Normal"].font.size = Pt(10)
    document.styles["Normal"].paragraph_format.space_after = Pt(3)
    plain_headings(document)
    document.add_heading(clean(paper.title), level=1)
    for line in paper.lines:
        document.add_paragraph(clean(line))
    for table in paper.tables:
        if table.title != paper.title:
            document.add_heading(clean(table.title), level=2)
        _write(document, table, paper.without)
    for line in paper.closing:
        document.add_paragraph(clean(line)).paragraph_format.space_before = Pt(12)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def plain_headings(document: Any) -> None:
    """Headings in the letters and the black of the text: Word's own are blue and of another family."""
    from docx.shared import RGBColor

    for name in ("Heading 1", "Heading 2"):
        style = document.styles[name]
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for key in [key for key in fonts.attrib if key.endswith("Theme")]:
            del fonts.attrib[key]
        style.font.name, style.font.color.rgb = "Times New Roman", RGBColor(0, 0, 0)


def set_widths(table: Any, widths: Sequence[int]) -> None:
    """Widths of columns for every program: Word reads them in the cells, others in the grid. Rows stay whole."""
    from docx.oxml import OxmlElement

    for column, width in zip(table.columns, widths, strict=True):
        column.width = width
    for row in table.rows:
        row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))


def _write(document: Any, table: Table, without: frozenset[str]) -> None:
    from docx.oxml import OxmlElement
    from docx.shared import Mm

    shown = [index for index, column in enumerate(table.columns) if column not in without]
    rows = [[words(row[index]) for index in shown] for row in table.rows]
    heads = [table.columns[index] for index in shown]
    widths = [Mm(width) for width in _widths([heads, *rows])]
    sheet = document.add_table(rows=1, cols=len(shown), style="Table Grid")
    sheet.autofit = False
    sheet.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
    for cell, head, width in zip(sheet.rows[0].cells, heads, widths, strict=True):
        cell.width = width
        cell.paragraphs[0].add_run(clean(head)).bold = True
    for row in rows:
        for cell, text, width in zip(sheet.add_row().cells, row, widths, strict=True):
            cell.width = width
            cell.paragraphs[0].add_run(clean(text))
    set_widths(sheet, widths)


def _widths(rows: Sequence[Sequence[str]]) -> list[int]:
    """Millimetres by the longest texts, so that neither a number nor a comment gets too much or too little, and
    no word or day is broken."""
    columns = list(zip(*rows, strict=True))
    longest = [max(8, *(min(45, len(text)) for text in column)) for column in columns]
    word = [max(4, *(len(w) for text in column for w in text.split() or [""])) for column in columns]
    least = [min(45, 5 + 2 * length) for length in word]
    if sum(least) >= WIDTH:
        return [WIDTH * each // sum(least) for each in least]
    more = [max(1, text - length) for text, length in zip(longest, word, strict=True)]
    spare = WIDTH - sum(least)
    return [each + spare * extra // sum(more) for each, extra in zip(least, more, strict=True)]


def words(value: Any) -> str:
    """A value as people read it: days as 30.04.2022, decimals with a comma."""
    if isinstance(value, datetime):
        return value.strftime("%d.%m.%Y %H:%M")
    if isinstance(value, date):
        return value.strftime("%d.%m.%Y")
    if isinstance(value, float):
        return f"{value:g}".replace(".", ",")
    return "" if value is None else str(value)


def clean(text: str) -> str:
    """Without the characters that no XML may hold."""
    return _UNPRINTABLE.sub("", text)
