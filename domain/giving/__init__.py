"""Giving measures to schools and offices."""

from domain.giving.actions import assign
from domain.giving.queries import (
    Group,
    Plan,
    TrackRow,
    by_track,
    group,
    offices,
    plan,
    preview,
    tracks_in_use,
)
from domain.giving.rules import Past, Proposal, Receivers, meant, proposals, receivers

__all__ = [
    "Group",
    "Past",
    "Plan",
    "Proposal",
    "Receivers",
    "TrackRow",
    "assign",
    "by_track",
    "group",
    "meant",
    "offices",
    "plan",
    "preview",
    "proposals",
    "receivers",
    "tracks_in_use",
]
