"""Who still owes a step in a round of mutual expertise, who is silent, who took part, what became of the advice."""

from domain.peer_watch.queries import (
    Answers,
    Fact,
    Line,
    Silent,
    Task,
    answers,
    facts,
    lines,
    silences,
    tasks,
)

__all__ = ["Answers", "Fact", "Line", "Silent", "Task", "answers", "facts", "lines", "silences", "tasks"]
