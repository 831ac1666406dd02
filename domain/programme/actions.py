"""Setting up programmes and cohorts."""

from sqlalchemy import select

from domain.db import WriteTx
from domain.programme.models import Cohort, Programme


async def programme(tx: WriteTx, name: str) -> Programme:
    """The programme of this name, made where it is new."""
    found = await tx.session.scalar(select(Programme).where(Programme.name == name))
    if found is None:
        found = Programme(name=name)
        tx.session.add(found)
        await tx.session.flush()
    return found


async def cohort(tx: WriteTx, name: str) -> Cohort:
    """The cohort of this name, made where it is new."""
    found = await tx.session.scalar(select(Cohort).where(Cohort.name == name))
    if found is None:
        found = Cohort(name=name)
        tx.session.add(found)
        await tx.session.flush()
    return found
