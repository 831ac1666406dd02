"""Who a plan means by «Ответственные»: schools, municipal offices, or the region's. Proposed in words, never taken
for granted."""

import re
import tomllib
from collections.abc import Iterable, Sequence
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from domain.actor import Place

if TYPE_CHECKING:
    from domain.roadmaps import Measure

_WORD = re.compile(r"[^\W_]+", re.UNICODE)
SHORTEST_STEM = 4  # letters; shorter words («ДО», «МО») are names and stand alone


class Receivers(StrEnum):
    """To whom a measure can be given."""

    SCHOOLS = "schools"
    MUNICIPAL = "municipal"  # the office of each chosen municipality
    REGIONAL = "regional"  # the region's own office


class Past(StrEnum):
    """What becomes of dates that have been when a plan is given."""

    KEEP = "keep"  # overdue from the first day
    UNDATED = "undated"  # owed, without a date and without reminders
    LEAVE = "leave"  # not given


class Proposal(NamedTuple):
    """Measures that name nobody of the schools, only these; `bodies` are the plan's own words."""

    to: Receivers
    measures: Sequence["Measure"]
    bodies: Sequence[str]


@cache
def _stems() -> dict[Receivers, tuple[tuple[str, ...], ...]]:
    data = tomllib.loads((Path(__file__).parent / "offices.toml").read_text("utf-8"))
    return {to: tuple(tuple(_words(words)) for words in data[to.value]["words"]) for to in Receivers}


def _words(text: str) -> list[str]:
    return [word.casefold().replace("ё", "е") for word in _WORD.findall(text)]


def named(body: str) -> set[Receivers]:
    """Who one responsible body is; empty where the words tell nothing."""
    words = _words(body)
    return {to for to, phrases in _stems().items() if any(_stands(phrase, words) for phrase in phrases)}


def _stands(phrase: Sequence[str], words: Sequence[str]) -> bool:
    spans = (words[i : i + len(phrase)] for i in range(len(words) - len(phrase) + 1))
    return any(all(_begins(word, stem) for word, stem in zip(span, phrase, strict=True)) for span in spans)


def _begins(word: str, stem: str) -> bool:
    return word.startswith(stem) if len(stem) >= SHORTEST_STEM else word == stem


def meant(bodies: Iterable[str]) -> Receivers | None:
    """Who carries a measure out by the words of its cell: the schools wherever they are named, else the municipal
    offices, else the region's; None where the words tell nothing."""
    found: set[Receivers] = set()
    for body in bodies:
        found |= named(body)
    return next((to for to in Receivers if to in found), None)


def receivers(responsible: Iterable[str], holders: Iterable[Place]) -> list[Place]:
    """Which of a plan's holders a new measure is for: offices where the cell names them and no school, as far as
    they have a part in the plan; otherwise the schools."""
    places = list(holders)
    to = meant(responsible)
    offices = [
        place
        for place in places
        if place.school_id is None
        and to is (Receivers.REGIONAL if place.municipality_id is None else Receivers.MUNICIPAL)
    ]
    return offices or [place for place in places if place.school_id is not None]


def proposals(measures: Iterable["Measure"]) -> list[Proposal]:
    """Measures in which no school is named, by who is, in the order of the plan."""
    kept: dict[Receivers, list[Measure]] = {}
    for measure in measures:
        to = meant(measure.responsible)
        if to is not None and to is not Receivers.SCHOOLS:
            kept.setdefault(to, []).append(measure)
    return [
        Proposal(to, found, list(dict.fromkeys(body for m in found for body in m.responsible)))
        for to, found in sorted(kept.items(), key=lambda pair: list(Receivers).index(pair[0]))
    ]
