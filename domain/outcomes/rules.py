"""Dynamics of results and of clusters: exact fractions, shares rounded half up, columns that check themselves.

Source: DOMAIN.md §6. Nothing is stored that can be computed, so computing twice changes nothing.
"""

import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from domain.errors import N_, DomainError


class AssessmentProcedure(NamedTuple):
    """An assessment (ВПР, ОГЭ, ЕГЭ): its key, title and the words by which headers name it."""

    key: str
    title: str
    words: tuple[str, ...]
    retired: bool = False  # no longer offered


@cache
def procedures() -> dict[str, AssessmentProcedure]:
    """All procedures by key, in the order in which tables show them. They are data: `procedures.toml`."""
    document = tomllib.loads((Path(__file__).parent / "procedures.toml").read_text("utf-8"))
    found = [AssessmentProcedure(p["key"], p["title"], tuple(p["words"])) for p in document["procedure"]]
    return {procedure.key: procedure for procedure in found}


_KEY = re.compile(r"[a-z][a-z0-9_]{1,39}")


class ProcedureWrong(DomainError):
    """A procedure that cannot be kept: `what` says which part."""

    sentence = N_(
        "«%(what)s» does not fit. A key is Latin letters, digits and _, a title is needed, and every word "
        "must be a pattern that can be searched for."
    )


def check_procedure(key: str, title: str, words: Sequence[str]) -> AssessmentProcedure:
    """A procedure that can be kept. Without words a header names it by its title. Raises ProcedureWrong."""
    if not _KEY.fullmatch(key) or key in ("cluster", "total"):
        raise ProcedureWrong(what=key)
    if not title.strip():
        raise ProcedureWrong(what=key)
    kept = [word.strip() for word in words if word.strip()] or [
        re.escape(part) for part in title.casefold().replace("ё", "е").split()
    ]
    for word in kept:
        try:
            re.compile(word)
        except re.error as error:
            raise ProcedureWrong(what=word) from error
    return AssessmentProcedure(key, title.strip()[:200], tuple(kept))


class ImpossibleResult(DomainError):
    """More below the threshold than took part, or fewer than nobody."""

    sentence = N_("%(below)s of %(participants)s below the threshold is impossible.")


class Result(NamedTuple):
    """What one school reached in one procedure and year."""

    participants: int
    below: int

    @property
    def share(self) -> Fraction:
        """The share below the threshold; ask only where somebody took part."""
        return Fraction(self.below, self.participants)


def check_result(participants: int, below: int) -> Result:
    """A result that can be. Raises ImpossibleResult."""
    if not 0 <= below <= participants:
        raise ImpossibleResult(below=below, participants=participants)
    return Result(participants, below)


class Dynamics(StrEnum):
    """How the share below the threshold moved from one year to another."""

    POSITIVE = "positive"  # it fell
    ALL_PASSED = "all_passed"  # «0 % не преодолевших порог за 2 года»
    NEGATIVE = "negative"  # it rose
    NEUTRAL = "neutral"  # equal and not 0
    NOT_COMPUTED = "not_computed"  # nobody took part in one of the years


def dynamics(before: Result | None, after: Result | None) -> Dynamics:
    """The movement of one school in one procedure."""
    if before is None or after is None or not before.participants or not after.participants:
        return Dynamics.NOT_COMPUTED
    if before.below == after.below == 0:
        return Dynamics.ALL_PASSED
    # Shares compared exactly by whole numbers: fractions would take most of the time of a large region.
    was, now = before.below * after.participants, after.below * before.participants
    if was == now:
        return Dynamics.NEUTRAL
    return Dynamics.POSITIVE if now < was else Dynamics.NEGATIVE


def percent(part: int, whole: int) -> int | None:
    """A share rounded half up from exact counts (3/24 → 13 %, 9/24 → 38 %); None without a base."""
    return (200 * part + whole) // (2 * whole) if whole else None


class Column(NamedTuple):
    """How many schools of a group moved which way; they are as many as the group."""

    counts: Mapping[Dynamics, int]
    total: int

    @property
    def positive_result(self) -> int:
        """«Показывают положительный результат»: positive, or nobody below in both years."""
        return self.counts[Dynamics.POSITIVE] + self.counts[Dynamics.ALL_PASSED]

    @property
    def positive_percent(self) -> int | None:
        """The share of it in the whole group."""
        return percent(self.positive_result, self.total)

    def share(self, kind: Dynamics) -> int | None:
        """The share of one kind."""
        return percent(self.counts[kind], self.total)


def column(schools: Mapping[Dynamics, Sequence[int]]) -> Column:
    """The column of a group, by the schools that moved which way."""
    counts = {kind: len(schools.get(kind, ())) for kind in Dynamics}
    return Column(counts, sum(counts.values()))


