"""Documents that could harm are read by a process of their own, with limits on its memory and time.

The old binary format of workbooks says nowhere how far its cells reach before it is read, and a reader that allots the
whole rectangle can take the main process down with it; a PDF is a program of packed parts that anybody may write. Run
as a script this file is that process: a document on standard input, its sheets or pages as JSON on standard output.
"""

import json
import subprocess
import sys
from datetime import date, datetime, time, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

MAX_MEMORY = 1024 * 1024 * 1024  # bytes of address space, the interpreter included
MAX_SECONDS = 20
_CODES = {3: "damaged", 4: "encrypted", 5: "too_many_rows", 6: "too_many_pages"}  # what the process ends with
_PDF = "pdf"
Sheet = tuple[str, bool, list[list[Any]], list[Any]]  # name, hidden, values, merged ranges


class Unreadable(Exception):
    """The process gave up: the code of a refusal."""


def read_apart(data: bytes, max_rows: int) -> list[Sheet]:
    """The sheets of a workbook, read in another process. Raises Unreadable with the code of a refusal."""
    sheets = json.loads(_run(data, str(max_rows), "too_large"))
    return [
        (name, hidden, [[_plain(v) for v in row] for row in values], merged)
        for name, hidden, values, merged in sheets
    ]


def pages_apart(data: bytes) -> list[dict[str, Any]]:
    """The pages of a PDF (pdf_pages.py), read in another process. Raises Unreadable with the code of a refusal."""
    pages: list[dict[str, Any]] = json.loads(_run(data, _PDF, "too_many_pages"))
    return pages


def _run(data: bytes, what: str, exhausted: str) -> bytes:
    """What the process wrote. `exhausted`: the refusal where it ran out of memory or time."""
    command = [sys.executable, "-I", str(Path(__file__)), what]
    try:
        done = subprocess.run(command, input=data, capture_output=True, timeout=MAX_SECONDS + 10, check=False)  # noqa: S603 - our own file
    except subprocess.TimeoutExpired as error:
        raise Unreadable(exhausted) from error
    if done.returncode != 0:
        raise Unreadable(_CODES.get(done.returncode, exhausted))
    return done.stdout


def sheets_of(data: bytes, max_rows: int) -> list[Sheet]:
    """The worksheets of a workbook by calamine. Raises Unreadable."""
    import python_calamine

    try:
        book = python_calamine.CalamineWorkbook.from_filelike(BytesIO(data))
        sheets: list[Sheet] = []
        for about in book.sheets_metadata[:100]:
            if about.typ != python_calamine.SheetTypeEnum.WorkSheet:
                continue
            sheet = book.get_sheet_by_name(about.name)
            if sheet.height > max_rows:
                raise Unreadable("too_many_rows")
            hidden = about.visible != python_calamine.SheetVisibleEnum.Visible
            merged = [[list(a), list(b)] for a, b in sheet.merged_cell_ranges or []]
            sheets.append((about.name, hidden, sheet.to_python(skip_empty_area=False), merged))
        return sheets
    except Unreadable:
        raise
    except python_calamine.PasswordError as error:
        raise Unreadable("encrypted") from error
    except (KeyboardInterrupt, SystemExit, MemoryError):
        raise
    except (
        BaseException
    ) as error:  # calamine's own errors, and the panics of its parser, which are no Exception
        raise Unreadable("encrypted" if "assword" in str(error) else "damaged") from error


def _plain(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    if "seconds" in value:
        return timedelta(seconds=value["seconds"])
    if "time" in value:
        return time.fromisoformat(value["time"])
    day = datetime.fromisoformat(value["day"])
    return day if value["clock"] else day.date()


def _tagged(value: Any) -> Any:
    if isinstance(value, timedelta):
        return {"seconds": value.total_seconds()}
    if isinstance(value, time):
        return {"time": value.isoformat()}
    if isinstance(value, date):
        return {"day": value.isoformat(), "clock": isinstance(value, datetime)}
    raise TypeError(type(value))


def _child() -> int:
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY, MAX_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MAX_SECONDS, MAX_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    what, data = sys.argv[1], sys.stdin.buffer.read()
    try:
        found: Any = _pages(data) if what == _PDF else sheets_of(data, int(what))
    except Unreadable as error:
        return next((number for number, code in _CODES.items() if code == str(error)), 3)
    sys.stdout.write(json.dumps(found, default=_tagged))
    return 0


def _pages(data: bytes) -> list[dict[str, Any]]:
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    from domain.documents import pdf_pages

    try:
        return pdf_pages.pages_of(data)
    except pdf_pages.Unreadable as error:
        raise Unreadable(str(error)) from error


if __name__ == "__main__":
    sys.exit(_child())
