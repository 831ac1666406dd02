"""Docs that can fail: what they name exists, what exists is named."""

import re
import tomllib
from pathlib import Path

import pytest

from domain.actor import Role
from domain.policy import MAY_INVITE, TABLE, Permission
from domain.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
CODE = "\n".join(p.read_text("utf-8") for p in (ROOT / "domain").rglob("*.py"))


def test_every_name_of_the_glossary_exists() -> None:
    glossary = (ROOT / "docs/glossary.md").read_text("utf-8")
    names = {
        part
        for name in re.findall(r"`([A-Za-z_.]+)`", glossary.split("|---|---|")[1])
        for part in name.split(".")
    }
    missing = [n for n in sorted(names) if not re.search(rf"\b(class {n}\b|{n}:|{n} =|def {n}\b)", CODE)]
    assert missing == []


def test_the_table_of_roles_is_the_policy() -> None:
    lines = (ROOT / "docs/roles.md").read_text("utf-8").splitlines()
    rows = {
        cells[0]: cells[1:]
        for line in lines
        if line.startswith("| ")
        for cells in [[c.strip() for c in line.strip("|").split("|")]]
    }
    header = rows.pop("role")
    assert header == [*(p.value for p in Permission), "may invite"]
    assert set(rows) == {role.value for role in Role}
    for role in Role:
        *marks, invites = rows[role.value]
        assert marks == ["✓" if p in TABLE[role] else "" for p in Permission], role
        expected = ", ".join(r.value for r in Role if r in MAY_INVITE.get(role, frozenset())) or "–"
        assert invites == expected


def test_every_setting_is_in_the_example() -> None:
    example = (ROOT / ".env.example").read_text("utf-8")
    named = set(re.findall(r"^#? ?([A-Z_]+)=", example, re.MULTILINE))
    assert named == {name.upper() for name in Settings.model_fields}


@pytest.mark.parametrize(
    "page", [*sorted(p.relative_to(ROOT).as_posix() for p in ROOT.glob("docs/**/*.md")), "README.md"]
)
def test_links_between_pages_lead_somewhere(page: str) -> None:
    path = ROOT / page
    targets = re.findall(r"\]\(([^)#]+)\)", path.read_text("utf-8"))
    assert [t for t in targets if not t.startswith("http") and not (path.parent / t).exists()] == []


def test_the_commands_of_the_readme_are_those_of_ci() -> None:
    readme, ci = (ROOT / "README.md").read_text("utf-8"), (ROOT / ".ci/run").read_text("utf-8")
    command = (
        "python3 -m venv .venv && .venv/bin/pip install -q -c constraints.txt -e '.[dev]' && .venv/bin/pytest"
    )
    assert f"\n{command}\n" in readme
    assert f"\n{command}\n" in ci


def test_every_architectural_package_is_described() -> None:
    page = (ROOT / "docs/architecture.md").read_text("utf-8")
    slices = [p.name for p in (ROOT / "domain").iterdir() if (p / "__init__.py").exists()]
    assert [s for s in slices if f"`{s}`" not in page] == []


def test_the_image_is_made_of_what_there_is() -> None:
    dockerfile = (ROOT / "Dockerfile").read_text("utf-8")
    copied = {
        word for line in re.findall(r"^COPY (?!--from)(.+) \S+$", dockerfile, re.M) for word in line.split()
    }
    assert {name for name in copied if not (ROOT / name).exists()} == set()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    assert copied >= set(project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"])
    ignored = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    assert {line.removeprefix("!") for line in ignored if line.startswith("!")} == copied
    extras = re.search(r"\.\[([\w,]+)\]", dockerfile)
    assert extras is not None
    assert set(extras[1].split(",")) <= set(project["project"]["optional-dependencies"])
    assert f"127.0.0.1:{Settings(_env_file=None).panel_port}/healthz" in dockerfile
