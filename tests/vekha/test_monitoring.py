"""Scores on the command line, run as a person runs them."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from vekha.cli import app


def run(*words: str) -> tuple[int, str, str]:
    done = CliRunner().invoke(app, list(words))
    return done.exit_code, done.stdout, done.stderr


def scored(folder: Path, document: Any, *more: str) -> Any:
    file = folder / "facts.json"
    file.write_text(json.dumps(document), "utf-8")
    code, out, err = run("monitoring", "score", str(file), "--json", *more)
    assert code == 0, err
    return json.loads(out)


@pytest.mark.parametrize(
    ("wave", "facts", "expected"),
    [
        (1, {"content": 9, "organisational": 2}, (9, 2, 902, 1105, 81.6, 82)),
        (2, {"total": 399}, (None, None, 399, 1105, 36.1, 36)),
        (
            3,
            {"regional_roadmap": 5, "antirisk_programme": 1, "curators": 1, "engagement": 2},
            (6, 3, 603, 905, 66.6, 66.6),
        ),
    ],
)
def test_the_waves_of_2022(
    tmp_path: Path, wave: int, facts: dict[str, int], expected: tuple[object, ...]
) -> None:
    found = scored(tmp_path, {"set": f"2022-wave-{wave}", "facts": facts})
    keys = "content", "organisational", "total", "max", "index_percent", "index_printed"
    assert tuple(found[key] for key in keys) == expected


def test_many_subjects_with_shares_words_and_means(tmp_path: Path) -> None:
    facts = {
        "antirisk_programme": {"done": 12, "of": 40},
        "tasks": "частично",
        "curators": {"mean_of": [1, 2, 2]},
    }
    found = scored(
        tmp_path,
        {"subjects": [{"name": "А", "facts": facts}, {"name": "Б", "facts": {}}]},
        "--set",
        "sverdlovsk-2022",
    )
    assert [(f["name"], f["content"], f["organisational"]) for f in found] == [("А", 2, 5 / 3), ("Б", 0, 0)]
    assert found[0]["criteria"][0]["share_percent"] == 30
    assert found[0]["contradictions"] == [{"group": "Содержательная часть", "printed_max": 15, "max": 9}]


def test_a_set_is_printed_to_be_copied(tmp_path: Path) -> None:
    code, text, _ = run("monitoring", "sets", "2022-wave-3")
    (tmp_path / "mine.toml").write_text(text.replace("2022-wave-3", "mine"), "utf-8")
    assert code == 0
    facts = {"facts": {"content": 6, "organisational": 3}}
    found = scored(tmp_path, facts, "--set", str(tmp_path / "mine.toml"))
    assert (found["set"], found["total"]) == ("mine", 603)
    code, text, _ = run("monitoring", "sets", "2022-wave-3", "--json")
    assert scored(tmp_path, {"set": json.loads(text), **facts})["total"] == 603


@pytest.mark.parametrize(
    ("document", "sentence"),
    [
        ({"facts": {}}, "Набора критериев «» нет."),
        ({"set": "../../x", "facts": {}}, "Набора критериев «../../x» нет."),
        ({"set": "2022-wave-3"}, "facts.json: в «facts» нужен объект «критерий: факт»."),
        (
            {"set": "2022-wave-3", "facts": {"curators": 3}},
            "facts.json: «Работа кураторов в ИС МЭДК»: 3 не подходит, нужно от 0 до 2.",
        ),
        (
            {
                "set": "2022-wave-3",
                "subjects": [{"name": "А", "facts": {}}, {"name": "Б", "facts": {"x": 1}}],
            },
            "facts.json, «Б»: В наборе нет критерия «x».",
        ),
        (
            {"set": "2022-wave-3", "facts": {"content": 6, "antirisk_programme": 1}},
            "facts.json: «Содержательная часть» указана и целиком, и по частям (antirisk_programme).",
        ),
        ({"set": {"key": "x"}, "facts": {}}, "facts.json, set: Набор критериев не читается"),
        ([], "facts.json: нужен один объект JSON."),
    ],
)
def test_what_cannot_be_scored_is_said(tmp_path: Path, document: Any, sentence: str) -> None:
    file = tmp_path / "facts.json"
    file.write_text(json.dumps(document), "utf-8")
    code, out, err = run("monitoring", "score", str(file), "--json")
    assert (code, out, err.startswith(sentence)) == (1, "", True), err


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "facts.json — не документ JSON: посмотрите строку 1, знак 1.\n"),
        (b'{"facts": {},\n "set": }', "facts.json — не документ JSON: посмотрите строку 2, знак 9.\n"),
        ('{"set": "да"}'.encode("cp1251"), "facts.json: сохраните файл в кодировке UTF-8.\n"),
        (
            b'{"set": "2022-wave-3", "facts": {"curators": 1, "curators": 2}}',
            "facts.json: «curators» стоит дважды.\n",
        ),
    ],
)
def test_a_file_that_is_no_document_says_where(tmp_path: Path, data: bytes, sentence: str) -> None:
    (tmp_path / "facts.json").write_bytes(data)
    assert run("monitoring", "score", str(tmp_path / "facts.json"), "--json") == (1, "", sentence)


def test_a_document_in_another_unicode_is_read(tmp_path: Path) -> None:
    document = {"set": "sverdlovsk-2022", "facts": {"tasks": "да"}}
    (tmp_path / "facts.json").write_bytes(json.dumps(document, ensure_ascii=False).encode("utf-16"))
    code, out, _ = run("monitoring", "score", str(tmp_path / "facts.json"), "--json")
    assert (code, json.loads(out)["total"]) == (0, 200)


def test_contradictory_maxima_are_refused_with_the_sum(tmp_path: Path) -> None:
    _, text, _ = run("monitoring", "sets", "sverdlovsk-2022")
    own = tmp_path / "own.toml"
    own.write_text(text.replace("max = 9\n", "max = 15\n").replace("printed_max = 15\n", ""), "utf-8")
    (tmp_path / "facts.json").write_text('{"facts": {}}', "utf-8")
    code, _, err = run("monitoring", "score", str(tmp_path / "facts.json"), "--set", str(own))
    assert (code, err) == (1, "own.toml: «Содержательная часть»: сумма максимумов — 9, а указано 15.\n")


@pytest.mark.parametrize(
    ("fact", "points"),
    [
        ({"percent": "24,99 %"}, 0),
        ({"percent": "25 %"}, 1),
        ({"done": "1 000", "of": "2 000"}, 2),
        ({"done": 3, "of": 4}, 3),
        ({"done": 0, "of": 0}, 0),
    ],
)
def test_numbers_as_people_type_them(tmp_path: Path, fact: Any, points: int) -> None:
    document = {"set": "sverdlovsk-2022", "facts": {"antirisk_programme": fact}}
    assert scored(tmp_path, document)["total"] == 100 * points
