"""Who is responsible: a cell of several bodies taken apart, and one body with commas or lines in its name left whole."""

import re
import tomllib
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

from domain.documents.text import one_line

_BULLET = re.compile(r"^(?:[-–—•·▪*●]|\d{1,2}[.)])\s+")
_PARTICIPLE = re.compile(
    r"^[а-яё]+(?:нн|ем|им|ом|т|ющ|ящ|вш|ш|щ)(?:ые|ых|ая|ой|ий|ый|ие|их|ее|ое|ого|его|ую|ым|им|иеся|ихся|аяся|ийся)$"
)
_RELATIVE = (
    "в том числе",
    "которы",
    "включая",
    "имеющ",
    "участвующ",
    "вошедш",
    "кроме",
    "а также",
    "согласно",
    "по ",
    "чьи",
    "где",
)
_NAME = re.compile(
    r"^[А-ЯЁ][а-яё]+(?:-[А-ЯЁ][а-яё]+)?\s+[А-ЯЁ]\.\s*(?:[А-ЯЁ]\.)?$|^[А-ЯЁ]\.\s*[А-ЯЁ]\.\s*[А-ЯЁ][а-яё]+"
)
_PEOPLE = (
    re.compile(r"[А-ЯЁ]\.\s?[А-ЯЁ]\.\s?[А-ЯЁ][а-яё]+(?:-[А-ЯЁ][а-яё]+)?"),
    re.compile(r"[А-ЯЁ][а-яё]+(?:-[А-ЯЁ][а-яё]+)?\s[А-ЯЁ]\.\s?[А-ЯЁ]\."),
)
_GOES_ON = re.compile(r"^\s*(?:№|\d)")
_DEPARTMENTS = frozenset({"ДО", "УО", "МО", "МОУО"})  # short names that begin a body in the midst of a line
_ADJECTIVE = re.compile(r"^[А-ЯЁ][а-яё]+(?:ый|ий|ая|яя|ое|ее|ые|ие)$")


class _Words(NamedTuple):
    """The lists of `parties.toml`."""

    legal_forms: frozenset[str]
    short_names: frozenset[str]
    units: frozenset[str]
    joining: frozenset[str]
    heads: tuple[str, ...]
    people: tuple[str, ...]
    genitive: tuple[str, ...]


@cache
def _words() -> _Words:
    data = tomllib.loads((Path(__file__).parent / "parties.toml").read_text(encoding="utf-8"))
    return _Words(
        legal_forms=frozenset(data["legal_forms"]),
        short_names=frozenset(data["short_names"]),
        units=frozenset(data["units"]),
        joining=frozenset(data["joining"]),
        heads=tuple(data["heads"]),
        people=tuple(data["people"]),
        genitive=tuple(data["genitive"]),
    )


def split_responsible(text: str | None) -> list[str]:
    """The bodies named in a cell, in order."""
    return list(_bodies(text)) if text else []


@lru_cache(maxsize=1024)
def _bodies(text: str) -> tuple[str, ...]:
    parts: list[str] = []
    for line in _lines(text):
        for piece in _by_marks(line):
            parts.extend(_by_heads(piece))
    trimmed = (part if _NAME.match(part) else part.strip(" ,;.–—-") for part in parts)
    return tuple(part for part in trimmed if part)


def _lines(text: str) -> list[str]:
    """Lines that begin a new body; a line that goes on with the one above is joined to it."""
    joined: list[str] = []
    for raw in text.split("\n"):
        line = one_line(raw)
        if not line:
            continue
        bullet = _BULLET.match(line)
        if bullet:
            joined.append(line[bullet.end() :])
        elif joined and not _begins(line, joined[-1]):
            joined[-1] = _joined(joined[-1], line)
        else:
            joined.append(line)
    return joined


