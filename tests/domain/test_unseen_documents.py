"""Whole documents of other shapes than the given ones; their first figures stand in `tests/data/unseen/README.md`."""

import json
from pathlib import Path
from typing import Any

import pytest

from domain.documents import read_roadmap
from tests.world import DATA

TRUTHS = sorted((DATA / "unseen").glob("*/*.*.json"))  # of results there are truths too, in one file
Found = dict[str, Any]


def plain(text: str | None) -> str | None:
    return None if text is None else " ".join(text.split())


def windows(item: Found) -> str:
    written = (f"{w['start'] or '-'}..{w['due'] or '-'}" for w in item["deadline"]["windows"])
    return ";".join(written) or "-"


def field(item: Found, name: str, wanted: Any) -> Any:
    """What was read, in the shape in which the truth has it."""
    if name == "number":
        return (plain(item["number"]) or "").rstrip(".") or None
    if name == "windows":
        return windows(item)
    if name == "dues":
        return [window["due"] for window in item["deadline"]["windows"]]
    if name == "result_or_document":
        read = [plain(item["result"]), plain(item["document"])]
        return wanted if plain(wanted) in read else read
    if name.endswith("_has"):
        text = item["responsible_raw" if name.startswith("responsible") else name.removesuffix("_has")] or ""
        return [word for word in wanted if word in text]
    if name == "responsible":
        return item["responsible"]
    return plain(item[name])


def wanted_of(truth: Found, name: str) -> Any:
    value = truth[name]
    if name == "number" and value is not None:
        return value.rstrip(".")
    return plain(value) if isinstance(value, str) and name != "result_or_document" else value


@pytest.mark.parametrize("path", TRUTHS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_document_is_read_as_a_person_would(path: Path) -> None:
    truth = json.loads(path.read_text(encoding="utf-8"))
    source = path.with_suffix("")
    read = read_roadmap(source.read_bytes(), source.name).to_json()["items"]
    assert len(read) == len(truth["items"])
    for item, wanted in zip(read, truth["items"], strict=True):
        told = {name for name in wanted if not name.endswith("_alt")}
        found = {name: field(item, name, wanted[name]) for name in told}
        for name in ("activity", "dues"):
            if found.get(name) == wanted.get(f"{name}_alt", object()):
                found[name] = wanted[name]
        assert found == {name: wanted_of(wanted, name) for name in told}
