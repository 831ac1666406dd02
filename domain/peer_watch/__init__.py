"""Who still owes a step in a round of mutual expertise, who is silent, and who took part."""

from domain.peer_watch.queries import Fact, Line, Silent, Task, facts, lines, silences, tasks

__all__ = ["Fact", "Line", "Silent", "Task", "facts", "lines", "silences", "tasks"]
