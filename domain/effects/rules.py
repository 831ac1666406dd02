"""What people say of a measure, and how the schools that it reached moved beside those that it did not. Pure.

The two columns stand side by side; that one is larger proves nothing, and the pages say so.
"""

from collections.abc import Collection, Iterable
from enum import StrEnum
from typing import NamedTuple

from domain.errors import N_, DomainError
from domain.outcomes import percent


class Verdict(StrEnum):
    """The last column of the analysis."""

    EFFECTIVE = "effective"
    INSUFFICIENT = "insufficient"


VERDICTS = {
    Verdict.EFFECTIVE: N_("effective"),
    Verdict.INSUFFICIENT: N_("not effective enough"),
}


class JudgementNeeded(DomainError):
    """A verdict without a word why."""

    sentence = N_("Please say in a few words what effect the measure had, or what the problem was.")


class Moved(NamedTuple):
    """How a group of schools moved: counted movements and the positive ones."""

    of: int
    positive: int

    @property
    def percent(self) -> int | None:
        """Share of positive ones, half up; None where nothing could be compared."""
        return percent(self.positive, self.of)


def beside(
    moves: Iterable[tuple[int, bool]], covered: Collection[int], others: Collection[int]
) -> tuple[Moved, Moved]:
    """(covered schools, the others) of movements (school, positive); a school with several procedures counts for each."""
    counts = {True: [0, 0], False: [0, 0]}
    for school_id, positive in moves:
        if school_id in covered or school_id in others:
            kept = counts[school_id in covered]
            kept[0] += 1
            kept[1] += positive
    return Moved(*counts[True]), Moved(*counts[False])
