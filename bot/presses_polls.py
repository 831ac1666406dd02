"""Buttons of those who ask: a new poll, its results; by the same rules as in presses.py."""

from aiogram.filters.callback_data import CallbackData


class PollList(CallbackData, prefix="zl"):
    """Polls of one's own and of one's places."""

    page: int = 0


class PollPlan(CallbackData, prefix="zp"):
    """A new poll: `do` is the step or the choice, `value` what was chosen, `key` the poll that is being made."""

    do: str = ""
    value: str = ""
    key: int = 0


class PollCard(CallbackData, prefix="zc"):
    """One poll for its author: show, excel, silent, remind, close, sure; `page` of its questions."""

    id: int
    do: str = ""
    page: int = 0
