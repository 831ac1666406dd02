"""What is owed: asked to be waived, granted or declined, and how far a counted measure has come."""

from domain.obligations.actions import (
    ask_waiver,
    decline_waiver,
    grant_waiver,
    note_count,
    require_again,
    take_waiver_back,
    waive,
)
from domain.obligations.models import CountNote, Waiver
from domain.obligations.queries import (
    WaiverRow,
    count_notes,
    counts,
    open_waivers,
    waiting_waivers,
    waiver_card,
    waivers,
)
from domain.obligations.rules import (
    AlreadyAnswered,
    Count,
    CountOutside,
    HandedInMeanwhile,
    NotWaived,
    ReasonNeeded,
    WaiverState,
    wanted_of,
)

__all__ = [
    "AlreadyAnswered",
    "Count",
    "CountNote",
    "CountOutside",
    "HandedInMeanwhile",
    "NotWaived",
    "ReasonNeeded",
    "Waiver",
    "WaiverRow",
    "WaiverState",
    "ask_waiver",
    "count_notes",
    "counts",
    "decline_waiver",
    "grant_waiver",
    "note_count",
    "open_waivers",
    "require_again",
    "take_waiver_back",
    "waiting_waivers",
    "waive",
    "waiver_card",
    "waivers",
    "wanted_of",
]
