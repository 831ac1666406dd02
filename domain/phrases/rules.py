"""What a list of ready phrases may be."""

from collections.abc import Iterable
from typing import NamedTuple

from domain.errors import N_, DomainError
from domain.progress import CONFIRM_PHRASES, RETURN_PHRASES, Decision

MOST = 8  # buttons that fit under one message
LONGEST = 200  # characters


class Phrase(NamedTuple):
    """`key` stands behind a button; `text` is a message of the catalogue unless `own`: then it is the region's."""

    key: str
    text: str
    own: bool = False


class PhrasesWrong(DomainError):
    """Too many, or too long."""

    sentence = N_("Please give at most %(most)s phrases of at most %(longest)s characters, a line each.")


def usual(decision: Decision) -> list[Phrase]:
    """The experts' own remarks (DOMAIN.md §1), and what is said to good work."""
    found = CONFIRM_PHRASES if decision is Decision.CONFIRM else RETURN_PHRASES
    return [Phrase(key, text) for key, text in found.items()]


def cleaned(lines: Iterable[str]) -> list[str]:
    """The phrases as they are kept: no empty ones, each once. Raises PhrasesWrong."""
    found = list(dict.fromkeys(" ".join(line.split()) for line in lines if line.strip()))
    if len(found) > MOST or any(len(line) > LONGEST for line in found):
        raise PhrasesWrong(most=MOST, longest=LONGEST)
    return found
