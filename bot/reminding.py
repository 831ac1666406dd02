"""Buttons of reminders and silences, by the same rules as in presses.py."""

from aiogram.filters.callback_data import CallbackData

from domain.chase import Side


class DigestAll(CallbackData, prefix="ga"):
    """Everything that waits for the person, also what is not said today."""


class Reminding(CallbackData, prefix="rm"):
    """«Настройки напоминаний»: `do` names the screen or the choice, `value` an hour, a weekday, days or a person."""

    do: str = ""
    value: int = 0


class Silences(CallbackData, prefix="sl"):
    """Who is silent at the person's level."""

    page: int = 0
    fresh: bool = False  # as a new message: the button stands under a digest


class SilenceDo(CallbackData, prefix="sk"):
    """One silence: look at it, take it on, write, or name a substitute (`value`: the person)."""

    do: str
    side: Side
    school: int
    value: int = 0


class Idle(CallbackData, prefix="sq"):
    """Schools that do not take part."""

    page: int = 0
    fresh: bool = False  # as a new message: the button stands under news


class Joint(CallbackData, prefix="sj"):
    """What is agreed with such a school: card, write and plan are of a school, until of a number of days, steps of
    none, done and sure of a joint action."""

    do: str
    id: int = 0
