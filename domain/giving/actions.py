"""Giving an approved roadmap's measures to schools and offices."""

from collections.abc import Collection, Sequence

from domain import audit, roadmaps
from domain.actor import Place
from domain.db import WriteTx
from domain.giving import queries
from domain.giving.rules import Past
from domain.progress import Assignment, Handout, Status


async def assign(
    tx: WriteTx,
    roadmap_id: int,
    school_ids: Sequence[int],
    *,
    offices: Collection[Place] = (),
    measure_ids: Sequence[int] | None = None,
    past: Past = Past.KEEP,
) -> int:
    """Give an approved roadmap's measures to schools and offices: one assignment per receiver and occurrence.

    `past`: what becomes of dates that have been. Returns how many are new; what was assigned before is left as it
    is. Raises NotFound for a receiver outside the actor's plan.
    """
    plan = await queries.plan(tx, roadmap_id, school_ids, offices=offices, measure_ids=measure_ids, past=past)
    if plan.roadmap.state is not roadmaps.RoadmapState.APPROVED:
        raise roadmaps.RoadmapClosed
    if plan.dues:
        await _hand_out(tx, plan)
    audit.record(
        tx,
        "roadmap.assign",
        "roadmap",
        roadmap_id,
        plan.roadmap.place,
        schools=sum(place.school_id is not None for place in plan.places),
        offices=len(offices),
        assignments=len(plan.dues),
    )
    return len(plan.dues)


async def _hand_out(tx: WriteTx, plan: queries.Plan) -> None:
    receivers = {due.holder for due in plan.dues}
    handout = Handout(
        roadmap_id=plan.roadmap.id,
        schools=sum(place.school_id is not None for place in receivers),
        offices=sum(place.school_id is None for place in receivers),
        assignments=len(plan.dues),
        given_by=tx.actor.person_id,
        given_at=tx.now,
    )
    tx.session.add(handout)
    await tx.session.flush()
    tx.session.add_all(
        Assignment(
            measure_id=due.measure_id,
            roadmap_id=plan.roadmap.id,
            region_id=due.holder.region_id,
            municipality_id=due.holder.municipality_id,
            school_id=due.holder.school_id,
            occurrence=due.occurrence,
            starts_on=due.starts_on,
            due_on=due.due_on,
            reminds=plan.measures[due.measure_id].reminds and due.due_on is not None,
            status=Status.NOT_DONE,
            status_at=tx.now,
            handout_id=handout.id,
        )
        for due in plan.dues
    )
