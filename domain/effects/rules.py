"""What people say of a measure, and how the schools that it reached moved beside those that it did not. Pure.

The two columns stand side by side; that one is larger proves nothing, and the pages say so.
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple

from domain.dynamics import Bits
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


class Moves(NamedTuple):
    """The schools whose movement is known, and those of them that moved well; by one procedure, or between clusters."""

    known: Bits
    positive: Bits


def beside(moves: Sequence[Moves], covered: Bits, others: Bits) -> tuple[Moved, Moved]:
    """(covered schools, the others); a school with several procedures counts for each."""
    return _moved(moves, covered), _moved(moves, others)


def _moved(moves: Sequence[Moves], schools: Bits) -> Moved:
    known = sum((one.known & schools).bit_count() for one in moves)
    return Moved(known, sum((one.positive & schools).bit_count() for one in moves))
