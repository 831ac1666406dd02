"""Taking a silence on, agreeing joint actions and following them up."""

from datetime import date, timedelta

from sqlalchemy import select

from domain import audit, calendars, outbox, people, progress, schools
from domain.actor import Place
from domain.chase import queries, rules
from domain.chase.models import JointStep, TakenSilence
from domain.db import WriteTx
from domain.errors import Forbidden, NotFound
from domain.policy import Permission, allows, require


async def take(tx: WriteTx, side: rules.Side, school_id: int) -> int | None:
    """A curator or coordinator looks after a silence; the others hear of it again when it goes on too long.

    Whoever has taken it on lately keeps it: the person who looks after it now comes back.
    `school_id`: for the sides of offices the municipality's.
    """
    if side in rules.OF_OFFICES:
        place = await _office(tx, school_id)
    else:
        school = await schools.school(tx, school_id)
        place = school.place
        if not any(allows(tx.actor, p, place) for p in (Permission.REVIEW, Permission.OVERRULE)):
            raise Forbidden
    if (side, school_id) in await queries.taken(
        tx, await calendars.own_days(tx, place.region_id), tx.actor.timezone
    ):
        at = TakenSilence.municipality_id if side in rules.OF_OFFICES else TakenSilence.school_id
        last = select(TakenSilence.taken_by).where(TakenSilence.side == side, at == school_id)
        return await tx.session.scalar(last.order_by(TakenSilence.id.desc()).limit(1))
    is_office = side in rules.OF_OFFICES
    tx.session.add(
        TakenSilence(
            side=side,
            school_id=None if is_office else school_id,
            municipality_id=school_id if is_office else None,
            taken_by=tx.actor.person_id,
            taken_at=tx.now,
        )
    )
    what = "municipality" if is_office else "school"
    audit.record(tx, "silence.take", what, school_id, place, side=side)
    return tx.actor.person_id


async def _office(tx: WriteTx, municipality_id: int) -> Place:
    found = next((m for m in await schools.municipalities(tx) if m.id == municipality_id), None)
    if found is None:
        raise NotFound
    if tx.actor.keeps(found.place):
        raise Forbidden
    require(tx.actor, Permission.OVERRULE, found.place)
    return found.place


async def add_step(
    tx: WriteTx, school_id: int, *, what: str, until: date, owner_id: int | None = None
) -> JointStep:
    """Agree a joint action with a school: the owner is the coordinator who writes it, or another of the place."""
    school = await schools.school(tx, school_id)
    require(tx.actor, Permission.OVERRULE, school.place)
    if not what.strip() or until < progress.today(tx):
        raise rules.StepNeeded
    if owner_id is not None:
        await people.person(tx, owner_id)
    step = JointStep(
        region_id=school.region_id,
        municipality_id=school.municipality_id,
        school_id=school_id,
        what=what.strip()[:1000],
        owner_id=owner_id or tx.actor.person_id,
        until=until,
        made_by=tx.actor.person_id,
        made_at=tx.now,
    )
    tx.session.add(step)
    await tx.session.flush()
    audit.record(tx, "joint_step.add", "school", school_id, school.place, until=until.isoformat())
    return step


async def close_step(tx: WriteTx, step_id: int, outcome: str) -> None:
    """What came of it; closed twice, the first word stays."""
    step = await tx.session.get(JointStep, step_id)
    if step is None:
        raise NotFound
    if step.owner_id != tx.actor.person_id:
        require(tx.actor, Permission.OVERRULE, step.place)
    if step.closed_at is None:
        step.closed_at, step.outcome = tx.now, outcome.strip()[:1000]
        audit.record(tx, "joint_step.close", "school", step.school_id, step.place)


async def plan_steps(tx: WriteTx) -> int:
    """Remind the owners of joint actions once on the day before the last and once after it; returns how many.

    The key makes it harmless to plan again.
    """
    day = tx.now.date()
    query = select(JointStep).where(
        JointStep.closed_at.is_(None),
        JointStep.until <= day + timedelta(days=1),
        JointStep.until >= day - timedelta(days=14),
    )
    rows = []
    for step in await tx.session.scalars(query):
        moment = "before" if step.until >= day else "after"
        rows.append(
            {
                "person_id": step.owner_id,
                "subject": f"joint_step:{step.id}",
                "dedupe_key": f"joint_step:{step.id}:{moment}",
                "params": {"step_id": step.id},
            }
        )
    await outbox.put_many(tx, "joint_step", rows)
    return len(rows)
