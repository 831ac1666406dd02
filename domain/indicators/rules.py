"""Named shares and counts of tracks and measures: what they are computed from, their targets and states. Pure.

Source: DOMAIN.md §6 («не менее 7 семинаров», «≥ 25 % школ и ≥ 14 МОУО», «не менее 5 в год», −30 % a year). Everything is
kept in exact counts; per cent are rounded half up at the very end.
"""

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import NamedTuple

from domain.errors import N_, DomainError
from domain.outcomes import percent


class Unit(StrEnum):
    """What a value is."""

    SHARE = "share"  # a numerator of a denominator, in per cent
    COUNT = "count"


class Source(StrEnum):
    """Where a value comes from."""

    ENTERED = "entered"  # with a document
    MEASURE_SCHOOLS = "measure_schools"  # schools with the measure confirmed, of those that owe it
    MEASURES = "measures"  # confirmed of all assignments of the indicator's plan
    EVENTS = "events"  # events held in the year so far
    AGREEMENTS = "agreements"  # agreements signed in the year so far
    AGREEMENT_SCHOOLS = "agreement_schools"  # schools with an agreement in force, of all
    AGREEMENT_MUNICIPALITIES = "agreement_municipalities"
    LOW_RESULTS = (
        "low_results"  # by how many the list of low-result schools has grown shorter, of the year before
    )


SOURCES = {
    Source.ENTERED: N_("entered with a document"),
    Source.MEASURE_SCHOOLS: N_("schools with the measure confirmed, of those that owe it"),
    Source.MEASURES: N_("confirmed measures of all that are required"),
    Source.EVENTS: N_("events held since January"),
    Source.AGREEMENTS: N_("agreements signed since January"),
    Source.AGREEMENT_SCHOOLS: N_("schools with an agreement in force"),
    Source.AGREEMENT_MUNICIPALITIES: N_("municipalities with an agreement in force"),
    Source.LOW_RESULTS: N_("by how much the list of low-result schools grew shorter in a year"),
}
UNITS = {
    Source.MEASURE_SCHOOLS: Unit.SHARE,
    Source.MEASURES: Unit.SHARE,
    Source.EVENTS: Unit.COUNT,
    Source.AGREEMENTS: Unit.COUNT,
    Source.AGREEMENT_SCHOOLS: Unit.SHARE,
    Source.AGREEMENT_MUNICIPALITIES: Unit.COUNT,
    Source.LOW_RESULTS: Unit.SHARE,
}


class State(StrEnum):
    """A value against its target."""

    REACHED = "reached"
    SHORT = "short"
    NO_TARGET = "no_target"
    NO_VALUE = "no_value"


STATES = {
    State.REACHED: N_("the target is reached"),
    State.SHORT: N_("the target is not reached"),
    State.NO_TARGET: N_("no target"),
    State.NO_VALUE: N_("no value yet"),
}


class AgreementKind(StrEnum):
    """What was agreed."""

    METHODICAL = "methodical"  # соглашение о научно-методическом сопровождении
    COOPERATION = "cooperation"  # договор о сотрудничестве


AGREEMENTS = {
    AgreementKind.METHODICAL: N_("agreement on scientific and methodical support"),
    AgreementKind.COOPERATION: N_("contract of cooperation"),
}


class WrongValue(DomainError):
    """A value that cannot be."""

    sentence = N_("«%(title)s»: %(numerator)s of %(denominator)s is impossible.")


class DocumentNeeded(DomainError):
    """An entered number without a source is hearsay."""

    sentence = N_("Please name the document that the number comes from.")


class ReasonNeeded(DomainError):
    """Retired without saying why."""

    sentence = N_("Please say why the indicator is retired; it stays in the history with that reason.")


class TitleNeeded(DomainError):
    """An indicator without a name."""

    sentence = N_("An indicator needs a name.")


class NotEntered(DomainError):
    """A computed indicator is not typed in."""

    sentence = N_("«%(title)s» is computed from facts; its value is not entered by hand.")


class IndicatorRetired(DomainError):
    """Nothing is added to a retired one."""

    sentence = N_("«%(title)s» is retired: its history stays as it is.")


class Value(NamedTuple):
    """Exact counts on a date, and where they come from."""

    on: date
    numerator: int
    denominator: int | None
    document: str = ""  # empty: computed

    @property
    def exact(self) -> Fraction | None:
        """The number compared with the target: per cent of a share, or the count; None of nothing."""
        if self.denominator is None:
            return Fraction(self.numerator)
        return Fraction(100 * self.numerator, self.denominator) if self.denominator else None

    @property
    def percent(self) -> int | None:
        """Per cent, half up; None for a count or without a base. A list that grew longer gives less than 0."""
        if self.denominator is None:
            return None
        found = percent(abs(self.numerator), self.denominator)
        return -found if found is not None and self.numerator < 0 else found


def check_value(title: str, unit: Unit, numerator: int, denominator: int | None) -> None:
    """A value that can be. Raises WrongValue."""
    if unit is Unit.COUNT:
        if numerator < 0 or denominator is not None:
            raise WrongValue(title=title, numerator=numerator, denominator=denominator)
    elif denominator is None or not 0 <= numerator <= denominator or denominator == 0:
        raise WrongValue(title=title, numerator=numerator, denominator=denominator)


def state(values: Sequence[Value], target: Fraction | None) -> State:
    """The newest value against the target: it must be reached or passed."""
    known = [value.exact for value in sorted(values) if value.exact is not None]
    if not known:
        return State.NO_VALUE
    if target is None:
        return State.NO_TARGET
    return State.REACHED if known[-1] >= target else State.SHORT


def missing(values: Sequence[Value], target: Fraction | None) -> Fraction | None:
    """How much is still missing to the target; 0 where it is reached, None where nothing can be said."""
    known = [value.exact for value in sorted(values) if value.exact is not None]
    return None if target is None or not known else max(Fraction(0), target - known[-1])


def reduction(before: int, after: int) -> tuple[int, int]:
    """By how many a list grew shorter, of how many: 87 → 60 is 27 of 87."""
    return before - after, before
