"""Buttons of the tasks of the cycle; the rules of `presses` hold."""

from aiogram.filters.callback_data import CallbackData


class Cycle(CallbackData, prefix="sn"):
    """The rating or correction of this month at one of the person's places (`hat`, as on the first screen).

    `do`: nothing shows it, publish and unchanged close it; `fresh`: the button stands under news.
    """

    hat: str
    do: str = ""
    fresh: bool = False
