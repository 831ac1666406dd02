"""Saying what a measure brought."""

from sqlalchemy import select

from domain import audit, roadmaps
from domain.db import WriteTx
from domain.effects import rules
from domain.effects.models import MeasureEffect
from domain.effects.rules import Verdict
from domain.errors import NotFound
from domain.policy import Permission, require


async def judge(
    tx: WriteTx, measure_id: int, *, effect: str, problem: str, proposal: str, verdict: Verdict | None
) -> MeasureEffect:
    """Keep the words of a coordinator about a measure of their plan. Raises JudgementNeeded for a bare verdict."""
    measure = await tx.session.get(roadmaps.Measure, measure_id)
    plan = await tx.session.get(roadmaps.Roadmap, measure.roadmap_id) if measure is not None else None
    if measure is None or plan is None:
        raise NotFound
    require(tx.actor, Permission.PLAN, plan.place)
    words = [part.strip() for part in (effect, problem, proposal)]
    if verdict is not None and not any(words[:2]):
        raise rules.JudgementNeeded
    found = await tx.session.scalar(select(MeasureEffect).where(MeasureEffect.measure_id == measure_id))
    if found is None:
        region_id, municipality_id, school_id = plan.place
        found = MeasureEffect(
            measure_id=measure_id,
            region_id=region_id,
            municipality_id=municipality_id,
            school_id=school_id,
        )
        tx.session.add(found)
    found.effect, found.problem, found.proposal = words
    found.verdict, found.entered_by, found.entered_at = verdict, tx.actor.person_id, tx.now
    await tx.session.flush()
    said = verdict.value if verdict else ""
    audit.record(tx, "measure.judge", "measure", measure_id, plan.place, title=measure.label, verdict=said)
    return found
