"""Which reports are looked at again, and what a second look may end with."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from domain.errors import N_, DomainError

LARGEST_GROUP = 50  # decisions by one press


class Verdict(StrEnum):
    """What came of a second look."""

    AGREED = "agreed"
    UNCONFIRMED = "unconfirmed"


class NotConfirmed(DomainError):
    """There is no confirmation to take back."""

    sentence = N_("This report is not confirmed now. Here is how it stands.")


class NotSeen(DomainError):
    """Nobody decides what they have not opened."""

    sentence = N_("Open the report first: what was not looked at is not decided in a group.")


class TooMany(DomainError):
    """More than a person can answer for at once."""

    sentence = N_("Please choose no more than %(max)s reports at once.")


@dataclass(slots=True)
class Group:
    """What became of a group decision, by the report's number."""

    decided: list[int] = field(default_factory=list)
    refused: dict[int, DomainError] = field(default_factory=dict)


def pick(ids: Iterable[int], size: int, seed: str) -> list[int]:
    """A sample that looks random and comes out the same for the same word, whoever asks and on whatever machine.

    It is steady: a report confirmed later changes the sample only where it is drawn itself.
    """
    drawn = sorted(set(ids), key=lambda n: hashlib.sha256(f"{seed}:{n}".encode()).digest())
    return drawn[: max(0, size)]
