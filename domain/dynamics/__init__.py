"""Dynamics of results counted by the database: tables of counts, and the schools behind one number."""

from domain.dynamics.queries import Asked, Behind, Counted, counted, schools_behind

__all__ = ["Asked", "Behind", "Counted", "counted", "schools_behind"]
