"""Buttons of offices and of giving a plan; the rules of `presses` hold here too."""

from aiogram.filters.callback_data import CallbackData

from domain.giving import Past


class OfficeWork(CallbackData, prefix="wo"):
    """Assignments of the office of a municipality, or of a region: `view` is open or sent."""

    region: int
    municipality: int = 0
    view: str = "open"
    page: int = 0


class GiveTo(CallbackData, prefix="gt"):
    """To whom a plan can be given."""

    roadmap: int
    page: int = 0


class Give(CallbackData, prefix="gv"):
    """One circle of receivers (`to`, `value`): looked at first, then given. `rest`: without what names no school."""

    roadmap: int
    to: str
    value: int = 0
    rest: bool = False
    sure: bool = False
    past: Past = Past.KEEP


class MoveYears(CallbackData, prefix="gy"):
    """Move all dates of a draft of earlier years."""

    roadmap: int
    years: int


class TakeBack(CallbackData, prefix="gb"):
    """Take one giving back; asks first."""

    handout: int
    sure: bool = False


class UndoRevision(CallbackData, prefix="gu"):
    """Take an applied newer version back; asks first."""

    id: int
    sure: bool = False


class ReopenPlan(CallbackData, prefix="gr"):
    """Make an approved plan a draft again; asks first."""

    id: int
    sure: bool = False


class EditAnswer(CallbackData, prefix="ea"):
    """The head's answer to a proposed edit of the school's plan."""

    id: int
    take: bool


class Unsettled(CallbackData, prefix="pu"):
    """Roadmaps with deadlines that a person has to look at."""

    page: int = 0
