"""Workbooks that could harm are read by a process of their own, with limits on its memory and time.

The old binary format says nowhere how far its cells reach before it is read, and a reader that allots the whole
rectangle can take the main process down with it. Run as a script this file is that process: a workbook on standard
input, its sheets as JSON on standard output.
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
_DAMAGED, _ENCRYPTED, _TOO_MANY = 3, 4, 5
Sheet = tuple[str, bool, list[list[Any]], list[Any]]  # name, hidden, values, merged ranges


class Unreadable(Exception):
    """The process gave up: the code of a refusal."""


def read_apart(data: bytes, max_rows: int) -> list[Sheet]:
    """The sheets of a workbook, read in another process. Raises Unreadable with the code of a refusal."""
    command = [sys.executable, "-I", str(Path(__file__)), str(max_rows)]
    try:
        done = subprocess.run(command, input=data, capture_output=True, timeout=MAX_SECONDS + 10, check=False)  # noqa: S603 - our own file
    except subprocess.TimeoutExpired as error:
        raise Unreadable("too_large") from error
    if done.returncode != 0:
        codes = {_ENCRYPTED: "encrypted", _TOO_MANY: "too_many_rows", _DAMAGED: "damaged"}
        raise Unreadable(codes.get(done.returncode, "too_large"))
    sheets = json.loads(done.stdout)
    return [
        (name, hidden, [[_plain(v) for v in row] for row in values], merged)
        for name, hidden, values, merged in sheets
    ]


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
    try:
        sheets = sheets_of(sys.stdin.buffer.read(), int(sys.argv[1]))
    except Unreadable as error:
        return {"encrypted": _ENCRYPTED, "too_many_rows": _TOO_MANY}.get(str(error), _DAMAGED)
    sys.stdout.write(json.dumps(sheets, default=_tagged))
    return 0


if __name__ == "__main__":
    sys.exit(_child())
