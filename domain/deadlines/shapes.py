"""The shape of a text: its windows as written and its markers, before any year is known."""

from dataclasses import dataclass, field

from domain.deadlines.model import Every
from domain.deadlines.spans import Atom


@dataclass(slots=True)
class Piece:
    """One window as written: its shape and the one or two atoms that bound it."""

    shape: str  # one, range, until, from
    first: Atom
    last: Atom
    excluded: bool = False  # «до …», which for a month or year leaves open whether it is in or out
    separator: str = ""  # what stands before it


@dataclass(slots=True)
class Outline:
    """All that a text says, before any year is known."""

    pieces: list[Piece] = field(default_factory=list)
    repeats: list[Every] = field(default_factory=list)
    least: int = 0
    marks: set[str] = field(default_factory=set)
    doubts: set[str] = field(default_factory=set)
    time: str | None = None
    weekdays: list[int] = field(default_factory=list)
