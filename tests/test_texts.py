"""The catalogue is complete: every sentence in code and templates has its Russian, with the same parameters."""

import ast
import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.catalog import Message
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po

from domain.texts import LOCALES, texts

ROOT = Path(__file__).resolve().parent.parent
KEYWORDS: dict[str, tuple[int, ...] | None] = {
    "say": None,
    "plain": None,
    "_": None,
    "N_": None,
    "gettext": None,
    "n": (1, 2),
    "ngettext": (1, 2),
}
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]")


def spoken() -> Iterator[tuple[str, tuple[str, ...], str]]:
    """(first form, all forms, where) of every message in code and templates."""
    for package in ("vekha", "bot", "admin", "domain"):
        for path in sorted((ROOT / package).rglob("*.py")):
            for _, found, _, _ in extract_from_file("python", path, KEYWORDS):
                forms = (found,) if isinstance(found, str) else tuple(f for f in found if f)
                if forms and forms[0]:
                    yield forms[0], forms, str(path.relative_to(ROOT))
        for path in sorted((ROOT / package).rglob("*.html")):
            for _, found, _, _ in extract_from_file("jinja2.ext:babel_extract", path, KEYWORDS):
                forms = (found,) if isinstance(found, str) else tuple(f for f in found if f)
                if forms and forms[0]:
                    yield forms[0], forms, str(path.relative_to(ROOT))


def forms_of(message: Message) -> list[str]:
    """All Russian forms of a message."""
    string = message.string or ""
    return [string] if isinstance(string, str) else list(string)


def russian() -> dict[str, Message]:
    found: dict[str, Message] = {}
    for path in sorted((LOCALES / "ru").glob("*.po")):
        for message in read_po(BytesIO(path.read_bytes()), locale="ru"):
            if message.id:
                key = message.id if isinstance(message.id, str) else message.id[0]
                twice = found.get(key)
                assert twice is None or twice.string == message.string, f"{path.name}: {key} has two meanings"
                found[key] = message
    return found


def test_every_sentence_has_its_russian() -> None:
    known = russian()
    missing = sorted(
        {f"{where}: {key}" for key, _, where in spoken() if key not in known or not known[key].string}
    )
    assert missing == []


def test_no_leftovers() -> None:
    assert sorted(set(russian()) - {key for key, _, _ in spoken()}) == []


def test_parameters_are_the_same() -> None:
    for key, message in russian().items():
        wanted = set(PLACEHOLDER.findall(key))
        forms = forms_of(message)
        if not isinstance(message.id, str):
            assert len(forms) == 3, key
            wanted |= set(PLACEHOLDER.findall(message.id[1]))
        for form in forms:
            extra = set(PLACEHOLDER.findall(form)) ^ wanted
            assert extra <= {"n"}, f"{key}: {extra}"


def test_russian_is_written_in_russian() -> None:
    for message in russian().values():
        for form in forms_of(message):
            assert not re.search(r"[A-Za-z][а-яё]|[а-яё][A-Za-z]", PLACEHOLDER.sub("", form)), form


@pytest.mark.parametrize(("n", "form"), [(1, 0), (2, 1), (5, 2), (11, 2), (21, 0), (104, 1), (0, 2)])
def test_plurals_are_right(n: int, form: int) -> None:
    """Every plural of the catalogue chooses its form as Russian does: 1 школа, 2 школы, 5 школ."""
    plurals = [m for m in russian().values() if not isinstance(m.id, str)]
    assert plurals
    for message in plurals:
        one, many = message.id[0], message.id[1]
        assert texts("ru").gettext.ngettext(one, many, n) == forms_of(message)[form]


def test_parameters_are_escaped() -> None:
    assert texts("en")("%(name)s", name="<b>&") == "&lt;b&gt;&amp;"


def no_russian_in_code() -> Iterator[str]:
    # Data about documents, the demonstration's people and examples of commands are Russian by nature.
    allowed = re.compile(
        r"^(domain/(deadlines|documents|schools|register|proof|targets|obligations|risks|packs)/|vekha/(demo|cli|commands|places))"
    )
    for package in ("vekha", "bot", "admin", "domain"):
        for path in sorted((ROOT / package).rglob("*.py")):
            name = path.relative_to(ROOT).as_posix()
            if allowed.match(name):
                continue
            tree = ast.parse(path.read_text("utf-8"))
            docs = {
                id(node.body[0].value)
                for node in ast.walk(tree)
                if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
                and node.body
                and isinstance(node.body[0], ast.Expr)
            }
            for node in ast.walk(tree):
                text = node.value if isinstance(node, ast.Constant) and id(node) not in docs else None
                if isinstance(text, str) and text != "Русский" and re.search(r"[А-Яа-яЁё]{3}", text):
                    yield f"{name}:{getattr(node, 'lineno', 0)}"


def test_russian_stands_in_the_catalogue_only() -> None:
    assert list(no_russian_in_code()) == []
