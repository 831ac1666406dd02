"""Who speaks, and whether it is a question or an answer."""

from enum import StrEnum

from domain.errors import N_, DomainError

LONGEST = 3_500  # characters: it is quoted in one message of the messenger


class Side(StrEnum):
    """On which side of the desk somebody speaks."""

    SCHOOL = "school"
    REVIEWER = "reviewer"


class Turn(StrEnum):
    """What is said: a question waits for the other side, an answer for nobody."""

    QUESTION = "question"
    ANSWER = "answer"


class NothingSaid(DomainError):
    """There are no words in it."""

    sentence = N_("Please write your question or answer in words.")


def turn(side: Side, before: tuple[Side, Turn] | None) -> Turn:
    """An answer where the other side asked last, otherwise a question."""
    answers = before is not None and before[0] is not side and before[1] is Turn.QUESTION
    return Turn.ANSWER if answers else Turn.QUESTION
