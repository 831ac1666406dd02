"""What schools and municipalities live with: deficits, zones of risk, totals by every source."""

from domain.context.queries import TOTAL, municipal_table
from domain.context.rules import Measure, MunicipalRow, MunicipalTable, Share, measures
from domain.context.rules import municipal_table as table_of

__all__ = [
    "TOTAL",
    "Measure",
    "MunicipalRow",
    "MunicipalTable",
    "Share",
    "measures",
    "municipal_table",
    "table_of",
]
