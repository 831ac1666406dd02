"""Reading programmes and cohorts."""

from collections.abc import Sequence

from sqlalchemy import select

from domain.db import Tx
from domain.programme.models import FILE_TYPES, REMINDER_STEPS, Cohort, Cycle, Programme


async def cohorts(tx: Tx) -> Sequence[Cohort]:
    """All cohorts by name; a cohort's name tells nothing about who is in it."""
    return (await tx.session.scalars(select(Cohort).order_by(Cohort.name))).all()


async def find_cohort(tx: Tx, name: str) -> Cohort | None:
    """The cohort of this name."""
    return (await tx.session.scalars(select(Cohort).where(Cohort.name == name))).first()


async def file_rules(tx: Tx) -> Programme:
    """Rules of the evidence slot: the first programme's, or the federal system's defaults."""
    found = (await tx.session.scalars(select(Programme).order_by(Programme.id).limit(1))).first()
    return found or Programme(name="", max_files=3, max_file_mb=30, file_types=list(FILE_TYPES))


async def reminder_steps(tx: Tx) -> dict[int | None, list[int]]:
    """Days from a deadline on which a digest names it, by cohort; None: where the cohort is of no programme's cycle.

    The first programme speaks for everybody who is of none.
    """
    first = (await tx.session.scalars(select(Programme).order_by(Programme.id).limit(1))).first()
    found: dict[int | None, list[int]] = {None: list(first.reminder_steps if first else REMINDER_STEPS)}
    query = (
        select(Cohort.id, Programme.reminder_steps)
        .join(Cycle, Cycle.id == Cohort.cycle_id)
        .join(Programme, Programme.id == Cycle.programme_id)
    )
    found.update((await tx.session.execute(query)).tuples().all())
    return found
