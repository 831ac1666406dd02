"""Monitoring on the command line: facts scored by a criteria set, without a database."""

import json
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from domain.errors import DomainError
from vekha.commands.reading import AsJson, read_bytes
from vekha.console import Refused, about, emit, group, note, out, say

if TYPE_CHECKING:
    from domain.rubrics import CriteriaSet, Score

monitoring = group(say("Monitoring: criteria sets and scores."))

# The shape of the input; docs/monitoring.md says the same at length.
SHAPE = """
\b
{"set": "2022-wave-3",
 "facts": {"regional_roadmap": 5, "antirisk_programme": {"done": 12, "of": 40},
           "curators": 1, "engagement": {"mean_of": [2, 2]}}}
{"set": "2022-wave-1", "facts": {"content": 9, "organisational": 2}}
{"set": "2022-wave-2", "facts": {"total": 399}}
{"set": "sverdlovsk-2022", "subjects": [{"name": "А", "facts": {"tasks": "да"}}]}
"""


def plain(value: Fraction | Decimal | None) -> int | float | None:
    """An exact number as JSON has it: whole where it is whole."""
    if value is None:
        return None
    return int(value) if value == int(value) else float(value)


@monitoring.command(
    "score",
    help=about(
        say(
            "Scores facts by a criteria set. «set» is a key from «vekha monitoring sets», or a whole set; "
            "a fact is points, a word of the scale, a share, or the mean of a sample."
        ),
        "vekha monitoring score facts.json --json",
        "vekha monitoring score facts.json --set my-set.toml",
    )
    + SHAPE,
)
def score(
    file: Annotated[Path, typer.Argument(help=say("A JSON document of facts."))],
    set_: Annotated[
        str | None, typer.Option("--set", help=say("The criteria set: a key, or a .toml or .json file."))
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Score a document of facts."""
    from domain import rubrics

    document = _document(file)
    of = criteria_set(set_ if set_ is not None else document.get("set"), file.name)
    subjects = document.get("subjects", [{"facts": document.get("facts")}])
    if not isinstance(subjects, list) or not all(
        isinstance(s, dict) and isinstance(s.get("facts"), dict) for s in subjects
    ):
        raise Refused(say("%(path)s: «facts» must be an object of facts by criterion.", path=file.name))
    found = []
    for subject in subjects:
        name = str(subject.get("name", ""))
        with _named(f"{file.name}, «{name}»" if name else file.name):
            found.append((name, rubrics.score(of, subject["facts"])))
    for name, printed, total in of.contradictions:
        note(
            say(
                "«%(name)s»: the source prints the maximum %(printed)s, its criteria add up to %(sum)s.",
                name=name,
                printed=plain(printed),
                sum=plain(total),
            )
        )
    if as_json:
        results = [_result(of, name, result) for name, result in found]
        emit(results if "subjects" in document else results[0])
        return
    for name, result in found:
        for line in result.lines:
            out(f"{plain(line.points)} / {plain(line.max)}\t{line.title}")
        index = str(result.index_printed).replace(".", ",")
        total_line = f"{plain(result.total)} / {plain(result.max)} = {index} %"
        out(f"{name}\t{total_line}" if name else total_line)
        if result.missing:
            note(say("No facts, counted as 0: %(names)s", names=", ".join(result.missing)))


@monitoring.command(
    "sets",
    help=about(
        say("Lists criteria sets, or shows one to copy and change."),
        "vekha monitoring sets",
        "vekha monitoring sets sverdlovsk-2022 --json",
    ),
)
def sets(
    key: Annotated[str | None, typer.Argument(help=say("The key of a set."))] = None, as_json: AsJson = False
) -> None:
    """List criteria sets."""
    from domain import rubrics

    if key is not None:
        criteria_set(key)
        document = rubrics.shipped_document(key)
        if as_json:
            emit(document)
        else:
            out(rubrics.shipped_text(key))
        return
    found = list(rubrics.shipped_sets().values())
    if as_json:
        emit(
            [
                {"key": s.key, "version": s.version, "title": s.title, "year": s.year, "max": plain(s.max)}
                for s in found
            ]
        )
        return
    for known in found:
        out(f"{known.key}\t{plain(known.max)}\t{known.title}")


def criteria_set(named: Any, inside: str = "") -> "CriteriaSet":
    """A set by its key, from a file, or from a whole document that stands `inside` a file."""
    from domain import rubrics

    if isinstance(named, Mapping):
        with _named(f"{inside}, set"):
            return rubrics.read_set(named)
    if isinstance(named, str) and Path(named).suffix in (".toml", ".json"):
        document = _document(Path(named))
        with _named(Path(named).name):
            return rubrics.read_set(document)
    found = rubrics.find_shipped(named) if isinstance(named, str) else None
    if found is None:
        raise Refused(
            say(
                "There is no criteria set «%(key)s». There are: %(known)s.",
                key="" if named is None else named,
                known=", ".join(rubrics.shipped_sets()),
            )
        )
    return found


def set_document(named: str) -> dict[str, Any]:
    """The plain document of a set, to be kept."""
    from domain import rubrics

    return (
        _document(Path(named))
        if Path(named).suffix in (".toml", ".json")
        else rubrics.shipped_document(named)
    )


@contextmanager
def _named(where: str) -> Iterator[None]:
    """What is refused inside names the file, and the subject, that it stands in."""
    try:
        yield
    except DomainError as error:
        raise Refused(f"{where}: {say.error(error)}") from error


def _document(path: Path) -> dict[str, Any]:
    data = read_bytes(path)
    try:
        text = data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
        found = (
            tomllib.loads(text)
            if path.suffix == ".toml"
            else json.loads(text, parse_float=str, object_pairs_hook=partial(_once, path.name))
        )
    except UnicodeDecodeError as error:
        raise Refused(say("%(path)s: save the file in the encoding UTF-8.", path=path.name)) from error
    except json.JSONDecodeError as error:
        where = {"line": error.lineno, "column": error.colno}
        raise Refused(
            say(
                "%(path)s is no JSON document: look at line %(line)s, character %(column)s.",
                path=path.name,
                **where,
            )
        ) from error
    except (ValueError, RecursionError) as error:
        raise Refused(say("%(path)s cannot be read: %(error)s", path=path, error=error)) from error
    if not isinstance(found, dict):
        raise Refused(say("%(path)s: one JSON object is needed.", path=path.name))
    return found


def _once(name: str, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object whose keys stand there once: of two facts about one criterion none is to be guessed."""
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise Refused(say("%(path)s: «%(key)s» stands there twice.", path=name, key=key))
        found[key] = value
    return found


def _result(of: "CriteriaSet", name: str, result: "Score") -> dict[str, Any]:
    return {
        **({"name": name} if name else {}),
        "set": of.key,
        "version": of.version,
        "content": plain(result.content),
        "organisational": plain(result.organisational),
        "groups": {key: plain(points) for key, points in result.groups.items()},
        "total": plain(result.total),
        "max": plain(result.max),
        "index_percent": plain(result.index),
        "index_printed": plain(result.index_printed),
        "criteria": [
            {
                "key": line.key,
                "title": line.title,
                "points": plain(line.points),
                "max": plain(line.max),
                "share_percent": plain(line.share),
            }
            for line in result.lines
        ],
        "missing": list(result.missing),
        "contradictions": [
            {"group": title, "printed_max": plain(printed), "max": plain(total)}
            for title, printed, total in of.contradictions
        ],
    }
