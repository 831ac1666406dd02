"""Automatic criteria, the price of the next point, and who may not score whom. Pure.

Source: DOMAIN.md §4 (waves) and §6. Everything computed here is a forecast; the shells say so.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from math import ceil
from types import MappingProxyType
from typing import Any, NamedTuple, Protocol

from domain.actor import Place
from domain.errors import N_, DomainError
from domain.progress import Status
from domain.rubrics import CriteriaSet, Criterion, Score, points_of_share, score

# Why there is a dash where a forecast would stand, and what to do about it.
TOTALS_ONLY = N_(
    "There is no forecast: of this set of criteria only totals are known. Enter every criterion with its points into "
    "the set, then points are counted."
)
CONFIRMED_SHARE = "confirmed_share"  # the other sources of automatic points stand in `domain.automatic`


# What is nearest to being confirmed: with the reviewer, then sent back, then not begun.
_EFFORT = (Status.IN_REVIEW, Status.RETURNED, Status.NOT_DONE)


class ConflictOfInterest(DomainError):
    """Nobody scores their own school or one that they curate."""

    sentence = N_("This expert works at the school or curates it. Please choose another one.")


class NotYourSample(DomainError):
    """The school was given to somebody else."""

    sentence = N_("This school was not given to you to score.")


class WaveClosed(DomainError):
    """Outside the window."""

    sentence = N_("This wave is open from %(first)s to %(last)s.")


class WrongWindow(DomainError):
    """It ends before it begins."""

    sentence = N_("The wave must end after it begins.")


class NotForExperts(DomainError):
    """The criterion is computed, or there is none."""

    sentence = N_("Experts do not score «%(key)s» here.")


class SourceNeeded(DomainError):
    """An official number without a source is hearsay."""

    sentence = N_("Please say where the official result comes from.")


class WordsNeeded(DomainError):
    """A recommendation about nothing, or an answer without a word."""

    sentence = N_("Please write at least a few words.")


class DayPassed(DomainError):
    """A deadline in the past."""

    sentence = N_("Please choose a day that has not passed.")


class AlreadyClosed(DomainError):
    """The school has closed it."""

    sentence = N_("The school has closed this recommendation already.")


class Work(NamedTuple):
    """One assignment as the share counts it."""

    assignment_id: int
    school_id: int
    status: Status
    due_on: date | None


class Tally(NamedTuple):
    """Confirmed of all that is required; waived ones count neither way."""

    done: int
    of: int

    @property
    def fact(self) -> dict[str, int]:
        """As a criterion with bands takes it."""
        return {"done": self.done, "of": self.of}


class Step(NamedTuple):
    """What the next point of one criterion costs and gives."""

    criterion: str
    title: str
    needed: int  # confirmations
    gain: Fraction  # points of the criterion
    total_gain: Fraction  # points of the total: «+1 балл → +100 из 905»
    assignments: Sequence[int]  # the cheapest ones, in the order of doing
    source: str = CONFIRMED_SHARE  # what has to be added: confirmations, schools, decisions, events


@dataclass(frozen=True, slots=True)
class Forecast:
    """Where we stand today and what the next points cost, the cheapest first."""

    score: Score | None  # None: of the set only totals are known
    tally: Tally
    steps: Sequence[Step]
    in_review: int  # would count as soon as a reviewer confirms
    at_stake: Sequence[int]  # open assignments due by the end of the wave
    possible: Score | None  # where they all were confirmed by then: what is lost if nothing happens
    sources: Mapping[str, Tally]  # what automatic criteria are computed from


def tally(works: Iterable[Work]) -> Tally:
    """Count confirmed measures; a confirmed one never lowers the share. What can be confirmed by nobody is left out."""
    counted = [work.status for work in works if work.status in (*_EFFORT, Status.CONFIRMED)]
    return Tally(sum(status is Status.CONFIRMED for status in counted), len(counted))


def needed(criterion: Criterion, found: Tally) -> tuple[int, Fraction] | None:
    """Confirmations that lift the points, and by how much; None at the top or without measures."""
    if not found.of:
        return None
    if not criterion.bands:
        # In proportion to the share: every one gives its part.
        return (1, criterion.max / found.of) if found.done < found.of else None
    now = points_of_share(criterion, Fraction(100 * found.done, found.of))
    for band in criterion.bands:
        if band.points > now:
            count = ceil(band.start * found.of / 100) - found.done
            # Of few measures one confirmation may leap over a band.
            then = points_of_share(criterion, Fraction(100 * (found.done + count), found.of))
            return count, then - now
    return None


def cheapest(works: Iterable[Work], count: int) -> list[int]:
    """The assignments that lead to so many confirmations with the least work, the soonest due first."""
    open_ = [work for work in works if work.status in _EFFORT]
    ordered = sorted(open_, key=lambda w: (_EFFORT.index(w.status), w.due_on or date.max, w.assignment_id))
    return [work.assignment_id for work in ordered[:count]]


class Marked(Protocol):
    """A mark as it is kept."""

    points: Any


def means(marks: Mapping[int, Mapping[str, Mapping[int | None, Marked]]]) -> dict[str, Any]:
    """Facts of criteria from marks by school, criterion and expert.

    Of a school the settled one or the mean of its experts; of several schools the mean of them.
    """
    by_criterion: dict[str, list[Fraction]] = {}
    for of_school in marks.values():
        for criterion, by_expert in of_school.items():
            settled = by_expert.get(None)
            given = [settled] if settled is not None else list(by_expert.values())
            points = sum((Fraction(mark.points) for mark in given), Fraction(0)) / len(given)
            by_criterion.setdefault(criterion, []).append(points)
    return {key: {"mean_of": values} for key, values in by_criterion.items()}


def estimate(of: CriteriaSet, sources: Mapping[str, Tally], marks: Mapping[str, Any]) -> Score:
    """The score by tallies of automatic criteria (by what they are computed from) and by marks of experts."""
    facts = dict(marks)
    for criterion in of.leaves():
        found = sources.get(criterion.automatic)
        if found is not None and found.of:
            facts[criterion.key] = found.fact
    known = {leaf.key for leaf in of.leaves()}
    return score(of, {key: fact for key, fact in facts.items() if key in known})


def prices(of: CriteriaSet, sources: Mapping[str, Tally]) -> list[Step]:
    """What the next point of each automatic criterion costs, the cheapest first; without naming assignments."""
    weights = {leaf.key: g.weight for g in of.groups for c in g.criteria for leaf in c.leaves()}
    steps = []
    for criterion in of.leaves():
        found = sources.get(criterion.automatic)
        price = needed(criterion, found) if found is not None else None
        if price is not None:
            count, gain = price
            total = gain * weights[criterion.key]
            steps.append(Step(criterion.key, criterion.title, count, gain, total, (), criterion.automatic))
    return sorted(steps, key=lambda step: (step.needed / step.total_gain, step.criterion))


def sum_if_known(of: CriteriaSet, sources: Mapping[str, Tally], marks: Mapping[str, Any]) -> Score | None:
    """The points of all facts; None for a set of which only totals are known, see `TOTALS_ONLY`."""
    return None if totals_only(of) else estimate(of, sources, marks)


def totals_only(of: CriteriaSet) -> bool:
    """Whether some of its criteria are unknown, so that there is nothing to add up («1105»)."""
    return not all(group.complete for group in of.groups)


def forecast(
    of: CriteriaSet,
    works: Sequence[Work],
    marks: Mapping[str, Any],
    until: date,
    others: Mapping[str, Tally] = MappingProxyType({}),
) -> Forecast:
    """The forecast by today's facts: automatic criteria from assignments and `others`, the rest from `marks`."""
    found = tally(works)
    sources = {CONFIRMED_SHARE: found, **others}
    steps = [
        step._replace(assignments=cheapest(works, step.needed)) if step.source == CONFIRMED_SHARE else step
        for step in prices(of, sources)
    ]
    at_stake = [
        w.assignment_id for w in works if w.status in _EFFORT and w.due_on is not None and w.due_on <= until
    ]
    in_review = sum(work.status is Status.IN_REVIEW for work in works)
    reached = {**sources, CONFIRMED_SHARE: Tally(found.done + len(at_stake), found.of)}
    return Forecast(
        sum_if_known(of, sources, marks),
        found,
        steps,
        in_review,
        at_stake,
        sum_if_known(of, reached, marks),
        sources,
    )


def check_interest(places: Collection[Place], school_id: int) -> None:
    """Refuse an expert who is of the school's team or curates it. `places`: where they hold such a role."""
    if any(place.school_id == school_id for place in places):
        raise ConflictOfInterest


class Divergence(NamedTuple):
    """Two experts gave different points."""

    school_id: int
    criterion: str
    points: Sequence[tuple[int, Fraction]]  # (expert, points)


def divergences(marks: Iterable[tuple[int, str, int, Fraction]]) -> list[Divergence]:
    """Where experts differ, of (school, criterion, expert, points)."""
    by_place: dict[tuple[int, str], list[tuple[int, Fraction]]] = {}
    for school_id, criterion, expert, points in marks:
        by_place.setdefault((school_id, criterion), []).append((expert, points))
    return [
        Divergence(*place, sorted(given))
        for place, given in sorted(by_place.items())
        if len({points for _, points in given}) > 1
    ]
