"""Who still owes a step in a round of mutual expertise, who is silent, who took part, what became of the advice."""

from domain.peer_watch.queries import (
    Answers,
    Fact,
    Line,
    Silent,
    State,
    Task,
    answers,
    facts,
    lines,
    silences,
    states,
    tasks,
)

__all__ = [
    "Answers",
    "Fact",
    "Line",
    "Silent",
    "State",
    "Task",
    "answers",
    "facts",
    "lines",
    "silences",
    "states",
    "tasks",
]
