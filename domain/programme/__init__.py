"""Programmes, cycles and cohorts."""

from domain.programme.actions import cohort, programme, set_steps
from domain.programme.models import REMINDER_STEPS, Cohort, Cycle, Programme
from domain.programme.queries import cohorts, file_rules, find_cohort, reminder_steps

__all__ = [
    "REMINDER_STEPS",
    "Cohort",
    "Cycle",
    "Programme",
    "cohort",
    "cohorts",
    "file_rules",
    "find_cohort",
    "programme",
    "reminder_steps",
    "set_steps",
]
