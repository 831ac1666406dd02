"""Reading programmes and cohorts."""

from collections.abc import Collection, Sequence
from typing import NamedTuple

from sqlalchemy import Select, case, select

from domain.db import Tx, once
from domain.programme.models import REMINDER_STEPS, Cohort, Cycle, Programme, SlotRule
from domain.programme.rules import FEDERAL, FileRules


class SlotRow(NamedTuple):
    """A programme with the evidence slot of one region; `own` where the region has set it itself."""

    programme: Programme
    rules: FileRules
    own: bool
    cohorts: list[str]


@once
async def cohorts(tx: Tx) -> Sequence[Cohort]:
    """All cohorts by name; a cohort's name tells nothing about who is in it."""
    return (await tx.session.scalars(select(Cohort).order_by(Cohort.name))).all()


async def find_cohort(tx: Tx, name: str) -> Cohort | None:
    """The cohort of this name."""
    return (await tx.session.scalars(select(Cohort).where(Cohort.name == name))).first()


async def file_rules(
    tx: Tx, region_id: int | None = None, cohort_ids: Collection[int] | Select[int] = ()
) -> FileRules:
    """What a report of a school of these cohorts may bring.

    The programme of the newest cycle speaks, for a school of none the first programme; the region's own rules for it
    go before the programme's, and without any programme those of the federal system hold.
    """
    query = (
        select(Programme, SlotRule)
        .outerjoin(Cycle, Cycle.programme_id == Programme.id)
        .outerjoin(Cohort, (Cohort.cycle_id == Cycle.id) & Cohort.id.in_(cohort_ids))
        .outerjoin(SlotRule, (SlotRule.programme_id == Programme.id) & (SlotRule.region_id == region_id))
        .order_by(
            Cohort.id.is_(None), case((Cohort.id.is_not(None), -Cycle.year), else_=0), Programme.id, Cohort.id
        )
        .limit(1)
    )
    found = (await tx.session.execute(query)).first()
    if found is None:
        return FEDERAL
    own, set_here = found._tuple()
    chosen = set_here or own
    return FileRules(chosen.max_files, chosen.max_file_mb, tuple(chosen.file_types))


async def slots_of(tx: Tx, region_id: int) -> list[SlotRow]:
    """Every programme with the slot that schools of this region have in it, and its cohorts; by name."""
    query = (
        select(Programme, SlotRule)
        .outerjoin(SlotRule, (SlotRule.programme_id == Programme.id) & (SlotRule.region_id == region_id))
        .order_by(Programme.name)
    )
    named = select(Cycle.programme_id, Cohort.name).join(Cohort, Cohort.cycle_id == Cycle.id)
    names: dict[int, list[str]] = {}
    for programme_id, name in await tx.session.execute(named.order_by(Cohort.name)):
        names.setdefault(programme_id, []).append(name)
    rows = []
    for own, set_here in await tx.session.execute(query):
        chosen = set_here or own
        rules_ = FileRules(chosen.max_files, chosen.max_file_mb, tuple(chosen.file_types))
        rows.append(SlotRow(own, rules_, set_here is not None, names.get(own.id, [])))
    return rows


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
    found.update((await tx.session.execute(query)).all())
    return found
