"""What was given and could be taken back."""

from collections.abc import Collection, Sequence

from sqlalchemy import func, select

from domain import moving, roadmaps
from domain.db import Tx
from domain.errors import NotFound
from domain.progress import Handout, Submission
from domain.recalls import rules


async def handouts(tx: Tx, roadmap_id: int) -> Sequence[Handout]:
    """When the roadmap was given to schools, the newest first; what was taken back is left out."""
    await roadmaps.roadmap_for_planning(tx, roadmap_id)
    query = select(Handout).where(Handout.roadmap_id == roadmap_id, Handout.taken_back_at.is_(None))
    return (await tx.session.scalars(query.order_by(Handout.id.desc()))).all()


async def handout(tx: Tx, handout_id: int) -> Handout:
    """One giving of a roadmap that the actor may change."""
    found = await tx.session.get(Handout, handout_id, with_for_update=True)
    if found is None:
        raise NotFound
    await roadmaps.roadmap_for_planning(tx, found.roadmap_id)
    return found


async def require_untouched(tx: Tx, assignment_ids: Collection[int]) -> None:
    """Pass where schools have not worked on these assignments; raises WorkHandedIn, WorkBegun."""
    await require_unsubmitted(tx, assignment_ids)
    begun = await moving.touched(tx, assignment_ids)
    if begun:
        raise rules.WorkBegun(n=len(begun))


async def require_unsubmitted(tx: Tx, assignment_ids: Collection[int], after: int = 0) -> None:
    """Pass where nothing was handed in for these assignments (`after`: none newer than that report); raises
    WorkHandedIn."""
    query = select(func.count(Submission.assignment_id.distinct())).where(
        Submission.assignment_id.in_(assignment_ids), Submission.id > after
    )
    count = await tx.session.scalar(query)
    if count:
        raise rules.WorkHandedIn(n=count)
