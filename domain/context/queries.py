"""The region's table by municipality, from what its registers say."""

from domain import schools
from domain.context import rules
from domain.db import Tx
from domain.errors import N_

# The register keeps the first total as a number of its own; its header is not kept.
TOTAL = N_("Schools in all")


async def municipal_table(tx: Tx, total: str) -> rules.MunicipalTable:
    """Municipalities of the actor with counts, shares and totals.

    `total` is what the register's own number of schools is called; it must read as a total («Всего школ»).
    """
    rows = []
    for place in await schools.municipalities(tx):
        cells = {header: str(text) for header, text in place.details.items()}
        if place.schools_total is not None:
            cells = {total: str(place.schools_total), **cells}
        rows.append((place.name, cells))
    return rules.municipal_table(rows)
