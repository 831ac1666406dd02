"""Automatic criteria beyond the share of confirmed measures: the facts that each number is made of."""

from domain.automatic.queries import facts, window
from domain.automatic.rules import KINDS, Fact, FactKind, Kind, counted

__all__ = ["KINDS", "Fact", "FactKind", "Kind", "counted", "facts", "window"]
