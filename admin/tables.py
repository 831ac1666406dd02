"""Any list as CSV or Excel: the same rows as on the page."""

import re
from typing import Annotated, Literal
from urllib.parse import quote

from fastapi.responses import Response
from pydantic import BeforeValidator

from domain.tables import Table, to_csv, to_xlsx

Format = Annotated[
    Literal["", "csv", "xlsx"], BeforeValidator(lambda value: value if value in ("csv", "xlsx") else "")
]
MIME = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


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
