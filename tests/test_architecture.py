"""The house rules that import contracts cannot say (docs/architecture.md)."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("vekha", "bot", "admin", "sandbox", "domain")
FILES = sorted(p for package in PACKAGES for p in (ROOT / package).rglob("*.py"))
SLICE_FILES = {"__init__.py", "rules.py", "models.py", "actions.py", "queries.py"}
# Ground packages: pure readers with a shape of their own.
GROUND = {"deadlines", "documents"}
# Where time enters, where transactions end, where tasks are born.
CLOCKS = {"domain/db.py"}
MAY_COMMIT = {"domain/db.py"}


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def trees() -> Iterator[tuple[str, ast.Module]]:
    for path in FILES:
        yield name(path), ast.parse(path.read_text("utf-8"))


def slices() -> list[Path]:
    return [p for p in sorted((ROOT / "domain").iterdir()) if p.is_dir() and (p / "__init__.py").exists()]


def test_a_slice_has_at_most_its_four_files_and_no_empty_one() -> None:
    for folder in slices():
        if folder.name in GROUND:
            continue
        found = {p.name for p in folder.glob("*.py")}
        assert found <= SLICE_FILES, folder
        assert all((folder / f).read_text("utf-8").strip() for f in found), folder


def test_only_a_slice_imports_its_insides() -> None:
    wrong = []
    names = {p.name for p in slices()}
    for path, tree in trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("domain."):
                parts = node.module.split(".")
                if len(parts) > 2 and parts[1] in names and not path.startswith(f"domain/{parts[1]}/"):
                    wrong.append(f"{path}: {node.module}")
    assert wrong == []


def test_files_and_functions_are_small() -> None:
    long = [name(p) for p in FILES if len(p.read_text("utf-8").splitlines()) > 400]
    assert long == []
    for path, tree in trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or 0) - node.lineno + 1
                assert length <= 60, f"{path}: {node.name} has {length} lines"


def test_the_domain_never_reads_the_clock() -> None:
    wrong = []
    for path, tree in trees():
        if path in CLOCKS or not path.startswith(("domain/", "bot/flows/", "admin/pages/")):
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and node.attr in {"now", "today", "utcnow"}:
                owner = node.value
                if isinstance(owner, ast.Name) and owner.id in {"datetime", "date", "time"}:
                    wrong.append(f"{path}:{node.lineno}")
    assert wrong == []


def test_nobody_but_the_database_commits() -> None:
    wrong = [
        f"{path}:{node.lineno}"
        for path, tree in trees()
        if path not in MAY_COMMIT and not path.startswith("sandbox/")
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr in {"commit", "rollback"}
    ]
    assert wrong == []


def test_a_use_case_is_an_async_verb_that_takes_a_writing_transaction() -> None:
    for path, tree in trees():
        if not (path.startswith("domain/") and path.endswith("actions.py")):
            continue
        for node in tree.body:
            if not isinstance(node, ast.AsyncFunctionDef) or node.name.startswith("_"):
                continue
            first = node.args.args[0]
            kind = ast.unparse(first.annotation) if first.annotation else ""
            # `reminders.plan` opens its own two transactions, and says why.
            assert (first.arg, kind) in {("tx", "WriteTx"), ("db", "Database")}, f"{path}: {node.name}"


def test_public_functions_of_the_domain_have_docstrings() -> None:
    wrong = []
    for path, tree in trees():
        if path.startswith("domain/"):
            wrong += [
                f"{path}: {node.name}"
                for node in tree.body
                if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
                and not node.name.startswith("_")
                and not ast.get_docstring(node)
            ]
    assert wrong == []


@pytest.mark.parametrize("module", ["domain.models", "domain.deadlines"])
def test_the_domain_comes_without_the_shells_libraries(module: str) -> None:
    code = f"import sys, {module}; print([m for m in ('aiogram', 'fastapi', 'jinja2') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "[]"


def test_tests_write_into_their_own_folder() -> None:
    """A database on a server has no folder: a path made from its address lies beside the working folder."""
    told = [p.name for p in (ROOT / "tests").rglob("*.py") if "url." + "database" in p.read_text("utf-8")]
    assert told == []
