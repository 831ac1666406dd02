"""The corpus of good and hostile files: each gets its verdict, none an exception, all within bounded memory.

The memory is bounded by the system: a process of its own judges every file, and looks at those that are accepted,
with an address space that holds the interpreter and little more.
"""

import contextlib
import json
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from domain import files
from domain.files import FileRefused, check_evidence, extension
from domain.previews import Looks
from tests.hostile import CASES

ALLOWED = ("pdf", "rtf", "docx", "xls", "xlsx", "jpg", "png")
REASONS = {value: name for name, value in vars(files).items() if name.isupper() and isinstance(value, str)}
MARGIN = 64 * 1024 * 1024  # above what the interpreter takes with everything loaded
ROOT = Path(__file__).resolve().parents[2]


def verdict(name: str, path: Path) -> str:
    try:
        return check_evidence(name, path, allowed=ALLOWED, max_mb=30)
    except FileRefused as refused:
        return REASONS[refused.params["reason"]]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every file of the corpus under its number."""
    made = tmp_path_factory.mktemp("hostile")
    for number, case in enumerate(CASES):
        (made / str(number)).write_bytes(case.make())
    return made


def test_the_table_of_verdicts(folder: Path) -> None:
    table = {case.what: verdict(case.name, folder / str(n)) for n, case in enumerate(CASES)}
    assert table == {case.what: case.verdict for case in CASES}
    assert len(table) == len(CASES)


def test_a_process_with_little_memory_judges_and_shows_them_all(folder: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.domain.test_hostile", str(folder), str(tmp_path)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    found = json.loads(done.stdout)
    assert [row["verdict"] for row in found] == [case.verdict for case in CASES]
    shown = {case.what: row["seen"] for case, row in zip(CASES, found, strict=True) if row["seen"]}
    assert shown["a real roadmap in Word"] > 20
    assert shown["PDF of 10,000 pages"] == 10
    assert shown["a real roadmap as PDF"] == 3
    assert shown["a photo with a PDF behind it"] == 1


def _child(folder: Path, looks: Path) -> None:
    """Judge all of them within the margin; what is accepted is looked at as the panel does."""
    verdict("a.jpg", folder / str(next(n for n, c in enumerate(CASES) if c.verdict == "jpg")))  # load all
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    # A look is a process of its own, which sets its own limit: the hard one stays.
    resource.setrlimit(resource.RLIMIT_AS, (used + MARGIN, resource.RLIM_INFINITY))
    with contextlib.suppress(MemoryError):
        bytearray(2 * MARGIN)
        raise AssertionError("the limit does not hold")
    rows = []
    for number, case in enumerate(CASES):
        path = folder / str(number)
        found = verdict(case.name, path)
        seen = 0
        if found == case.verdict and found.islower():
            look = Looks(looks).of(path, extension(case.name), f"{number:064d}")
            seen = look.pages or len(look.words)
        rows.append({"verdict": found, "seen": seen})
    print(json.dumps(rows))


if __name__ == "__main__":
    _child(Path(sys.argv[1]), Path(sys.argv[2]))
