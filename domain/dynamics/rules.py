"""What a table of dynamics is, and how movements are kept: a number whose bit n stands for the school with the id n.

A country has hundreds of thousands of movements; counting them by group and filter is one AND of such numbers.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any, NamedTuple

from domain.outcomes import EVERYTHING, Column, Dynamics, Overlap

Bits = int
NOBODY: Bits = 0
MOVED: tuple[Dynamics, ...] = tuple(kind for kind in Dynamics if kind is not Dynamics.NOT_COMPUTED)


@dataclass(frozen=True, slots=True)
class Counted:
    """Groups × procedures between two years; the whole comes last."""

    before: int
    after: int
    titles: Mapping[str, str]  # procedure → its title, in the order of the columns
    groups: Mapping[str, Mapping[str, Column]]
    overlap: Overlap
    silent: Mapping[str, int]  # how many schools of each of these groups have no result in either year
    taken_at: datetime | None = None  # results as of then; None: now


class Moves(NamedTuple):
    """Which schools moved which way between two years."""

    everyone: Bits  # whom the table is about, with results or without
    schools: Bits  # with a result in either year, be it that nobody took part
    kinds: Mapping[str, Mapping[Dynamics, Bits]]  # by procedure; not computed: took part in one year only

    def of(self, procedure: str, *kinds: Dynamics) -> Bits:
        """The schools that moved one of these ways."""
        return together(self.kinds.get(procedure, {}).get(kind, NOBODY) for kind in kinds)


def bits_of(ids: Iterable[int]) -> Bits:
    """The schools with these ids."""
    found = list(ids)
    into = bytearray(max(found, default=0) // 8 + 1)
    for id_ in found:
        into[id_ >> 3] |= 1 << (id_ & 7)
    return int.from_bytes(into, "little")


def bits_in(text: str | None) -> Bits:
    """The schools of a text of ids: «3,1,2», nothing of nobody."""
    return bits_of(map(int, text.split(","))) if text else NOBODY


def together(groups: Iterable[Bits]) -> Bits:
    """Schools of any of these groups."""
    return reduce(or_, groups, NOBODY)


def count(
    moves: Moves,
    years: tuple[int, int],
    groups: Mapping[str, Bits] | None,
    inside: Bits,
    titles: Mapping[str, str],
) -> Counted:
    """The table of the schools `inside`: groups of which somebody has a result, by name, then the whole. Without
    `groups` only the whole. `titles` of all procedures in the order of tables; those in which nobody took part are no
    columns."""
    whole = moves.schools & inside
    shown = {
        key: title for key, title in titles.items() if together(moves.kinds.get(key, {}).values()) & whole
    }
    named = {name: found & whole for name, found in sorted((groups or {}).items()) if found & whole}
    columns = {
        name: {key: _column(moves.kinds[key], of) for key in shown}
        for name, of in {**named, EVERYTHING: whole}.items()
    }
    overlap = _overlap(named, whole) if groups is not None else Overlap(whole.bit_count(), 0, 0, 0)
    others = inside & ~whole
    silent = {name: (others & groups[name]).bit_count() for name in named} if groups else {}
    return Counted(*years, shown, columns, overlap, {**silent, EVERYTHING: others.bit_count()})


def _column(kinds: Mapping[Dynamics, Bits], group: Bits) -> Column:
    size = group.bit_count()
    counts: dict[Dynamics, int] = {
        kind: (kinds[kind] & group).bit_count() if kind in kinds else 0 for kind in MOVED
    }
    counts[Dynamics.NOT_COMPUTED] = size - sum(counts.values())
    return Column(counts, size)


def _overlap(groups: Mapping[str, Bits], whole: Bits) -> Overlap:
    once, again, counted = NOBODY, NOBODY, 0
    for name, group in groups.items():
        if name:
            again |= once & group
            once |= group
            counted += group.bit_count()
    return Overlap(whole.bit_count(), counted, again.bit_count(), (whole & ~once).bit_count())


def write_moves(moves: Moves) -> dict[str, Any]:
    """Movements to be kept."""
    kinds = {key: write_groups(found) for key, found in moves.kinds.items()}
    return {**write_groups({"everyone": moves.everyone, "schools": moves.schools}), "kinds": kinds}


def read_moves(document: Mapping[str, Any]) -> Moves:
    """Kept movements."""
    kinds = {
        key: {Dynamics(kind): schools for kind, schools in read_groups(found).items()}
        for key, found in document["kinds"].items()
    }
    return Moves(int(document["everyone"], 16), int(document["schools"], 16), kinds)


def write_groups(groups: Mapping[Any, Bits]) -> dict[str, str]:
    """Groups to be kept."""
    return {str(name): f"{schools:x}" for name, schools in groups.items()}


def read_groups(document: Mapping[str, str]) -> dict[str, Bits]:
    """Kept groups."""
    return {name: int(schools, 16) for name, schools in document.items()}
