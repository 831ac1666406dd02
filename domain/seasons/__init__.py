"""The two ratings and two corrections of the year: whom the month asks, until when, and who has done it."""

from domain.seasons.actions import finish, nothing_to_change
from domain.seasons.models import SeasonAnswer, SeasonMark
from domain.seasons.queries import (
    Answered,
    Asked,
    Closed,
    SeasonTask,
    answered,
    asked,
    closed,
    mark,
    names,
    open_tasks,
    schools_with_plans,
    season_tasks,
)
from domain.seasons.rules import SEASONS, Season, due_of, half_of, period_of, start_of

__all__ = [
    "SEASONS",
    "Answered",
    "Asked",
    "Closed",
    "Season",
    "SeasonAnswer",
    "SeasonMark",
    "SeasonTask",
    "answered",
    "asked",
    "closed",
    "due_of",
    "finish",
    "half_of",
    "mark",
    "names",
    "nothing_to_change",
    "open_tasks",
    "period_of",
    "schools_with_plans",
    "season_tasks",
    "start_of",
]
