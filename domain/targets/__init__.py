"""Targets inside sentences: «не менее 25 % школ», «не менее 7 семинаров»; a pure reader."""

from domain.targets.rules import Kind, Relation, Target, find, from_json

__all__ = ["Kind", "Relation", "Target", "find", "from_json"]
