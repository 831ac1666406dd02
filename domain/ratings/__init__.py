"""The rating of a half-year: the table of how schools take part, kept as of the day on which it is published."""

from domain.ratings.actions import publish

__all__ = ["publish"]
