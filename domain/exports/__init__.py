"""A roadmap with the state of its execution, as a table to take away."""

from domain.exports.queries import Execution, ExecutionRow, HolderState, execution
from domain.exports.rules import EXECUTION, FIELDS, PlanSheet, columns_of, to_docx, to_xlsx

__all__ = [
    "EXECUTION",
    "FIELDS",
    "Execution",
    "ExecutionRow",
    "HolderState",
    "PlanSheet",
    "columns_of",
    "execution",
    "to_docx",
    "to_xlsx",
]
