"""Any list as CSV or Excel: the same rows as on the page."""

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Annotated, Any, Literal
from urllib.parse import quote

from fastapi.responses import Response
from markupsafe import Markup, escape
from pydantic import BeforeValidator

from domain.tables import Column, Kind, Table, to_csv, to_xlsx
from domain.texts import Texts

Format = Annotated[
    Literal["", "csv", "xlsx"], BeforeValidator(lambda value: value if value in ("csv", "xlsx") else "")
]
MIME = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


NUMBERS = (Kind.COUNT, Kind.PERCENT, Kind.POINTS)
NOTHING = "—"


Where = Callable[[Sequence[Any]], str]  # the address of what a row is about; none: nowhere to go


def drawn_rows(
    say: Texts, columns: Sequence[Column], rows: Iterable[Sequence[Any]], where: Where | None = None
) -> Markup:
    """The body of a report's table. Thousands of cells: a template would take ten times as long."""
    kinds = [column.kind for column in columns]
    lines = []
    for row in rows:
        first, *rest = row
        head = _words(say, first)
        if where is not None and (to := where(row)):
            head = Markup('<a href="{}">{}</a>').format(to, head)
        look = ' class="num"' if kinds[0] in NUMBERS else ""
        cells = [f'<tr><th scope="row"{look}>{head}</th>']
        cells += [_cell(say, kind, value) for kind, value in zip(kinds[1:], rest, strict=True)]
        lines.append("".join((*cells, "</tr>")))
    return Markup("\n".join(lines))  # noqa: S704 - made of escaped parts


def _cell(say: Texts, kind: Kind, value: Any) -> str:
    if kind in NUMBERS:
        percent = kind is Kind.PERCENT and value is not None
        return f'<td class="num">{_words(say, value)}{" %" if percent else ""}</td>'
    if kind is Kind.DATE and value:
        return f'<td class="nowrap">{value:%d.%m.%Y}</td>'
    return f"<td>{_words(say, value)}</td>"


def _words(say: Texts, value: Any) -> Markup:
    """What stands in a cell: a dash for nothing, a number as the reader's language writes it."""
    if value is None:
        return escape(NOTHING)
    return escape(say.number(value) if isinstance(value, float) else value)


def export(table: Table, kind: Format, name: str) -> Response:
    """The list as a file to be saved."""
    content = to_xlsx(table) if kind == "xlsx" else to_csv(table)
    return Response(content, media_type=MIME[kind or "csv"], headers=attachment(f"{name}.{kind}"))


def attachment(name: str) -> dict[str, str]:
    """Save it, never show it: a name in any script, free of quotes, paths and control characters."""
    clean = re.sub(r"[\x00-\x1f\x7f\"\\/:*?<>|\u202a-\u202e\u2066-\u2069]+", "_", name)
    clean = re.sub(r"\.{2,}", ".", clean).strip(" .") or "file"
    plain = clean.encode("ascii", "replace").decode().replace("?", "_")
    header = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(clean, safe='')}"
    return {"Content-Disposition": header}
