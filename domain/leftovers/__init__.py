"""Bytes in the store that nothing needs any more: lists looked at and not brought in, documents of dropped drafts."""

from domain.leftovers.actions import sweep
from domain.leftovers.queries import holders
from domain.leftovers.rules import LIFE

__all__ = ["LIFE", "holders", "sweep"]
