"""Programmes, cycles and cohorts."""

from domain.programme.actions import add_programme, cohort, programme, put_cohort, set_slot, set_steps
from domain.programme.models import REMINDER_STEPS, Cohort, Cycle, Programme, SlotRule
from domain.programme.queries import SlotRow, cohorts, file_rules, find_cohort, reminder_steps, slots_of
from domain.programme.rules import (
    FEDERAL,
    KNOWN_TYPES,
    MOST_FILES,
    MOST_MB,
    FileRules,
    SlotWrong,
    read_steps,
)

__all__ = [
    "FEDERAL",
    "KNOWN_TYPES",
    "MOST_FILES",
    "MOST_MB",
    "REMINDER_STEPS",
    "Cohort",
    "Cycle",
    "FileRules",
    "Programme",
    "SlotRow",
    "SlotRule",
    "SlotWrong",
    "add_programme",
    "cohort",
    "cohorts",
    "file_rules",
    "find_cohort",
    "programme",
    "put_cohort",
    "read_steps",
    "reminder_steps",
    "set_slot",
    "set_steps",
    "slots_of",
]
