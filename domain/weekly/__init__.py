"""Monday morning for coordinators: how the week stands."""

from domain.weekly.actions import plan
from domain.weekly.queries import Summary, Waiting, summary

__all__ = ["Summary", "Waiting", "plan", "summary"]
