"""Buttons of reviewers and coordinators beside a decision; the rules of `presses` hold here too."""

from aiogram.filters.callback_data import CallbackData

from domain.curation import NoteKind
from domain.progress import Decision


class WipeChoice(CallbackData, prefix="zf"):
    """«Данные детей»: which file of a report shows them."""

    submission: int
    page: int = 0


class Wipe(CallbackData, prefix="zx"):
    """Remove a file everywhere; asks first."""

    submission: int
    evidence: int
    sure: bool = False


class Sample(CallbackData, prefix="s2"):
    """«Второй взгляд»: confirmed reports drawn for a second look."""

    page: int = 0


class Look(CallbackData, prefix="so"):
    """One report of the sample; `do` is empty, again (the files stand above), agree, unconfirm (asks why)."""

    submission: int
    do: str = ""


class Group(CallbackData, prefix="gg"):
    """Reports that were opened, decided together; the decision is empty before it is chosen."""

    decision: str = ""


class GroupPhrase(CallbackData, prefix="gp"):
    """A ready phrase for all of them."""

    decision: Decision
    key: str


class Journal(CallbackData, prefix="jl"):
    """The curator's log."""

    page: int = 0


class NoteNew(CallbackData, prefix="jn"):
    """A meeting, consultation or visit: what, where (0: not chosen yet), how many days ago."""

    kind: NoteKind
    school: int = 0
    days: int = 0
    page: int = 0


class NoteRemove(CallbackData, prefix="jx"):
    """Take one's own note back."""

    id: int


class Team(CallbackData, prefix="tm"):
    """A school's team for its head; `do` is empty or write."""

    school: int
    do: str = ""


class StandIn(CallbackData, prefix="si"):
    """«Замещение»: who is away, who reviews instead, for how many days; 0: not chosen yet."""

    absent: int = 0
    person: int = 0
    days: int = 0
    page: int = 0
