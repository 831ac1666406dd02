"""Word documents: paragraphs and tables in the order of the page, merged cells both ways, one pass over the XML."""

import re
from collections.abc import Iterator
from io import BytesIO
from typing import Any
from zipfile import ZipFile

from lxml import etree

from domain.documents.errors import DocumentRefused
from domain.documents.grid import MAX_ROWS, Cell, Grid, Row
from domain.documents.numbering import Numbering
from domain.documents.text import clean

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_STRICT = b"http://purl.oclc.org/ooxml/wordprocessingml/main"
_LOOSE = b"http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_P, _TBL, _TR, _TC, _T = f"{_W}p", f"{_W}tbl", f"{_W}tr", f"{_W}tc", f"{_W}t"
_SDT, _CONTENT, _VAL = f"{_W}sdt", f"{_W}sdtContent", f"{_W}val"
_BREAKS = {f"{_W}br": "\n", f"{_W}cr": "\n", f"{_W}tab": " ", f"{_W}noBreakHyphen": "-"}
_SYMBOL = f"{_W}sym"  # a sign of a symbol font: in plans a tick
_TEXT_TAGS = (_T, _SYMBOL, *_BREAKS)
_WRAPPERS = frozenset(
    {_SDT, _CONTENT, f"{_W}ins", f"{_W}moveTo", f"{_W}smartTag", f"{_W}customXml", f"{_W}hyperlink"}
)
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_LISTS = ("word/numbering.xml", "word/styles.xml")
_MAX_DEPTH = 8
_MAX_NESTED_AS_TEXT = 2  # a nested table of more rows than this is a table of its own


def read_word(data: bytes) -> tuple[list[Grid], list[str]]:
    """All tables of a document with the paragraphs above each, and the paragraphs after the last one."""
    with ZipFile(BytesIO(data)) as archive:
        names = set(archive.namelist())
        if "word/document.xml" not in names:
            raise DocumentRefused("damaged")
        body = _body(archive.read("word/document.xml"))
        lists = Numbering(*(archive.read(part) if part in names else None for part in _LISTS))
    tables = _Tables(lists)
    above: list[str] = []
    for element in _blocks(body):
        if element.tag == _TBL:
            above = tables.take(element, above, 0)
        elif text := clean(_paragraph(element)):
            above.append(text)
    return tables.grids, above


def _body(xml: bytes) -> Any:
    if b"<!DOCTYPE" in xml[:2048] or b"<!ENTITY" in xml:
        raise DocumentRefused("damaged")
    if _STRICT in xml:
        xml = xml.replace(_STRICT, _LOOSE)
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False, remove_comments=True)
    try:
        root = etree.fromstring(xml, parser)
    except etree.XMLSyntaxError as error:
        raise DocumentRefused("damaged") from error
    if b":Fallback" in xml:
        etree.strip_elements(root, _FALLBACK, with_tail=False)
    body = root.find(f"{_W}body")
    if body is None:
        raise DocumentRefused("damaged")
    return body


def _blocks(parent: Any) -> Iterator[Any]:
    """Paragraphs and tables, also those inside content controls."""
    for element in parent:
        if element.tag in (_P, _TBL):
            yield element
        elif element.tag in _WRAPPERS:
            yield from _blocks(element)


def _children(parent: Any, tag: str) -> Iterator[Any]:
    for element in parent:
        if element.tag == tag:
            yield element
        elif element.tag in _WRAPPERS:
            yield from _children(element, tag)


class _Tables:
    """The tables of one document, in order, with its automatic numbers counted along."""

    def __init__(self, lists: Numbering) -> None:
        self.grids: list[Grid] = []
        self.lists = lists

    def take(self, table: Any, above: list[str], depth: int) -> list[str]:
        """Add a table and those nested in it; a table that only frames others gives its texts to the next one."""
        nested: list[Any] = []
        rows = self._rows(table, nested)
        if sum(len(row.cells) for row in rows) <= len(nested) * 2 and nested:
            above = above + [cell.text for row in rows for cell in row.cells if cell.text]
        elif rows:
            width = max(cell.start + cell.span for row in rows for cell in row.cells)
            self.grids.append(Grid(f"table {len(self.grids) + 1}", rows, width, above))
            above = []
        if depth < _MAX_DEPTH:
            for inner in nested:
                above = self.take(inner, above, depth + 1)
        return above

    def _rows(self, table: Any, nested: list[Any]) -> list[Row]:
        rows: list[Row] = []
        open_cells: dict[int, str] = {}  # texts of vertically merged cells by first column
        for number, element in enumerate(_children(table, _TR), 1):
            if number > MAX_ROWS:
                raise DocumentRefused("too_many_rows", limit=MAX_ROWS)
            properties = element.find(f"{_W}trPr")
            if properties is not None and properties.find(f"{_W}del") is not None:
                continue
            start = 0 if properties is None else _number(properties.find(f"{_W}gridBefore"), 0)
            cells: list[Cell] = []
            for tc in _children(element, _TC):
                span, merge = _merge(tc)
                if merge == "continue":
                    cells.append(Cell(open_cells.get(start, ""), start, span, True))
                else:
                    text = clean(self._cell(tc, nested))
                    open_cells.pop(start, None)
                    if merge == "restart":
                        open_cells[start] = text
                    cells.append(Cell(text, start, span))
                start += span
            if cells:
                rows.append(Row(number, cells))
        return rows

    def _cell(self, tc: Any, nested: list[Any]) -> str:
        lines: list[str] = []
        number = ""
        for element in _blocks(tc):
            if element.tag == _P:
                lines.append(_paragraph(element))
                number = self.lists.of(element) or number
            elif sum(1 for _ in _children(element, _TR)) > _MAX_NESTED_AS_TEXT:
                nested.append(element)
            else:
                lines.extend(_paragraph(p) for p in element.iter(_P))
        text = "\n".join(lines) if len(lines) != 1 else lines[0]
        return text if number == "" or text.strip() else number  # an automatic number alone is the row's


def _merge(tc: Any) -> tuple[int, str]:
    properties = tc.find(f"{_W}tcPr")
    if properties is None:
        return 1, ""
    span, merge = 1, ""
    for prop in properties:
        if prop.tag == f"{_W}gridSpan":
            span = _number(prop, 1)
        elif prop.tag == f"{_W}vMerge":
            merge = prop.get(_VAL) or "continue"
    return span, merge


def _number(element: Any, default: int) -> int:
    value = element.get(_VAL) if element is not None else None
    return min(int(value), 100) if value is not None and re.fullmatch(r"[1-9][0-9]{0,3}", value) else default


def _paragraph(paragraph: Any) -> str:
    parts = []
    for element in paragraph.iter(*_TEXT_TAGS):
        if element.tag == _T:
            parts.append(element.text or "")
        else:
            parts.append("✓" if element.tag == _SYMBOL else _BREAKS[element.tag])
    return "".join(parts)
