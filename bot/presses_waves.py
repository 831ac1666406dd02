"""Buttons of monitoring: a school's points, the summary of a place, an expert's queue; the rules of `presses` hold."""

from aiogram.filters.callback_data import CallbackData


class MyScores(CallbackData, prefix="ws"):
    """«Мои баллы» of a school."""

    school: int


class Mend(CallbackData, prefix="wm"):
    """A recommendation to the school: the next text says what was done."""

    id: int


class Summary(CallbackData, prefix="wu"):
    """«Сводка» of a region or a municipality, with the picture."""

    region: int
    municipality: int = 0


class ToScore(CallbackData, prefix="wq"):
    """Schools that an expert has to score."""

    page: int = 0


class ScoreSchool(CallbackData, prefix="we"):
    """One of them: what is known of it, its criteria."""

    wave: int
    school: int
    page: int = 0


class ScoreCriterion(CallbackData, prefix="wk"):
    """One criterion of the sheet, by its place among those of experts."""

    wave: int
    school: int
    at: int


class GivePoints(CallbackData, prefix="wp"):
    """So many points; `remark` is the place of a ready remark plus one, 0 is none."""

    wave: int
    school: int
    at: int
    points: int
    remark: int = 0
