"""Silence climbs: who has not answered for so long that the next level hears of it."""

from domain.chase.actions import add_step, close_step, plan_steps, take
from domain.chase.models import JointStep, TakenSilence
from domain.chase.queries import (
    OwnSilence,
    Silence,
    Uninvolved,
    crossings,
    joint_steps,
    own_silences,
    silences,
    taken,
    unheard_levels,
    uninvolved,
)
from domain.chase.rules import (
    LEVELS,
    OF_OFFICES,
    REVIEWERS,
    SHOWN,
    TAKEN_DAYS,
    UNINVOLVED_DAYS,
    Side,
    between,
    end_of,
)

__all__ = [
    "LEVELS",
    "OF_OFFICES",
    "REVIEWERS",
    "SHOWN",
    "TAKEN_DAYS",
    "UNINVOLVED_DAYS",
    "JointStep",
    "OwnSilence",
    "Side",
    "Silence",
    "TakenSilence",
    "Uninvolved",
    "add_step",
    "between",
    "close_step",
    "crossings",
    "end_of",
    "joint_steps",
    "own_silences",
    "plan_steps",
    "silences",
    "take",
    "taken",
    "unheard_levels",
    "uninvolved",
]
