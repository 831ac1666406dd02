"""Buttons of offices and of giving a plan; the rules of `presses` hold here too."""

from aiogram.filters.callback_data import CallbackData


class OfficeWork(CallbackData, prefix="wo"):
    """Assignments of the office of a municipality, or of a region: `view` is open or sent."""

    region: int
    municipality: int = 0
    view: str = "open"
    page: int = 0
