"""Programmes, cycles and cohorts."""

from domain.programme.actions import cohort, programme
from domain.programme.models import Cohort, Cycle, Programme
from domain.programme.queries import cohorts, file_rules, find_cohort

__all__ = ["Cohort", "Cycle", "Programme", "cohort", "cohorts", "file_rules", "find_cohort", "programme"]
