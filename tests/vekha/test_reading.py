"""Commands that need no database: help, version, documents, deadlines."""

import json
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from typer.main import get_command

from tests.vekha.conftest import Vekha
from tests.world import DATA
from vekha import __version__
from vekha.cli import app

ITEM = {
    "section",
    "section_goal",
    "number",
    "activity",
    "deadline_raw",
    "responsible_raw",
    "responsible",
    "result",
    "document",
    "deadline",
    "doubts",
}
MEANING = {"kind", "start", "due", "recurrence", "windows", "doubts"}


def commands(of: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Every command that does something."""
    for name, command in of.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, (*path, name))
        else:
            yield (*path, name)


EVERY = sorted(commands(get_command(app)))


def test_the_promised_commands_are_there() -> None:
    assert {" ".join(path) for path in EVERY} >= {
        "roadmap parse",
        "deadline parse",
        "db upgrade",
        "import schools",
        "import roadmap",
        "invite",
        "demo",
        "run",
        "init",
        "doctor",
        "admin create",
        "report overdue",
        "backup",
        "restore",
        "version",
    }


@pytest.mark.parametrize("path", EVERY, ids=" ".join)
def test_every_help_shows_an_example(vekha: Vekha, path: tuple[str, ...]) -> None:
    result = vekha(*path, "--help")
    assert result.exit_code == 0
    lines = [line.strip() for line in result.stdout.splitlines()]
    assert lines[lines.index("Пример:") + 1].startswith("vekha " + " ".join(path))


def test_help_comes_without_the_heavy_libraries() -> None:
    heavy = ("aiogram", "fastapi", "sqlalchemy", "alembic", "docx", "pydantic_settings")
    code = f"import sys, vekha.cli; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_version(vekha: Vekha) -> None:
    assert vekha("version").stdout == f"{__version__}\n"


@pytest.mark.parametrize("ending", ["docx", "xlsx"])
def test_a_roadmap_is_read_without_a_database(vekha: Vekha, ending: str) -> None:
    result = vekha("roadmap", "parse", str(DATA / f"roadmaps/000_yaroslavl_2022.{ending}"), "--json")
    assert result.exit_code == 0
    found = json.loads(result.stdout)
    assert list(found) == ["title", "reference_year", "items", "skipped"]
    assert found["reference_year"] == 2022
    assert len(found["items"]) == 19
    assert {frozenset(item) for item in found["items"]} == {frozenset(ITEM)}
    assert {frozenset(item["deadline"]) for item in found["items"]} == {frozenset(MEANING)}
    assert found["items"][1]["deadline"] == {
        "kind": "month",
        "start": "2022-02-01",
        "due": "2022-02-28",
        "recurrence": None,
        "windows": [{"start": "2022-02-01", "due": "2022-02-28"}],
        "doubts": [],
    }


def test_deadlines_come_by_words_or_by_lines(vekha: Vekha) -> None:
    by_words = vekha("deadline", "parse", "--year", "2022", "до 30 апреля", "Март-", "--json")
    by_lines = vekha("deadline", "parse", "--year", "2022", "--json", stdin="до 30 апреля\nМарт-\n")
    assert by_words.exit_code == by_lines.exit_code == 0
    assert by_words.stdout == by_lines.stdout
    until, broken = json.loads(by_words.stdout)
    assert set(until) == MEANING
    assert until["due"] == "2022-04-30"
    assert "truncated" in broken["doubts"]


def test_without_json_a_person_reads_it(vekha: Vekha) -> None:
    result = vekha("deadline", "parse", "--year", "2022", "Февраль-апрель")
    assert result.stdout == "Февраль-апрель\tmonth_range\t2022-02-01–2022-04-30\n"


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("roadmap", "parse", "nowhere.docx", "--json"), 1),
        (("roadmap", "parse", __file__, "--json"), 1),
        (("roadmap", "parse"), 2),
        (("deadline", "parse", "--year", "soon", "март"), 2),
        (("nonsense",), 2),
        (("version", "--unheard-of"), 2),
    ],
)
def test_wrong_input_is_1_wrong_use_is_2_and_stdout_stays_empty(
    vekha: Vekha, words: tuple[str, ...], code: int
) -> None:
    result = vekha(*words)
    assert (result.exit_code, result.stdout) == (code, "")
    assert result.stderr.strip() != ""
