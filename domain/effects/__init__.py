"""Analysis of how effective the year's measures were: done by facts, judged by people, beside the dynamics of schools."""

from domain.effects.actions import judge
from domain.effects.models import MeasureEffect
from domain.effects.queries import Analysis, EffectRow, analysis
from domain.effects.rules import VERDICTS, JudgementNeeded, Moved, Verdict, beside

__all__ = [
    "VERDICTS",
    "Analysis",
    "EffectRow",
    "JudgementNeeded",
    "MeasureEffect",
    "Moved",
    "Verdict",
    "analysis",
    "beside",
    "judge",
]
