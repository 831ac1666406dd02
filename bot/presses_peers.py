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