def _joined(above: str, line: str) -> str:
    """Two lines as one; a hyphen that only broke a word at the line's end goes («Руководи-», «тели РМО»)."""
    left, right = above[:-1].rsplit(maxsplit=1)[-1:], line.split(maxsplit=1)[0]
    if not (above.endswith("-") and left and left[0].isalpha() and right[0].islower()):
        return f"{above} {line}"
    piece = left[0].lower()
    heads = _words().heads
    broken = any(head.startswith(piece) and head != piece for head in heads) or (
        not piece.startswith(heads) and f"{piece}{right}".startswith(heads)
    )
    return f"{above[:-1]}{line}" if broken else f"{above}{line}"


def _begins(line: str, above: str) -> bool:
    """Whether a line begins a new body, or goes on with the one above."""
    words = _words()
    first = line.split(maxsplit=1)[0].strip(',;.:«»"()')
    if above.endswith((",", ";")):
        return not _continues(line)
    if above.rsplit(maxsplit=1)[-1].lower() in words.joining or above.endswith("-"):
        return False
    alone = " " not in above.strip() and above.lower().startswith(words.people)
    if first in words.legal_forms or first in words.short_names or _NAME.match(line):
        return not (alone and first in words.legal_forms)  # «Методисты», below it «МКУ «ЦОКО»»
    if first.lower().startswith(words.heads):
        return not (first[0].islower() and first.endswith(words.genitive))
    return _ADJECTIVE.match(first) is not None or (first.isupper() and len(first) > 2)


def _continues(part: str) -> bool:
    """«…, включенные в проект», «…, в том числе», «…, на базе которых»: the comma stands inside the name."""
    part = part.strip()
    first = part.split()[0].strip(",;.") if part.split() else ""
    if part.lower().startswith(_RELATIVE):
        return True
    return (
        bool(first)
        and first[0].islower()
        and (first in _words().joining or _PARTICIPLE.match(first) is not None)
    )


def _by_marks(line: str) -> list[str]:
    """Split at commas and semicolons outside brackets and quotes."""
    if "," not in line and ";" not in line:
        return [line]
    parts, depth, current = [], 0, ""
    for sign in line:
        depth += (sign in "(«") - (sign in ")»")
        if sign in ",;" and depth <= 0:
            parts.append(current)
            current = ""
        else:
            current += sign
    parts.append(current)
    joined: list[str] = []
    for part in parts:
        if joined and (_continues(part) or not part.strip() or _GOES_ON.match(part)):
            joined[-1] = f"{joined[-1]},{part}"
        else:
            joined.append(part)
    return joined


def _by_heads(part: str) -> list[str]:
    """«ДО ЯО ГАУ ДПО ЯО ИРО», «Управление образования Участники Программы»: split before the next first word."""
    if names := _names(part):
        return names
    words = part.split()
    parts: list[list[str]] = []
    depth = 0
    for index, word in enumerate(words):
        if not parts or (depth <= 0 and _new_body(word, words[index - 1], parts[-1])):
            parts.append([word])
        else:
            parts[-1].append(word)
        depth += word.count("(") + word.count("«") - word.count(")") - word.count("»")
    return [" ".join(words) for words in parts]


def _names(part: str) -> list[str]:
    """«Т.И. Иванова А.В. Петрова»: nothing but people by name."""
    for pattern in _PEOPLE:
        found = [match.group() for match in pattern.finditer(part)]
        if len(found) > 1 and sum(len("".join(name.split())) for name in found) == len("".join(part.split())):
            return found
    return []


def _new_body(word: str, before: str, current: list[str]) -> bool:
    """Whether a word inside a line begins another body."""
    words = _words()
    bare = word.strip(',;.:()«»"')
    if before.lower() in words.joining or not bare:
        return False
    people = current[0].lower().startswith(words.people) or before.lower().startswith(words.people)
    if bare in words.legal_forms:
        return not people and current[0] not in words.units
    if bare in _DEPARTMENTS:
        return not people and len(current) > 1
    named = bare[0].isupper() and not bare.isupper() and bare.lower().startswith(words.heads)
    return named and current[0] not in words.legal_forms and not bare.endswith(words.genitive)
