"""Invitations on paper for people whom messages do not reach."""

from domain.letters.actions import print_letters
from domain.letters.queries import Row, unreached
from domain.letters.rules import AT_ONCE, WHY, Letter, NobodyChosen, TooManyLetters, Why, to_pdf

__all__ = [
    "AT_ONCE",
    "WHY",
    "Letter",
    "NobodyChosen",
    "Row",
    "TooManyLetters",
    "Why",
    "print_letters",
    "to_pdf",
    "unreached",
]
