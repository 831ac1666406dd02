"""What a school does with the recommendations that its partner gave it."""

from domain.peer_advice.actions import answer, into_plan
from domain.peer_advice.queries import advice, plans_of

__all__ = ["advice", "answer", "into_plan", "plans_of"]
