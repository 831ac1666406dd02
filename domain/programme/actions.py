"""Setting up programmes and cohorts."""

from collections.abc import Sequence

from sqlalchemy import select

from domain import audit
from domain.db import WriteTx
from domain.errors import N_, Forbidden, InvalidInput, NotFound
from domain.policy import Permission, holders
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


async def set_steps(tx: WriteTx, programme_id: int, steps: Sequence[int]) -> None:
    """On which days from a deadline it is reminded, for schools of this programme; regional coordinators only."""
    if not tx.actor.is_system and not tx.actor.roles() & holders(Permission.REGISTER):
        raise Forbidden
    found = await tx.session.get(Programme, programme_id)
    if found is None:
        raise NotFound
    if not steps or any(abs(step) > 60 for step in steps):
        raise InvalidInput(reason=N_("Steps are days from -60 to 60; at least one is needed."))
    found.reminder_steps = sorted(set(steps))
    audit.record(tx, "programme.steps", "programme", programme_id, steps=found.reminder_steps)
