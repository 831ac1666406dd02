"""Another partner after the start of a round: pairs taken apart, schools replaced, what was written kept."""

from domain.peer_partners.actions import join, leave, part, replace
from domain.peer_partners.queries import PairView, pair_view

__all__ = ["PairView", "join", "leave", "pair_view", "part", "replace"]
