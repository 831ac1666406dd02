"""Buttons of mutual expertise; the rules of `presses` hold."""

from aiogram.filters.callback_data import CallbackData


class PeerList(CallbackData, prefix="kl"):
    """«Взаимоэкспертиза» of a school, on screens from before each round had a button of its own: the newest one."""

    school: int


class Peer(CallbackData, prefix="ke"):
    """A school's own side of a pair; `id` is its form."""

    id: int
    fresh: bool = False  # as a new message: the button stands under news


class PeerSection(CallbackData, prefix="ks"):
    """A section of the own form by its place; `do`: nothing shows it, clear begins anew. −1: the list of sections."""

    id: int
    at: int = -1
    do: str = ""


class PeerDo(CallbackData, prefix="kd"):
    """share, finish, reopen, meet, met, placed, file, their, read, papers, advice; `sure` after the question."""

    id: int
    do: str
    sure: bool = False
    page: int = 0


class PeerPaper(CallbackData, prefix="kp"):
    """One report among the partner's papers: its words and files."""

    id: int
    assignment: int


class PeerAnswer(CallbackData, prefix="ka"):
    """A recommendation: show, taken, declined, plan (`plan`: into which one)."""

    id: int
    form: int
    do: str = "show"
    plan: int = 0


class WatchedRound(CallbackData, prefix="kr"):
    """A round for those who coordinate it: its pairs, the silent ones first."""

    id: int
    page: int = 0
    fresh: bool = False  # as a new message: the button stands under news


class WatchedPair(CallbackData, prefix="kc"):
    """A pair for those who coordinate it; `do`: nothing shows it, out asks who comes for the school `out`, into asks
    whether it shall be `into`, swap does it; part asks, gone takes the pair apart."""

    id: int
    do: str = ""
    out: int = 0
    into: int = 0
    page: int = 0
