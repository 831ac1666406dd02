"""What a school may change of a plan that it shares with others, and how the two stand apart. Pure."""

from collections.abc import Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from domain import deadlines
from domain.errors import N_, DomainError, Stale

if TYPE_CHECKING:
    from domain.roadmaps import Measure

TEXTS = ("title", "expected_result", "indicator", "evidence_required")
LONGEST = 4000  # characters of one text


class ProposalState(StrEnum):
    """open → taken or declined."""

    OPEN = "open"
    TAKEN = "taken"
    DECLINED = "declined"


class OutsidePeriod(DomainError):
    """A date that the plan does not reach."""

    sentence = N_("This date lies outside the period of the roadmap. Please choose one inside it.")


class TextNeeded(DomainError):
    """A measure without words."""

    sentence = N_("A measure needs its text.")


class NothingProposed(DomainError):
    """The proposal says what stands there already."""

    sentence = N_("This is what stands there already. Please change something.")


class ProposalClosed(Stale):
    """Somebody has answered it before."""

    sentence = N_("This proposal has been answered already.")


class Difference(NamedTuple):
    """One field of a measure in the plan's words and in the school's; `stale`: the plan says something else since."""

    field: str
    plan: str
    own: str
    stale: bool


def clean(fields: Mapping[str, str | None], plan: "Measure") -> dict[str, str]:
    """Texts that differ from the plan's, trimmed; raises TextNeeded where the measure would have no words."""
    found = {}
    for name in TEXTS:
        if name not in fields:
            continue
        words = (fields[name] or "").replace("\r\n", "\n").strip()[:LONGEST]
        if name == "title" and not words:
            raise TextNeeded
        if words != (getattr(plan, name) or "").strip():
            found[name] = words
    return found


def check_inside(day: date, bounds: deadlines.Window) -> None:
    """Pass where a day lies within the plan's period; raises OutsidePeriod."""
    if not (bounds.start or date.min) <= day <= (bounds.due or date.max):
        raise OutsidePeriod


def differences(plan: "Measure", texts: Mapping[str, str], base: Mapping[str, str]) -> list[Difference]:
    """The school's words beside the plan's, field by field."""
    return [
        Difference(
            name, getattr(plan, name) or "", texts[name], (getattr(plan, name) or "") != base.get(name, "")
        )
        for name in TEXTS
        if name in texts
    ]


def planned(windows: Sequence[deadlines.Window], occurrence: int) -> deadlines.Window:
    """The plan's own dates of an occurrence."""
    return windows[occurrence] if occurrence < len(windows) else deadlines.Window(None, None)