POSITIVE_RESULT = "positive_result"  # the name of a printed share of those two kinds together


class Flaw(NamedTuple):
    """Why a column of a table cannot be: `kind` and what was expected and found."""

    kind: str  # "sum", "range" or "share"
    name: str
    expected: int
    found: int


def check_column(
    counts: Mapping[Any, int], total: int, printed: Mapping[Any, int] | None = None
) -> list[Flaw]:
    """What is wrong with a column: its parts do not make the total, a part is impossible, a share does not follow.

    Keys are names of the parts; `printed` holds shares in per cent as a source prints them. An empty list: the column is possible.
    """
    flaws = [
        Flaw("range", name, min(max(count, 0), total), count)
        for name, count in counts.items()
        if not 0 <= count <= total
    ]
    if sum(counts.values()) != total:
        flaws.append(Flaw("sum", "", total, sum(counts.values())))
    for name, share in (printed or {}).items():
        part = counts.get(name)
        if name == POSITIVE_RESULT and part is None:
            part = sum(counts.get(kind, 0) for kind in (Dynamics.POSITIVE, Dynamics.ALL_PASSED))
        computed = None if part is None else percent(part, total)
        if computed is not None and computed != share:
            flaws.append(Flaw("share", name, computed, share))
    return flaws


class Cluster(StrEnum):
    """By the share of failing pupils; NONE is off the list."""

    NONE = "none"
    BASIC = "basic"  # [30, 40) %
    MODERATE = "moderate"  # [40, 50) %
    SEVERE = "severe"  # 50 % and more


ORDER = tuple(Cluster)  # the higher, the worse
BOUNDS = ((50, Cluster.SEVERE), (40, Cluster.MODERATE), (30, Cluster.BASIC))


def cluster(failing: int, pupils: int) -> Cluster:
    """The cluster of an exact share: half-open bands, 40 % is already «умеренно»."""
    check_result(pupils, failing)
    return next(
        (found for bound, found in BOUNDS if pupils and 100 * failing >= bound * pupils), Cluster.NONE
    )


class Movement(StrEnum):
    """How a school moved between clusters."""

    RAISED = "raised"  # a better cluster
    LEFT = "left"  # «вышли из списка»
    SAME = "same"
    DOWN = "down"  # a worse cluster, or onto the list
    UNKNOWN = "unknown"  # one of the two years is not known, or it was off the list in both


def movement(before: Cluster | None, after: Cluster | None) -> Movement:
    """The movement of one school."""
    if before is None or after is None or before is after is Cluster.NONE:
        return Movement.UNKNOWN
    if before is after:
        return Movement.SAME
    if ORDER.index(after) > ORDER.index(before):
        return Movement.DOWN
    return Movement.LEFT if after is Cluster.NONE else Movement.RAISED


class ClusterRow(NamedTuple):
    """A group's line: raised, left, their share, same, down, all. Schools of unknown movement are told apart."""

    raised: int
    left: int
    same: int
    down: int
    unknown: int

    @property
    def positive(self) -> int:
        """Raised or left."""
        return self.raised + self.left

    @property
    def total(self) -> int:
        """All whose movement is known."""
        return self.raised + self.left + self.same + self.down

    @property
    def positive_percent(self) -> int | None:
        """«Всего “+” динамики»."""
        return percent(self.positive, self.total)

    @property
    def same_percent(self) -> int | None:
        """Share of those that stayed."""
        return percent(self.same, self.total)

    @property
    def down_percent(self) -> int | None:
        """Share of those that went down."""
        return percent(self.down, self.total)


def cluster_row(movements: Iterable[Movement]) -> ClusterRow:
    """The line of a group."""
    found = Counter(movements)
    return ClusterRow(
        found[Movement.RAISED],
        found[Movement.LEFT],
        found[Movement.SAME],
        found[Movement.DOWN],
        found[Movement.UNKNOWN],
    )


def transitions(pairs: Sequence[tuple[Cluster, Cluster]]) -> dict[Cluster, dict[Cluster, int]]:
    """From every cluster to every cluster, zeros too."""
    found = Counter(pairs)
    return {before: {after: found[before, after] for after in Cluster} for before in Cluster}


def completed(marks: Mapping[int, Cluster], year_is_list: bool, school_id: int) -> Cluster | None:
    """A school's cluster in a year. Where the year is known only as the list of schools that are on it, a school
    that is not on it is off the list; where shares of other schools are known too, it is unknown."""
    if school_id in marks:
        return marks[school_id]
    return Cluster.NONE if year_is_list else None


def is_list(marks: Mapping[int, Cluster]) -> bool:
    """Whether a year is known as a list of schools that are on it."""
    return bool(marks) and Cluster.NONE not in marks.values()
