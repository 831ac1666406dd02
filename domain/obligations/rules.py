"""What a school is asked for: when it may be let off, and how far a counted measure has come."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain import targets
from domain.errors import N_, DomainError
from domain.roadmaps import Measure

MOST = 100_000  # of anything that a plan counts
LONGEST = 2_000  # characters of a reason or note


class WaiverState(StrEnum):
    """«Не требуется», from the school's question to the coordinator's answer."""

    ASKED = "asked"
    GRANTED = "granted"
    DECLINED = "declined"
    TAKEN_BACK = "taken_back"


class ReasonNeeded(DomainError):
    """Without a reason nobody can decide, and nobody will understand it next year."""

    sentence = N_("Please write the reason in a few words.")


class AlreadyAnswered(DomainError):
    """Somebody was first; `name`, `at` and `state` say who, when and what."""

    sentence = N_("This request has already been answered.")


class HandedInMeanwhile(DomainError):
    """The school has done it after all: there is nothing to let it off."""

    sentence = N_("The school has handed this in meanwhile: there is nothing to waive.")


class NotWaived(DomainError):
    """It is required already."""

    sentence = N_("This assignment is required as it is.")


class CountOutside(DomainError):
    """A number that cannot be."""

    sentence = N_("Please give a number from 0 to %(max)s.")


def reason_of(words: str) -> str:
    """The reason as it is kept. Raises ReasonNeeded."""
    words = words.strip()[:LONGEST]
    if not words:
        raise ReasonNeeded
    return words


@dataclass(frozen=True, slots=True)
class Count:
    """«Сделано 3 из 7 семинаров»: `wanted` is None where the plan names no number."""

    done: int
    wanted: int | None
    noun: str
    noted_at: datetime | None = None

    @property
    def left(self) -> int | None:
        """How many are still to be done."""
        return None if self.wanted is None else max(0, self.wanted - self.done)

    @property
    def reached(self) -> bool:
        """Whether the target is met."""
        return self.wanted is not None and self.done >= self.wanted


def wanted_of(measure: Measure) -> targets.Target | None:
    """The number that a measure asks of each school («не менее 7 семинаров»): one that a person has accepted,
    else one in the plan's own words.

    Shares are no count, and a number of schools or municipalities is the region's target, not a school's.
    """
    accepted = [targets.from_json(kept) for kept in measure.targets or []]
    words = (measure.indicator, measure.expected_result, measure.title)
    return next(_counted([accepted, *(targets.find(text) for text in words if text)]), None)


def _counted(found: Iterable[list[targets.Target]]) -> Iterator[targets.Target]:
    for group in found:
        for target in group:
            if (
                target.kind is targets.Kind.COUNT
                and target.relation in {targets.Relation.AT_LEAST, targets.Relation.EXACTLY}
                and target.value == int(target.value)
                and 1 <= target.value <= MOST
                and not _of_the_region(target.noun)
            ):
                yield target


def _of_the_region(noun: str) -> bool:
    word = noun.casefold()
    return any(stem in word for stem in ("школ", "шнор", "моуо", "муниципал", "организац", "оу", "район"))
