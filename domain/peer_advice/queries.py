"""Recommendations to one's own school, and the plans that one may become a measure of."""

from sqlalchemy import func, select

from domain import progress, roadmaps
from domain.db import Tx
from domain.errors import NotFound
from domain.peer_review import PeerAdvice
from domain.policy import Permission, within
from domain.progress import Assignment


async def advice(tx: Tx, advice_id: int) -> PeerAdvice:
    """One recommendation to the actor's own school; NotFound for everybody else."""
    query = select(PeerAdvice).where(
        PeerAdvice.id == advice_id, within(tx.actor, Permission.SUBMIT, PeerAdvice)
    )
    found = (await tx.session.scalars(query)).first()
    if found is None:
        raise NotFound
    return found


async def plans_of(tx: Tx, school_id: int) -> list[tuple[int, str]]:
    """Living plans of a school to which it may add a measure of its own; id and title."""
    plan, work = roadmaps.Roadmap, Assignment
    own = func.coalesce(plan.template_id, plan.id)
    ids = select(own).join(work, work.roadmap_id == plan.id).where(work.school_id == school_id)
    query = select(plan.id, plan.title).where(
        plan.id.in_(ids), plan.state == roadmaps.RoadmapState.APPROVED, plan.ends_on >= progress.today(tx)
    )
    return [row._tuple() for row in (await tx.session.execute(query.order_by(plan.id.desc()))).all()]
