"""Who is responsible: a cell of several bodies taken apart, and one body with commas or lines in its name left whole."""

import re
import tomllib
from functools import cache, lru_cache
from pathlib import Path

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
_ADJECTIVE = re.compile(r"^[А-ЯЁ][а-яё]+(?:ый|ий|ая|яя|ое|ее|ые|ие)$")


@cache
def _words() -> tuple[frozenset[str], frozenset[str], tuple[str, ...], frozenset[str]]:
    data = tomllib.loads((Path(__file__).parent / "parties.toml").read_text(encoding="utf-8"))
    return (
        frozenset(data["legal_forms"]),
        frozenset(data["short_names"]),
        tuple(data["heads"]),
        frozenset(data["joining"]),
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
            joined[-1] = f"{joined[-1]} {line}"
        else:
            joined.append(line)
    return joined


def _begins(line: str, above: str) -> bool:
    legal, short, heads, joining = _words()
    first = line.split(maxsplit=1)[0].strip(',;.:«»"()')
    if above.endswith((",", ";")):
        return not _continues(line)
    if above.rsplit(maxsplit=1)[-1].lower() in joining or above.endswith("-"):
        return False
    if first in legal or first in short or _NAME.match(line):
        return True
    if first.lower().startswith(heads):
        return True
    return _ADJECTIVE.match(first) is not None or (first.isupper() and len(first) > 2)


def _continues(part: str) -> bool:
    """«…, включенные в проект», «…, в том числе»: the comma stands inside the name."""
    part = part.strip()
    first = part.split()[0].strip(",;.") if part.split() else ""
    if part.lower().startswith(_RELATIVE):
        return True
    return bool(first) and first[0].islower() and _PARTICIPLE.match(first) is not None


def _by_marks(line: str) -> list[str]:
    """Split at commas and semicolons outside brackets and quotes."""
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
        if joined and (_continues(part) or not part.strip() or re.match(r"^\s*(?:№|\d)", part)):
            joined[-1] = f"{joined[-1]},{part}"
        else:
            joined.append(part)
    return joined


def _by_heads(part: str) -> list[str]:
    """«ДО ЯО ГАУ ДПО ЯО ИРО», «Управление образования Участники Программы»: split before the next first word."""
    legal, short, heads, joining = _words()
    words = part.split()
    parts: list[list[str]] = []
    depth = 0
    for index, word in enumerate(words):
        bare = word.strip(',;.:()«»"')
        new = not parts
        if parts and depth <= 0 and words[index - 1].lower() not in joining:
            legal_body = parts[-1][0] in legal
            new = bare in legal or (
                (bare in short and bare in ("ДО", "УО", "МО", "МОУО") and len(parts[-1]) > 1)
                or (
                    bare[:1].isupper()
                    and not bare.isupper()
                    and bare.lower().startswith(heads)
                    and not legal_body
                )
            )
        if new:
            parts.append([word])
        else:
            parts[-1].append(word)
        depth += sum(sign in "(«" for sign in word) - sum(sign in ")»" for sign in word)
    return [" ".join(words) for words in parts]
