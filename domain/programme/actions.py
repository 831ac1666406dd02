"""Setting up programmes and cohorts."""

from collections.abc import Collection, Sequence
from datetime import date

from sqlalchemy import select

from domain import audit
from domain.actor import Place
from domain.db import WriteTx
from domain.errors import N_, Forbidden, InvalidInput, NotFound
from domain.policy import Permission, holders, require
from domain.programme import rules
from domain.programme.models import Cohort, Cycle, Programme, SlotRule


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


async def add_programme(tx: WriteTx, name: str) -> Programme:
    """A regional coordinator adds a programme; the name of a known one gives that one. Raises InvalidInput."""
    if not tx.actor.is_system and not tx.actor.roles() & holders(Permission.REGISTER):
        raise Forbidden
    name = " ".join(name.split())[:200]
    if not name:
        raise InvalidInput(reason=N_("Give the programme a name."))
    known = await tx.session.scalar(select(Programme).where(Programme.name == name))
    if known is not None:
        return known
    made = await programme(tx, name)
    audit.record(tx, "programme.add", "programme", made.id, name=name)
    return made


async def put_cohort(tx: WriteTx, cohort_id: int, programme_id: int, year: int) -> None:
    """Put a cohort into the programme's cycle of a year, made where it is new.

    The caller has checked the right to the cohort's schools. Raises NotFound, InvalidInput.
    """
    if not 2000 <= year <= 2100:
        raise InvalidInput(reason=N_("Give a year, for example 2026."))
    found = await tx.session.get(Cohort, cohort_id)
    if found is None or await tx.session.get(Programme, programme_id) is None:
        raise NotFound
    query = select(Cycle).where(Cycle.programme_id == programme_id, Cycle.year == year)
    cycle = (await tx.session.scalars(query)).first()
    if cycle is None:
        cycle = Cycle(
            programme_id=programme_id, year=year, starts_on=date(year, 1, 1), ends_on=date(year, 12, 31)
        )
        tx.session.add(cycle)
        await tx.session.flush()
    found.cycle_id = cycle.id
    await tx.session.flush()


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


async def set_slot(
    tx: WriteTx,
    programme_id: int,
    region_id: int,
    *,
    max_files: int,
    max_file_mb: int,
    file_types: Collection[str],
) -> SlotRule:
    """A regional coordinator says what a report of this programme may bring in their region.

    It holds for what comes from now on; what was handed in stays. Raises SlotWrong.
    """
    place = Place(region_id)
    require(tx.actor, Permission.REGISTER, place)
    if await tx.session.get(Programme, programme_id) is None:
        raise NotFound
    wanted = rules.checked(max_files, max_file_mb, file_types)
    query = select(SlotRule).where(SlotRule.programme_id == programme_id, SlotRule.region_id == region_id)
    found = (await tx.session.scalars(query.with_for_update())).first()
    if found is None:
        found = SlotRule(programme_id=programme_id, region_id=region_id)
        tx.session.add(found)
    elif (found.max_files, found.max_file_mb, tuple(found.file_types)) == wanted:
        return found
    found.max_files, found.max_file_mb, found.file_types = *wanted[:2], list(wanted.file_types)
    found.set_by, found.set_at = tx.actor.person_id, tx.now
    await tx.session.flush()
    details = {"files": wanted.max_files, "mb": wanted.max_file_mb, "types": wanted.file_types}
    audit.record(tx, "programme.slot", "programme", programme_id, place, **details)
    return found
