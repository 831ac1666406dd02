"""What the header of a column names: synonyms from `headers.toml`, months and quarters, or no header at all."""

import re
import tomllib
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

from domain.deadlines import Context, parse
from domain.documents.text import squeezed

LONGEST_HEADER = 160
_BARE_YEAR = re.compile(r"\s*20\d\d(?:\s*[-/]\s*(?:20)?\d\d)?\s*(?:г\.?|год|уч\.?\s*(?:г\.?|год))?\s*$")
_MARK = re.compile(r"^(?:[+xхvХXV✓✔☑☒●■*√1\s]+|да|есть)[.;]?$", re.IGNORECASE)
_LONGEST_DEADLINE = 60
_LONGEST_PERIOD = 40
_PERIODS = frozenset({"month", "quarter", "half_year", "month_range", "quarter_range"})
# Kinds that a header may look like: years, months and quarters over columns of marks, or no deadline at all.
_NO_BODY_KINDS = frozenset(
    {
        "broken",
        "by_plan",
        "month",
        "quarter",
        "half_year",
        "year",
        "schoolyear",
        "until",
        "from",
        "year_range",
    }
)


class Word(NamedTuple):
    """One synonym: the role it names, whether it is a strong one, and whether a header must begin with it."""

    text: str
    role: str
    strong: bool
    first: bool

    def stands_in(self, header: str) -> bool:
        """Whether a squeezed header holds the word where it may stand."""
        return header.startswith(self.text) if self.first else self.text in header


@cache
def _synonyms() -> tuple[list[Word], dict[str, str]]:
    data = tomllib.loads((Path(__file__).parent / "headers.toml").read_text(encoding="utf-8"))
    words: list[Word] = []
    exact: dict[str, str] = {}
    for role, kinds in data.items():
        for strength in ("strong", "weak"):
            words += [
                Word(squeezed(w), role, strength == "strong", w.startswith("^"))
                for w in kinds.get(strength, [])
            ]
        exact.update((squeezed(w), role) for w in kinds.get("exact", []))
    return words, exact


@lru_cache(maxsize=4096)
def role_of(header: str) -> tuple[str, bool]:
    """The role that a header names and whether by a strong word; ("other", False) where it names none."""
    text = squeezed(header)
    words, exact = _synonyms()
    if text in exact:
        return exact[text], True
    for strong in (True, False):
        found = [
            (text.index(word.text), -len(word.text), word.role)
            for word in words
            if word.strong == strong and word.stands_in(text)
        ]
        if found:
            role = min(found)[2]
            if role == "section" and any(r == "activity" for _, _, r in found) and strong:
                role = "activity"
            return role, strong
    return "other", False


@lru_cache(maxsize=4096)
def is_deadline(text: str) -> bool:
    """Whether a cell is a deadline itself, which no header is (bare months and years may stand over marks)."""
    if not text or len(text) > _LONGEST_DEADLINE:
        return False
    understood = parse(text, Context(2001))
    return understood.kind not in _NO_BODY_KINDS and "unclear" not in understood.doubts


def is_year(header: str) -> bool:
    """Whether a header is a year alone: «2024», «2024 год», «2024/25 уч. год»."""
    return _BARE_YEAR.match(header) is not None


def is_mark(text: str) -> bool:
    """Whether a cell holds a mark and nothing else: a plus, a cross, a tick."""
    return _MARK.match(text) is not None


@lru_cache(maxsize=1024)
def is_period(header: str) -> bool:
    """Whether a header is a month or a quarter, with or without its year."""
    if not header or len(header) > _LONGEST_PERIOD:
        return False
    understood = parse(header, Context(2001))
    return understood.kind in _PERIODS and "unclear" not in understood.doubts
