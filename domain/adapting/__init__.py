"""Shared plans made a school's own."""

from domain.adapting.actions import add_row, answer, move_date, propose, remove_row, reword
from domain.adapting.models import EditProposal
from domain.adapting.queries import (
    Adapted,
    PlanRow,
    SchoolPlan,
    adapted,
    proposal,
    proposal_card,
    school_plan,
)
from domain.adapting.rules import (
    TEXTS,
    Difference,
    NothingProposed,
    OutsidePeriod,
    ProposalClosed,
    ProposalState,
    TextNeeded,
)

__all__ = [
    "TEXTS",
    "Adapted",
    "Difference",
    "EditProposal",
    "NothingProposed",
    "OutsidePeriod",
    "PlanRow",
    "ProposalClosed",
    "ProposalState",
    "SchoolPlan",
    "TextNeeded",
    "adapted",
    "add_row",
    "answer",
    "move_date",
    "proposal",
    "proposal_card",
    "propose",
    "remove_row",
    "reword",
    "school_plan",
]
